import { Refusal } from '../../base/refusal.ts'
import { analyse, type Reader } from '../../core/analysis/actions.ts'
import { flatAnswer } from '../../core/analysis/answer.ts'
import { as, type Context } from '../../core/context.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readBytes } from '../read-bytes.ts'

/**
 * `POST /api/v1/analyse`: what a bounce, a reply, a report or a header says, as `postern analyse --json` tells it. The body is the text or
 * the message itself, JSON `{"text": …}`, or a form with the part `file`. Nothing of it is kept. With an API token it costs no budget.
 */

/** Security 6.4, and room for the form around it. */
const mostBytes = 10 * 1024 * 1024
const mostBody = mostBytes + 64 * 1024

export interface AnalyseDeps {
  contextFor(c: WebContext): Context
  readonly reader: Reader
}

export function analyseRoute(app: Web, { contextFor, reader }: AnalyseDeps): void {
  app.post('/api/v1/analyse', async (c) => {
    const visitor = contextFor(c)
    const bearer = /^bearer +(ptn_\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const program = bearer === undefined ? undefined : await findToken(visitor, 'api', bearer)
    if (bearer !== undefined && !program) throw new Refusal('token.invalid')
    const ctx = program ? as(visitor, { kind: 'program', name: program.name }) : visitor
    const body = await readBytes(c, mostBody)
    if (body === undefined) throw new Refusal('form.too-large')
    const input = await inputOf(body, c.req.header('content-type') ?? '')
    if (input.length > mostBytes) throw new Refusal('form.too-large')
    return c.json(flatAnswer(await analyse(ctx, reader, input)))
  })
}

async function inputOf(body: Uint8Array<ArrayBuffer>, type: string): Promise<Buffer> {
  if (/^application\/json\b/i.test(type)) return fromJson(body)
  if (!/^multipart\/form-data\b/i.test(type))
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const form = await new Response(body, { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => undefined)
  const file = form?.get('file') ?? form?.get('text')
  if (file === undefined || file === null)
    throw new Refusal('form.invalid', { why: 'missing', field: 'file' })
  return typeof file === 'string' ? Buffer.from(file) : Buffer.from(await file.arrayBuffer())
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
