import { Refusal } from '../../base/refusal.ts'
import type { WebContext } from '../env.ts'
import { readFormBody } from '../form-data.ts'
import { readBytes } from '../read-bytes.ts'

/** Security 6.4, and room for the form around it. */
const mostBytes = 10 * 1024 * 1024
const mostBody = mostBytes + 64 * 1024

/** Parts of the form, the one that counts first. */
const parts = ['file', 'text', 'header']

/**
 * What somebody handed in to be read: the body itself, JSON `{"text": …}`, or a form (RFC 7578) with the part `file`, `text` or
 * `header`. Throws `form.too-large` and `form.invalid`.
 */
export async function handedIn(c: WebContext): Promise<Buffer> {
  const body = await readBytes(c, mostBody)
  const input = body && (await inputOf(body, c.req.header('content-type') ?? ''))
  if (input === undefined || input.length > mostBytes) throw new Refusal('form.too-large', { most: '10 MiB' })
  return input
}

async function inputOf(body: Uint8Array<ArrayBuffer>, type: string): Promise<Buffer> {
  if (/^application\/json\b/i.test(type)) return fromJson(body)
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    const fields = readFormBody(type, body)
    return Buffer.from(parts.map((name) => fields.get(name)).find((text) => text !== undefined) ?? '')
  }
  if (!/^multipart\/form-data\b/i.test(type))
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const form = await new Response(body, { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => undefined)
  const given = parts.map((name) => form?.get(name) ?? undefined)
  // A browser sends an empty file where none was chosen.
  const part =
    given.find((each) => (typeof each === 'string' ? each.trim() !== '' : (each?.size ?? 0) > 0)) ??
    given.find((each) => each !== undefined)
  if (part === undefined) throw new Refusal('form.invalid', { why: 'missing', field: 'file' })
  return typeof part === 'string' ? Buffer.from(part) : Buffer.from(await part.arrayBuffer())
}

/** `{"text": …}`; any other JSON is a report (XARF, a notification) and is read itself. */
function fromJson(body: Uint8Array<ArrayBuffer>): Buffer {
  const raw = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  try {
    const json: unknown = JSON.parse(raw.toString('utf8'))
    const isWrapped = typeof json === 'object' && json !== null && Object.keys(json).join() === 'text'
    const text = isWrapped && 'text' in json ? json.text : undefined
    return typeof text === 'string' ? Buffer.from(text) : raw
  } catch {
    throw new Refusal('form.invalid', { why: 'not JSON', field: 'body' })
  }
}
