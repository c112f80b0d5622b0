import { randomBytes, randomInt } from 'node:crypto'

/** Crockford's base 32 in lower case: no i, l, o, u, so that it survives being read over the telephone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** `count` random characters of five bits each. */
export function randomId(count: number): string {
  let id = ''
  for (const byte of randomBytes(count)) id += alphabet[byte & 31]
  return id
}

/** Whether this could be an id of ours; what stands in an address may be anything. */
export function isId(text: string): boolean {
  return /^[0-9a-z]{26}$/.test(text)
}

/** Bytes as characters of five bits each; what is left over of them is dropped. */
export function formatCrockford(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0]
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(held >>> bits) & 31]
    }
  }
  return text
}

/** 256 random bits as 43 characters of base64url: for halves, sessions and tokens. */
export function newSecretText(): string {
  return randomBytes(32).toString('base64url')
}

/** At least 0, less than 1: to spread what would otherwise happen all at once. */
export function randomFraction(): number {
  return randomInt(2 ** 40) / 2 ** 40
}

/** The id of a row that outsiders may see: 130 random bits. */
export function newId(): string {
  return randomId(26)
}

/** The id of a listing: 12 characters, 60 bits, so that a table entry and a case link can carry it as a number. */
export function newListingId(): string {
  return randomId(12)
}

/** Reads what people type: case, spaces and hyphens do not matter, O is 0, I and L are 1. Undefined when it is not of the alphabet. */
export function readCrockford(text: string): string | undefined {
  const folded = text.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return /^[0-9a-hjkmnp-tv-z]+$/.test(folded) ? folded : undefined
}

/** The 60 bits of a listing id as two 30-bit halves. The id must be 12 characters of the alphabet. */
export function listingIdHalves(id: string): readonly [high: number, low: number] {
  return [thirtyBits(id.slice(0, 6)), thirtyBits(id.slice(6, 12))]
}

/** The listing id of two 30-bit halves. */
export function listingIdOf(high: number, low: number): string {
  return sixCharacters(high) + sixCharacters(low)
}

function thirtyBits(text: string): number {
  let value = 0
  for (const character of text) value = value * 32 + alphabet.indexOf(character)
  return value
}

function sixCharacters(value: number): string {
  let text = ''
  for (let shift = 25; shift >= 0; shift -= 5) text += alphabet[(value >>> shift) & 31]
  return text
}
