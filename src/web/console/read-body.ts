import { Refusal } from '../../base/refusal.ts'
import type { WebContext } from '../env.ts'
import { readFormBody, type Fields } from '../form-data.ts'
import { readBytes } from '../read-bytes.ts'

/** Bytes of a form; and of one with a file of 1 MiB or as much text, with room for line ends, which a browser doubles. */
const longestForm = 64 * 1024
const longestUpload = 2 * 1024 * 1024 + longestForm

/** What a form of the console carries; `upload`: it may hold a file. Throws `form.invalid`. */
export async function readBody(c: WebContext, upload: boolean): Promise<Fields | 'too-large'> {
  const bytes = await readBytes(c, upload ? longestUpload : longestForm)
  if (bytes === undefined) return 'too-large'
  const type = c.req.header('content-type')
  if (upload && type?.toLowerCase().startsWith('multipart/form-data')) return await readMultipart(bytes, type)
  return readFormBody(type, bytes)
}

/** RFC 7578. A file's content becomes a field of its name; it must be UTF-8, like everything else. */
async function readMultipart(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Fields> {
  const fields = new Map<string, string>()
  for (const [name, value] of await parse(bytes, type)) {
    if (fields.has(name)) throw new Refusal('form.invalid', { why: 'twice', field: name.slice(0, 40) })
    const text = typeof value === 'string' ? value : await readText(value, name)
    fields.set(name, text.replaceAll(/\r\n?/g, '\n'))
  }
  return fields
}

async function parse(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw Object.assign(new Refusal('form.invalid', { why: 'type' }), { cause })
  }
}

async function readText(file: File, name: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch (cause) {
    throw Object.assign(new Refusal('form.invalid', { why: 'charset', field: name.slice(0, 40) }), { cause })
  }
}
