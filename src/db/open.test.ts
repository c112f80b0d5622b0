import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { Refusal } from '../base/refusal.ts'
import { databases, forEachDatabase } from '../../test/support/database.ts'
import { Conflict, openDatabase, type Database } from './open.ts'

const readSeq = async (queries: Database['queries']): Promise<number> => {
  const { seq } = await queries
    .selectFrom('heads')
    .select('seq')
    .where('name', '=', 'feed')
    .executeTakeFirstOrThrow()
  return seq
}
const addOne = async (queries: Database['queries']): Promise<number> => {
  const { seq } = await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('name', '=', 'feed')
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

/** Whether a commit ends when the disk has it (SQLite: FULL is 2, NORMAL is 1). */
async function waitsForDisk(db: Database, queries: Database['queries']): Promise<boolean> {
  if (db.dialect === 'sqlite') {
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(queries)
    return rows[0]?.synchronous === 2
  }
  const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(queries)
  return rows[0]?.synchronous_commit !== 'off'
}

forEachDatabase((_name, open) => {
  describe('a transaction', () => {
    it('is kept when it ends and undone when it throws', async () => {
      const db = await open()
      await db.transaction(addOne)
      await assert.rejects(
        db.transaction(async (queries) => {
          await addOne(queries)
          throw new Refusal('listing.not-found')
        }),
        Refusal,
      )
      assert.equal(await readSeq(db.queries), 1)
    })

    it('hides what is not committed from others, who do not wait for it', async () => {
      const db = await open()
      const other = await open({ sameAs: db })
      const { promise: seen, resolve } = Promise.withResolvers<void>()
      const running = db.transaction(async (queries) => {
        await addOne(queries)
        assert.equal(await readSeq(queries), 1)
        await seen
      })
      await sleep(20)
      assert.equal(await readSeq(db.queries), 0)
      assert.equal(await readSeq(other.queries), 0)
      resolve()
      await running
      assert.equal(await readSeq(db.queries), 1)
      assert.equal(await readSeq(other.queries), 1)
    })

    it('loses no addition among a hundred from two handles', async () => {
      const db = await open()
      const other = await open({ sameAs: db })
      const numbers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => (index % 2 ? db : other).transaction(addOne)),
      )
      assert.deepEqual(
        numbers.sort((a, b) => a - b),
        Array.from({ length: 100 }, (_, index) => index + 1),
      )
    })

    it('runs again after a conflict, five times at most', async () => {
      const db = await open()
      let runs = 0
      await db.transaction(async (queries) => {
        await addOne(queries)
        if (++runs < 5) throw new Conflict('somebody was faster')
      })
      assert.equal(runs, 5)
      assert.equal(await readSeq(db.queries), 1)
      const endless = db.transaction(async () => {
        runs++
        throw new Conflict('somebody is always faster')
      })
      await assert.rejects(endless, (error) => error instanceof Refusal && error.code === 'database.busy')
      assert.equal(runs, 10)
    })

    it('refuses queries of the outside while it runs, and only then', async () => {
      const db = await open()
      await assert.rejects(
        db.transaction(async () => await readSeq(db.queries)),
        /use the queries of the transaction/,
      )
      await assert.rejects(
        db.transaction(async () => await db.transaction(addOne)),
        /use the queries of the transaction/,
      )
      await db.transaction(addOne)
      assert.equal(await readSeq(db.queries), 1)
    })

    it('waits for the disk unless it is lazy, and then it is kept and undone as any other', async () => {
      const db = await open()
      const waits: boolean[] = []
      const addAndLook = async (queries: Database['queries']): Promise<void> => {
        await addOne(queries)
        waits.push(await waitsForDisk(db, queries))
      }
      await db.transaction(addAndLook)
      await db.transaction(addAndLook, { isLazy: true })
      await assert.rejects(
        db.transaction(
          async (queries) => {
            await addAndLook(queries)
            throw new Refusal('listing.not-found')
          },
          { isLazy: true },
        ),
        Refusal,
      )
      await addOne(db.queries)
      if (db.dialect === 'sqlite') waits.push(await waitsForDisk(db, db.queries))
      await Promise.all([db.transaction(addAndLook, { isLazy: true }), db.transaction(addAndLook)])
      assert.equal(await readSeq(db.queries), 5)
      assert.deepEqual(waits.slice(0, 3), [true, false, false])
      if (db.dialect === 'sqlite') assert.equal(waits[3], true)
      assert.deepEqual(new Set(waits.slice(-2)), new Set([false, true]))
    })

    it('undoes a statement that failed in its middle together with the rest', async () => {
      const db = await open()
      const row = { id: 'a', expires_at: 1 }
      await db.queries.insertInto('spent_challenges').values(row).execute()
      await assert.rejects(
        db.transaction(async (queries) => {
          await addOne(queries)
          await queries
            .insertInto('spent_challenges')
            .values([{ id: 'b', expires_at: 1 }, row])
            .execute()
        }),
      )
      assert.equal(await readSeq(db.queries), 0)
      assert.equal((await db.queries.selectFrom('spent_challenges').select('id').execute()).length, 1)
    })
  })

  describe('a statement outside of transactions', () => {
    it('gives numbers for eight-byte integers, counts and sums', async () => {
      const db = await open()
      await db.queries
        .updateTable('heads')
        .set({ seq: 2 ** 52 })
        .where('name', '=', 'feed')
        .execute()
      assert.equal(await readSeq(db.queries), 2 ** 52)
      const { count, total } = await db.queries
        .selectFrom('heads')
        .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('seq').as('total')])
        .where('name', 'in', ['audit', 'feed'])
        .executeTakeFirstOrThrow()
      assert.deepEqual({ count, total }, { count: 2, total: 2 ** 52 })
    })

    it('says how many rows it changed', async () => {
      const db = await open()
      const { numUpdatedRows } = await db.queries
        .updateTable('heads')
        .set({ seq: 7 })
        .where('name', 'in', ['audit', 'feed'])
        .executeTakeFirstOrThrow()
      assert.equal(numUpdatedRows, 2n)
      const { numDeletedRows } = await db.queries
        .deleteFrom('heads')
        .where('name', '=', 'x')
        .executeTakeFirstOrThrow()
      assert.equal(numDeletedRows, 0n)
    })

    it('gives rows that are equal on every database', async () => {
      const db = await open()
      const rows = await db.queries
        .selectFrom('heads')
        .select(['name', 'seq', 'value'])
        .where('name', 'in', ['audit', 'feed'])
        .orderBy('name')
        .execute()
      assert.deepEqual(rows, [
        { name: 'audit', seq: 0, value: '' },
        { name: 'feed', seq: 0, value: '' },
      ])
    })
  })

  describe('closing', () => {
    it('waits for the transactions that run', async () => {
      const db = await open()
      const other = await open({ sameAs: db })
      const { promise: begun, resolve } = Promise.withResolvers<void>()
      const running = db.transaction(async (queries) => {
        resolve()
        await sleep(30)
        return await addOne(queries)
      })
      await begun
      await Promise.all([running, db.close()])
      assert.equal(await readSeq(other.queries), 1)
    })
  })
})

