import type { DnsAnswer, DnsQuestions } from '../../standards/dns-answer.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatTlsa, tlsaName, tlsaTrouble, type TlsaRecord } from '../../standards/tlsa.ts'
import { finding, type Finding, type FoundRecord } from './finding.ts'

/** Hosts whose records are asked for: the rest of the questions belongs to what mail fails by. */
const mostHosts = 3

interface Keys {
  readonly host: string
  readonly answer: DnsAnswer<TlsaRecord>
}

/**
 * The certificates that DNS pins for the mail hosts (DANE, RFC 7672). Whether DNSSEC proves them does not show in the answers of the
 * resolver, so nothing here is a pass.
 */
export async function checkDane(
  domain: string,
  hosts: readonly string[],
  dns: Pick<DnsQuestions, 'tlsa'>,
): Promise<readonly Finding[]> {
  const names = hosts.filter((host) => parseDomain(host) !== undefined)
  if (names.length === 0) return []
  const keys = await Promise.all(
    names.slice(0, mostHosts).map(async (host) => ({ host, answer: await dns.tlsa(tlsaName(host)) })),
  )
  const found = keys.flatMap(recordsFound)
  const isKnown = keys.every(({ answer }) => answer !== 'temperror' && answer !== 'unasked')
  const none = keys.filter(({ answer }) => answer === 'no-name' || answer.length === 0).map(nameHost)
  const unusable = keys.filter(isUnusable)
  const [worst] = unusable
  if (worst !== undefined)
    return [
      finding(
        'transport.dane-unusable',
        { domain, host: unusable.map(nameHost).join(', '), why: whyOf(worst) },
        { found },
      ),
    ]
  if (found.length > 0 && none.length > 0)
    return [finding('transport.dane-partly', { domain, host: none.join(', ') }, { found })]
  if (!isKnown) return [finding('transport.dane-unasked', { domain })]
  return [finding(found.length > 0 ? 'transport.dane' : 'transport.no-dane', { domain }, { found })]
}

function nameHost({ host }: Keys): string {
  return host
}

function recordsFound({ host, answer }: Keys): readonly FoundRecord[] {
  return typeof answer === 'string'
    ? []
    : answer.slice(0, 8).map((record) => ({ name: tlsaName(host), type: 'TLSA', text: formatTlsa(record) }))
}

/** There are records, and a sender can use none of them. */
function isUnusable({ answer }: Keys): boolean {
  return typeof answer !== 'string' && answer.length > 0 && answer.every((record) => tlsaTrouble(record))
}

function whyOf({ answer }: Keys): string {
  const [first] = typeof answer === 'string' ? [] : answer
  return (first && tlsaTrouble(first)) ?? ''
}
