import { createHash } from 'node:crypto'
import { streamSSE } from 'hono/streaming'
import type { Context } from '../../core/context.ts'
import { showRequest, type RequestView } from '../../core/delisting/actions.ts'
import type { WebContext } from '../env.ts'
import { routes } from '../routes.ts'

/** How long one stream lives; the browser opens the next by itself. */
const lifetimeMs = 5 * 60_000

/** What another core did, or an edge, is seen after this time: sooner in the first seconds, when the edges take a removal over. */
const pollMs = 2000
const firstPollMs = 400
const firstMs = 4000

/** Streams at once, in all and about one request: each asks the database again and again. */
const mostStreams = 300
const mostOfOne = 4

/** Server-sent events (WHATWG HTML §9.2): `changed` whenever the request's page would look different. */
export type Live = (c: WebContext, ctx: Context, secret: string | undefined) => Promise<Response>

/** Refuses whoever does not hold the request's secret; where too many look on already it answers 204, and the page looks again by itself. */
export function liveEvents(): Live {
  const streams = new Map<string, number>()
  let all = 0
  const count = (id: string, by: 1 | -1): void => {
    all += by
    const here = (streams.get(id) ?? 0) + by
    if (here > 0) streams.set(id, here)
    else streams.delete(id)
  }
  return async (c, ctx, secret) => {
    const id = c.req.param('id') ?? ''
    const look = async (): Promise<string> => stateOf(await showRequest(ctx, { id, secret }))
    // What changed between the page and its stream is news too.
    const now = await look()
    const seen = c.req.query('seen') ?? now
    if (all >= mostStreams || (streams.get(id) ?? 0) >= mostOfOne) return c.body(null, 204)
    count(id, 1)
    return streamSSE(c, async (stream) => {
      const began = ctx.clock.elapsed()
      try {
        for (let state = now; !stream.aborted; state = await look()) {
          const lasts = ctx.clock.elapsed() - began
          if (lasts >= lifetimeMs) return
          if (state !== seen) return await stream.writeSSE({ event: 'changed', data: '' })
          await nextWake(ctx, lasts < firstMs ? firstPollMs : pollMs)
        }
      } catch (error) {
        ctx.log.warn('web.stream-broke', { error })
      } finally {
        count(id, -1)
      }
    })
  }
}

/** What a page of a request shows, in short: with it the stream knows what the reader has seen. */
export function stateOf(request: RequestView): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 16)
}

/** The address of the stream that tells when the page that shows this is out of date. */
export function streamOf(request: RequestView): string {
  return `${routes.delist.events.href({ id: request.id })}?seen=${stateOf(request)}`
}

/** Waits for something to happen to a request, at most `atMostMs`. */
async function nextWake(ctx: Context, atMostMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      resolve()
    }
    const stop = ctx.wakes.on('delisting', done)
    const timer = setTimeout(done, atMostMs)
  })
}
