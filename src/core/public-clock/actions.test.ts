import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { migrationsFolder } from '../../db/migrate.ts'
import { describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { closeCase, openCase } from '../cases/actions.ts'
import { lockCase, saveCase } from '../cases/hold-actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { answered, heard, onTests, type CaseOutcome } from '../cases/case.ts'
import { say } from '../cases/say-actions.ts'
import { answerCase, reopenCase } from '../cases/desk-actions.ts'
import { transact } from '../context.ts'
import { Clockwork } from './actions.ts'

let made = 0

async function open(ctx: TestContext, kind: 'record' | 'operator' | 'form' = 'record'): Promise<string> {
  const mailbox = orThrow(parseMailbox(`m${made++}@example.org`))
  const by = { role: 'sender', mailbox, language: 'en' } as const
  return (await transact(ctx, async (tx) => await openCase(tx, { kind, about: '192.0.2.66/32', by }))).case.id
}

async function close(ctx: TestContext, id: string, outcome: CaseOutcome): Promise<void> {
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, id)
    assert.ok(it)
    await closeCase(tx, it, { outcome })
  })
}

/** A removal by the portal alone, as its rows stand afterwards. */
async function removal(
  ctx: TestContext,
  {
    id,
    askedAt,
    decidedAt,
    seq,
    by = null,
  }: { id: string; askedAt: number; decidedAt: number; seq: number; by?: string | null },
): Promise<void> {
  await ctx.db.queries
    .insertInto('delist_requests')
    .values({
      id,
      ip: '192.0.2.1',
      unit: '192.0.2.1/32',
      mailbox: 'a@example.org',
      mailbox_key: 'a@example.org',
      language: 'en',
      note: '',
      road: 'mail',
      control: 'none',
      state: 'done',
      link_hash: id,
      browser_hash: '',
      code_hash: '',
      proof_token: '',
      tries: 0,
      created_at: askedAt,
      expires_at: askedAt + hour,
      decided_at: decidedAt,
      outcome: 'delisted',
      outcome_facts: '{}',
      listing_id: null,
      feed_seq: seq,
      wants_letter: 0,
      let_through_at: null,
      let_through_edge: null,
      queue_id: null,
      accepted_at: null,
      refused_again_at: null,
      decided_by: by,
      version: 1,
    })
    .execute()
  await ctx.db.queries
    .insertInto('letters')
    .values({
      id: `l${id}`,
      key: `confirm:${id}`,
      kind: 'confirm-delisting',
      mailbox: 'a@example.org',
      language: 'en',
      slots: '',
      state: 'sent',
      next_at: 0,
      expires_at: null,
      attempts: 1,
      lease: null,
      lease_until_at: null,
      last_error: null,
      created_at: askedAt,
      sent_at: askedAt + 5 * second,
    })
    .execute()
}

async function acked(ctx: TestContext, edge: string, acks: readonly (readonly [number, number])[]) {
  await ctx.db.queries
    .insertInto('edges')
    .values({ name: edge, version: '0', seq: 0, seen_at: 0, connected: 1 })
    .execute()
  for (const [seq, at] of acks)
    await ctx.db.queries.insertInto('edge_acks').values({ edge, seq, at }).execute()
}

