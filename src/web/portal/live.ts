import { streamSSE } from 'hono/streaming'
import type { Context } from '../../core/context.ts'
import { showRequest } from '../../core/delisting/actions.ts'
import type { SecondHalf } from '../../core/delisting/halves.ts'
import type { WebContext } from '../env.ts'

/** How long one stream lives; the browser opens the next by itself. */
const lifetimeMs = 5 * 60_000

/** What another core did is seen after this time. */
const pollMs = 2000

/** Server-sent events (WHATWG HTML §9.2): `changed` whenever the request's page would look different. */
export function liveEvents(c: WebContext, ctx: Context, half: SecondHalf | undefined): Response {
  const id = c.req.param('id') ?? ''
  return streamSSE(c, async (stream) => {
    const look = async (): Promise<string> => JSON.stringify(await showRequest(ctx, { id, ...half }))
    const end = ctx.clock.elapsed() + lifetimeMs
    const seen = await look()
    while (!stream.aborted && ctx.clock.elapsed() < end) {
      await nextWake(ctx, pollMs)
      if ((await look()) === seen) continue
      await stream.writeSSE({ event: 'changed', data: '' })
      return
    }
  })
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
