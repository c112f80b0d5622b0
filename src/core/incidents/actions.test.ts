import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testAbuse, testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase, type OpenDatabase } from '../../../test/support/database.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { formatSent } from '../accounts/sent.ts'
import { suspendedAccounts, takeSent } from '../accounts/actions.ts'
import { transact } from '../context.ts'
import type { AbuseSettings } from '../settings.ts'
import { releaseAccount } from './act-actions.ts'
import { listIncidents } from './actions.ts'
import { addToIncident, type Attributed } from './join-actions.ts'
import { considerAll } from './weigh-actions.ts'

async function contextWith(open: OpenDatabase, abuse: Partial<AbuseSettings>): Promise<TestContext> {
  return testContext({
    db: await open(),
    settings: testSettings({
      abuse: testAbuse({ suspendWeight: 1, notifyWeight: 1, organisations: 1, share: 0, ...abuse }),
      webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }],
    }),
  })
}

/** So that each of them has sent something. */
async function accounts(ctx: TestContext, count: number): Promise<void> {
  await takeSent(
    ctx,
    Array.from({ length: count }, (_, nth) =>
      formatSent({
        at: ctx.clock.now() - hour,
        account: `u${nth}`,
        messageId: `<${nth}@provider.example>`,
        recipients: ['joe@example.org'],
      }),
    ),
  )
}

/** A proven report of a feedback loop: alone enough under the settings above. */
async function verdict(ctx: TestContext, account: string, more: Partial<Attributed> = {}): Promise<void> {
  const nth = Math.random().toString(36)
  await transact(ctx, async (tx) => {
    const joined = await addToIncident(tx, {
      report: nth,
      account,
      class: 'spam',
      severity: 'medium',
      isSevere: false,
      grade: 'A',
      messageKey: nth,
      recipientKey: nth,
      reporter: `r:${nth}`,
      organisation: 'loop',
      isTrusted: true,
      sentAt: ctx.clock.now() - minute,
      connector: null,
      pool: null,
      campaign: null,
      ...more,
    })
    await considerAll(tx, [joined])
  })
}

async function events(ctx: TestContext, wanted: string): Promise<number> {
  const rows = await ctx.db.queries.selectFrom('webhook_deliveries').select('event').execute()
  return rows.filter(({ event }) => event === wanted).length
}

