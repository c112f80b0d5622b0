import { domainToASCII } from 'node:url'
import { formatAddress, type Address } from '../standards/ip.ts'
import type { Prefix } from '../standards/prefix.ts'
import { httpClient } from './http-client.ts'
import { httpsClient, type HttpsAnswer, type HttpsClient } from './https-client.ts'
import { rdapClient, rdapHttps, type RdapAnswer } from './rdap-client.ts'
import { renewedTable, tableHttps } from './rdap-table.ts'
import type { Registries } from './registries.ts'
import type { DnsRecords, DnsResolver } from './resolver.ts'

/** The ways out of the program as core names them (`core/ways-out.ts`), made of the real resolver and the guarded client. */
export interface Out {
  txt(name: string): Promise<readonly string[] | 'temperror'>
  ptr(address: Address): Promise<readonly string[] | 'temperror'>
  confirmedNames(address: Address): Promise<readonly string[] | 'temperror'>
  acceptsMail(domain: string): Promise<boolean | 'temperror'>
  fetchFrom(address: Address, path: string): Promise<string | undefined>
  lookup(name: string, type: string): Promise<DnsRecords>
  fetchText(host: string, path: string): Promise<HttpsAnswer>
  registered(prefix: Prefix): Promise<RdapAnswer>
  readonly elsewhere: readonly Names[]
}

/** What one resolver says of names. */
export interface Names {
  txt(name: string): Promise<readonly string[] | 'temperror'>
  confirmedNames(address: Address): Promise<readonly string[] | 'temperror'>
  lookup(name: string, type: string): Promise<DnsRecords>
}

export interface OutOptions {
  readonly resolver: DnsResolver
  /** Further resolvers, to be asked where one alone is not enough. */
  readonly elsewhere?: readonly DnsResolver[]
  /** Which addresses may be connected to; global ones when left out. */
  readonly mayReach?: (address: Address) => boolean
  /** Registries that may be asked; none when left out. */
  readonly rdap?: Registries
  /** Where the table of registries is kept that is renewed from IANA; it is not renewed when left out. */
  readonly rdapKept?: { readonly folder: string; readonly now: () => number } | undefined
  /** Only tests change these. */
  readonly port?: number
  readonly authorities?: string
  readonly rdapPauseMs?: number
}

export function waysOut(options: OutOptions): Out {
  const { resolver, elsewhere = [], mayReach, port, authorities, rdapPauseMs } = options
  const client = httpClient({ ...(mayReach && { mayReach }), ...(port !== undefined && { port }) })
  const guards = {
    resolver,
    ...(mayReach && { mayReach }),
    ...(port !== undefined && { port }),
    ...(authorities !== undefined && { authorities }),
  }
  const secure = httpsClient(guards)
  const registries = rdapClient({
    registries: tableOf(options, httpsClient({ ...guards, ...tableHttps })),
    client: httpsClient({ ...guards, ...rdapHttps }),
    ...(rdapPauseMs !== undefined && { pauseMs: rdapPauseMs }),
  })
  return {
    ...namesBy(resolver),
    elsewhere: elsewhere.map(namesBy),
    ptr: (address) => resolver.ptr(address),
    acceptsMail: (domain) => acceptsMail(resolver, domain),
    fetchFrom: (address, path) => client.fetchFrom(address, path),
    fetchText: (host, path) => secure.fetchText(host, path),
    registered: (prefix) => registries.network(prefix),
  }
}

function tableOf({ rdap, rdapKept }: OutOptions, client: HttpsClient): () => Registries {
  const shipped = rdap ?? { services: [], hosts: [] }
  if (rdapKept === undefined) return () => shipped
  const table = renewedTable({ shipped, client, ...rdapKept })
  return () => table.current()
}

function namesBy(resolver: DnsResolver): Names {
  return {
    txt: (name) => resolver.txt(name),
    confirmedNames: (address) => confirmedNames(resolver, address),
    lookup: (name, type) => resolver.lookup(name, type),
  }
}

/** Whether mail for the domain has somewhere to go (RFC 5321 §5.1): an MX that is not the null MX (RFC 7505), else an address. */
async function acceptsMail(resolver: DnsResolver, domain: string): Promise<boolean | 'temperror'> {
  const name = domainToASCII(domain)
  if (name === '') return false
  const exchanges = await resolver.mx(name)
  if (exchanges === 'temperror') return 'temperror'
  if (exchanges.length > 0) return exchanges.some(({ exchange }) => exchange !== '' && exchange !== '.')
  const addresses = await resolver.addresses(name)
  return addresses === 'temperror' ? 'temperror' : addresses.length > 0
}

/** Names of one address that are looked up again: the owner of the reverse zone decides how many there are. */
const mostNames = 3

/**
 * PTR names that lead back to the address. `temperror` when none does and one of them could not be looked up:
 * whoever asks must not take that for an address without a name.
 */
async function confirmedNames(
  resolver: DnsResolver,
  address: Address,
): Promise<readonly string[] | 'temperror'> {
  const names = await resolver.ptr(address)
  if (names === 'temperror') return 'temperror'
  const asked = names.slice(0, mostNames)
  const answers = await Promise.all(asked.map((name) => resolver.addresses(name)))
  const wanted = formatAddress(address)
  const confirmed = asked.filter((_, index) => {
    const found = answers[index]
    return Array.isArray(found) && found.some((each: Address) => formatAddress(each) === wanted)
  })
  return confirmed.length === 0 && answers.includes('temperror') ? 'temperror' : confirmed
}
