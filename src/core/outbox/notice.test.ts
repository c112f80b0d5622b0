import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { decisionRecord } from '../../../test/support/feed-edge.ts'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { saveDecisions, tellObserved } from '../decisions/actions.ts'
import { as, type Context } from '../context.ts'
import { listLetters, showLetter } from './reading-actions.ts'
import { claimLetters, noteOutcome } from './deliver-actions.ts'
import { claimWebhooks } from './webhook-actions.ts'

const today = Date.UTC(2026, 4, 4)

async function observed(ctx: Context): Promise<void> {
  const yesterday = decisionRecord({ mode: 'observe', at: today - hour, count: 41 })
  const before = decisionRecord({ mode: 'observe', at: today - 25 * hour, seq: 2, ip: '198.51.100.9' })
  // While the engine defers, what its listing would refuse is put off.
  const deferred = decisionRecord({
    at: today - 2 * hour,
    seq: 3,
    ip: '192.0.2.77',
    code: 451,
    status: '4.7.550',
    reason: 'suspicious',
    count: 3,
  })
  const refused = decisionRecord({ at: today - hour, seq: 4, ip: '192.0.2.99' })
  await saveDecisions(ctx, [yesterday, before, deferred, refused], [])
}

forEachDatabase((dialect, open) => {
  describe(`What the operator is told in ${dialect}`, () => {
    it('is who would have been hit on the day before, once, in a letter that may be read where letters are kept', async () => {
      const ctx = testContext({ db: await open() })
      await observed(ctx)
      const system = as(ctx, { kind: 'system', name: 'tell-observed' })
      assert.equal(await tellObserved(system), true)
      assert.equal(await tellObserved(system), true)
      const { letters } = await listLetters(ctx, { limit: 10 })
      assert.deepEqual(
        letters.map(({ kind, mailbox }) => [kind, mailbox]),
        [['observed-digest', 'operator@provider.example']],
      )
      const [claimed] = await claimLetters(ctx, 10)
      assert.ok(claimed)
      await noteOutcome(ctx, claimed, { outcome: 'kept', answer: '' })
      const { text } = await showLetter(ctx, claimed.id)
      assert.match(text?.subject ?? '', /^3.May.2026: 44 messages would have been hit$/)
      assert.match(text?.text ?? '', /44 messages of 2\s+senders/)
      assert.match(text?.text ?? '', / 41  192\.0\.2\.45  550 spam\n +3  192\.0\.2\.77  451 suspicious\n/)
      assert.doesNotMatch(text?.text ?? '', /198\.51\.100\.9|192\.0\.2\.99/)
    })

    it('is nothing on a day without anybody', async () => {
      const ctx = testContext({ db: await open() })
      await saveDecisions(ctx, [decisionRecord({ mode: 'observe', at: today - 3 * day })], [])
      assert.equal(await tellObserved(as(ctx, { kind: 'system', name: 'tell-observed' })), false)
      assert.equal((await listLetters(ctx, { limit: 10 })).letters.length, 0)
    })

    it('comes as a signed webhook where one is named, with the words and the figures', async () => {
      const notify = { kind: 'webhook', url: 'https://hooks.example/now', secret: 'whsec_AAAA' } as const
      const ctx = testContext({ db: await open(), settings: testSettings({ notify }) })
      await observed(ctx)
      const system = as(ctx, { kind: 'system', name: 'tell-observed' })
      await tellObserved(system)
      await tellObserved(system)
      const [claimed, ...others] = await claimWebhooks(ctx, 10)
      assert.equal(others.length, 0)
      assert.equal(claimed?.request.url, notify.url)
      assert.match(claimed?.request.headers['webhook-signature'] ?? '', /^v1,/)
      const body = JSON.parse(claimed?.request.body ?? '') as { type: string; data: { messages: number } }
      assert.deepEqual([body.type, body.data.messages], ['notice.observed-digest', 44])
    })
  })
})