forEachDatabase((name, open) => {
  describe('the brakes', () => {
    it('hold a storm of verdicts at five suspensions in ten minutes, also when they come all at once (ATT-6)', async () => {
      const ctx = await contextWith(open, { suspendedShare: 1 })
      const storm = name === 'SQLite' ? 600 : 200
      await accounts(ctx, storm)
      const waiting = Array.from({ length: storm }, (_, nth) => `u${nth}`)
      const work = async (): Promise<void> => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const account = next
          // Who loses five conflicts in a row is told that the database is busy, and comes again.
          for (let tries = 0; tries < 20; tries++)
            if (
              await verdict(ctx, account).then(
                () => true,
                () => false,
              )
            )
              break
        }
      }
      await Promise.all([work(), work(), work(), work()])
      assert.equal((await suspendedAccounts(ctx)).length, 5)
      assert.equal(await events(ctx, 'account.suspended'), 5)
      const { incidents } = await listIncidents(ctx, { states: ['escalated'], limit: 1000 })
      assert.equal(incidents.length, storm - 5)
      const notices = await ctx.db.queries
        .selectFrom('letters')
        .select('id')
        .where('kind', '=', 'abuse-notice')
        .execute()
      assert.ok(notices.length <= 20)
      ctx.clock.advance(11 * minute)
      for (let nth = 0; nth < 20; nth++) await verdict(ctx, `u${nth}`)
      assert.equal(await events(ctx, 'account.suspended'), 10)
    })

    it('hold at one in a thousand accounts a day, over any number of ten minutes', async () => {
      const ctx = await contextWith(open, {})
      await accounts(ctx, 2500)
      for (let nth = 0; nth < 30; nth++) {
        await verdict(ctx, `u${nth}`)
        ctx.clock.advance(15 * minute)
      }
      assert.equal(await events(ctx, 'account.suspended'), 2)
      ctx.clock.advance(day)
      for (let nth = 100; nth < 110; nth++) await verdict(ctx, `u${nth}`)
      assert.equal(await events(ctx, 'account.suspended'), 4)
    })
  })

  describe('rules', () => {
    it('touch nobody while they observe, and say what they would have done', async () => {
      const ctx = await contextWith(open, { mode: 'observe' })
      await accounts(ctx, 1)
      await verdict(ctx, 'u0')
      assert.deepEqual(await suspendedAccounts(ctx), [])
      const [incident] = (await listIncidents(ctx, { states: ['escalated'], limit: 5 })).incidents
      assert.ok(incident)
      const acts = await ctx.db.queries
        .selectFrom('incident_acts')
        .select(['kind', 'why'])
        .orderBy('kind')
        .execute()
      assert.deepEqual(
        acts.map(({ kind, why }) => [kind, why]),
        [
          ['escalate', 'mode'],
          ['would-suspend', null],
        ],
      )
      assert.equal(await events(ctx, 'incident.notified'), 0)
    })

    it('leave protected accounts, and those whose mail is not in the log, to people', async () => {
      const ctx = await contextWith(open, { protected: ['u0'], suspendedShare: 1 })
      await accounts(ctx, 1)
      await verdict(ctx, 'u0')
      await verdict(ctx, 'nobody-logs-me')
      assert.deepEqual(await suspendedAccounts(ctx), [])
      const acts = await ctx.db.queries
        .selectFrom('incident_acts')
        .select('why')
        .where('kind', '=', 'escalate')
        .orderBy('why')
        .execute()
      assert.deepEqual(
        acts.map(({ why }) => why),
        ['protected', 'unlogged'],
      )
    })

    it('leave a grave incident with the person it waits for when later its owner is told', async () => {
      const ctx = await contextWith(open, { suspendWeight: 9, notifyWeight: 2 })
      await accounts(ctx, 1)
      const states = ['open', 'notified', 'escalated'] as const
      for (const told of [0, 1]) {
        await verdict(ctx, 'u0', { class: 'phish', isSevere: true })
        const { incidents } = await listIncidents(ctx, { states, limit: 5 })
        assert.deepEqual([await events(ctx, 'incident.notified'), incidents[0]?.state], [told, 'escalated'])
      }
      assert.equal(await events(ctx, 'incident.escalated'), 1)
    })

    it('count nothing from before a release, and stop the account sooner after it', async () => {
      const ctx = await contextWith(open, { suspendWeight: 4, organisations: 2, suspendedShare: 1 })
      await accounts(ctx, 10)
      const report = async (nth: number, sentAt = ctx.clock.now()): Promise<void> =>
        await verdict(ctx, 'u0', { organisation: `o${nth % 2}`, sentAt })
      for (let nth = 0; nth < 4; nth++) await report(nth)
      assert.deepEqual(await suspendedAccounts(ctx), ['u0'])
      const [incident] = (await listIncidents(ctx, { states: ['suspended'], limit: 5 })).incidents
      ctx.clock.advance(hour)
      await releaseAccount(ctx, { incident: incident?.id ?? '' })
      for (let nth = 0; nth < 10; nth++) await report(nth, ctx.clock.now() - 2 * hour)
      assert.deepEqual(await suspendedAccounts(ctx), [])
      ctx.clock.advance(hour)
      await accounts(ctx, 1)
      await takeSent(ctx, [
        formatSent({
          at: ctx.clock.now(),
          account: 'u0',
          messageId: '<n@provider.example>',
          recipients: ['x@example.org'],
        }),
      ])
      for (let nth = 0; nth < 2; nth++) await report(nth)
      assert.deepEqual(await suspendedAccounts(ctx), ['u0'])
    })

    it('count one message to one recipient once, whoever reports it, and what is proven instead of what is not', async () => {
      const ctx = await contextWith(open, { suspendWeight: 3 })
      await accounts(ctx, 1)
      const same = { messageKey: 'm', recipientKey: 'r' }
      for (let nth = 0; nth < 20; nth++)
        await verdict(ctx, 'u0', { ...same, grade: nth < 3 ? 'B' : 'A', organisation: `o${nth}` })
      const [incident] = (await listIncidents(ctx, { states: ['open', 'notified'], limit: 5 })).incidents
      assert.deepEqual([incident?.weight.reports, incident?.weight.weight], [1, 1])
    })

    it('tell the operator of a replay when one message to one recipient is reported from everywhere', async () => {
      const ctx = await contextWith(open, { suspendWeight: 100 })
      const replays = async (): Promise<readonly unknown[]> =>
        await ctx.db.queries.selectFrom('letters').select('key').where('key', 'like', '%:replay').execute()
      await accounts(ctx, 1)
      for (let nth = 0; nth < 5; nth++)
        await verdict(ctx, 'u0', { messageKey: 'newsletter', organisation: `o${nth}` })
      assert.equal((await replays()).length, 0)
      for (let nth = 0; nth < 5; nth++)
        await verdict(ctx, 'u0', { messageKey: 'm', recipientKey: 'r', organisation: `o${nth}` })
      assert.equal((await replays()).length, 1)
    })
  })
})
