import type { HttpsAnswer } from '../net/https-client.ts'
import type { RdapAnswer } from '../net/rdap-client.ts'
import type { DnsRecords } from '../net/resolver.ts'
import type { Address } from '../standards/ip.ts'
import type { Prefix } from '../standards/prefix.ts'

/** The ways out of the program, handed in so that tests replace them and nothing else. Failures are values, with the word of the standard. */
export interface WaysOut {
  /** TXT strings of a name, each joined; `temperror` when DNS did not answer. At most 3 s. */
  txt(name: string): Promise<readonly string[] | 'temperror'>
  /** PTR names of an address, lower case without the last dot. */
  ptr(address: Address): Promise<readonly string[] | 'temperror'>
  /** PTR names that resolve back to the address (forward-confirmed reverse DNS, RFC 8499), lower case without the last dot. */
  confirmedNames(address: Address): Promise<readonly string[] | 'temperror'>
  /** Whether mail for the domain has somewhere to go (MX, or an address record; not the null MX of RFC 7505). */
  acceptsMail(domain: string): Promise<boolean | 'temperror'>
  /**
   * `GET http://<address>:80<path>` of that literal only: global addresses, no redirect, 4 KiB, 5 s.
   * Undefined when it did not answer 200 in time.
   */
  fetchFrom(address: Address, path: string): Promise<string | undefined>
  /**
   * One DNS question, of type A, AAAA, CNAME, MX, PTR, TLSA or TXT. Rejects with an error whose `code` is that of `node:dns`: `ENOTFOUND` where the
   * name does not exist, `ENODATA` where it has none of the type.
   */
  lookup(name: string, type: string): Promise<DnsRecords>
  /** `GET https://<host><path>`: global addresses, a good certificate, no redirect, 64 KiB, 5 s. */
  fetchText(host: string, path: string): Promise<HttpsAnswer>
  /** What the registry says of the network that holds the prefix (RDAP): one question at a time, politely, so it may take seconds. */
  registered(prefix: Prefix): Promise<RdapAnswer>
  /** The same questions about names to other resolvers, where one alone could be lied to. */
  readonly elsewhere: readonly Pick<WaysOut, 'txt' | 'confirmedNames' | 'lookup'>[]
}
