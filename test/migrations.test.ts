import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import type { Database } from '../src/db/open.ts'
import { forEachDatabase } from './support/database.ts'
import { dumpSchema } from './support/schema-dump.ts'

const root = join(import.meta.dirname, '..')

/** `table.column: type`, as `src/db/schema.ts` declares them. */
function declaredColumns(): string[] {
  const text = readFileSync(join(root, 'src/db/schema.ts'), 'utf8')
  const body = (name: string): string =>
    new RegExp(`export interface ${name} \\{(.*?)\\n\\}`, 's').exec(text)?.[1] ?? ''
  const fields = (inside: string): [string, string][] =>
    [...inside.matchAll(/^ {2}(\w+): ([^\n]+)$/gm)].map(([, name = '', type = '']) => [name, type])
  return fields(body('Tables'))
    .flatMap(([table, row]) => fields(body(row)).map(([column, type]) => `${table}.${column}: ${type}`))
    .sort()
}

/** The same, as the database has them. */
async function actualColumns(db: Database): Promise<string[]> {
  const { rows } = await (
    db.dialect === 'sqlite'
      ? sql<{ at: string; type: string; open: number }>`
          select m.name || '.' || p.name as at, p.type as type, 1 - p."notnull" as open
          from sqlite_schema m, pragma_table_info(m.name) p where m.type = 'table' and m.name <> 'migrations'`
      : sql<{ at: string; type: string; open: number }>`
          select table_name || '.' || column_name as at, data_type as type, (is_nullable = 'YES')::int as open
          from information_schema.columns where table_schema = 'public' and table_name <> 'migrations'`
  ).execute(db.queries)
  const types: Record<string, string> = {
    TEXT: 'string',
    text: 'string',
    INTEGER: 'number',
    integer: 'number',
    bigint: 'number',
    REAL: 'number',
    'double precision': 'number',
  }
  return rows
    .map(({ at, type, open }) => `${at}: ${types[type] ?? type}${open === 1 ? ' | null' : ''}`)
    .sort()
}

forEachDatabase((_name, open) => {
  describe('the migrations', () => {
    it('make the tables that schema.ts declares', async () => {
      const db = await open()
      const declared = declaredColumns()
      assert.ok(declared.length > 100)
      assert.deepEqual(await actualColumns(db), declared)
    })

    it('make what the schema dump shows (after a new one: node scripts/dump-schema.ts)', async () => {
      const db = await open()
      assert.equal(
        await dumpSchema(db),
        readFileSync(join(root, 'migrations', `${db.dialect}.schema.sql`), 'utf8'),
      )
    })

    it('keep moments in eight bytes', async () => {
      const db = await open()
      if (db.dialect === 'sqlite')
        await db.queries
          .insertInto('feed_changes')
          .values({ seq: 1, at: 2 ** 52, change: '{}' })
          .execute()
      const { rows } =
        db.dialect === 'sqlite'
          ? await sql<{ at: number }>`select at from feed_changes`.execute(db.queries)
          : await sql<{ name: string }>`
              select table_name || '.' || column_name as name from information_schema.columns
              where table_schema = 'public' and data_type = 'integer' and (column_name = 'at' or column_name like '%\_at')
            `.execute(db.queries)
      assert.deepEqual(rows, db.dialect === 'sqlite' ? [{ at: 2 ** 52 }] : [])
    })
  })
})

describe('the migration folders', () => {
  it('hold the same names for both databases', () => {
    const names = (dialect: string): string[] => readdirSync(join(root, 'migrations', dialect)).sort()
    assert.deepEqual(names('sqlite'), names('postgres'))
  })
})
