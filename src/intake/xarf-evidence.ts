import { createHash } from 'node:crypto'

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

/** Messages of the report, decoded, and what is wrong with the others. */
export function messagesIn(json: unknown): {
  readonly messages: readonly Buffer[]
  readonly errors: readonly string[]
} {
  const evidence = isObject(json) && Array.isArray(json['evidence']) ? json['evidence'].slice(0, 50) : []
  const messages: Buffer[] = []
  const errors: string[] = []
  let total = 0
  for (const [index, item] of evidence.entries()) {
    if (
      !isObject(item) ||
      !/^message\/rfc822|^text\/(?:plain|rfc822-headers)/.test(String(item['content_type']))
    )
      continue
    const bytes = Buffer.from(typeof item['payload'] === 'string' ? item['payload'] : '', 'base64')
    total += bytes.length
    if (bytes.length > mostItem || total > mostItems) {
      errors.push(`evidence.${index}: larger than XARF allows`)
      continue
    }
    if (!hasHash(bytes, item['hash'])) errors.push(`evidence.${index}.hash: of something else`)
    else if (String(item['content_type']).startsWith('message/rfc822')) messages.push(bytes)
  }
  return { messages: messages.slice(0, 10), errors }
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
