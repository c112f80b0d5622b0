import type { DnsQuestions } from '../../standards/dns-answer.ts'
import { recordsOf } from '../../standards/dns-answer.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { finding, type Finding, type FoundRecord } from './finding.ts'

/** Where mail for the domain goes (RFC 5321 §5.1): answers, bounces and reports that we send come that way. */
export interface MailHosts {
  readonly findings: readonly Finding[]
  /** False where DNS says that there is no such name; undefined where it said nothing. */
  readonly exists: boolean | undefined
  /** The hosts of its MX records. */
  readonly hosts: readonly string[]
}

/** Hosts that are looked up; whoever has more of them has the first ones in order too. */
const mostHosts = 3

export async function checkMailHosts(domain: string, dns: DnsQuestions): Promise<MailHosts> {
  const answer = await dns.mx(domain)
  if (answer === 'temperror' || answer === 'unasked')
    return { findings: [finding('mail-hosts.unknown', { domain })], exists: undefined, hosts: [] }
  const publish = [`${domain}. IN MX 10 mail.${domain}.`]
  if (answer === 'no-name')
    return { findings: [finding('mail-hosts.no-domain', { domain })], exists: false, hosts: [] }
  const found = answer.map(({ host, preference }) => ({
    name: domain,
    type: 'MX',
    text: `${preference} ${host}.`,
  }))
  const hosts = answer.map(({ host }) => host).filter((host) => host !== '')
  const isNull = hosts.length < answer.length
  if (isNull && hosts.length === 0)
    return { findings: [finding('mail-hosts.null', { domain }, { found, publish })], exists: true, hosts }
  if (answer.length === 0) return { findings: [await addressOnly(domain, dns, publish)], exists: true, hosts }
  const each = await Promise.all(
    hosts.slice(0, mostHosts).map(async (host) => await checkHost(domain, host, dns)),
  )
  const faults = [
    ...(isNull ? [finding('mail-hosts.null-and-others', { domain }, { found })] : []),
    ...each.flat(),
    ...(hosts.length > mostHosts
      ? [finding('mail-hosts.more', { asked: mostHosts, all: hosts.length }, { found })]
      : []),
  ]
  const isGood = faults.every(({ result }) => result === 'info')
  return {
    findings: [
      ...(isGood ? [finding('mail-hosts.found', { domain, hosts: hosts.join(', ') }, { found })] : []),
      ...faults,
    ],
    exists: true,
    hosts,
  }
}

/** Without MX the domain's own address takes its mail. */
async function addressOnly(domain: string, dns: DnsQuestions, publish: readonly string[]): Promise<Finding> {
  const addresses = await addressesOf(domain, dns)
  if (addresses === undefined) return finding('mail-hosts.unknown', { domain })
  if (addresses.length === 0) return finding('mail-hosts.none', { domain }, { publish })
  return finding('mail-hosts.address-only', { domain }, { found: addressRecords(domain, addresses), publish })
}

async function checkHost(domain: string, host: string, dns: DnsQuestions): Promise<readonly Finding[]> {
  if (!(parseAddress(host) instanceof Refusal))
    return [
      finding(
        'mail-hosts.literal',
        { domain, host },
        { publish: [`${domain}. IN MX 10 mail.${domain}.`, `mail.${domain}. IN A ${host}`] },
      ),
    ]
  const [addresses, alias] = await Promise.all([addressesOf(host, dns), dns.cname(host)])
  const found = addressRecords(host, addresses ?? [])
  const [target] = recordsOf(alias) ?? []
  // RFC 2181 §10.3.
  const aliased =
    target === undefined
      ? []
      : [
          finding(
            'mail-hosts.alias',
            { host, target },
            {
              found: [{ name: host, type: 'CNAME', text: `${target}.` }],
              publish: [`${domain}. IN MX 10 ${target}.`],
            },
          ),
        ]
  if (addresses === undefined) return [finding('mail-hosts.unknown', { domain: host }), ...aliased]
  if (addresses.length === 0)
    return [finding('mail-hosts.no-address', { host }, { publish: [`${host}. IN A 192.0.2.1`] }), ...aliased]
  const inside = addresses.find((address) => specialPurpose(address) !== undefined)
  if (inside === undefined) return aliased
  const facts = { host, ip: formatAddress(inside), block: specialPurpose(inside) ?? '' }
  return [finding('mail-hosts.not-public', facts, { found }), ...aliased]
}

/** The IPv4 addresses, else the IPv6 ones: one question is enough to know that there are some. */
async function addressesOf(name: string, dns: DnsQuestions): Promise<readonly Address[] | undefined> {
  const four = recordsOf(await dns.addresses(name, 4))
  if (four !== undefined && four.length > 0) return four
  const six = recordsOf(await dns.addresses(name, 6))
  if (six !== undefined && six.length > 0) return six
  return four === undefined || six === undefined ? undefined : []
}

/** Addresses of a name as records. */
export function addressRecords(name: string, addresses: readonly Address[]): readonly FoundRecord[] {
  return addresses.map((address) => ({
    name,
    type: address.family === 4 ? 'A' : 'AAAA',
    text: formatAddress(address),
  }))
}
