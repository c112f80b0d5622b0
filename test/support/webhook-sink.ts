import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A program that webhooks go to. */
export interface WebhookSink {
  readonly url: string
  /** What came, by the id of the webhook. */
  readonly seen: ReadonlyMap<string, Seen>
  /** Webhooks that came, each repetition counted. */
  readonly tries: number
  /** The next webhook that comes gets no answer before `release`. */
  holdNext(): Held
  /** Is gone for so long: connections break, and nobody listens. Resolves when it is back on the same port. */
  goAway(forMs: number): Promise<void>
  close(): Promise<void>
}

export interface Seen {
  /** More than one where it came with different bodies. */
  readonly bodies: Set<string>
  tries: number
  /** Tries that were answered with 2yz; whether the answer arrived is another matter. */
  taken: number
  /** What it was answered instead. */
  readonly refused: Exclude<Mood, 'take'>[]
}

export interface Held {
  /** Resolves with the id when it is there. */
  readonly came: Promise<string>
  release(): void
}

/** `error`: 500. `drop`: the connection ends without an answer. */
export type Mood = 'take' | 'error' | 'drop'

/**
 * Answers after so many milliseconds, so that a kill may come between a webhook and its answer. `mood`: what the `nth` webhook (from 0, by its
 * id) gets when it comes for the first, second … time.
 */
export async function webhookSink(
  afterMs: number,
  mood: (nth: number, nthTry: number) => Mood = () => 'take',
): Promise<WebhookSink> {
  const seen = new Map<string, Seen>()
  const order: string[] = []
  let tries = 0
  let holding: { readonly heard: (id: string) => void; readonly released: Promise<void> } | undefined
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    tries++
    const id = String(request.headers['webhook-id'])
    if (!seen.has(id)) order.push(id)
    const one = seen.get(id) ?? { bodies: new Set(), tries: 0, taken: 0, refused: [] }
    seen.set(id, one)
    one.bodies.add(Buffer.concat(chunks).toString())
    one.tries++
    const held = holding
    holding = undefined
    held?.heard(id)
    await (held?.released ?? sleep(afterMs))
    const what = held ? 'take' : mood(order.indexOf(id), one.tries)
    if (what === 'take') one.taken++
    else one.refused.push(what)
    if (what === 'drop') return void request.socket.destroy()
    response.writeHead(what === 'take' ? 204 : 500).end()
  }
  const server = createServer((request, response) => {
    // Whoever asked may be gone before the answer.
    answer(request, response).catch(() => response.destroy())
  })
  const listen = async (port: number): Promise<void> =>
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await ended
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    seen,
    get tries() {
      return tries
    },
    holdNext: () => {
      const [came, released] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
      holding = { heard: came.resolve, released: released.promise }
      return { came: came.promise, release: released.resolve }
    },
    goAway: async (forMs) => {
      await end()
      await sleep(forMs)
      await listen(port)
    },
    close: end,
  }
}
