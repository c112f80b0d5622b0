import { parseDomain } from '../../standards/domain.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import type { WaysOut } from '../ways-out.ts'
import type { PolicyTest, TestOutcome } from './policy-test.ts'

/** What a test is about besides its name. */
export interface Subject {
  readonly address: Address
  /** The name that the address greeted with last, as given. */
  readonly helo: string | null
}

/** Runs a test by look-ups of our own, now. */
export async function runTest(test: PolicyTest, subject: Subject, out: WaysOut): Promise<TestOutcome> {
  switch (test.kind) {
    case 'reverse-name': {
      const names = await out.confirmedNames(subject.address)
      return names === 'temperror' ? 'unknown' : names.length > 0 ? 'passes' : 'fails'
    }
    case 'helo-name':
      return await runHelo(subject, out)
    case 'spf':
      return countOf(await out.txt(test.domain), /^v=spf1(?: |$)/i)
    case 'dmarc':
      return countOf(await out.txt(`_dmarc.${test.domain}`), /^v=DMARC1\s*(?:;|$)/)
  }
}

/** Several records of a kind are as good as none (RFC 7208 §4.5, RFC 7489 §6.6.3). */
function countOf(texts: readonly string[] | 'temperror', kind: RegExp): TestOutcome {
  if (texts === 'temperror') return 'unknown'
  return texts.filter((text) => kind.test(text)).length === 1 ? 'passes' : 'fails'
}

async function runHelo({ address, helo }: Subject, out: WaysOut): Promise<TestOutcome> {
  const name = helo === null ? undefined : parseDomain(helo, 2)
  if (name === undefined) return helo === null ? 'unknown' : 'fails'
  try {
    const records = await out.lookup(name, address.family === 4 ? 'A' : 'AAAA')
    return records.some((record) => record === formatAddress(address)) ? 'passes' : 'fails'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOTFOUND' || code === 'ENODATA' ? 'fails' : 'unknown'
  }
}
