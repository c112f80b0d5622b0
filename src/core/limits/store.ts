import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import type { Spend } from './window.ts'

type Queries = Kysely<Tables>

export interface Window {
  readonly key: string
  readonly spends: readonly Spend[]
  readonly version: number
}

/**
 * Reads a window to change it. Raising its version is the lock: whoever else spends from it waits until this
 * transaction ends, and then sees what it left.
 */
export async function takeWindow(queries: Queries, key: string): Promise<Window> {
  const taken = await raiseVersion(queries, key)
  if (taken) return taken
  await queries
    .insertInto('limit_windows')
    .values({ key, spends: '[]', until_at: 0, version: 0 })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const made = await raiseVersion(queries, key)
  if (!made) throw new Error(`limit window ${key} was just made and is not there`)
  return made
}

async function raiseVersion(queries: Queries, key: string): Promise<Window | undefined> {
  const row = await queries
    .updateTable('limit_windows')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('key', '=', key)
    .returning(['spends', 'version'])
    .executeTakeFirst()
  return row && { key, spends: readSpends(row.spends), version: row.version }
}

/** False when the window has changed since it was taken. */
export async function saveWindow(queries: Queries, window: Window, untilAt: number): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('limit_windows')
    .set({ spends: JSON.stringify(window.spends.map(({ at, count }) => [at, count])), until_at: untilAt })
    .where('key', '=', window.key)
    .where('version', '=', window.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function readWindow(queries: Queries, key: string): Promise<readonly Spend[]> {
  const row = await queries
    .selectFrom('limit_windows')
    .select('spends')
    .where('key', '=', key)
    .executeTakeFirst()
  return row ? readSpends(row.spends) : []
}

function readSpends(text: string): readonly Spend[] {
  return (JSON.parse(text) as [number, number][]).map(([at, count]) => ({ at, count }))
}
