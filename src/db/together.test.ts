import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal } from '../base/refusal.ts'
import { forEachDatabase } from '../../test/support/database.ts'
import { Conflict, type Database } from './open.ts'
import { together } from './together.ts'

async function addOne(queries: Database['queries']): Promise<number> {
  const { seq } = await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('name', '=', 'feed')
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

async function readSeq(db: Database): Promise<number> {
  const row = await db.queries
    .selectFrom('heads')
    .select('seq')
    .where('name', '=', 'feed')
    .executeTakeFirstOrThrow()
  return row.seq
}

/** With the number of transactions that were begun. */
function counted(db: Database): { readonly run: Database['together']; readonly begun: () => number } {
  let begun = 0
  const run = together(async (work) => {
    begun++
    return await db.transaction(work)
  })
  return { run, begun: () => begun }
}

const numbers = Array.from({ length: 40 }, (_, nth) => nth)

forEachDatabase((_name, open) => {
  describe('work done together', () => {
    it('shares transactions, and each has its own answer when it can be seen by all', async () => {
      const db = await open()
      const { run, begun } = counted(db)
      const answers = await Promise.all(
        numbers.map(async () => {
          const seq = await run(addOne)
          assert.ok((await readSeq(db)) >= seq)
          return seq
        }),
      )
      assert.deepEqual(
        answers,
        numbers.map((nth) => nth + 1),
      )
      assert.equal(begun(), 3)
    })

    it('is undone by itself when it throws', async () => {
      const db = await open()
      const answers = await Promise.allSettled(
        numbers.map(
          async (nth) =>
            await db.together(async (queries) => {
              await addOne(queries)
              if (nth % 2 === 1) throw new Refusal('listing.not-found')
            }),
        ),
      )
      assert.deepEqual(
        answers.map((answer) => answer.status === 'rejected' && answer.reason instanceof Refusal),
        numbers.map((nth) => nth % 2 === 1),
      )
      assert.equal(await readSeq(db), 20)
    })

    it('goes on after a statement that failed', async () => {
      const db = await open()
      const answers = await Promise.allSettled(
        numbers.slice(0, 9).map(
          async (nth) =>
            await db.together(async (queries) => {
              await addOne(queries)
              if (nth === 3)
                await queries.insertInto('heads').values({ name: 'feed', seq: 1, value: '' }).execute()
            }),
        ),
      )
      assert.deepEqual(
        answers.map(({ status }) => status),
        numbers.slice(0, 9).map((nth) => (nth === 3 ? 'rejected' : 'fulfilled')),
      )
      assert.equal(await readSeq(db), 8)
    })

    it('runs again alone when somebody was faster, and when the transaction of all failed', async () => {
      const db = await open()
      let tries = 0
      const lateOne = db.together(async (queries) => {
        await addOne(queries)
        if (++tries === 1) throw new Conflict('somebody was faster')
        return 'late'
      })
      const others = numbers.slice(0, 5).map(async () => await db.together(addOne))
      assert.equal(await lateOne, 'late')
      await Promise.all(others)
      assert.equal(await readSeq(db), 6)
      let isFirst = true
      const run = together(async (work) => {
        const answer = await db.transaction(work)
        if (!isFirst) return answer
        isFirst = false
        throw new Error('the answer to the commit was lost')
      })
      const seen = new Set<string>()
      await Promise.all(
        ['a', 'b', 'c'].map(
          async (key) =>
            await run(async (queries) => {
              await queries
                .insertInto('heads')
                .values({ name: `together-${key}`, seq: 1, value: '' })
                .onConflict((conflict) => conflict.column('name').doNothing())
                .execute()
              seen.add(key)
            }),
        ),
      )
      assert.equal(seen.size, 3)
      const rows = await db.queries
        .selectFrom('heads')
        .select('name')
        .where('name', 'like', 'together-%')
        .execute()
      assert.equal(rows.length, 3)
    })
  })
})
