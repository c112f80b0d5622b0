import { createHmac } from 'node:crypto'
import { isSame, type Secret } from '../base/secret.ts'

/**
 * Time-based one-time passwords (RFC 6238 over RFC 4226): six digits of an HMAC-SHA-1 over the number of
 * 30-second steps since 1970. SHA-1, six digits and 30 seconds because authenticator apps ignore anything
 * else.
 */
const stepMs = 30_000
const digits = 6

/** Steps before and after now that still count (RFC 6238 §5.2): clocks differ, and people type slowly. */
const tolerance = 1

/** The code of one step. */
export function totpCode(secret: Secret, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret.reveal()).update(counter).digest()
  // RFC 4226 §5.3: the low four bits of the last byte say where the 31 bits are.
  const offset = hash.readUInt8(hash.length - 1) & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The step that a moment (milliseconds since 1970) is in. */
export function totpStep(now: number): number {
  return Math.floor(now / stepMs)
}

/**
 * The step whose code this is, or undefined. Keep it and give it as `after` next time: a code is good once
 * (RFC 6238 §5.2). Spaces in the code do not matter.
 */
export function verifyTotp(secret: Secret, code: string, now: number, after = -1): number | undefined {
  const typed = code.replaceAll(' ', '')
  if (!/^[0-9]{6}$/.test(typed)) return undefined
  let found: number | undefined
  for (let step = totpStep(now) - tolerance; step <= totpStep(now) + tolerance; step++) {
    if (step > after && isSame(Buffer.from(totpCode(secret, step)), Buffer.from(typed))) found ??= step
  }
  return found
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base 32 (RFC 4648 §6) without padding, as authenticator apps take it. */
export function formatBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => base32.charAt(parseInt(group.padEnd(5, '0'), 2))).join('')
}

/** The bytes again. Throws on what is not base 32. */
export function readBase32(text: string): Buffer {
  if (!/^[A-Z2-7]*$/.test(text)) throw new RangeError('not base 32')
  const bits = text.replaceAll(/./g, (character) => base32.indexOf(character).toString(2).padStart(5, '0'))
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)))
}

/** What a QR code for the app holds. Reveals the secret. */
export function otpauthUri(secret: Secret, issuer: string, account: string): string {
  const name = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const parameters = [
    `secret=${formatBase32(secret.reveal())}`,
    `issuer=${encodeURIComponent(issuer)}`,
    'algorithm=SHA1',
    `digits=${digits}`,
    `period=${stepMs / 1000}`,
  ]
  return `otpauth://totp/${name}?${parameters.join('&')}`
}
