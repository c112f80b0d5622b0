import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A program that webhooks go to. */
export interface WebhookSink {
  readonly url: string
  /** What came, by the id of the webhook; more than one where it came with different bodies. */
  readonly bodies: ReadonlyMap<string, ReadonlySet<string>>
  /** Webhooks that came, each repetition counted. */
  readonly tries: number
  close(): Promise<void>
}

/** Answers after so many milliseconds, so that a kill may come between a webhook and its answer. */
export async function webhookSink(afterMs: number): Promise<WebhookSink> {
  const bodies = new Map<string, Set<string>>()
  let tries = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      tries++
      const id = String(request.headers['webhook-id'])
      bodies.set(id, (bodies.get(id) ?? new Set()).add(Buffer.concat(chunks).toString()))
      setTimeout(() => response.writeHead(204).end(), afterMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    bodies,
    get tries() {
      return tries
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
