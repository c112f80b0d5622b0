import { Refusal } from '../../base/refusal.ts'
import type { Shape } from '../../core/abuse/examination.ts'

/**
 * What somebody uploads or pastes, by its first bytes: only a hint, so that whoever sends what cannot be traced learns it at once and
 * not by letter. Nothing is unpacked here (security PAR-5).
 */

/** Bytes that are looked at. */
const beginning = 64 * 1024

/** How it is examined. Refused: `abuse.report-empty`, `abuse.file-unreadable` (`why`: what it is), `abuse.header-missing`. */
export function shapeOf(raw: Buffer): Shape | Refusal {
  const text = raw.subarray(0, beginning).toString('latin1')
  if (text.trim() === '') return new Refusal('abuse.report-empty')
  const kind = kindOf(text)
  if (kind === 'msg') return 'reported'
  if (kind !== undefined) return new Refusal('abuse.file-unreadable', { why: kind })
  if (/^\s*\{/.test(text)) return 'xarf'
  return hasHeader(text) ? 'reported' : new Refusal('abuse.header-missing')
}

const kinds: readonly (readonly [kind: 'msg' | 'archive' | 'pdf' | 'picture', begins: RegExp])[] = [
  ['msg', /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/],
  ['archive', /^(?:PK\x03\x04|PK\x05\x06|\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ)/],
  ['pdf', /^%PDF-/],
  ['picture', /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\x00{4}|RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif))/s],
]

function kindOf(text: string): (typeof kinds)[number][0] | undefined {
  return kinds.find(([, begins]) => begins.test(text))?.[0]
}

/** Fields that a text does not have by accident. */
const traceFields = /^(?:received|message-id|return-path|dkim-signature|delivered-to|mime-version):/gim

/** Somebody who copies what the mail program shows has From and Subject perhaps, and none of these. */
function hasHeader(text: string): boolean {
  return (text.match(traceFields) ?? []).length > 0 && /^[\w-]{2,60}:/m.test(text)
}
