import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { erasureStates, type Blocker, type Erasure, type Person } from './person.ts'
import { places, type Found, type Place } from './places.ts'

type Queries = Kysely<Tables>

/** Rows of a person in one place. */
export async function rowsOf(
  queries: Queries,
  place: Place,
  person: Person,
  columns: readonly string[] = place.shown,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (columns.length === 0) return []
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.join(columns.map((name) => sql.ref(name)))} from ${sql.table(place.table)}
    where ${theirs(place.found, person)}`.execute(queries)
  return rows
}

/** How many there are; with `set`, of which these values are not what stands there. */
export async function countOf(
  queries: Queries,
  place: Place,
  person: Person,
  set: Readonly<Record<string, string | number | null>> = {},
): Promise<number> {
  const others = Object.entries(set).map(([name, value]) => sql`${sql.ref(name)} is distinct from ${value}`)
  const changes = others.length === 0 ? sql`` : sql` and (${sql.join(others, sql` or `)})`
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(place.table)} where ${theirs(place.found, person)}${changes}`.execute(
    queries,
  )
  return Number(rows[0]?.count ?? 0)
}

export async function deleteOf(queries: Queries, place: Place, person: Person): Promise<void> {
  await sql`delete from ${sql.table(place.table)} where ${theirs(place.found, person)}`.execute(queries)
}

export async function replaceOf(
  queries: Queries,
  place: Place,
  person: Person,
  set: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const changes = Object.entries(set).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
  await sql`update ${sql.table(place.table)} set ${sql.join(changes)} where ${theirs(place.found, person)}`.execute(
    queries,
  )
}

/** Which rows are theirs. */
function theirs(found: Found, person: Person): RawBuilder<unknown> {
  if ('holds' in found) {
    const escaped = person.mailbox.toLowerCase().replaceAll(/[\\%_]/g, (each) => `\\${each}`)
    return sql`lower(${sql.ref(found.column)}) like ${`%"${escaped}"%`} escape '\\'`
  }
  if ('of' in found) {
    const through = placeOf(found.of)
    return sql`${sql.ref(found.column)} in (select id from ${sql.table(found.of)} where ${theirs(through.found, person)})`
  }
  const values = person.keys[found.is]
  const column = found.is === 'mailbox' ? sql`lower(${sql.ref(found.column)})` : sql.ref(found.column)
  // An `in ()` is no SQL.
  return values.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(values)})`
}

function placeOf(table: string): Place {
  const found = places.find((place) => place.table === table)
  if (!found) throw new Error(`there is no place ${table}`)
  return found
}

const columns = [
  'id',
  'pseudonym',
  'mailbox',
  'state',
  'asked_by',
  'asked_at',
  'blockers',
  'next_at',
  'counts',
  'done_at',
] as const

/** False when one waits for this person already. */
export async function insertErasure(queries: Queries, it: Erasure, nextAt: number | null): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('person_requests')
    .values({
      id: it.id,
      pseudonym: it.pseudonym,
      mailbox: it.mailbox,
      state: it.state,
      asked_by: it.askedBy,
      asked_at: it.askedAt,
      blockers: JSON.stringify(it.blockers),
      next_at: nextAt,
      counts: JSON.stringify(it.counts),
      done_at: it.doneAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function updateErasure(queries: Queries, it: Erasure, nextAt: number | null): Promise<void> {
  await queries
    .updateTable('person_requests')
    .set({
      mailbox: it.mailbox,
      state: it.state,
      blockers: JSON.stringify(it.blockers),
      next_at: nextAt,
      counts: JSON.stringify(it.counts),
      done_at: it.doneAt,
    })
    .where('id', '=', it.id)
    .execute()
}

/** Erasures of theirs that somebody has declined name nobody any more. */
export async function forgetErasures(queries: Queries, mailbox: string): Promise<void> {
  await queries
    .updateTable('person_requests')
    .set({ mailbox: null })
    .where(sql<boolean>`lower(mailbox) = ${mailbox.toLowerCase()}`)
    .execute()
}

/** One by its id, or the one that waits for a person. */
export async function findErasure(
  queries: Queries,
  by: { readonly id: string } | { readonly pseudonym: string },
): Promise<Erasure | undefined> {
  const query = queries.selectFrom('person_requests').select(columns)
  const row = await (
    'id' in by
      ? query.where('id', '=', by.id)
      : query.where('pseudonym', '=', by.pseudonym).where('state', 'in', ['proposed', 'waiting'])
  ).executeTakeFirst()
  return row && fromRow(row)
}

/** Those that were asked for last, the newest first. */
export async function listErasures(queries: Queries, limit: number): Promise<readonly Erasure[]> {
  const rows = await queries
    .selectFrom('person_requests')
    .select(columns)
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function dueErasures(queries: Queries, now: number, limit: number): Promise<readonly Erasure[]> {
  const rows = await queries
    .selectFrom('person_requests')
    .select(columns)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Takes the row for this transaction alone. */
export async function lockErasure(queries: Queries, id: string): Promise<Erasure | undefined> {
  await queries
    .updateTable('person_requests')
    .set((eb) => ({ state: eb.ref('state') }))
    .where('id', '=', id)
    .execute()
  return await findErasure(queries, { id })
}

function fromRow(row: Tables['person_requests']): Erasure {
  const state = erasureStates.find((each) => each === row.state)
  if (state === undefined) throw new Error(`an erasure has the state "${row.state}"`)
  return {
    id: row.id,
    pseudonym: row.pseudonym,
    // Read before it was kept.
    mailbox: row.mailbox as MailAddress | null,
    state,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    blockers: JSON.parse(row.blockers) as readonly Blocker[],
    counts: JSON.parse(row.counts) as Readonly<Record<string, number>>,
    doneAt: row.done_at,
  }
}
