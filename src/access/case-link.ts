import { listingIdHalves, listingIdOf } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import { isSame, mac, type Secret } from '../base/secret.ts'
import type { Address, Words } from '../standards/ip.ts'
import { isEdgeName } from './edge-name.ts'
import { reasonByWire, reasons, type ReasonName } from './reasons.ts'

/**
 * The token at the end of the link in a refusal (contracts 8): the facts of the decision and a MAC, in base64url.
 * Nothing in it is secret; what it shows is that our edge said this to that address in that minute.
 *
 * Bytes, numbers big-endian: version 1 · key number 1 · length of the edge's name 1, name · minute 4 · reason 1 ·
 * listing 8 (zeros: none) · family 1 · address 4 or 16 · HMAC-SHA-256 of all before it, cut to 16.
 */
export interface CaseFacts {
  /** Number of the key that signed, 0 to 255. */
  readonly keyId: number
  readonly edge: string
  /** Whole minutes since 1970. */
  readonly minute: number
  readonly reason: ReasonName
  /** Id of the listing that decided. */
  readonly listing: string | null
  readonly address: Address
}

export interface OpenedCase {
  readonly facts: CaseFacts
  /** Since the beginning of its minute; a little below zero when the edge's clock is ahead. */
  readonly ageMs: number
  /** Whether the page opens from the token alone. A token that is too old for it is refused. */
  readonly opens: true
  /** Whether it still counts as proof of an SMTP session from the address. */
  readonly proves: boolean
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A bounce is read within the month or not at all. */
const opensMs = 30 * dayMs
/** An address may belong to somebody else next week. */
const provesMs = 7 * dayMs
/** How far the clock of an edge may be ahead of ours. */
const aheadMs = 10 * minuteMs

const version = 1
const macBytes = 16
/** Bytes before the MAC besides the edge's name and the address. */
const fixedBytes = 17
const longest = fixedBytes + 16 + 16 + macBytes

/** The token for these facts. Throws RangeError for facts that a token cannot carry. */
export function mintCaseLink(key: Secret, facts: CaseFacts): string {
  const signed = writeFacts(facts)
  return Buffer.concat([signed, mac(key, signed, macBytes)]).toString('base64url')
}

/**
 * Opens a token that came from outside. `keyFor` gives the key of an edge, whatever name is asked for.
 * Refuses with `case-link.invalid` what no edge of ours has made or will make for ten minutes, with `case-link.expired` what is older than 30 days.
 */
export function openCaseLink(
  keyFor: (edge: string) => Secret,
  token: string,
  now: number,
): OpenedCase | Refusal {
  const facts = readToken(keyFor, token)
  if (facts === undefined) return new Refusal('case-link.invalid')
  const ageMs = now - facts.minute * minuteMs
  if (ageMs < -aheadMs) return new Refusal('case-link.invalid')
  if (ageMs > opensMs)
    return new Refusal('case-link.expired', { at: new Date(facts.minute * minuteMs).toISOString() })
  return { facts, ageMs, opens: true, proves: ageMs <= provesMs }
}

/**
 * What a token says, whatever its age: for reading old bounces, never as proof. With `keyFor` only what one of our edges has signed;
 * without, on a machine that has no keys, what it claims.
 */
export function readCaseLink(
  token: string,
  keyFor: ((edge: string) => Secret) | undefined,
): CaseFacts | undefined {
  if (keyFor !== undefined) return readToken(keyFor, token)
  const parts = partsOf(token)
  return parts && readFacts(parts.bytes.subarray(0, -macBytes), parts.edge)
}

function writeFacts({ keyId, edge, minute, reason, listing, address }: CaseFacts): Buffer {
  if (!isEdgeName(edge)) throw new RangeError(`no edge is called ${edge}`)
  if (!Number.isInteger(minute)) throw new RangeError('a case link counts whole minutes')
  const addressBytes = address.family === 4 ? 4 : 16
  const bytes = Buffer.allocUnsafe(fixedBytes + edge.length + addressBytes)
  let at = bytes.writeUInt8(version, 0)
  at = bytes.writeUInt8(keyId, at)
  at = bytes.writeUInt8(edge.length, at)
  at += bytes.write(edge, at, 'latin1')
  at = bytes.writeUInt32BE(minute, at)
  at = bytes.writeUInt8(reasons[reason].wire, at)
  for (const half of listing === null ? [0, 0] : listingIdHalves(listing)) at = bytes.writeUInt32BE(half, at)
  at = bytes.writeUInt8(address.family, at)
  for (const word of address.words.slice(0, addressBytes / 4)) at = bytes.writeUInt32BE(word, at)
  return bytes
}

function readToken(keyFor: (edge: string) => Secret, token: string): CaseFacts | undefined {
  const parts = partsOf(token)
  if (parts === undefined) return undefined
  const { bytes, edge } = parts
  const signed = bytes.subarray(0, -macBytes)
  if (!isSame(mac(keyFor(edge), signed, macBytes), bytes.subarray(-macBytes))) return undefined
  return readFacts(signed, edge)
}

function partsOf(token: string): { readonly bytes: Buffer; readonly edge: string } | undefined {
  const bytes = readBase64url(token)
  if (bytes === undefined || bytes[0] !== version || bytes.length < fixedBytes + macBytes) return undefined
  const edge = bytes.toString('latin1', 3, 3 + (bytes[2] ?? 0))
  return isEdgeName(edge) ? { bytes, edge } : undefined
}

/** Only what `writeFacts` writes: one form for one fact. */
function readFacts(bytes: Buffer, edge: string): CaseFacts | undefined {
  const at = 3 + edge.length
  const family = bytes[at + 13]
  if (bytes.length !== at + 14 + (family === 4 ? 4 : 16)) return undefined
  const reason = reasonByWire(bytes.readUInt8(at + 4))
  const [high, low] = [bytes.readUInt32BE(at + 5), bytes.readUInt32BE(at + 9)]
  if (reason === undefined || high > 0x3fffffff || low > 0x3fffffff) return undefined
  const address = readAddress(bytes.subarray(at + 14), family)
  if (address === undefined) return undefined
  const listing = high === 0 && low === 0 ? null : listingIdOf(high, low)
  return { keyId: bytes.readUInt8(1), edge, minute: bytes.readUInt32BE(at), reason, listing, address }
}

function readAddress(bytes: Buffer, family: number | undefined): Address | undefined {
  if (family === 4) return { family, words: [bytes.readUInt32BE(0), 0, 0, 0] }
  if (family !== 6) return undefined
  const words: Words = [
    bytes.readUInt32BE(0),
    bytes.readUInt32BE(4),
    bytes.readUInt32BE(8),
    bytes.readUInt32BE(12),
  ]
  return { family, words }
}

/** Bytes of a token in its one spelling: no padding, no other alphabet, no bits left over (RFC 4648 §3.5, §5). */
function readBase64url(token: string): Buffer | undefined {
  if (token.length > Math.ceil((longest * 4) / 3)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  return bytes.toString('base64url') === token ? bytes : undefined
}