forEachDatabase((_name, openDatabase) => {
  describe('the public clock', () => {
    it('counts what waits now, what was answered and done, and by whole month, from the cases themselves', async () => {
      const ctx = testContext({ db: await openDatabase() })
      const clockwork = new Clockwork()
      const ids: string[] = []
      for (let n = 0; n < 12; n++) ids.push(await open(ctx))
      for (const id of ids.slice(0, 10)) {
        ctx.clock.advance(hour)
        await answerCase(ctx, { id, text: 'Which host was it?', next: 'asks' })
      }
      let clock = await clockwork.read(ctx)
      assert.deepEqual(clock.kinds.investigate.backlog, { open: 'few', late: 0, waiting: 10, testing: 0 })
      assert.deepEqual(clock.kinds.investigate.recent.first.medianMs, 5 * hour)
      assert.equal(clock.kinds.cases.recent.first.count, 0)
      assert.deepEqual(clock.kinds.investigate.months, [])
      // Two days on, the two that nobody answered are late; nothing else has moved.
      ctx.clock.advance(2 * day)
      clock = await clockwork.read(ctx)
      assert.deepEqual(clock.kinds.investigate.backlog, { open: 'few', late: 'few', waiting: 10, testing: 0 })
      const b = clock.targets.find(({ severity }) => severity === 'B')
      assert.deepEqual([b?.due, b?.kept], [10, 0.83])
      for (const id of ids) await close(ctx, id, 'granted')
      ctx.clock.advance(31 * day)
      clock = await clockwork.read(ctx)
      const [month] = clock.kinds.investigate.months
      assert.deepEqual([month?.month, month?.first.count, month?.effect.medianMs], ['2026-05', 10, 58 * hour])
      assert.equal(clock.kinds.investigate.recent.first.count, 0)
      assert.deepEqual(clock.kinds.investigate.backlog, { open: 0, late: 0, waiting: 0, testing: 0 })
    })

    it('counts what waits for tests as nobody’s turn', async () => {
      const ctx = testContext({ db: await openDatabase() })
      const { calendar } = ctx.settings.support
      for (let n = 0; n < 10; n++) {
        const id = await open(ctx, 'operator')
        await transact(ctx, async (tx) => {
          const it = await lockCase(tx, id)
          assert.ok(it)
          const now = ctx.clock.now()
          await saveCase(tx, onTests(it, { now, untilAt: now + 14 * day, by: 'desk' }, calendar))
        })
      }
      const waits = { open: 0, late: 0, waiting: 0, testing: 10 }
      assert.deepEqual((await new Clockwork().read(ctx)).kinds.cases.backlog, waits)
      ctx.clock.advance(20 * day)
      assert.deepEqual((await new Clockwork().read(ctx)).kinds.cases.backlog, waits, 'and never late')
    })

    it('tells what rules answered apart, also of before the upgrade', async () => {
      const ctx = testContext({ db: await openDatabase() })
      const { queries } = ctx.db
      const { calendar } = ctx.settings.support
      for (let n = 0; n < 20; n++) {
        const id = await open(ctx, 'form')
        ctx.clock.advance(minute)
        await transact(ctx, async (tx) => {
          const it = await lockCase(tx, id)
          assert.ok(it)
          const [participant] = await participantsOf(tx, id)
          assert.ok(participant)
          const system = { ...tx, actor: { kind: 'system', name: 'cases' } } as const
          await say(system, participant, {
            says: 'states',
            states: [{ prefix: '192.0.2.66/32', state: 'needs-info' }],
          })
          const full = (await lockCase(tx, id)) ?? it
          await saveCase(tx, answered(full, tx.clock.now(), calendar, tx.clock.now() + 7 * day, 'rules'))
        })
        if (n % 2 === 0) continue
        // They answered at once, and a person two hours later.
        await transact(ctx, async (tx) => {
          const it = await lockCase(tx, id)
          assert.ok(it)
          await saveCase(tx, heard(it, tx.clock.now(), calendar))
        })
        ctx.clock.advance(2 * hour)
        await answerCase(ctx, { id, text: 'Thank you.', next: 'asks' })
      }
      const figures = async () => {
        const { rules, cases } = (await new Clockwork().read(ctx)).kinds
        return {
          rules: [rules.recent.first.count, rules.recent.first.medianMs],
          persons: [cases.recent.first.count, cases.recent.first.medianMs],
        }
      }
      assert.deepEqual(await figures(), { rules: [20, minute], persons: [10, 2 * hour] })
      // As a version before has kept it: the first answer, whoever gave it.
      const before = await queries
        .selectFrom('cases')
        .select(['id', 'answered_at', 'ruled_at'])
        .orderBy('id')
        .execute()
      await queries
        .updateTable('cases')
        .set((eb) => ({ answered_at: eb.ref('ruled_at') }))
        .execute()
      for (const name of ['ruled_at', 'handed_at'])
        await sql.raw(`alter table cases drop column ${name}`).execute(queries)
      const file = join(migrationsFolder(ctx.db.dialect), '0034-answers-of-rules.sql')
      for (const statement of readFileSync(file, 'utf8').split(/;\n/))
        if (statement.trim() !== '') await sql.raw(statement).execute(queries)
      assert.deepEqual(
        await queries.selectFrom('cases').select(['id', 'answered_at', 'ruled_at']).orderBy('id').execute(),
        before,
      )
    })

    it('counts anew after five minutes, and not for each who asks', async () => {
      const ctx = testContext({ db: await openDatabase() })
      const clockwork = new Clockwork()
      const opens = async () => (await clockwork.read(ctx)).kinds.cases.backlog.open
      assert.equal(await opens(), 0)
      await open(ctx, 'operator')
      ctx.clock.advance(5 * minute - 1)
      assert.equal(await opens(), 0)
      ctx.clock.advance(1)
      assert.equal(await opens(), 'few')
    })

    it('says which part of the appeals changed the outcome', async () => {
      const ctx = testContext({ db: await openDatabase() })
      for (let n = 0; n < 10; n++) {
        const id = await open(ctx)
        await close(ctx, id, 'refused')
        ctx.clock.advance(day)
        await reopenCase(ctx, id)
        await close(ctx, id, n < 3 ? 'granted' : 'refused')
      }
      assert.deepEqual((await new Clockwork().read(ctx)).appeals, { count: 10, changed: 0.3 })
    })

    it('takes of the self-service the gates that were there, and no month that is half deleted', async () => {
      const settings = testSettings()
      const ctx = testContext({ db: await openDatabase(), settings })
      const now = ctx.clock.now()
      await acked(ctx, 'mx1', [
        [1, 1],
        [10, now - day + second],
      ])
      await acked(ctx, 'mx2', [
        [2, 2],
        [11, now - day + 4 * second],
      ])
      // Came later, so that it had nothing to do with it.
      await acked(ctx, 'mx3', [[12, now]])
      for (let n = 0; n < 10; n++)
        await removal(ctx, { id: `r${n}`, askedAt: now - 2 * day, decidedAt: now - day, seq: 10 })
      // What a person at the desk lifted, for a form, is nothing that the portal did.
      for (let n = 0; n < 10; n++)
        await removal(ctx, {
          id: `p${n}`,
          askedAt: now - 9 * day,
          decidedAt: now - day,
          seq: 1,
          by: 'operator:ada',
        })
      const clock = await new Clockwork().read(ctx)
      const { recent, months } = clock.kinds['self-service']
      assert.deepEqual([recent.first.medianMs, recent.effect.medianMs], [5 * second, 4 * second])
      assert.deepEqual(months, [])
      // A gate that has not got it yet: nobody can say how long it takes.
      await acked(ctx, 'mx4', [[3, 3]])
      assert.equal((await new Clockwork().read(ctx)).kinds['self-service'].recent.effect.count, 0)
      ctx.clock.advance(31 * day)
      await ctx.db.queries.deleteFrom('edges').where('name', '=', 'mx4').execute()
      const later = await new Clockwork().read(ctx)
      assert.deepEqual(
        later.kinds['self-service'].months.map(({ month, effect }) => [month, effect.count]),
        [['2026-05', 10]],
      )
      ctx.clock.advance(90 * day)
      assert.deepEqual((await new Clockwork().read(ctx)).kinds['self-service'].months, [])
    })
  })
})
