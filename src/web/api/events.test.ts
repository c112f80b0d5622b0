import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { testSite } from '../../../test/support/site.ts'
import type { Context } from '../../core/context.ts'
import { addToken } from '../../core/operators/token-actions.ts'
import { eventsRoute } from './events.ts'

const { open, close } = databases('SQLite')
after(close)

type Send = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>

async function door(
  limits: Context['settings']['limits'] = {},
): Promise<{ readonly send: Send; readonly token: string; kept(): Promise<number> }> {
  const ctx = testContext({ db: await open(), settings: testSettings({ limits }) })
  const site = testSite({
    parts: [(app) => eventsRoute(app, () => ctx)],
    largeBodies: ['/api/v1/events'],
  })
  const { token } = await addToken(ctx, { kind: 'events', name: 'mx1' })
  return {
    token,
    send: async (body, headers = { authorization: `Bearer ${token}` }) =>
      await site.request('/api/v1/events', { method: 'POST', headers, body, duplex: 'half' }),
    kept: async () => (await ctx.db.queries.selectFrom('mail_events').select('id').execute()).length,
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

  it('takes what rspamd posts, with the token as a password, and answers what rspamd takes for success', async () => {
    const { send, token, kept } = await door()
    const authorization = `Basic ${Buffer.from(`rspamd:${token}`).toString('base64')}`
    const metadata = { ip: '192.0.2.45', qid: '4XyZ', user: 'unknown', action: 'reject', symbols: [] }
    const text = JSON.stringify(metadata)
    const form = `--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n${text}\r\n--b--\r\n`
    const asForm = { authorization, 'content-type': 'multipart/form-data; boundary=b' }
    const said = async (body: string, headers: Readonly<Record<string, string>>) => {
      const answer = await send(body, headers)
      const { accepted, duplicates } = (await answer.json()) as { accepted: number; duplicates: number }
      return [answer.status, accepted, duplicates]
    }
    assert.deepEqual(await said(text, { authorization, 'content-type': 'text/plain' }), [200, 1, 0])
    assert.deepEqual(await said(form, asForm), [200, 0, 1], 'the same message')
    assert.deepEqual(await said(form.replace('4XyZ', '4XyA'), asForm), [200, 1, 0])
    const ofOurs = text.replace('"unknown"', '"ada"')
    assert.deepEqual(await said(ofOurs, { authorization }), [200, 0, 0], 'our own user')
    assert.deepEqual(await said(form.replaceAll('metadata', 'x'), asForm), [400, 0, 0])
    assert.equal((await send(text, { authorization: 'Basic cnNwYW1kOng=' })).status, 401)
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
    const tooLarge = await send(endless)
    assert.equal(tooLarge.status, 413)
    assert.match(((await tooLarge.json()) as { detail: string }).detail, /at most 10 MiB/)
    assert.ok(pulled < 20)
    const bomb = await send(Uint8Array.from(gzipSync(Buffer.alloc(70 << 20, 0x20))), {
      'content-encoding': 'gzip',
      authorization: `Bearer ${token}`,
    })
    assert.equal(bomb.status, 422)
  })

  it('says that nothing could be used, and names no more lines than a thousand', async () => {
    const { send, kept } = await door()
    const empty = await send('')
    assert.deepEqual([empty.status, await empty.json()], [400, { accepted: 0, duplicates: 0, refused: [] }])
    const bad = await send('x\n'.repeat(1500))
    assert.equal(bad.status, 400)
    const { refused, refusedCount } = (await bad.json()) as { refused: unknown[]; refusedCount: number }
    assert.deepEqual([refused.length, refusedCount], [1000, 1500])
    assert.equal(await kept(), 0)
  })

  it('stores nothing of a flood beyond the quota of its source, and says when to come again', async () => {
    const { send, kept } = await door({ 'events.source.minute': { count: 20, windowMs: 60_000 } })
    const lines = (from: number): string =>
      Array.from({ length: 15 }, (_, nth) => event(`${from + nth}`)).join('\n')
    assert.equal((await send(lines(0))).status, 202)
    const flood = await send(lines(100))
    assert.equal(flood.status, 429)
    assert.equal(((await flood.json()) as { code: string }).code, 'limit.exceeded')
    // Waiting would not help.
    const everything = await send(Array.from({ length: 21 }, (_, nth) => event(`all${nth}`)).join('\n'))
    assert.equal(everything.status, 413)
    assert.match(((await everything.json()) as { detail: string }).detail, /at most 20 lines/)
    assert.equal(await kept(), 15)
  })

  it('reads no encoding but gzip', async () => {
    const { send, token } = await door()
    const answer = await send(event('a'), { authorization: `Bearer ${token}`, 'content-encoding': 'br' })
    assert.equal(answer.status, 422)
  })
})
