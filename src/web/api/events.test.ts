import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { testSite } from '../../../test/support/site.ts'
import { addToken } from '../../core/operators/token-actions.ts'
import { eventsRoute } from './events.ts'

const { open, close } = databases('SQLite')
after(close)

type Send = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>

async function door(): Promise<{ readonly send: Send; readonly token: string; kept(): Promise<number> }> {
  const ctx = testContext({ db: await open() })
  const site = testSite({
    parts: [(app) => eventsRoute(app, () => ctx)],
    largeBodies: ['/api/v1/events'],
  })
  const { token } = await addToken(ctx, { kind: 'events', name: 'mx1' })
  return {
    token,
    send: async (body, headers = { authorization: `Bearer ${token}` }) =>
      await site.request('/api/v1/events', { method: 'POST', headers, body, duplex: 'half' }),
    kept: async () => (await ctx.db.queries.selectFrom('message_outcomes').select('id').execute()).length,
  }
}

const event = (id: string, more: object = {}): string =>
  JSON.stringify({
    v: 1,
    id,
    at: '2026-05-04T10:00:00Z',
    type: 'message',
    ip: '192.0.2.45',
    outcome: 'accepted',
    queueId: '4XyZ',
    ...more,
  })

describe('The door of mail events', () => {
  it('takes each event once, and names the lines that cannot be used', async () => {
    const { send, token, kept } = await door()
    const lines = [
      event('a'),
      'no JSON',
      event('b'),
      event('c', { ip: 'here' }),
      event('d\0'),
      event('e', { queueId: '\u0007' }),
    ]
    const answer = await send(lines.join('\n'))
    assert.equal(answer.status, 202)
    const { accepted, duplicates, refused } = (await answer.json()) as {
      accepted: number
      duplicates: number
      refused: { line: number }[]
    }
    assert.deepEqual([accepted, duplicates, refused.map(({ line }) => line)], [2, 0, [2, 4, 5, 6]])
    const packed = await send(Uint8Array.from(gzipSync(lines.join('\n'))), {
      'content-encoding': 'gzip',
      authorization: `Bearer ${token}`,
    })
    assert.equal(((await packed.json()) as { duplicates: number }).duplicates, 2)
    assert.equal(await kept(), 2)
  })

  it('reads nothing of whoever has no token of a source', async () => {
    const { send, kept } = await door()
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    assert.equal((await send(endless, { authorization: `Bearer ptn_events_${'0'.repeat(52)}` })).status, 401)
    assert.ok(pulled < 10)
    assert.equal(await kept(), 0)
  })

  it('stops reading where a request is longer than any should be', async () => {
    const { send, token } = await door()
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++
        controller.enqueue(new Uint8Array(1 << 20).fill(0x20))
      },
    })
    assert.equal((await send(endless)).status, 413)
    assert.ok(pulled < 20)
    const bomb = await send(Uint8Array.from(gzipSync(Buffer.alloc(70 << 20, 0x20))), {
      'content-encoding': 'gzip',
      authorization: `Bearer ${token}`,
    })
    assert.equal(bomb.status, 422)
  })
})
