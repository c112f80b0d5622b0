import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address, type Words } from './ip.ts'

/**
 * Prefixes (RFC 4632, RFC 4291 §2.3): an address with host bits zero and a length in bits. Postern judges
 * IPv4 by the address and IPv6 by the /64, the least that a network hands to one customer (RFC 6177).
 */
export interface Prefix extends Address {
  readonly length: number
}

/** The narrowest prefix of a family that a listing, budget or grade is about. */
export const unitLength = { 4: 32, 6: 64 } as const

/** The widest prefix that a listing can be: wider ones cannot be written down at all (security LST-1). */
export const widestLength = { 4: 8, 6: 16 } as const

/** The /32 or /64 that an address is judged by. */
export function unitOf(address: Address): Prefix {
  return prefixOf(address, unitLength[address.family])
}

/** The /24 or /56 that an address is in: what one customer commonly has, and what budgets count by. */
export function networkOf(address: Address): Prefix {
  return prefixOf(address, address.family === 4 ? 24 : 56)
}

/** The address with this number in a prefix, from 0; its last 32 bits are counted in. */
export function addressOf({ family, words }: Prefix, nth: number): Address {
  const [a, b, c, d] = words
  return { family, words: family === 4 ? [(a + nth) >>> 0, b, c, d] : [a, b, c, (d + nth) >>> 0] }
}

/** The prefix of `length` bits that holds the address. */
export function prefixOf(address: Address, length: number): Prefix {
  return { family: address.family, words: mask(address.words, length), length }
}

/**
 * Reads a network as configuration names one: any length, a single address being its /32 or /128.
 * Host bits that are set are refused with the prefix that was perhaps meant, never cut off silently.
 */
export function parsePrefix(text: string): Prefix | Refusal {
  const read = readPrefix(text)
  if (read instanceof Refusal) return read
  const { address, length = addressLength(address) } = read
  if (length < 0) return new Refusal('prefix.not-a-prefix', { input: shown(text) })
  return withoutHostBits(address, length, shown(text))
}

/**
 * Reads what may be listed: a single address (IPv6: its /64) or `address/length` between /8 and /32, /16 and
 * /64; no host bits.
 */
export function parseListable(text: string): Prefix | Refusal {
  const read = readPrefix(text)
  if (read instanceof Refusal) return read
  const { address, length } = read
  if (length === undefined) return unitOf(address)
  const input = shown(text)
  const widest = widestLength[address.family]
  if (length < widest) return new Refusal('prefix.too-wide', { input, widest: `/${widest}` })
  if (length > unitLength[address.family]) {
    return new Refusal('prefix.too-narrow', { input, suggestion: formatPrefix(unitOf(address)) })
  }
  return withoutHostBits(address, length, input)
}

/** `192.0.2.0/24`; always with its length. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`
}

/** For people: a single IPv4 address without its `/32`. */
export function showPrefix(prefix: Prefix): string {
  return prefix.family === 4 && prefix.length === 32 ? formatAddress(prefix) : formatPrefix(prefix)
}

/** The same for a prefix that is kept as text; anything else as it stands. An IPv6 network of 32 bits keeps its length. */
export function showPrefixText(text: string): string {
  return text.includes(':') ? text : text.replace(/\/32$/, '')
}

/** Whether `inner` (an address or a prefix) lies inside `outer`. */
export function covers(outer: Prefix, inner: Address | Prefix): boolean {
  if (outer.family !== inner.family || lengthOf(inner) < outer.length) return false
  return sameStart(outer.words, inner.words, outer.length)
}

/** Whether two prefixes share an address. */
export function overlaps(a: Address | Prefix, b: Address | Prefix): boolean {
  return a.family === b.family && sameStart(a.words, b.words, Math.min(lengthOf(a), lengthOf(b)))
}

/** Every listable prefix that covers the address, narrowest first: `/32 … /8`, `/64 … /16`. */
export function coveringPrefixes(address: Address): Prefix[] {
  const covering: Prefix[] = []
  for (let length: number = unitLength[address.family]; length >= widestLength[address.family]; length--) {
    covering.push(prefixOf(address, length))
  }
  return covering
}

/**
 * A text key in address order, for ranges in a database: family, then the first 64 bits in hexadecimal.
 * `first` and `last` enclose every listable prefix that begins inside this one.
 */
export function rangeKeys(prefix: Prefix): { readonly first: string; readonly last: string } {
  const [a, b] = prefix.words
  const fill = mask([0xffffffff, 0xffffffff, 0, 0], prefix.length)
  return {
    first: rangeKey(prefix.family, a, b),
    last: rangeKey(prefix.family, (a | ~fill[0]) >>> 0, (b | ~fill[1]) >>> 0),
  }
}

function rangeKey(family: 4 | 6, a: number, b: number): string {
  const hex = (word: number): string => word.toString(16).padStart(8, '0')
  return family === 4 ? `4:${hex(a)}` : `6:${hex(a)}${hex(b)}`
}

function addressLength(address: Address): number {
  return address.family === 4 ? 32 : 128
}

function lengthOf(range: Address | Prefix): number {
  return 'length' in range ? range.length : addressLength(range)
}

/** Longer input than this is nobody's prefix and is not looked at. */
const longestText = 64

/**
 * Address and length as written; the length is negative where an IPv4-mapped prefix reaches beyond
 * `::ffff:0:0/96`.
 */
function readPrefix(text: string): { address: Address; length: number | undefined } | Refusal {
  const slash = text.length > longestText ? -1 : text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (address instanceof Refusal) return address
  if (slash < 0) return { address, length: undefined }
  const lengthText = text.slice(slash + 1)
  // `::ffff:192.0.2.0/120` counts its bits from the left of the IPv6 form.
  const mapped = address.family === 4 && text.includes(':')
  const length = Number(lengthText) - (mapped ? 96 : 0)
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(lengthText) || length > addressLength(address)) {
    return new Refusal('prefix.not-a-prefix', { input: shown(text) })
  }
  return { address, length }
}

function withoutHostBits(address: Address, length: number, input: string): Prefix | Refusal {
  const prefix = prefixOf(address, length)
  if (sameStart(prefix.words, address.words, addressLength(address))) return prefix
  return new Refusal('prefix.host-bits', {
    input,
    suggestion: formatPrefix(prefix),
    single: showPrefix(unitOf(address)),
  })
}

/** Input as a refusal may show it. */
function shown(text: string): string {
  return text.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')
}

function mask(words: Words, length: number): Words {
  const [a, b, c, d] = words
  return [cut(a, length), cut(b, length - 32), cut(c, length - 64), cut(d, length - 96)]
}

/** The word with all but its first `bits` bits zero. */
function cut(word: number, bits: number): number {
  if (bits >= 32) return word
  return bits <= 0 ? 0 : (word & (-1 << (32 - bits))) >>> 0
}

/** Whether the first `length` bits are the same. */
function sameStart(a: Words, b: Words, length: number): boolean {
  return (
    sameBits(a[0], b[0], length) &&
    sameBits(a[1], b[1], length - 32) &&
    sameBits(a[2], b[2], length - 64) &&
    sameBits(a[3], b[3], length - 96)
  )
}

function sameBits(a: number, b: number, bits: number): boolean {
  if (bits >= 32) return a === b
  return bits <= 0 || (a ^ b) >>> (32 - bits) === 0
}
