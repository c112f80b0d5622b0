import { Refusal } from '../base/refusal.ts'

/**
 * Internet addresses as text (RFC 4291 §2.2, RFC 5952) and as words to compute with. The reader is strict
 * where people and libraries differ: `010.0.0.1` is ten to one reader and eight to another, so it is refused.
 * An IPv4 address in IPv6 clothes (`::ffff:0:0/96`) is the IPv4 address.
 */
export interface Address {
  readonly family: 4 | 6
  /** Four 32-bit words from the left; an IPv4 address is in the first, the others are zero. */
  readonly words: Words
}

export type Words = readonly [number, number, number, number]

/** Longest text that can be an address: an IPv6 address with an embedded IPv4 one. */
const longestText = 45

const dot = 46
const zero = 48
const colon = 58

/** Reads one address. Refuses prefixes, leading zeros, zone ids, ports, host names. */
export function parseAddress(text: string): Address | Refusal {
  const word = readIPv4(text)
  if (word >= 0) return v4(word)
  const words = readIPv6(text)
  return words === undefined ? refuse(text) : unmapped(words)
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatDotted(address.words[0]) : formatGroups(address.words)
}

/**
 * The IPv4 address inside a 6to4 (2002::/16), NAT64 (64:ff9b::/96; 64:ff9b:1::/48 in its /96 form, RFC 6052
 * §2.2) or compatible (::/96) address, if it is one.
 */
export function embeddedAddress(address: Address): Address | undefined {
  if (address.family === 4) return undefined
  const [a, b, c, d] = address.words
  if (a >>> 16 === 0x2002) return v4((((a & 0xffff) << 16) | (b >>> 16)) >>> 0)
  if (a === 0x0064ff9b && ((b === 0 && c === 0) || b >>> 16 === 1)) return v4(d)
  if (a === 0 && b === 0 && c === 0 && d > 1) return v4(d)
  return undefined
}

/**
 * The address that a sender is judged by: of a 6to4 or NAT64 client the IPv4 address inside, for such an IPv6 address is
 * only another spelling of it (security LST-4), else the address itself.
 */
export function judgedAs(address: Address): Address {
  return embeddedAddress(address) ?? address
}

/** The digits of an IPv6 address in hexadecimal, 32 of them: the labels of its name in DNS (RFC 3596 §2.5). */
export function hexDigits({ words }: Address): readonly string[] {
  return words.flatMap((word) => Array.from(word.toString(16).padStart(8, '0')))
}

function v4(word: number): Address {
  return { family: 4, words: [word, 0, 0, 0] }
}

function unmapped(words: Words): Address {
  const [a, b, c, d] = words
  return a === 0 && b === 0 && c === 0xffff ? v4(d) : { family: 6, words }
}

/**
 * Says which mistake it was, as far as it can be known; the input is shown without what could harm a page or
 * a log.
 */
function refuse(text: string): Refusal {
  const input = text.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  if (/^(?:[0-9a-f:]*:)?[0-9.]+$/i.test(address) && /(?:^|[.:])0[0-9]+\.|\.0[0-9]/.test(address)) {
    return new Refusal('address.leading-zero', { input })
  }
  if (slash >= 0 && (readIPv4(address) >= 0 || readIPv6(address) !== undefined)) {
    return new Refusal('address.is-prefix', { input })
  }
  return new Refusal('address.not-an-address', { input })
}

/** The 32 bits of a dotted address, or -1: exactly four decimal octets without leading zeros. */
function readIPv4(text: string): number {
  const end = text.length
  if (end < 7 || end > 15) return -1
  let word = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === dot) {
      if (digits === 0) return -1
      word = (word << 8) | octet
      dots++
      octet = 0
      digits = 0
      continue
    }
    if (code < zero || code > zero + 9 || (digits > 0 && octet === 0)) return -1
    octet = octet * 10 + code - zero
    digits++
    if (octet > 255) return -1
  }
  return digits === 0 || dots !== 3 ? -1 : ((word << 8) | octet) >>> 0
}

/**
 * Groups of one to four hexadecimal digits, one `::` at most, the last two perhaps dotted (RFC 4291 §2.2).
 */
function readIPv6(text: string): Words | undefined {
  const end = text.length
  if (end < 2 || end > longestText) return undefined
  const groups: number[] = []
  let gap = -1
  let at = 0
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return undefined
    gap = 0
    at = 2
  }
  while (at < end) {
    const start = at
    let group = 0
    for (let digit = hexDigit(text, at); digit >= 0; digit = hexDigit(text, ++at)) group = group * 16 + digit
    if (at < end && text.charCodeAt(at) === dot) {
      const word = readIPv4(text.slice(start))
      if (word < 0) return undefined
      groups.push(word >>> 16, word & 0xffff)
      break
    }
    if (at === start || at - start > 4) return undefined
    groups.push(group)
    if (at === end) break
    if (text.charCodeAt(at) !== colon || ++at === end) return undefined
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined
      gap = groups.length
      at++
    }
  }
  return wordsOf(groups, gap)
}

/** `gap`: how many groups stand before the `::`, or -1 when there is none. */
function wordsOf(groups: readonly number[], gap: number): Words | undefined {
  const missing = 8 - groups.length
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined
  const left = gap < 0 ? 8 : gap
  const group = (index: number): number => {
    if (index < left) return groups[index] ?? 0
    return index < left + missing ? 0 : (groups[index - missing] ?? 0)
  }
  const word = (index: number): number => ((group(index) << 16) | group(index + 1)) >>> 0
  return [word(0), word(2), word(4), word(6)]
}

/** The value of the hexadecimal digit there, or -1. */
function hexDigit(text: string, at: number): number {
  if (at >= text.length) return -1
  const code = text.charCodeAt(at)
  if (code >= zero && code <= zero + 9) return code - zero
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function formatDotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
}

/**
 * RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals)
 * becomes `::`.
 */
function formatGroups(words: Words): string {
  if (words[2] === 0 && words[3] === 0) return formatNetwork(words[0], words[1])
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  let start = -1
  let longest = 1
  for (let from = 0; from < 8; from++) {
    let to = from
    while (to < 8 && groups[to] === 0) to++
    if (to - from > longest) [start, longest] = [from, to - from]
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`
}

/** The same of a network, /64 or wider: its longest run of zeros is at its end. Senders are named so, millions of times. */
function formatNetwork(first: number, second: number): string {
  if (first === 0 && second === 0) return '::'
  const start = (first >>> 16).toString(16)
  const [b, c, d] = [first & 0xffff, second >>> 16, second & 0xffff]
  if (d !== 0) return `${start}:${b.toString(16)}:${c.toString(16)}:${d.toString(16)}::`
  if (c !== 0) return `${start}:${b.toString(16)}:${c.toString(16)}::`
  return b === 0 ? `${start}::` : `${start}:${b.toString(16)}::`
}
