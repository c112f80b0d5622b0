import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { forEachDatabase } from '../../test/support/database.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import type { Database } from './open.ts'

const first =
  'create table a (n integer not null);\n\ninsert into a (n) values (1);\n\ninsert into a (n) values (2);\n'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-migrations-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function countA(db: Database): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from a`.execute(db.queries)
  return rows[0]?.count
}

forEachDatabase((_name, open) => {
  describe('migrations', () => {
    it('run once each, in order, with every statement in them', async () => {
      const db = await open({ empty: true })
      const folder = folderWith({
        '0001-a.sql': first,
        '0002-b.sql': 'insert into a (n) select n + 10 from a;\n',
      })
      assert.deepEqual(await pendingMigrations(db, folder), ['0001-a', '0002-b'])
      assert.deepEqual(await migrate(db, { now: 5, folder }), { applied: ['0001-a', '0002-b'], ahead: [] })
      assert.equal(await countA(db), 4)
      assert.deepEqual(await migrate(db, { now: 6, folder }), { applied: [], ahead: [] })
      assert.deepEqual(await pendingMigrations(db, folder), [])
      assert.equal(await countA(db), 4)
    })

    it('run once when two programs start together', async () => {
      const db = await open({ empty: true })
      const other = await open({ sameAs: db })
      const folder = folderWith({ '0001-a.sql': first })
      const answers = await Promise.all([migrate(db, { now: 5, folder }), migrate(other, { now: 5, folder })])
      assert.equal(answers.flatMap(({ applied }) => applied).length, 1)
      assert.equal(await countA(db), 2)
    })

    it('leave nothing behind when they fail in the middle', async () => {
      const db = await open({ empty: true })
      const broken = folderWith({ '0001-a.sql': `${first}\ninsert into missing (n) values (1);\n` })
      await assert.rejects(migrate(db, { now: 5, folder: broken }), /missing/)
      await assert.rejects(countA(db))
      assert.deepEqual((await migrate(db, { now: 5, folder: folderWith({ '0001-a.sql': first }) })).applied, [
        '0001-a',
      ])
    })

    it('may not be changed once applied', async () => {
      const db = await open({ empty: true })
      await migrate(db, { now: 5, folder: folderWith({ '0001-a.sql': first }) })
      const changed = folderWith({ '0001-a.sql': `${first}\ncreate table b (n integer);\n` })
      await assert.rejects(
        migrate(db, { now: 6, folder: changed }),
        /0001-a was changed after it had been applied/,
      )
    })

    it('let an older program run beside a newer one, unless one of them is breaking', async () => {
      const db = await open({ empty: true })
      const old = { '0001-a.sql': first }
      const newer = { ...old, '0002-b.sql': 'create table b (n integer);\n' }
      const newest = { ...newer, '0003-c.sql': '-- breaking: b is gone\ndrop table b;\n' }
      await migrate(db, { now: 5, folder: folderWith(newer) })
      assert.deepEqual(await migrate(db, { now: 6, folder: folderWith(old) }), {
        applied: [],
        ahead: ['0002-b'],
      })
      await migrate(db, { now: 7, folder: folderWith(newest) })
      await assert.rejects(
        migrate(db, { now: 8, folder: folderWith(old) }),
        /the database is ahead of this program: a newer one has applied 0003-c/,
      )
    })

    it('refuse a gap in their numbers, and one put in before those applied', async () => {
      const db = await open({ empty: true })
      const gap = folderWith({ '0001-a.sql': first, '0003-c.sql': 'create table c (n integer);\n' })
      await assert.rejects(migrate(db, { now: 5, folder: gap }), /out of line: number 2 is expected/)
      await migrate(db, {
        now: 5,
        folder: folderWith({ '0001-a.sql': first, '0002-c.sql': 'create table c (n integer);\n' }),
      })
      const other = folderWith({ '0001-a.sql': first, '0002-b.sql': 'create table b (n integer);\n' })
      await assert.rejects(migrate(db, { now: 6, folder: other }), /has migration 0002-c but not 0002-b/)
    })
  })
})
