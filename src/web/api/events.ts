import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { as, type Context } from '../../core/context.ts'
import { takeOutcomes } from '../../core/delisting/event-actions.ts'
import type { MessageOutcome } from '../../core/events/actions.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import type { Web, WebContext } from '../env.ts'
import { readBytes } from '../read-bytes.ts'

/**
 * `POST /api/v1/events` (contracts 2): what happened to mail, one JSON object a line, from a source with a token.
 * This version learns from it which delisted senders' messages were accepted; the other facts are checked and not kept.
 */

/** Contracts 2: a request's most, and what it may unfold to. */
const mostBytes = 10 << 20
const mostUnfolded = 64 << 20
/** Refused lines that the answer names. */
const mostRefused = 1000

const count = z.int().nonnegative()
/** What is kept: a database may refuse control characters, and that would hold up the other lines. */
const printable = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\x00-\x1f\x7f]*$/)
const event = z.looseObject({
  v: z.literal(1),
  id: printable(200).min(1),
  at: z.iso.datetime({ offset: true }),
  type: z.enum(['message', 'connection', 'complaint']),
  ip: z.string().max(45),
  helo: z.string().max(500).optional(),
  ptr: z.string().max(255).nullable().optional(),
  mailFrom: z.string().max(255).optional(),
  recipients: count.optional(),
  outcome: z.enum(['accepted', 'rejected', 'deferred']).optional(),
  by: z.string().optional(),
  queueId: printable(64).optional(),
  messageId: z.string().max(998).optional(),
  kind: z.enum(['junk', 'phish', 'not-junk']).optional(),
})

export function eventsRoute(app: Web, contextFor: (c: WebContext) => Context): void {
  app.post('/api/v1/events', async (c) => {
    const ctx = contextFor(c)
    const bearer = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    const source = await findToken(ctx, 'events', bearer)
    if (!source) throw new Refusal('token.invalid')
    const { outcomes, refused, usable } = readEvents(await readBody(c))
    if (usable === 0) return c.json({ accepted: 0, duplicates: 0, refused }, 400)
    const fresh = await takeOutcomes(as(ctx, { kind: 'program', name: source.name }), source.name, outcomes)
    return c.json(
      { accepted: usable - (outcomes.length - fresh), duplicates: outcomes.length - fresh, refused },
      202,
    )
  })
}

async function readBody(c: WebContext): Promise<string> {
  const bytes = await readBytes(c, mostBytes)
  if (bytes === undefined) throw new Refusal('form.too-large')
  if (c.req.header('content-encoding') !== 'gzip') return new TextDecoder().decode(bytes)
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnfolded }).toString('utf8')
  } catch {
    throw new Refusal('form.invalid', { why: 'gzip', field: 'body' })
  }
}

interface Read {
  readonly outcomes: readonly MessageOutcome[]
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
  readonly usable: number
}

function readEvents(text: string): Read {
  const outcomes: MessageOutcome[] = []
  const refused: { line: number; reason: string }[] = []
  let usable = 0
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const read = readEvent(line)
    if (typeof read === 'string') {
      if (refused.length < mostRefused) refused.push({ line: index + 1, reason: read })
      continue
    }
    usable++
    if (read) outcomes.push(read)
  }
  return { outcomes, refused, usable }
}

/** The outcome of a message, undefined for an event that carries none, or why the line cannot be used. */
function readEvent(line: string): MessageOutcome | undefined | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return 'not JSON'
  }
  const parsed = event.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`.slice(0, 200)
  }
  const { id, at, ip, type, outcome, queueId } = parsed.data
  const address = parseAddress(ip)
  if (address instanceof Refusal) return `ip: ${address.code}`
  if (type !== 'message' || outcome === undefined || queueId === undefined) return undefined
  return { id, at: Date.parse(at), ip: formatAddress(address), queueId, outcome }
}