describe('SQLite', () => {
  it('syncs every commit to disk and keeps a write-ahead log', async () => {
    const { open, close } = databases('SQLite')
    const db = await open()
    const pragmas = await db.transaction(async (queries) => ({
      ...(await sql<{ journal_mode: string }>`pragma journal_mode`.execute(queries)).rows[0],
      ...(await sql<{ synchronous: number }>`pragma synchronous`.execute(queries)).rows[0],
      ...(await sql<{ foreign_keys: number }>`pragma foreign_keys`.execute(queries)).rows[0],
    }))
    assert.deepEqual(pragmas, { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 })
    await close()
  })
})

describe('a PostgreSQL server that does not answer', () => {
  it('is a refusal, with the reason inside', async () => {
    const db = await openDatabase('postgres://nobody@/nothing?host=/nonexistent', { file: '' })
    await assert.rejects(db.transaction(addOne), (error) => {
      assert.ok(error instanceof Refusal)
      assert.equal(error.code, 'database.away')
      assert.match(String(error.cause), /ENOENT/)
      return true
    })
    await db.close()
  })
})

describe('a PostgreSQL server that throws us out', () => {
  it('is a refusal for what was under way, and nothing else: the next transaction has a new connection', async () => {
    const { open, close } = databases('PostgreSQL')
    const db = await open()
    const other = await open({ sameAs: db })
    const interrupted = db.transaction(async (queries) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(queries)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other.queries)
      await addOne(queries)
    })
    await assert.rejects(interrupted, (error) => error instanceof Refusal && error.code === 'database.away')
    await db.transaction(addOne)
    assert.equal(await readSeq(db.queries), 1)
    await close()
  })
})
