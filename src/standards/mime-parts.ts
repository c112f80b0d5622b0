import { readFields, valueOf, type HeaderField } from './header-fields.ts'

/**
 * Parts of a message (RFC 2045, RFC 2046), for readers of bounces. Bounces are broken mail: the last boundary is missing, the boundary is
 * not declared, a machine part is base64, a charset is a lie. So this reader takes what is there, decides nothing that anybody acts on,
 * and never looks at more than its limits say. Mail that is acted on is read by `mailparser` (decision 010).
 *
 * Text in and out has LF line ends. Bytes are given as Latin-1, one character each.
 */
export interface MimePart {
  /** Media type without parameters, lower case. */
  readonly type: string
  readonly fields: readonly HeaderField[]
  /** Decoded, at most `longestPart` characters; empty for types that hold no text. */
  readonly text: string
  /** Still encoded, whole. */
  readonly body: string
  /** How deep below the message: 0 for the message's own body. */
  readonly depth: number
}

export interface MimeMessage {
  readonly fields: readonly HeaderField[]
  readonly type: string
  /** `report-type` of multipart/report (RFC 6522), lower case. */
  readonly reportType: string | undefined
  /** Leaves in order; an embedded message is one leaf. */
  readonly parts: readonly MimePart[]
}

const longestHeader = 256 * 1024
export const longestPart = 64 * 1024
const mostParts = 100
const deepest = 8

/** Reads a message whose header begins at the first character. */
export function readMimeMessage(raw: string): MimeMessage {
  const { fields, body } = split(raw)
  const declared = mediaType(valueOf(fields, 'content-type'))
  const parts: MimePart[] = []
  const guessed = declared.boundary ?? undeclaredBoundary(declared.type, fields, body)
  collect(fields, { ...declared, boundary: guessed }, body, 0, parts)
  return { fields, type: declared.type, reportType: declared.reportType, parts }
}

interface MediaType {
  readonly type: string
  readonly boundary: string | undefined
  readonly charset: string | undefined
  readonly reportType: string | undefined
}

/** Header and body; the header ends at the first empty line. */
function split(raw: string): { readonly fields: readonly HeaderField[]; readonly body: string } {
  if (raw.startsWith('\n')) return { fields: [], body: raw.slice(1) }
  const end = raw.indexOf('\n\n')
  const header = (end < 0 ? raw : raw.slice(0, end)).slice(0, longestHeader)
  return { fields: readFields(header), body: end < 0 ? '' : raw.slice(end + 2) }
}

const parameters = {
  boundary: parameterOf('boundary'),
  charset: parameterOf('charset'),
  'report-type': parameterOf('report-type'),
} as const

function parameterOf(name: string): RegExp {
  return new RegExp(`;\\s*${name}\\*?\\s*=\\s*(?:"([^"]{1,200})"|([^\\s;"]{1,200}))`, 'i')
}

function mediaType(value: string | undefined): MediaType {
  const [, type = 'text/plain'] =
    /^\s*([a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,60})/i.exec(value ?? '') ?? []
  const parameter = (pattern: RegExp): string | undefined => {
    const match = value?.includes(';') === true ? pattern.exec(value) : undefined
    return match?.[1] ?? match?.[2]
  }
  return {
    type: type.toLowerCase(),
    boundary: parameter(parameters['boundary']),
    charset: parameter(parameters['charset']),
    reportType: parameter(parameters['report-type'])?.toLowerCase(),
  }
}

