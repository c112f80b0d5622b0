import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { listAudit } from '../audit/actions.ts'
import { transact } from '../context.ts'
import { forgetClaims } from './deliver-actions.ts'
import { leaseMs } from './retry.ts'
import {
  claimWebhooks,
  listWebhooks,
  nextWebhookAt,
  noteWebhook,
  queueWebhook,
  type ClaimedDelivery,
} from './webhook-actions.ts'

const key = Buffer.alloc(24, 9)
const webhooks = [
  { url: 'https://hooks.provider.example/a', secret: `whsec_${key.toString('base64')}` },
  { url: 'https://hooks.provider.example/b', secret: 'plain words' },
]

forEachDatabase((_name, open) => {
  const context = async (): Promise<TestContext> =>
    testContext({ db: await open(), settings: testSettings({ webhooks }) })
  const queue = async (ctx: TestContext): Promise<void> =>
    await transact(
      ctx,
      async (tx) => await queueWebhook(tx, 'listing.ended', { id: 'x', listing: { ip: '192.0.2.45/32' } }),
    )
  const only = async (ctx: TestContext): Promise<ClaimedDelivery> => {
    const claimed = await claimWebhooks(ctx, 10)
    const first = claimed.find(({ request }) => request.url.endsWith('/a'))
    for (const other of claimed)
      if (other !== first) await noteWebhook(ctx, other, { outcome: 'taken', answer: 'HTTP 200' })
    assert.ok(first)
    return first
  }

  describe('a webhook', () => {
    it('that another core has in hand stays its own until its lease ends, and is at once again the core’s that starts anew', async () => {
      const ctx = await context()
      const other = testContext({ db: ctx.db, clock: ctx.clock, settings: ctx.settings, core: 'another' })
      await queue(ctx)
      await only(ctx)
      await forgetClaims(other)
      assert.deepEqual(await claimWebhooks(other, 10), [])
      await forgetClaims(ctx)
      assert.equal((await only(ctx)).attempts, 2)
      ctx.clock.advance(leaseMs)
      assert.equal((await only(other)).attempts, 3)
    })

    it('goes to every configured URL, signed as Standard Webhooks say', async () => {
      const ctx = await context()
      await queue(ctx)
      assert.deepEqual(ctx.woken, ['webhooks'])
      const claimed = (await claimWebhooks(ctx, 10)).toSorted((a, b) =>
        a.request.url < b.request.url ? -1 : 1,
      )
      assert.deepEqual(
        claimed.map(({ request }) => request.url),
        webhooks.map(({ url }) => url),
      )
      for (const [index, secret] of [key, Buffer.from('plain words')].entries()) {
        const request = claimed[index]?.request
        assert.ok(request)
        const {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signature,
        } = request.headers
        assert.equal(timestamp, String(ctx.clock.now() / 1000))
        const expected = createHmac('sha256', secret)
          .update(`${id}.${timestamp}.${request.body}`)
          .digest('base64')
        assert.equal(signature, `v1,${expected}`)
        assert.deepEqual(JSON.parse(request.body), {
          type: 'listing.ended',
          timestamp: '2026-05-04T10:00:00.000Z',
          data: { id: 'x', listing: { ip: '192.0.2.45/32' } },
        })
      }
    })

    it('is not queued when the transaction is undone, nor when none is configured', async () => {
      const ctx = await context()
      await assert.rejects(
        transact(ctx, async (tx) => {
          await queueWebhook(tx, 'x', {})
          throw new Error('undone')
        }),
      )
      const none = testContext({ db: ctx.db })
      await transact(none, async (tx) => await queueWebhook(tx, 'x', {}))
      assert.deepEqual(none.woken, [])
      assert.deepEqual(await listWebhooks(ctx, { limit: 10 }), [])
    })

    it('keeps its id and signs anew at each try, ever further apart, until it is given up', async () => {
      const ctx = await context()
      await queue(ctx)
      const ids = new Set<string | undefined>()
      const signatures = new Set<string | undefined>()
      let tries = 0
      for (;;) {
        const delivery = await only(ctx)
        tries++
        ids.add(delivery.request.headers['webhook-id'])
        signatures.add(delivery.request.headers['webhook-signature'])
        await noteWebhook(ctx, delivery, { outcome: 'retry', answer: 'HTTP 500' })
        const next = await nextWebhookAt(ctx)
        if (next === undefined) break
        ctx.clock.advance(next - ctx.clock.now())
      }
      assert.deepEqual([tries, ids.size, signatures.size], [12, 1, 12])
      const [dead] = await listWebhooks(ctx, { state: 'dead', limit: 9 })
      assert.equal(dead?.lastError, 'HTTP 500')
      assert.equal((await listAudit(ctx, { limit: 1 }))[0]?.action, 'webhook.dead')
    })

    it('is not repeated to a receiver that has gone, nor to one that is not configured any more', async () => {
      const ctx = await context()
      await queue(ctx)
      await noteWebhook(ctx, await only(ctx), { outcome: 'gone', answer: 'HTTP 410' })
      assert.equal((await listWebhooks(ctx, { state: 'dead', limit: 9 })).length, 1)
      await queue(ctx)
      assert.deepEqual(await claimWebhooks(testContext({ db: ctx.db }), 10), [])
      assert.equal((await listWebhooks(ctx, { state: 'dead', limit: 9 })).length, 3)
    })

    it('is another core’s when the first has died', async () => {
      const ctx = await context()
      await queue(ctx)
      const first = await only(ctx)
      ctx.clock.advance(120_000)
      const second = await only(ctx)
      assert.equal(second.id, first.id)
      assert.equal(await noteWebhook(ctx, first, { outcome: 'taken', answer: '' }), false)
      assert.equal(await noteWebhook(ctx, second, { outcome: 'taken', answer: '' }), true)
    })
  })
})
