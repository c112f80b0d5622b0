import type { Ambiguity, Breach } from './parsed-message.ts'

/**
 * The header section of a message (RFC 5322 §2.2) and the budgets of security.md 6.4, checked in one cheap pass over the bytes before
 * any parser sees them: parsers are where hostile messages cost time and memory.
 */
export interface Header {
  readonly fields: readonly HeaderField[]
  /** Signs that another reader may see another header. */
  readonly ambiguous: readonly Ambiguity[]
}

export interface HeaderField {
  /** Lower case. */
  readonly name: string
  /** As Latin-1, still folded and encoded. */
  readonly value: string
}

const mostHeaderBytes = 256 * 1024
const mostFields = 1000
const mostFieldBytes = 64 * 1024
/** RFC 5321 §6.3 asks for at least 100 before a loop is assumed. */
const mostHops = 100
/** Every signature costs a public key, a header hash and perhaps a body hash. */
const mostSignatures = 20
const mostLineBytes = 64 * 1024
/** The parser keeps something for every line; ten megabytes of ordinary text have 150,000. */
const mostLines = 500_000
const mostEncodedWords = 500
const mostAddresses = 1000
/** RFC 2046 §5.1.1. */
const longestBoundary = 70
/** Multiparts and embedded messages; nesting is never deeper than their number. */
const mostContainers = 20

/** Fields that may stand once (RFC 5322 §3.6, RFC 2045 §3) and that decide what a message says and from whom. */
const single = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
])
const addressFields = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'resent-to',
  'resent-cc',
  'resent-from',
])

/** The header, or the budget that the message breaks. */
export function readHeader(raw: Buffer): Header | Breach {
  const end = headerEnd(raw)
  if (end > mostHeaderBytes) return 'header-size'
  const text = raw.toString('latin1', 0, end)
  const fields: { name: string; value: string }[] = []
  let isBroken = false
  for (const line of text.split(/\r?\n/)) {
    const last = fields.at(-1)
    const colon = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/.exec(line)
    if (colon) fields.push({ name: (colon[1] ?? '').toLowerCase(), value: line.slice(colon[0].length) })
    else if (/^[ \t]/.test(line) && last) last.value += `\r\n${line}`
    else if (line !== '') isBroken = true
    if (fields.length > mostFields) return 'header-fields'
  }
  return breachOfFields(fields) ?? { fields, ambiguous: ambiguitiesOf(fields, text, isBroken) }
}

/** What the bytes after the header break, if anything. Linear in their number. */
export function breachOfBody(raw: Buffer): Breach | undefined {
  let lines = 0
  for (let start = 0; start < raw.length; lines++) {
    const end = raw.indexOf(0x0a, start)
    if ((end < 0 ? raw.length : end) - start > mostLineBytes) return 'line-length'
    if (lines >= mostLines) return 'lines'
    if (end < 0) break
    start = end + 1
  }
  const containers = raw
    .toString('latin1')
    .matchAll(/^content-type[ \t]*:(?:[ \t]|\r?\n[ \t])*(?:multipart|message)\//gim)
  let count = 0
  for (const _ of containers) if (++count > mostContainers) return 'containers'
  return undefined
}

/** Values of all fields of this name, in order, unfolded. */
export function valuesOf(header: Header, name: string): string[] {
  return header.fields
    .filter((field) => field.name === name)
    .map(({ value }) => value.replaceAll(/\r\n/g, '').trim())
}

/** Offset of the first byte after the header section. */
function headerEnd(raw: Buffer): number {
  let start = 0
  while (start <= mostHeaderBytes) {
    const end = raw.indexOf(0x0a, start)
    if (end < 0) return raw.length
    if (end === start || (end === start + 1 && raw[start] === 0x0d)) return end + 1
    start = end + 1
  }
  return start
}

function breachOfFields(fields: readonly HeaderField[]): Breach | undefined {
  const count = (name: string): number => fields.filter((field) => field.name === name).length
  if (fields.some(({ value }) => value.length > mostFieldBytes)) return 'field-size'
  if (count('received') > mostHops) return 'hops'
  if (count('dkim-signature') > mostSignatures || count('arc-message-signature') > 3 * mostSignatures)
    return 'signatures'
  for (const { name, value } of fields) {
    if (occurrences(value, '=?') > mostEncodedWords) return 'encoded-words'
    if (addressFields.has(name) && occurrences(value, ',') + occurrences(value, ';') > mostAddresses)
      return 'addresses'
    if (name === 'content-type' && longBoundary.test(value)) return 'boundary'
  }
  return undefined
}

const longBoundary = new RegExp(
  `boundary\\s*=\\s*(?:"[^"]{${longestBoundary + 1}}|[^\\s";]{${longestBoundary + 1}})`,
  'i',
)

function occurrences(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1
  return count
}

function ambiguitiesOf(fields: readonly HeaderField[], text: string, isBroken: boolean): Ambiguity[] {
  const seen = new Set<string>()
  let isRepeated = false
  for (const { name } of fields) {
    if (single.has(name) && seen.has(name)) isRepeated = true
    seen.add(name)
  }
  return [
    ...(isRepeated ? (['repeated-field'] as const) : []),
    ...(text.includes('\0') ? (['nul'] as const) : []),
    ...(isBroken ? (['broken-field'] as const) : []),
  ]
}
