import { hexDigits, type Address } from './ip.ts'

/**
 * Asking DNS lists of others (RFC 5782 §2.1, §2.4): the address in reverse before the zone's name; an A record in 127.0.0.0/8 means that it
 * is listed.
 */

/** `45.2.0.192.bl.example.org`; of an IPv6 address each hexadecimal digit is a label. */
export function dnsListName(address: Address, zone: string): string {
  return `${reversed(address)}.${zone}`
}

/** The name that PTR records of an address stand at (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseZoneName(address: Address): string {
  return `${reversed(address)}.${address.family === 4 ? 'in-addr' : 'ip6'}.arpa`
}

function reversed(address: Address): string {
  if (address.family === 4) {
    const [word] = address.words
    return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24].join('.')
  }
  return hexDigits(address).toReversed().join('.')
}

/**
 * What the answer means. `error`: 127.255.255.0/24 is how lists say that they did not answer this asker; an answer outside of 127.0.0.0/8
 * is no answer of a list at all, but of somebody who answers every question.
 */
export function readListAnswer(answers: readonly Address[]): 'listed' | 'not-listed' | 'error' | 'no-list' {
  if (answers.length === 0) return 'not-listed'
  const words = answers.flatMap(({ family, words: [word] }) => (family === 4 ? [word] : []))
  if (words.some((word) => word >>> 8 === 0x7fffff)) return 'error'
  return words.length > 0 && words.every((word) => word >>> 24 === 127) ? 'listed' : 'no-list'
}
