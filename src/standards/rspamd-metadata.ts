import { parseDomain } from './domain.ts'

/**
 * What rspamd's `metadata_exporter` tells of a message: the formatters `json` and `json_with_message` (every version), and `multipart`
 * (3.14.2 and later; a form of RFC 7578 with the fields `metadata` and `message`). What rspamd does not know it writes as `unknown`
 * (source: src/plugins/lua/metadata_exporter.lua). Nothing is sure to be there.
 */
export interface RspamdMetadata {
  readonly ip: string | undefined
  /** Whom the client logged in as. */
  readonly user: string | undefined
  readonly queueId: string | undefined
  /** `reject`, `add header`, `rewrite subject`, `greylist`, `soft reject`, `no action`, …; with spaces. */
  readonly action: string | undefined
  readonly score: number | undefined
  readonly symbols: readonly RspamdSymbol[]
  /** Mailbox of the envelope, empty for the null sender. */
  readonly from: string | undefined
  readonly recipients: readonly string[]
  /** Values of all From fields, decoded. */
  readonly headerFrom: readonly string[]
  readonly subject: string | undefined
  /** Without angle brackets. */
  readonly messageId: string | undefined
  /** Octets. */
  readonly size: number | undefined
  /** The one field Date, as written. */
  readonly date: string | undefined
}

export interface RspamdSymbol {
  readonly name: string
  readonly score: number
  readonly options: readonly string[]
}

const mostSymbols = 1000
const mostEntries = 1000
const longestText = 4096
/** Octets of the metadata; rspamd's largest are a few hundred thousand. */
const longestMetadata = 4 * 1024 * 1024

/** Reads the body of one request, whose kind `contentType` says; undefined when it holds no metadata. */
export function readRspamdBody(body: Uint8Array, contentType: string): RspamdMetadata | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const boundary = boundaryIn(contentType)
  const part = boundary === undefined ? bytes : metadataPart(bytes, boundary)
  return part && part.length <= longestMetadata ? readRspamdJson(part.toString('utf8')) : undefined
}

/** Reads one JSON object; undefined when it is none. */
export function readRspamdJson(text: string): RspamdMetadata | undefined {
  const value = parse(text)
  if (!isObject(value)) return undefined
  const headers = (name: string): readonly string[] => textsOf(value[`header_${name}`])
  const dates = headers('date')
  return {
    ip: textOf(value['ip']),
    user: textOf(value['user']),
    queueId: textOf(value['qid']),
    action: textOf(value['action'])?.toLowerCase().replaceAll('_', ' '),
    score: numberOf(value['score']),
    symbols: symbolsOf(value['symbols']),
    from: value['from'] === '' ? '' : textOf(value['from']),
    recipients: textsOf(value['rcpt']),
    headerFrom: headers('from'),
    subject: headers('subject')[0] ?? textOf(value['subject']),
    messageId: messageIdOf(textOf(value['message_id'])),
    size: sizeOf(numberOf(value['size'])),
    date: dates.length === 1 ? dates[0] : undefined,
  }
}

/** The domain of the only mailbox in the only From field; two authors are nobody's word. */
export function authorDomain({ headerFrom }: RspamdMetadata): string | undefined {
  const [value = '', ...others] = headerFrom
  if (others.length > 0) return undefined
  // Names in quotes and comments may hold mailboxes of others.
  const bare = value.replaceAll(/"(?:[^"\\]|\\.)*"/gs, ' ').replaceAll(/\((?:[^()\\]|\\.)*\)/gs, ' ')
  const inBrackets = [...bare.matchAll(/<([^<>]*)>/g)].map(([, mailbox = '']) => mailbox)
  const [mailbox = '', ...more] = inBrackets.length > 0 ? inBrackets : bare.split(',')
  const [, domain] = /^[^@]*@([^@]+)$/.exec(mailbox.trim()) ?? []
  return more.length > 0 || domain === undefined ? undefined : parseDomain(domain)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value === 'unknown') return undefined
  return value.slice(0, longestText).toWellFormed()
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.slice(0, mostEntries).flatMap((entry) => textOf(entry) ?? [])
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function sizeOf(size: number | undefined): number | undefined {
  return size !== undefined && Number.isSafeInteger(size) && size > 0 ? size : undefined
}

/** rspamd writes `undef` where a message has none. */
function messageIdOf(text: string | undefined): string | undefined {
  const bare = text?.replace(/^<(.*)>$/s, '$1')
  return bare === 'undef' || bare === '' ? undefined : bare
}

/** A list, or as in answers of the worker an object by name. */
function symbolsOf(value: unknown): readonly RspamdSymbol[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  return list.slice(0, mostSymbols).flatMap((entry) => {
    const name = isObject(entry) ? textOf(entry['name']) : undefined
    if (!isObject(entry) || name === undefined) return []
    return [{ name, score: numberOf(entry['score']) ?? 0, options: textsOf(entry['options']) }]
  })
}

function boundaryIn(contentType: string): string | undefined {
  const [, quoted, bare] =
    /^multipart\/[a-z-]+\s*;(?:.*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";]{1,70}))/is.exec(
      contentType.slice(0, longestText),
    ) ?? []
  return quoted ?? bare
}

/** The octets of the part whose name is `metadata`. */
function metadataPart(body: Buffer, boundary: string): Buffer | undefined {
  const mark = `--${boundary}`
  let start = body.indexOf(mark)
  for (let parts = 0; start >= 0 && parts < 20; parts++) {
    const next = body.indexOf(`\n${mark}`, start + mark.length)
    const part = body.subarray(start + mark.length, next < 0 ? undefined : next)
    const [end, gap] = headEnd(part)
    const head = part.toString('latin1', 0, Math.min(end, longestText))
    if (/^content-disposition:.*;\s*name="?metadata"?\s*(?:;|$)/im.test(head)) return part.subarray(end + gap)
    start = next < 0 ? -1 : next + 1
  }
  return undefined
}

/** Where the header of a part ends, and the length of the empty line. */
function headEnd(part: Buffer): readonly [number, number] {
  const strict = part.indexOf('\r\n\r\n')
  const loose = part.indexOf('\n\n')
  if (strict >= 0 && (loose < 0 || strict < loose)) return [strict, 4]
  return loose < 0 ? [part.length, 0] : [loose, 2]
}
