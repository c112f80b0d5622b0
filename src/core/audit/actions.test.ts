import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { Refusal } from '../../base/refusal.ts'
import type { Database } from '../../db/open.ts'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { as, transact, type Context } from '../context.ts'
import { listAudit, record, verifyChain } from './actions.ts'

async function write(ctx: Context, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await transact(
      ctx,
      async (tx) =>
        await record(tx, {
          action: 'evidence.voided',
          subject: `test:${n % 3}`,
          facts: { lines: n, note: 'ü', added: [1, null] },
        }),
    )
  }
}

/** What somebody with the database's own password would do. */
async function dropTriggers(db: Database): Promise<void> {
  const names =
    db.dialect === 'sqlite'
      ? ['audit_records_no_update', 'audit_records_no_delete']
      : ['audit_records_no_change on audit_records']
  for (const name of names) await sql.raw(`drop trigger ${name}`).execute(db.queries)
}

const tamperings: Record<
  string,
  { readonly how: readonly string[]; readonly seq: number; readonly why: RegExp }
> = {
  'a fact was changed': {
    how: [`update audit_records set facts = '{"lines":99}' where seq = 4`],
    seq: 4,
    why: /was changed/,
  },
  'an actor was changed': {
    how: [`update audit_records set actor = 'cli:nobody' where seq = 4`],
    seq: 4,
    why: /was changed/,
  },
  'a time was changed': {
    how: ['update audit_records set at = at + 1 where seq = 10'],
    seq: 10,
    why: /was changed/,
  },
  'a hash was changed': {
    how: [`update audit_records set hash = 'ff' where seq = 3`],
    seq: 3,
    why: /was changed/,
  },
  'a record was removed': {
    how: ['delete from audit_records where seq = 5'],
    seq: 5,
    why: /record 5 is missing/,
  },
  'the first was removed': {
    how: ['delete from audit_records where seq = 1'],
    seq: 1,
    why: /record 1 is missing/,
  },
  'two were swapped': {
    how: [
      'update audit_records set seq = 100 where seq = 5',
      'update audit_records set seq = 5 where seq = 6',
      'update audit_records set seq = 6 where seq = 100',
    ],
    seq: 5,
    why: /does not follow/,
  },
  'the end was cut off': {
    how: ['delete from audit_records where seq > 8'],
    seq: 9,
    why: /ends after record 8, but 10 were written/,
  },
  'all were removed': { how: ['delete from audit_records'], seq: 1, why: /ends after record 0/ },
  'the end was cut off and the count with it': {
    how: ['delete from audit_records where seq > 8', `update heads set seq = 8 where name = 'audit'`],
    seq: 9,
    why: /not the one that the head remembers/,
  },
  'the count was turned back': {
    how: [
      `update heads set seq = 8, value = (select hash from audit_records where seq = 8) where name = 'audit'`,
    ],
    seq: 9,
    why: /2 records are there/,
  },
}

forEachDatabase((_name, open) => {
  describe('the audit', () => {
    it('numbers records from one, in the transaction that they tell of', async () => {
      const ctx = testContext({ db: await open() })
      await write(ctx, 2)
      const lost = transact(ctx, async (tx) => {
        await record(tx, { action: 'evidence.voided', subject: 'test:x', facts: {} })
        throw new Refusal('listing.not-found')
      })
      await assert.rejects(lost, Refusal)
      assert.equal(
        await transact(
          ctx,
          async (tx) => await record(tx, { action: 'evidence.voided', subject: 's', facts: {} }),
        ),
        3,
      )
      assert.equal((await verifyChain(ctx)).records, 3)
    })

    it('keeps one chain when writers collide', async () => {
      const db = await open()
      const contexts = [testContext({ db }), testContext({ db: await open({ sameAs: db }) })]
      await Promise.all(contexts.flatMap((ctx) => Array.from({ length: 20 }, () => write(ctx, 1))))
      const [ctx] = contexts
      assert.ok(ctx)
      const { records, broken } = await verifyChain(ctx)
      assert.deepEqual({ records, broken }, { records: 40, broken: undefined })
    })

    it('lists newest first, by subject and in pages', async () => {
      const ctx = testContext({ db: await open() })
      await write(ctx, 7)
      const numbers = async (wanted: Parameters<typeof listAudit>[1]): Promise<number[]> =>
        (await listAudit(ctx, wanted)).map(({ seq }) => seq)
      assert.deepEqual(await numbers({ limit: 3 }), [7, 6, 5])
      assert.deepEqual(await numbers({ limit: 3, before: 5 }), [4, 3, 2])
      assert.deepEqual(await numbers({ limit: 9, subject: 'test:1' }), [7, 4, 1])
      const [newest] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual(newest, {
        seq: 7,
        at: ctx.clock.now(),
        actor: 'cli:test',
        action: 'evidence.voided',
        subject: 'test:1',
        facts: { added: [1, null], lines: 7, note: 'ü' },
      })
    })

    it('shows strangers nothing', async () => {
      const ctx = as(testContext({ db: await open() }), { kind: 'visitor', client: '192.0.2.1/32' })
      await assert.rejects(listAudit(ctx, { limit: 1 }), Refusal)
      await assert.rejects(listAudit(ctx, { limit: 1, subject: 'test:1' }), Refusal)
      await assert.rejects(verifyChain(ctx), Refusal)
    })

    it('refuses to change or remove a record', async () => {
      const db = await open()
      await write(testContext({ db }), 1)
      await assert.rejects(
        db.queries.updateTable('audit_records').set({ facts: '{}' }).execute(),
        /never changed/,
      )
      await assert.rejects(db.queries.deleteFrom('audit_records').execute(), /never changed/)
      if (db.dialect === 'postgres')
        await assert.rejects(sql`truncate audit_records`.execute(db.queries), /never changed/)
    })

    it('tells how far the check is', async () => {
      const ctx = testContext({ db: await open() })
      await write(ctx, 3)
      const steps: [number, number][] = []
      await verifyChain(ctx, (...step) => steps.push(step))
      assert.deepEqual(steps, [[3, 3]])
    })

    for (const [title, { how, seq, why }] of Object.entries(tamperings)) {
      it(`shows that ${title}`, async () => {
        const ctx = testContext({ db: await open() })
        await write(ctx, 10)
        await dropTriggers(ctx.db)
        for (const statement of how) await sql.raw(statement).execute(ctx.db.queries)
        const { records, broken } = await verifyChain(ctx)
        assert.equal(broken?.seq, seq)
        assert.match(broken.why, why)
        assert.equal(records, seq - 1)
      })
    }

    it('is checked in order while more is written', async () => {
      const ctx = testContext({ db: await open() })
      await write(ctx, 30)
      const [answer] = await Promise.all([verifyChain(ctx), write(ctx, 10)])
      assert.equal(answer.broken, undefined)
      assert.ok(answer.records >= 30)
    })
  })
})
