import { createHash } from 'node:crypto'
import type { XarfCheck } from '../core/abuse/examination.ts'
import { readXarf } from '../standards/xarf.ts'

/**
 * The messages that an XARF report brings as evidence. Its JSON is a stranger's: how deep and wide it is is looked at before it is
 * parsed (security PAR-3), and what is not the message that its hash says is left out.
 */

const mostBytes = 25 * 1024 * 1024
const deepest = 32
const mostKeys = 5000
/** Decoded bytes of one item and of all (XARF 4). */
const mostItem = 5 * 1024 * 1024
const mostItems = 15 * 1024 * 1024

/** The JSON, or why it is not read. */
export function parseModestJson(raw: Buffer): unknown {
  if (raw.length > mostBytes) return undefined
  const text = raw.toString('utf8')
  if (!isModest(text)) return undefined
  try {
    return JSON.parse(text, (name, value: unknown) =>
      name === '__proto__' || name === '_internal' ? undefined : value,
    )
  } catch {
    return undefined
  }
}

/** Whether a report may be taken as it is: the rules of its version, the limits, and the hashes of its evidence. */
export function checkXarf(raw: Buffer): XarfCheck {
  const json = parseModestJson(raw)
  if (json === undefined) return { version: null, errors: ['no JSON, or deeper or wider than XARF allows'] }
  const report = readXarf(json)
  if (report === undefined) return { version: null, errors: ['xarf_version: missing'] }
  const errors = [...report.errors, ...messagesIn(json).errors]
  return {
    version: report.version?.slice(0, 60) ?? null,
    errors: errors.slice(0, 20).map((error) => error.slice(0, 500)),
  }
}

/** Depth and number of names, in one pass over the characters. */
function isModest(text: string): boolean {
  let [depth, names] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++)
        if (text.charCodeAt(at) === 0x5c) at++
    } else if (character === 0x7b || character === 0x5b) {
      if (++depth > deepest) return false
    } else if (character === 0x7d || character === 0x5d) depth--
    else if (character === 0x3a && ++names > mostKeys) return false
  }
  return true
}

/** Messages of the report, decoded, and what is wrong with its evidence. */
export function messagesIn(json: unknown): {
  readonly messages: readonly Buffer[]
  readonly errors: readonly string[]
} {
  const messages: Buffer[] = []
  const errors: string[] = []
  let total = 0
  for (const { path, type, bytes, hash } of evidenceOf(json)) {
    total += bytes.length
    if (bytes.length > mostItem || total > mostItems) errors.push(`${path}: larger than XARF allows`)
    else if (!hasHash(bytes, hash)) errors.push(`${path}.hash: of something else`)
    else if (type.startsWith('message/rfc822')) messages.push(bytes)
  }
  return { messages: messages.slice(0, 10), errors }
}

interface Evidence {
  readonly path: string
  readonly type: string
  readonly bytes: Buffer
  readonly hash: unknown
}

/** `evidence` of version 4, whose payload is Base64; `Report.Samples` of version 3, whose payload may be the text itself. */
function evidenceOf(json: unknown): readonly Evidence[] {
  const report = isObject(json) && isObject(json['Report']) ? json['Report'] : {}
  const newer = itemsOf(isObject(json) ? json['evidence'] : undefined)
  const older = itemsOf(report['Samples'])
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
  return [
    ...newer.map((item, index) => ({
      path: `evidence.${index}`,
      type: textOf(item['content_type']),
      bytes: Buffer.from(textOf(item['payload']), 'base64'),
      hash: item['hash'],
    })),
    ...older.map((item, index) => ({
      path: `Report.Samples.${index}`,
      type: textOf(item['ContentType']),
      bytes: Buffer.from(textOf(item['Payload']), item['Base64Encoded'] === true ? 'base64' : 'utf8'),
      hash: undefined,
    })),
  ]
}

function itemsOf(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.slice(0, 50).filter((item) => isObject(item)) : []
}

/** `sha256:…`; nothing said is nothing wrong. */
function hasHash(bytes: Buffer, said: unknown): boolean {
  if (typeof said !== 'string') return true
  const [algorithm = '', digest = ''] = said.toLowerCase().split(':')
  if (!['md5', 'sha1', 'sha256', 'sha512'].includes(algorithm)) return false
  return createHash(algorithm).update(bytes).digest('hex') === digest
}

/** Whether the report says of itself that it only tries us. */
export function isTestReport(json: unknown): boolean {
  return isObject(json) && Array.isArray(json['tags']) && json['tags'].includes('lifecycle:test')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
