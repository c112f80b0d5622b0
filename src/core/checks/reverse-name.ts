import { Refusal } from '../../base/refusal.ts'
import { reverseZoneName } from '../../standards/dns-list.ts'
import { recordsOf, type DnsQuestions } from '../../standards/dns-answer.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { readName } from '../../standards/reverse-name.ts'
import { covers, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { finding, type Finding, type FoundRecord } from './finding.ts'
import { addressRecords } from './mail-hosts.ts'

/** What the address is, before anything is asked. `ours`: our own networks. */
export function judgeAddress(address: Address | undefined, ours: readonly Prefix[]): Finding {
  if (address === undefined) return finding('address.not-given')
  const ip = formatAddress(address)
  const block = specialPurpose(address)
  if (block !== undefined) return finding('address.special', { ip, block })
  return finding(ours.some((network) => covers(network, address)) ? 'address.ours' : 'address.public', { ip })
}

export interface ReverseName {
  readonly findings: readonly Finding[]
  /** Names that lead back to the address. */
  readonly confirmed: readonly string[]
}

/** Names of one address that are looked up again: the owner of the reverse zone decides how many there are. */
const mostNames = 3

/** Whether the address has a name, and the name the address (forward-confirmed reverse DNS, RFC 8499). */
export async function checkReverseName(
  domain: string,
  address: Address,
  dns: DnsQuestions,
): Promise<ReverseName> {
  const ip = formatAddress(address)
  const at = reverseZoneName(address)
  const names = recordsOf(await dns.ptr(address))
  const wanted = `mail.${domain}`
  const publish = [`${at}. IN PTR ${wanted}.`, `${wanted}. IN ${address.family === 4 ? 'A' : 'AAAA'} ${ip}`]
  if (names === undefined) return { findings: [finding('reverse-name.unknown', { ip })], confirmed: [] }
  if (names.length === 0)
    return {
      findings: [finding('reverse-name.none', { ip, family: address.family }, { publish })],
      confirmed: [],
    }
  const found: readonly FoundRecord[] = names.map((name) => ({ name: at, type: 'PTR', text: `${name}.` }))
  const asked = names.slice(0, mostNames)
  const answers = await Promise.all(
    asked.map(async (name) => recordsOf(await dns.addresses(name, address.family))),
  )
  const isBack = (index: number): boolean => (answers[index] ?? []).some((each) => formatAddress(each) === ip)
  const confirmed = asked.filter((_, index) => isBack(index))
  const away = asked.filter((_, index) => answers[index] !== undefined && !isBack(index))
  const forward = asked.flatMap((name, index) => addressRecords(name, answers[index] ?? []))
  const findings = [
    ...confirmation({ ip, confirmed, away, asked }, [...found, ...forward], address),
    ...(names.length > mostNames
      ? [finding('reverse-name.many', { ip, count: names.length }, { found })]
      : []),
    ...lineName(confirmed, address, publish),
  ]
  return { findings, confirmed }
}

function confirmation(
  {
    ip,
    confirmed,
    away,
    asked,
  }: {
    readonly ip: string
    readonly confirmed: readonly string[]
    readonly away: readonly string[]
    readonly asked: readonly string[]
  },
  found: readonly FoundRecord[],
  address: Address,
): readonly Finding[] {
  const publish = away.map((name) => `${name}. IN ${address.family === 4 ? 'A' : 'AAAA'} ${ip}`)
  const [name] = confirmed
  if (name !== undefined && away.length > 0)
    return [finding('reverse-name.partly', { ip, name, others: away.join(', ') }, { found, publish })]
  if (name !== undefined)
    return [finding('reverse-name.confirmed', { ip, name: confirmed.join(', ') }, { found })]
  if (away.length === 0) return [finding('reverse-name.unknown', { ip }, { found })]
  return [finding('reverse-name.elsewhere', { ip, name: asked.join(', ') }, { found, publish })]
}

function lineName(
  names: readonly string[],
  address: Address,
  publish: readonly string[],
): readonly Finding[] {
  const [first] = names
  const isLine = first !== undefined && names.every((name) => readName(name, address).kind === 'generic')
  return isLine ? [finding('reverse-name.line', { name: first }, { publish })] : []
}

/** The name that the server says in HELO or EHLO (RFC 5321 §4.1.1.1); without one given, what it should say: its confirmed name. */
export async function checkHelo(
  helo: string | undefined,
  address: Address | undefined,
  confirmed: readonly string[],
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  if (helo === undefined) return []
  const literal = /^\[(?:ipv6:)?([0-9a-f:.]+)\]$/.exec(helo)?.[1]
  if (literal !== undefined && !(parseAddress(literal) instanceof Refusal))
    return [finding('helo.literal', { helo })]
  const name = parseDomain(helo)
  const better = confirmed[0] ?? ''
  if (name === undefined) return [finding('helo.no-name', { helo, better })]
  if (address === undefined) {
    const some = recordsOf(await dns.addresses(name, 4)) ?? []
    const more = some.length > 0 ? some : recordsOf(await dns.addresses(name, 6))
    if (more === undefined) return [finding('helo.unknown', { helo })]
    return [
      finding(
        more.length > 0 ? 'helo.resolves' : 'helo.no-address',
        { helo },
        { found: addressRecords(name, more) },
      ),
    ]
  }
  const ip = formatAddress(address)
  const found = recordsOf(await dns.addresses(name, address.family))
  if (found === undefined) return [finding('helo.unknown', { helo })]
  const records = addressRecords(name, found)
  if (found.some((each) => formatAddress(each) === ip))
    return [finding('helo.confirmed', { helo, ip }, { found: records })]
  const publish = [`${name}. IN ${address.family === 4 ? 'A' : 'AAAA'} ${ip}`]
  return [
    finding(
      found.length > 0 ? 'helo.elsewhere' : 'helo.no-address',
      { helo, ip, better },
      { found: records, publish },
    ),
  ]
}
