import { parseDomain } from '../../standards/domain.ts'

/**
 * Tests that a listing of class policy can name and that are run again here: once one passes, the listing ends. Other names are a person's to
 * look at.
 *
 * `reverse-name`: the address has a name in reverse DNS that leads back to it.
 * `helo-name`: the name that it greeted with last leads to it.
 * `spf:example.org`, `dmarc:example.org`: the domain publishes a record of that kind, exactly one.
 */
export type PolicyTest =
  | { readonly kind: 'reverse-name' }
  | { readonly kind: 'helo-name' }
  | { readonly kind: 'spf' | 'dmarc'; readonly domain: string }

/** What a run of a test found; `unknown` when DNS did not answer, or what it is about is not known. It counts for nothing. */
export type TestOutcome = 'passes' | 'fails' | 'unknown'

/** The test of that name; undefined when none is run here. */
export function readPolicyTest(name: string | null | undefined): PolicyTest | undefined {
  const [kind, domainText, ...more] = (name ?? '').trim().toLowerCase().split(':')
  if (more.length > 0) return undefined
  if (kind === 'reverse-name' || kind === 'helo-name') return domainText === undefined ? { kind } : undefined
  const domain = domainText === undefined ? undefined : parseDomain(domainText, 2)
  return domain !== undefined && (kind === 'spf' || kind === 'dmarc') ? { kind, domain } : undefined
}
