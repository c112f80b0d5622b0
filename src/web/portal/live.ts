import { streamSSE } from 'hono/streaming'
import type { Context } from '../../core/context.ts'
import { showRequest } from '../../core/delisting/actions.ts'
import type { WebContext } from '../env.ts'

/** How long one stream lives; the browser opens the next by itself. */
const lifetimeMs = 5 * 60_000

/** What another core did is seen after this time. */
const pollMs = 2000

/** Streams at once, in all and about one request: each asks the database every two seconds. */
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
    const look = async (): Promise<string> => JSON.stringify(await showRequest(ctx, { id, secret }))
    const seen = await look()
    if (all >= mostStreams || (streams.get(id) ?? 0) >= mostOfOne) return c.body(null, 204)
    count(id, 1)
    return streamSSE(c, async (stream) => {
      const end = ctx.clock.elapsed() + lifetimeMs
      try {
        while (!stream.aborted && ctx.clock.elapsed() < end) {
          await nextWake(ctx, pollMs)
          if ((await look()) === seen) continue
          await stream.writeSSE({ event: 'changed', data: '' })
          return
        }
      } catch (error) {
        ctx.log.warn('web.stream-broke', { error })
      } finally {
        count(id, -1)
      }
    })
  }
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
