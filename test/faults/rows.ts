import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

/** The database as somebody else reads it: own SQL, own connection, nothing of the product. */
export interface Rows {
  all(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export type Row = Readonly<Record<string, unknown>>

/** `place` is a file of SQLite, or `postgres://…`. */
export async function openRows(place: string): Promise<Rows> {
  if (!place.startsWith('postgres:')) {
    const database = new DatabaseSync(place, { readOnly: true, timeout: 5000 })
    return {
      all: async (sql) => await Promise.resolve(database.prepare(sql).all()),
      close: async () => await Promise.resolve(database.close()),
    }
  }
  const client = new pg.Client({ connectionString: place })
  client.on('error', () => {})
  await client.connect()
  return {
    all: async (sql) => (await client.query<Row>(sql)).rows,
    close: async () => await client.end(),
  }
}

/** A column as text; empty for null. */
export function text(row: Row, name: string): string {
  const value = row[name]
  return value === null || value === undefined ? '' : typeof value === 'string' ? value : `${Number(value)}`
}

/** A column as a number; `pg` gives eight-byte ones as text. */
export function number(row: Row, name: string): number {
  return Number(row[name])
}
