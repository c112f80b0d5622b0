import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import type { Tables } from '../../db/schema.ts'
import { listAudit } from '../audit/actions.ts'
import { transact, type Tx } from '../context.ts'
import { left, spend } from '../limits/actions.ts'
import { purge } from './actions.ts'
import { mostToDelete } from './retention.ts'

const day = 86_400_000

async function challenges(ctx: TestContext, count: number, expiresAt: number, prefix: string): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: Math.min(500, count - from) }, (_, n) => ({
      id: `${prefix}${from + n}`,
      expires_at: expiresAt,
    }))
    await ctx.db.queries.insertInto('spent_challenges').values(rows).execute()
  }
}

async function countOf(ctx: TestContext, table: keyof Tables): Promise<number> {
  const { count } = await ctx.db.queries
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** One row that is too old and one that is not, of every table that is purged. */
async function seed(ctx: TestContext): Promise<void> {
  const now = ctx.clock.now()
  const { queries } = ctx.db
  const request = {
    ip: '192.0.2.1',
    unit: '192.0.2.1/32',
    mailbox: 'a@example.org',
    mailbox_key: 'a@example.org',
    language: 'en',
    note: '',
    road: 'mail',
    control: 'none',
    browser_hash: '',
    code_hash: '',
    proof_token: '',
    tries: 0,
    expires_at: 0,
    decided_at: null,
    outcome: null,
    outcome_facts: '{}',
    listing_id: null,
    feed_seq: null,
    wants_letter: 0,
    let_through_at: null,
    let_through_edge: null,
    queue_id: null,
    accepted_at: null,
    refused_again_at: null,
    decided_by: null,
    version: 1,
  }
  const listing = {
    range_key: '',
    length: 32,
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    since_at: 0,
    recurrence: 0,
    note: '',
    url: null,
    test: null,
    evidence: '[]',
    actor: 'cli:x',
    ended_by: null,
    ended_why: 'expired',
    version: 1,
  }
  const letter = {
    kind: 'delisting-done',
    mailbox: 'a@example.org',
    language: 'en',
    slots: '',
    next_at: 0,
    expires_at: null,
    attempts: 1,
    lease: null,
    lease_until_at: null,
    last_error: null,
    sent_at: null,
  }
  const delivery = {
    url: '',
    event: 'x',
    body: '',
    next_at: 0,
    attempts: 1,
    lease: null,
    lease_until_at: null,
    last_error: null,
    sent_at: null,
  }
  const event = {
    source: 's',
    type: 'message',
    backfill: 0,
    unit: '',
    ip: '',
    queue_id: null,
    accepted: 1,
    body: '',
  }
  const decision = {
    edge: 'e',
    boot: 'b',
    stage: 'rcpt',
    ip: '',
    unit: '',
    helo: null,
    ptr: null,
    mail_from: null,
    recipients: '[]',
    code: 550,
    status: '',
    reason: '',
    listing_id: null,
    standing: null,
    budget: null,
    table_seq: 0,
    count: 1,
    mode: 'enforce',
    minute: 0,
  }
  const counted = {
    ham: 1,
    bulk: 0,
    spam: 0,
    phish: 0,
    malware: 0,
    unjudged: 0,
    recipients: 0,
    unknown: 0,
    traps: 0,
    complaints: 0,
    not_junk: 0,
  }
  for (const [seq, ageDays] of [
    [1, 1000],
    [2, 1],
  ] as const) {
    const at = now - ageDays * day
    const id = `${seq}`
    await queries
      .insertInto('feed_changes')
      .values({ seq, at: ageDays > 9 ? at : now, change: '{}' })
      .execute()
    await queries.insertInto('edge_acks').values({ edge: 'e', seq, at }).execute()
    await queries
      .insertInto('decision_records')
      .values({ ...decision, seq, at })
      .execute()
    await queries
      .insertInto('let_throughs')
      .values({ edge: 'e', boot: 'b', seq, at, ip: '', unit: '', queue_id: '', helo: null, mail_from: null })
      .execute()
    await queries
      .insertInto('mail_events')
      .values({ ...event, seq, id, at, received_at: at })
      .execute()
    await queries
      .insertInto('evidence_hours')
      .values({ ...counted, unit: id, hour: Math.floor(at / 3_600_000), source: 's', era: 0 })
      .execute()
    await queries
      .insertInto('senders')
      .values({ unit: id, since_at: 0, seen_at: at, ptr: null, home: null, prior: null, memory: null })
      .execute()
    await queries.insertInto('sender_groups').values({ key: id, seen_at: at, memory: '{}' }).execute()
    await queries.insertInto('reporters').values({ name: id, seen_at: at, memory: '{}' }).execute()
    await queries
      .insertInto('probes')
      .values({
        id,
        tag: id,
        language: 'en',
        created_at: at + day / 2,
        valid_until: at,
        received_at: null,
        digest: null,
        found: null,
        letter: null,
      })
      .execute()
    await queries
      .insertInto('sender_checks')
      .values({ domain: id, unit: '', at, faults: 0, warnings: 0 })
      .execute()
    await queries
      .insertInto('watches')
      .values({ unit: id, request_id: '', since_at: 0, until_at: at + day })
      .execute()
    for (const state of ['done', 'review']) {
      await queries
        .insertInto('delist_requests')
        .values({ ...request, id: id + state, link_hash: id + state, state, created_at: at })
        .execute()
    }
    for (const state of ['ended', 'active']) {
      const ends = { ends_at: at, ended_at: state === 'ended' ? at : null }
      await queries
        .insertInto('listings')
        .values({ ...listing, id: id + state, prefix: id, state, ...ends })
        .execute()
    }
    for (const state of ['sent', 'queued']) {
      await queries
        .insertInto('letters')
        .values({ ...letter, id: id + state, key: id + state, state, created_at: at })
        .execute()
      await queries
        .insertInto('webhook_deliveries')
        .values({ ...delivery, id: id + state, state, created_at: at })
        .execute()
    }
    await queries
      .insertInto('suppressions')
      .values({ mailbox_hash: id, why: 'stop', until_at: at + 2 * day })
      .execute()
    await queries
      .insertInto('limit_windows')
      .values({ key: id, spends: '[]', until_at: at + 2 * day, version: 1 })
      .execute()
    await queries
      .insertInto('sessions')
      .values({ id_hash: id, operator: 'x', csrf: '', created_at: 0, seen_at: 0, expires_at: at + 2 * day })
      .execute()
    await queries
      .insertInto('spent_challenges')
      .values({ id, expires_at: at + 2 * day })
      .execute()
    await queries
      .insertInto('idempotent_answers')
      .values({ key: id, request_hash: '', status: 200, body: '', at: at + 2 * day })
      .execute()
    await queries
      .insertInto('leases')
      .values({ name: id, holder: 'x', until_at: at + 2 * day })
      .execute()
  }
}

forEachDatabase((_name, open) => {
  describe('purging', () => {
    it('deletes one old row of every table that has an end, and no other, and says so in the audit', async () => {
      const ctx = testContext({ db: await open() })
      await seed(ctx)
      const deleted = await purge(ctx)
      const tables = [
        'feed_changes',
        'edge_acks',
        'decision_records',
        'let_throughs',
        'mail_events',
        'evidence_hours',
        'senders',
        'sender_groups',
        'reporters',
        'probes',
        'sender_checks',
        'watches',
        'delist_requests',
        'listings',
        'letters',
        'webhook_deliveries',
        'suppressions',
        'limit_windows',
        'sessions',
        'spent_challenges',
        'idempotent_answers',
        'leases',
      ] as const
      assert.deepEqual(deleted, Object.fromEntries(tables.map((table) => [table, 1])))
      for (const table of tables) {
        const inTwoStates = ['delist_requests', 'listings', 'letters', 'webhook_deliveries'].includes(table)
        assert.equal(await countOf(ctx, table), inTwoStates ? 3 : 1, table)
      }
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual([record?.action, record?.facts], ['retention.purged', deleted])
      assert.deepEqual(await purge(ctx), {})
      assert.equal((await listAudit(ctx, { limit: 9 })).length, 1)
    })

    it('takes at most a thousand rows or 5 % of a table in one run, oldest first', async () => {
      const ctx = testContext({ db: await open() })
      const old = ctx.clock.now() - 10 * day
      await challenges(ctx, 1500, old, 'older')
      await challenges(ctx, 1500, old + day, 'old')
      assert.deepEqual(await purge(ctx), { spent_challenges: 1000 })
      const { oldest } = await ctx.db.queries
        .selectFrom('spent_challenges')
        .select((eb) => eb.fn.min('expires_at').as('oldest'))
        .executeTakeFirstOrThrow()
      assert.equal(oldest, old)
      assert.deepEqual(
        [await purge(ctx), await purge(ctx), await purge(ctx)],
        [{ spent_challenges: 1000 }, { spent_challenges: 1000 }, {}],
      )
    })

    it('takes no more from a large table than 5 %', async () => {
      const ctx = testContext({ db: await open() })
      await challenges(ctx, 30_000, ctx.clock.now() - 10 * day, 'x')
      assert.deepEqual(await purge(ctx), { spent_challenges: 1500 })
    })

    it('leaves a budget that is spent from at this very moment', async () => {
      const ctx = testContext({ db: await open() })
      const spendOne = async (tx: Tx): Promise<void> => await spend(tx, 'delist.unit.day', 'x')
      await transact(ctx, spendOne)
      ctx.clock.advance(2 * day)
      const gate = Promise.withResolvers<void>()
      const held = Promise.withResolvers<void>()
      const spending = transact(ctx, async (tx) => {
        await spendOne(tx)
        held.resolve()
        await gate.promise
      })
      await held.promise
      const purging = purge(ctx)
      // Long enough for the purge to stand before the row that is being changed.
      await sleep(100)
      gate.resolve()
      await Promise.all([spending, purging])
      assert.equal(await left(ctx, 'delist.unit.day', 'x'), 0)
    })

    it('stops when told to', async () => {
      const ctx = testContext({ db: await open() })
      await challenges(ctx, 10, 0, 'x')
      assert.deepEqual(await purge(ctx, AbortSignal.abort()), {})
      assert.equal(await countOf(ctx, 'spent_challenges'), 10)
    })
  })
})

describe('the brake', () => {
  it('lets small tables be emptied and large ones shrink', () => {
    assert.deepEqual([0, 1000, 20_000, 20_019, 1_000_000].map(mostToDelete), [1000, 1000, 1000, 1000, 50_000])
  })
})
