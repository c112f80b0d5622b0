import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Places } from '../../base/places.ts'
import { Refusal } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import { as, type Context } from '../../core/context.ts'
import { takeOutcomes } from '../../core/delisting/event-actions.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readBytes } from '../read-bytes.ts'
import { routes } from '../routes.ts'
import { isOfRspamd, rspamdEvent } from './rspamd-body.ts'

/**
 * `POST /api/v1/events` (contracts 2): what happened to mail, one JSON object a line, from a source with a token. What the answer calls
 * accepted is durable. What rspamd's own `metadata_exporter` posts is taken too, one message a request.
 */

/** Contracts 2: a request's most, and what it may unfold to. */
const mostBytes = 10 << 20
const mostUnfolded = 64 << 20

/** Requests that are unfolded and read at once; the others wait with what they sent. */
const mostAtOnce = 2

const unfold = promisify(gunzip)

export function eventsRoute(app: Web, contextFor: (c: WebContext) => Context): void {
  const places = new Places(mostAtOnce)
  app.post(routes.apiEvents.pattern, async (c) => {
    const ctx = contextFor(c)
    const source = await findToken(ctx, 'events', tokenIn(c.req.header('authorization') ?? ''))
    if (!source) throw new Refusal('token.invalid')
    const sent = await readBytes(c, mostBytes)
    if (sent === undefined) throw new Refusal('form.too-large', { most: '10 MiB', of: 'events' })
    const encoding = c.req.header('content-encoding') ?? 'identity'
    const contentType = c.req.header('content-type') ?? ''
    const { taken, isOfFilter } = await places.run(async () => {
      const bytes = await unfolded(sent, encoding)
      const program = as(ctx, { kind: 'program', name: source.name })
      const isOfFilter = isOfRspamd(bytes, contentType)
      const given = isOfFilter ? rspamdEvent(bytes, contentType, ctx.clock.now()) : linesOf(bytes)
      const lines = isOfFilter ? 1 : await countLines(bytes)
      return {
        taken: await takeOutcomes(program, source.name, given, { lines, roles: source.roles }),
        isOfFilter,
      }
    })
    const { refusedCount, ...answer } = taken
    const more = refusedCount > answer.refused.length ? { refusedCount } : {}
    const isUsed = answer.accepted + answer.duplicates > 0
    // rspamd calls everything but 200 an error, and mail of our own users, which is no event, is none.
    if (isOfFilter) return c.json(answer, refusedCount === 0 ? 200 : 400)
    return c.json({ ...answer, ...more }, isUsed ? 202 : 400)
  })
}

/** RFC 6750; or as the password of RFC 7617, which is all that rspamd's exporter can send. */
function tokenIn(authorization: string): string {
  const [, bearer] = /^bearer +(\S+)$/i.exec(authorization) ?? []
  if (bearer !== undefined) return bearer
  const [, basic = ''] = /^basic +(\S+)$/i.exec(authorization) ?? []
  const pair = Buffer.from(basic, 'base64').toString('latin1')
  return pair.slice(pair.indexOf(':') + 1)
}

async function unfolded(sent: Uint8Array<ArrayBuffer>, encoding: string): Promise<Buffer> {
  switch (encoding.toLowerCase()) {
    case 'identity':
      return Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength)
    case 'gzip':
    case 'x-gzip':
      try {
        return await unfold(sent, { maxOutputLength: mostUnfolded })
      } catch {
        throw new Refusal('form.invalid', { why: 'gzip', field: 'body' })
      }
    default:
      throw new Refusal('form.invalid', { why: 'content-encoding', field: 'body' })
  }
}

const lineEnd = 0x0a

/** Lines between two looks around. */
const linesAtOnce = 50_000

async function countLines(bytes: Buffer): Promise<number> {
  let count = 0
  for (let end = bytes.indexOf(lineEnd); end >= 0; end = bytes.indexOf(lineEnd, end + 1)) {
    if (++count % linesAtOnce === 0) await breathe()
  }
  return bytes.length > 0 && bytes.at(-1) !== lineEnd ? count + 1 : count
}

function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineEnd, start)
    const stop = end < 0 ? bytes.length : end
    yield bytes.toString('utf8', start, stop)
    start = stop + 1
  }
}