/** Some gateways lose the header field that declares it; a body that begins with `--x` and has `Content-Type` below tells it. */
function undeclaredBoundary(type: string, fields: readonly HeaderField[], body: string): string | undefined {
  if (!type.startsWith('multipart/') && valueOf(fields, 'content-type') !== undefined) return undefined
  return /^(?:[^\n]{0,200}\n){0,5}?--([\w'()+,./:=?-]{4,100})\nContent-/i.exec(body.slice(0, 2000))?.[1]
}

function collect(
  fields: readonly HeaderField[],
  media: MediaType,
  body: string,
  depth: number,
  parts: MimePart[],
): void {
  if (parts.length >= mostParts) return
  const inside = media.boundary === undefined || depth >= deepest ? [] : pieces(body, media.boundary)
  if (inside.length > 0) {
    for (const piece of inside) {
      const part = split(piece)
      collect(part.fields, mediaType(valueOf(part.fields, 'content-type')), part.body, depth + 1, parts)
    }
    return
  }
  // A multipart without its boundary is what it looks like: text.
  const type = media.type.startsWith('multipart/') ? 'text/plain' : media.type
  const isText = /^(?:text|message)\/|rfc822|\/json|xarf/.test(type)
  parts.push({ type, fields, depth, body, text: isText ? decoded(fields, { ...media, type }, body) : '' })
}

/** What stands between the boundary lines (RFC 2046 §5.1.1); the last one may be missing. */
function pieces(body: string, boundary: string): string[] {
  const found: string[] = []
  const delimiter = `--${boundary}`
  let start = -1
  for (let at = nextLine(body, delimiter, 0); at >= 0 && found.length < mostParts;) {
    if (start >= 0) found.push(body.slice(start, Math.max(start, at - 1)))
    const after = at + delimiter.length
    if (body.startsWith('--', after)) return found
    const end = body.indexOf('\n', after)
    if (end < 0) return found
    start = end + 1
    at = nextLine(body, delimiter, start)
  }
  if (start >= 0) found.push(body.slice(start))
  return found
}

/** Where the delimiter stands at the beginning of a line, or -1. */
function nextLine(body: string, delimiter: string, from: number): number {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at === 0 || body[at - 1] === '\n') return at
  }
  return -1
}

/** All of a part, decoded (RFC 2045 §6), one Latin-1 character for each byte. */
export function decodedBody({ fields, body }: Pick<MimePart, 'fields' | 'body'>): string {
  const encoding = (valueOf(fields, 'content-transfer-encoding') ?? '').trim().toLowerCase()
  // Spaces and line ends are passed over; whatever else is no base64 ends it.
  if (encoding.startsWith('base64')) return Buffer.from(body, 'base64').toString('latin1')
  return encoding.startsWith('quoted-printable') ? fromQuotedPrintable(body) : body
}

function decoded(fields: readonly HeaderField[], { type, charset }: MediaType, body: string): string {
  const encoding = (valueOf(fields, 'content-transfer-encoding') ?? '').toLowerCase()
  // Three and a half characters of quoted-printable may stand for one; more is not looked at.
  const taken = body.slice(0, longestPart * 4)
  const bytes = encoding.startsWith('base64')
    ? fromBase64(taken)
    : encoding.startsWith('quoted-printable')
      ? fromQuotedPrintable(taken)
      : taken
  return decodeText(bytes.slice(0, longestPart), type.startsWith('text/') ? charset : undefined)
}

/** Base64 up to the first line that is none: gateways append their advertisement. */
function fromBase64(text: string): string {
  const [whole = ''] = /^(?:[a-z0-9+/=]{0,1000}[ \t]*(?:\n|$))*/i.exec(text) ?? []
  return Buffer.from(whole === '' ? text : whole, 'base64')
    .toString('latin1')
    .replaceAll(/\r\n?/g, '\n')
}

function fromQuotedPrintable(text: string): string {
  return text
    .replaceAll(/=[ \t]*\n/g, '')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\r\n?/g, '\n')
}

/**
 * Latin-1 characters as the text that they stand for: UTF-8 where they are valid UTF-8 whatever is declared, else the declared charset,
 * else Windows-1252.
 */
export function decodeText(bytes: string, charset?: string): string {
  const label = charset?.trim().toLowerCase()
  if (!/[\x80-\xff]/.test(bytes) && !/^(?:iso-2022|utf-16|utf-7|hz)/.test(label ?? '')) return bytes
  const buffer = Buffer.from(bytes, 'latin1')
  if (
    label === undefined ||
    /^(?:us-ascii|utf-?8|unknown.*|x-unknown|iso-8859-1|windows-1252)$/.test(label)
  ) {
    return utf8(buffer) ?? decoderFor('windows-1252').decode(buffer)
  }
  return decoderFor(label).decode(buffer)
}

function utf8(buffer: Uint8Array): string | undefined {
  // A part that is cut at its limit may end within a character.
  for (const most of [buffer.length, buffer.length - 1, buffer.length - 2, buffer.length - 3]) {
    try {
      return strict.decode(buffer.subarray(0, Math.max(0, most)))
    } catch {
      continue
    }
  }
  return undefined
}

const strict = new TextDecoder('utf-8', { fatal: true })
const decoders = new Map<string, TextDecoder>()

function decoderFor(label: string): TextDecoder {
  const known = decoders.get(label)
  if (known) return known
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(label)
  } catch {
    decoder = new TextDecoder('windows-1252')
  }
  if (decoders.size < 100) decoders.set(label, decoder)
  return decoder
}
