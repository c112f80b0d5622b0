import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { defaultHighVolume } from '../../access/high-volume.ts'
import { day, hour } from '../../base/clock.ts'
import { decisionRecord } from '../../../test/support/feed-edge.ts'
import { testContext, testSettings, testStart, testWaysOut } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { as, type Context } from '../context.ts'
import { stopLetters } from '../outbox/actions.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { claimLetters, noteOutcome } from '../outbox/deliver-actions.ts'
import type { WaysOut } from '../ways-out.ts'
import { saveDecisions } from './actions.ts'
import { highVolumeState, tellHighVolume } from './high-volume-actions.ts'

const junkSince = testStart + 20 * day
const rejectSince = testStart + 50 * day
const settings = testSettings({
  highVolume: { ...defaultHighVolume, mode: 'reject', junkSince, rejectSince, notices: 'before' },
})

/** DNS does not know forged.example, and does not answer for slow.example. */
const out = testWaysOut({
  acceptsMail: async (domain): ReturnType<WaysOut['acceptsMail']> =>
    domain === 'slow.example' ? 'temperror' : domain !== 'forged.example',
})

async function withFailures(ctx: Context): Promise<Context> {
  const failures = [
    ['example.org', 500],
    ['small.example', 3],
    ['forged.example', 900],
    ['slow.example', 900],
  ] as const
  await saveDecisions(
    ctx,
    failures.map(([domain, count], nth) =>
      decisionRecord({
        seq: nth + 1,
        stage: 'message',
        at: testStart - hour,
        reason: 'authentication',
        status: '5.7.515',
        listing: null,
        mode: 'observe',
        authentication: { domain, failed: ['spf', 'dkim'] },
        count,
      }),
    ),
    [],
  )
  return as(ctx, { kind: 'system', name: 'tell-high-volume' })
}

forEachDatabase((dialect, open) => {
  describe(`Domains that send much in ${dialect}`, () => {
    it('are shown with what failed and what comes next', async () => {
      const ctx = await withFailures(testContext({ db: await open(), settings, out }))
      const { mode, coming, domains } = await highVolumeState(ctx)
      assert.deepEqual([mode, coming], ['observe', { stage: 'junk', from: junkSince }])
      assert.equal(domains.length, 4)
      assert.deepEqual(domains.find(({ domain }) => domain === 'example.org')?.failed, ['spf', 'dkim'])
    })

    it('are written to once for each stage, never where DNS knows or says nothing, nor for a few messages', async () => {
      const test = testContext({ db: await open(), settings, out })
      const ctx = await withFailures(test)
      assert.equal(await tellHighVolume(ctx), 1)
      assert.equal(await tellHighVolume(ctx), 0)
      assert.deepEqual(await mailboxes(ctx), ['postmaster@example.org'])
      const { domains } = await highVolumeState(ctx)
      assert.equal(domains.find(({ domain }) => domain === 'example.org')?.toldAt, testStart)
      test.clock.advance(21 * day)
      assert.equal(await tellHighVolume(ctx), 1, 'the next stage')
      assert.equal((await highVolumeState(ctx)).mode, 'junk')
      assert.equal((await mailboxes(ctx)).length, 2)
    })

    it('are not written to again after STOP', async () => {
      const test = testContext({ db: await open(), settings, out })
      const ctx = await withFailures(test)
      await tellHighVolume(ctx)
      const [letter] = await claimLetters(ctx, 1)
      assert.ok(letter)
      await noteOutcome(ctx, letter, { outcome: 'sent', answer: '250' })
      const [, tag = ''] = /^b\+([^@]+)@/.exec(letter.mail.envelope.from) ?? []
      assert.equal(await stopLetters(ctx, tag), true)
      test.clock.advance(21 * day)
      assert.equal(await tellHighVolume(ctx), 0)
    })

    it('are not written to when no day is set', async () => {
      const still = testSettings({ highVolume: { ...defaultHighVolume, mode: 'reject', notices: 'before' } })
      const ctx = await withFailures(testContext({ db: await open(), settings: still, out }))
      assert.equal(await tellHighVolume(ctx), 0)
    })
  })
})

async function mailboxes(ctx: Context): Promise<readonly string[]> {
  return (await listLetters(ctx, { limit: 10 })).letters.map(({ mailbox }) => mailbox ?? '')
}
