import type { Context } from 'hono'
import { Refusal } from '../base/refusal.ts'

/**
 * Fields of a form or a query (WHATWG URL §5.1), read strictly: UTF-8 or refused, no control characters, each name once.
 * The refusal is `form.invalid` with `why`: `charset`, `control`, `twice`, `type`, and the field's name where there is one.
 */
export type Fields = ReadonlyMap<string, string>

/** The fields of a POST. */
export async function readForm(c: Context): Promise<Fields> {
  return readFormBody(c.req.header('content-type'), new Uint8Array(await c.req.arrayBuffer()))
}

/** The fields of a body of this content type. */
export function readFormBody(contentType: string | undefined, bytes: Uint8Array): Fields {
  const type = (contentType ?? '').toLowerCase()
  if (!type.startsWith('application/x-www-form-urlencoded'))
    throw new Refusal('form.invalid', { why: 'type' })
  const charset = /charset="?([^\s;"]+)/.exec(type)?.[1]
  if (charset !== undefined && charset !== 'utf-8') throw new Refusal('form.invalid', { why: 'charset' })
  return readFields(bytes)
}

/** The fields of the query. */
export function readQuery(c: Context): Fields {
  const question = c.req.url.indexOf('?')
  const text = question < 0 ? '' : c.req.url.slice(question + 1)
  return readFields(new TextEncoder().encode(text.replace(/#.*$/s, '')))
}

/** The fields of `a=1&b=2` in bytes. */
export function readFields(bytes: Uint8Array): Fields {
  const fields = new Map<string, string>()
  for (const pair of decode(bytes).split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals))
    const value = unescape(equals < 0 ? '' : pair.slice(equals + 1)).replaceAll(/\r\n?/g, '\n')
    if (fields.has(name)) throw new Refusal('form.invalid', { why: 'twice', field: name.slice(0, 40) })
    // A line break and a tab are text; every other control character is an accident or an attempt.
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value))
      throw new Refusal('form.invalid', { why: 'control', field: name.slice(0, 40) })
    fields.set(name, value)
  }
  return fields
}

function unescape(text: string): string {
  const bytes = new TextEncoder().encode(text.replaceAll('+', ' '))
  const plain = new Uint8Array(bytes.length)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const hex = bytes[index] === 0x25 ? hexPair(bytes[index + 1], bytes[index + 2]) : undefined
    plain[length++] = hex ?? bytes[index] ?? 0
    if (hex !== undefined) index += 2
  }
  return decode(plain.subarray(0, length))
}

function hexPair(high: number | undefined, low: number | undefined): number | undefined {
  const text = String.fromCharCode(high ?? 0, low ?? 0)
  return /^[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text, 16) : undefined
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw Object.assign(new Refusal('form.invalid', { why: 'charset' }), { cause })
  }
}
