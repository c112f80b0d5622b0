import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forEachDatabase } from '../../test/support/database.ts'
import { KeptInsert, KeptQuestion } from './kept-statement.ts'
import type { Tables } from './schema.ts'

type Row = Tables['sender_groups']

const saving = new KeptInsert<Row>(['key', 'seen_at', 'memory'], (queries, rows) =>
  queries
    .insertInto('sender_groups')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({ memory: eb.ref('excluded.memory') })),
    ),
)
const asking = new KeptQuestion<Row>((queries, keys) =>
  queries.selectFrom('sender_groups').select(['key', 'seen_at', 'memory']).where('key', 'in', keys),
)

const row = (nth: number, memory: string): Row => ({ memory, key: `net ${nth}`, seen_at: nth })
const inOrder = (rows: readonly Row[]): readonly Row[] => rows.toSorted((a, b) => a.seen_at - b.seen_at)

forEachDatabase((name, open) => {
  describe(`A kept statement on ${name}`, () => {
    it('writes and finds any number of rows, whatever the order of their fields', async () => {
      const db = await open()
      for (const count of [0, 1, 2, 3, 127, 128, 129, 700]) {
        const rows = Array.from({ length: count }, (_, nth) => row(nth, `${count}'"`))
        await db.transaction(async (queries) => await saving.run(queries, rows))
        const found = await asking.ask(
          db.queries,
          rows.map(({ key }) => key),
        )
        assert.deepEqual(inOrder(found), rows)
      }
    })

    it('finds each row once, and nothing for what is not there', async () => {
      const db = await open()
      await saving.run(db.queries, [row(1, 'a'), row(2, 'b'), row(3, 'c')])
      assert.deepEqual(inOrder(await asking.ask(db.queries, ['net 1', 'net 9', 'net 3'])), [
        row(1, 'a'),
        row(3, 'c'),
      ])
    })
  })
})
