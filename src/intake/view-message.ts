import { createHash } from 'node:crypto'
import {
  longestViewedField,
  longestViewedText,
  mostViewedFields,
  mostViewedParts,
  type EvidenceView,
  type ViewedPart,
} from '../core/abuse/evidence-view.ts'
import { decodeWords } from '../standards/encoded-word.ts'
import { valueOf, type HeaderField } from '../standards/header-fields.ts'
import { decodedBody, decodeText, readMimeMessage, type MimePart } from '../standards/mime-parts.ts'

/**
 * What came with a report as text: every field, every text part decoded, of everything else name, size and hash. HTML stays the source
 * that it is. Runs in a process that may be killed at any moment.
 */
export function viewMessage(raw: Buffer): EvidenceView {
  const text = raw.toString('latin1')
  const parts: ViewedPart[] = []
  const isJson = /^\s*[[{]/.test(text)
  if (isJson) parts.push(partOf({ type: 'application/json', fields: [], body: text, depth: 0, text: '' }, 0))
  const isCut = isJson ? false : !addMessage(text.replaceAll('\r\n', '\n'), 0, parts)
  return { parts, isCut }
}

const deepest = 10

/** False when there is more than is shown. */
function addMessage(text: string, depth: number, parts: ViewedPart[]): boolean {
  if (parts.length >= mostViewedParts || depth >= deepest) return false
  const message = readMimeMessage(text.replace(/^\s+/, ''))
  parts.push({
    ...partOf({ type: message.type, fields: message.fields, body: text, depth: 0, text: '' }, depth),
    fields: message.fields.slice(0, mostViewedFields).map(fieldOf),
    ...hashed(text),
    text: null,
    isCut: message.fields.length > mostViewedFields,
  })
  for (const part of message.parts) {
    const at = Math.min(deepest, depth + 1 + part.depth)
    if (/^message\/(?:rfc822|global)$/.test(part.type)) {
      if (!addMessage(decodedBody(part), at, parts)) return false
      continue
    }
    if (parts.length >= mostViewedParts) return false
    parts.push(partOf(part, at))
  }
  return true
}

function partOf(part: MimePart, depth: number): ViewedPart {
  const bytes = decodedBody(part)
  const isText = /^text\/|^message\/|rfc822|\/json$|xarf/.test(part.type)
  const text = isText ? decodeText(bytes.slice(0, longestViewedText), charsetOf(part.fields)) : null
  return {
    depth,
    type: part.type,
    name: nameOf(part.fields),
    ...hashed(bytes),
    fields: [],
    text: text?.slice(0, longestViewedText).toWellFormed() ?? null,
    isCut: bytes.length > longestViewedText && isText,
  }
}

function hashed(bytes: string): Pick<ViewedPart, 'size' | 'sha256'> {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes, 'latin1').digest('hex') }
}

function fieldOf({ name, value }: HeaderField): ViewedPart['fields'][number] {
  return { name, value: decodeWords(decodeText(value)).slice(0, longestViewedField).toWellFormed() }
}

function charsetOf(fields: readonly HeaderField[]): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:+-]{1,60})/i.exec(valueOf(fields, 'content-type') ?? '')?.[1]
}

/** As Content-Disposition or Content-Type give it (RFC 2183, RFC 2231). */
function nameOf(fields: readonly HeaderField[]): string | null {
  for (const field of ['content-disposition', 'content-type']) {
    const value = valueOf(fields, field) ?? ''
    const extended = /;\s*(?:file)?name\*\s*=\s*[\w.-]{0,40}'[^']{0,20}'([^;\s]{1,800})/i.exec(value)?.[1]
    const plain = /;\s*(?:file)?name\s*=\s*(?:"([^"]{1,800})"|([^\s;]{1,800}))/i.exec(value)
    const name = extended === undefined ? (plain?.[1] ?? plain?.[2]) : percentDecoded(extended)
    if (name !== undefined) return decodeWords(decodeText(name)).slice(0, 400).toWellFormed()
  }
  return null
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
