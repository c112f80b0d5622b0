import type { Address } from './ip.ts'
import type { TlsaRecord } from './tlsa.ts'

/**
 * What the Domain Name System says to one question, as the standards about mail tell answers apart (RFC 2308, RFC 7208 §4.3):
 * records; an empty list where the name is there and has none of the kind; `no-name` where the name does not exist;
 * `temperror` where nobody answered; `unasked` where the asker has used up the questions or the time it may spend.
 */
export type DnsAnswer<T> = readonly T[] | 'no-name' | 'temperror' | 'unasked'

export interface MailHost {
  /** Lower case without the last dot; empty for the root, which is the null MX (RFC 7505). */
  readonly host: string
  readonly preference: number
}

/** The questions that mail asks. Names are given without the last dot. Nothing here throws. */
export interface DnsQuestions {
  /** Each record joined from its strings (RFC 7208 §3.3). */
  txt(name: string): Promise<DnsAnswer<string>>
  /** A records, or AAAA records for family 6. */
  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<Address>>
  /** In the order of preference. */
  mx(name: string): Promise<DnsAnswer<MailHost>>
  /** Names of an address, lower case without the last dot. */
  ptr(address: Address): Promise<DnsAnswer<string>>
  /** The name that this one stands for. */
  cname(name: string): Promise<DnsAnswer<string>>
  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>>
}

/** The records, none when there are none, or undefined when it could not be found out. */
export function recordsOf<T>(answer: DnsAnswer<T>): readonly T[] | undefined {
  if (answer === 'no-name') return []
  return isKnown(answer) ? answer : undefined
}

function isKnown<T>(answer: DnsAnswer<T>): answer is readonly T[] {
  return typeof answer !== 'string'
}
