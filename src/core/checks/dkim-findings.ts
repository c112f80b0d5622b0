import { isDkimKey, parseDkimKey, type DkimKey } from '../../standards/dkim-key.ts'
import type { DnsQuestions } from '../../standards/dns-answer.ts'
import { txtLine } from '../../standards/zone-line.ts'
import { finding, type Finding, type FoundRecord } from './finding.ts'

/**
 * Nobody can list the selectors of a domain (RFC 6376 §3.1). When none is given, the names that large services and common programs choose
 * by themselves are tried, and it is said that they were only tried.
 */
export const commonSelectors = ['default', 'mail', 'dkim', 'google', 'selector1', 's1'] as const

/** RFC 8301 §3.2: verifiers take no RSA key below this, and signers should use twice as much. */
const leastBits = 1024
const goodBits = 2048

export async function checkDkim(
  domain: string,
  selector: string | undefined,
  dns: Pick<DnsQuestions, 'txt'>,
): Promise<readonly Finding[]> {
  if (selector !== undefined) return await checkSelector(domain, selector, dns)
  const answers = await Promise.all(
    commonSelectors.map(async (each) => ({ selector: each, texts: await dns.txt(nameOf(each, domain)) })),
  )
  const answered = answers.flatMap(({ selector: each, texts }) =>
    typeof texts === 'string' ? [] : [{ selector: each, texts }],
  )
  // One record at every name that exists or not is no key of anybody.
  if (
    answered.length === commonSelectors.length &&
    new Set(answered.map(({ texts }) => texts.join('\n'))).size === 1 &&
    answered[0]?.texts.length !== 0
  )
    return [
      finding(
        'dkim.every-name',
        { domain, tried: commonSelectors.join(', ') },
        { found: foundAt(nameOf('*', domain), answered[0]?.texts ?? []) },
      ),
    ]
  const keys = answered.filter(({ texts }) => texts.some(isDkimKey))
  const found = keys.flatMap(({ selector: each, texts }) => ofTexts(domain, each, texts.filter(isDkimKey)))
  if (found.length > 0) return found
  const isUnknown = answers.every(({ texts }) => texts === 'temperror' || texts === 'unasked')
  return [
    finding(isUnknown ? 'dkim.unknown' : 'dkim.not-guessed', { domain, tried: commonSelectors.join(', ') }),
  ]
}

async function checkSelector(
  domain: string,
  selector: string,
  dns: Pick<DnsQuestions, 'txt'>,
): Promise<readonly Finding[]> {
  const name = nameOf(selector, domain)
  const texts = await dns.txt(name)
  if (texts === 'temperror' || texts === 'unasked')
    return [finding('dkim.unknown', { domain, selector, name })]
  if (texts === 'no-name' || texts.length === 0)
    return [
      finding(
        'dkim.none',
        { domain, selector, name },
        { publish: [txtLine(name, 'v=DKIM1; k=rsa; p=<public key>')] },
      ),
    ]
  return ofTexts(domain, selector, texts)
}

function ofTexts(domain: string, selector: string, texts: readonly string[]): readonly Finding[] {
  const name = nameOf(selector, domain)
  const found = foundAt(name, texts)
  const facts = { domain, selector, name }
  // RFC 6376 §3.6.2.2: with several the outcome is undefined.
  if (texts.length > 1) return [finding('dkim.several-records', { ...facts, count: texts.length }, { found })]
  const key = parseDkimKey(texts[0] ?? '')
  if (key === 'revoked') return [finding('dkim.revoked', facts, { found })]
  if (typeof key === 'string') return [finding('dkim.unreadable', { ...facts, why: key }, { found })]
  return [ofStrength(key, facts, found), ...ofTags(key, facts)]
}

function ofStrength(
  { kind, bits }: DkimKey,
  facts: { readonly selector: string; readonly name: string },
  found: readonly FoundRecord[],
): Finding {
  const more = { ...facts, bits }
  if (kind === 'ed25519') return finding('dkim.ed25519', more, { found })
  const publish = [txtLine(facts.name, `v=DKIM1; k=rsa; p=<public key of ${goodBits} bits>`)]
  if (bits < leastBits) return finding('dkim.broken-key', more, { found, publish })
  return bits < goodBits
    ? finding('dkim.short-key', more, { found, publish })
    : finding('dkim.key', more, { found })
}

function ofTags(
  { isTesting, hashes, services }: DkimKey,
  facts: { readonly selector: string; readonly name: string },
): readonly Finding[] {
  const isForMail = services.some((service) => service === '*' || service === 'email')
  return [
    ...(isTesting ? [finding('dkim.testing', facts)] : []),
    // RFC 8301 §3.1: SHA-1 counts no more.
    ...(hashes.length > 0 && !hashes.includes('sha256')
      ? [finding('dkim.sha1', { ...facts, hashes: hashes.join(', ').slice(0, 120) })]
      : []),
    ...(isForMail
      ? []
      : [finding('dkim.other-service', { ...facts, services: services.join(', ').slice(0, 120) })]),
  ]
}

function nameOf(selector: string, domain: string): string {
  return `${selector}._domainkey.${domain}`
}

function foundAt(name: string, texts: readonly string[]): readonly FoundRecord[] {
  return texts.map((text) => ({ name, type: 'TXT', text }))
}
