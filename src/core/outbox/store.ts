import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type LetterRow = Tables['letters']
export type DeliveryRow = Tables['webhook_deliveries']

/** Whose the work on a row is, and for how long: afterwards somebody else may have it. */
export interface Lease {
  readonly id: string
  /** `ctx.core` */
  readonly core: string
  readonly until: number
}

const letterColumns = [
  'id',
  'key',
  'kind',
  'mailbox',
  'language',
  'slots',
  'state',
  'next_at',
  'expires_at',
  'attempts',
  'lease',
  'lease_until_at',
  'lease_core',
  'last_error',
  'created_at',
  'sent_at',
  'about',
] as const

const deliveryColumns = [
  'id',
  'url',
  'event',
  'body',
  'state',
  'next_at',
  'attempts',
  'lease',
  'lease_until_at',
  'lease_core',
  'last_error',
  'created_at',
  'sent_at',
] as const

export async function hasLetter(queries: Queries, key: string): Promise<boolean> {
  return (
    (await queries.selectFrom('letters').select('id').where('key', '=', key).executeTakeFirst()) !== undefined
  )
}

export async function letterWrittenAt(queries: Queries, key: string): Promise<number | undefined> {
  const row = await queries
    .selectFrom('letters')
    .select('created_at')
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.created_at
}

/** A second letter with the same key breaks a unique key: the transaction runs again, and finds the first. */
export async function insertLetter(queries: Queries, row: LetterRow): Promise<void> {
  await queries.insertInto('letters').values(row).execute()
}

export async function letterById(queries: Queries, id: string): Promise<LetterRow | undefined> {
  return await queries.selectFrom('letters').select(letterColumns).where('id', '=', id).executeTakeFirst()
}

export async function countLetters(queries: Queries, states: readonly string[]): Promise<number> {
  const { count } = await queries
    .selectFrom('letters')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', states)
    .executeTakeFirstOrThrow()
  return count
}

/** Letters to send now: queued ones whose time has come, and ones whose sender has not been heard of since its lease ended. */
export async function dueLetters(queries: Queries, now: number, limit: number): Promise<LetterRow[]> {
  return await queries
    .selectFrom('letters')
    .select(letterColumns)
    .where('state', 'in', ['queued', 'sending'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
}

/** Compare and swap: false when somebody else has taken it. While a letter is being sent `next_at` is the end of the lease. */
export async function leaseLetter(
  queries: Queries,
  letter: { readonly id: string; readonly attempts: number },
  lease: Lease,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('letters')
    .set({
      state: 'sending',
      lease: lease.id,
      lease_core: lease.core,
      lease_until_at: lease.until,
      next_at: lease.until,
      attempts: letter.attempts + 1,
    })
    .where('id', '=', letter.id)
    .where('state', 'in', ['queued', 'sending'])
    .where('next_at', '<=', now)
    .where('attempts', '=', letter.attempts)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Changes a letter that is in one of these states, and leased so if `lease` is given; false when it is not. */
export async function updateLetter(
  queries: Queries,
  where: { readonly id: string; readonly states: readonly string[]; readonly lease?: string | undefined },
  changes: Partial<LetterRow>,
): Promise<boolean> {
  let query = queries
    .updateTable('letters')
    .set(changes)
    .where('id', '=', where.id)
    .where('state', 'in', where.states)
  if (where.lease !== undefined) query = query.where('lease', '=', where.lease)
  const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function nextLetterAt(queries: Queries): Promise<number | undefined> {
  const row = await queries
    .selectFrom('letters')
    .select((eb) => eb.fn.min('next_at').as('next_at'))
    .where('state', 'in', ['queued', 'sending'])
    .executeTakeFirst()
  return row?.next_at ?? undefined
}

/** Newest first. */
export async function listLetters(
  queries: Queries,
  wanted: {
    readonly state?: string | undefined
    readonly after?: { readonly createdAt: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<LetterRow[]> {
  let query = queries.selectFrom('letters').select(letterColumns)
  if (wanted.state !== undefined) query = query.where('state', '=', wanted.state)
  const { after } = wanted
  if (after) {
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', after.createdAt),
        eb('created_at', '=', after.createdAt).and('id', '<', after.id),
      ]),
    )
  }
  return await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(wanted.limit).execute()
}

export async function suppressionOf(
  queries: Queries,
  mailboxHash: string,
  now: number,
): Promise<Tables['suppressions'] | undefined> {
  return await queries
    .selectFrom('suppressions')
    .select(['mailbox_hash', 'why', 'until_at'])
    .where('mailbox_hash', '=', mailboxHash)
    .where('until_at', '>', now)
    .executeTakeFirst()
}

export async function saveSuppression(queries: Queries, row: Tables['suppressions']): Promise<void> {
  await queries
    .insertInto('suppressions')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('mailbox_hash').doUpdateSet({ why: row.why, until_at: row.until_at }),
    )
    .execute()
}

/** Letters to this mailbox, whatever its letter case, say nothing and are to nobody any more. */
export async function forgetLetters(queries: Queries, mailbox: string, tombstone: string): Promise<void> {
  const theirs = sql<boolean>`lower(mailbox) = ${mailbox.toLowerCase()}`
  await queries
    .updateTable('letters')
    .set({ state: 'dead' })
    .where(theirs)
    .where('state', 'in', ['queued', 'sending'])
    .execute()
  await queries
    .updateTable('letters')
    .set({ mailbox: tombstone, slots: '', last_error: null })
    .where(theirs)
    .execute()
}

export async function insertDelivery(queries: Queries, row: DeliveryRow): Promise<void> {
  await queries.insertInto('webhook_deliveries').values(row).execute()
}

export async function hasDelivery(queries: Queries, id: string): Promise<boolean> {
  const row = await queries
    .selectFrom('webhook_deliveries')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  return row !== undefined
}

export async function dueDeliveries(queries: Queries, now: number, limit: number): Promise<DeliveryRow[]> {
  return await queries
    .selectFrom('webhook_deliveries')
    .select(deliveryColumns)
    .where('state', 'in', ['queued', 'sending'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
}

/** As `leaseLetter`. */
export async function leaseDelivery(
  queries: Queries,
  delivery: { readonly id: string; readonly attempts: number },
  lease: Lease,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('webhook_deliveries')
    .set({
      state: 'sending',
      lease: lease.id,
      lease_core: lease.core,
      lease_until_at: lease.until,
      next_at: lease.until,
      attempts: delivery.attempts + 1,
    })
    .where('id', '=', delivery.id)
    .where('state', 'in', ['queued', 'sending'])
    .where('next_at', '<=', now)
    .where('attempts', '=', delivery.attempts)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function updateDelivery(
  queries: Queries,
  where: { readonly id: string; readonly lease: string },
  changes: Partial<DeliveryRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('webhook_deliveries')
    .set(changes)
    .where('id', '=', where.id)
    .where('state', '=', 'sending')
    .where('lease', '=', where.lease)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function nextDeliveryAt(queries: Queries): Promise<number | undefined> {
  const row = await queries
    .selectFrom('webhook_deliveries')
    .select((eb) => eb.fn.min('next_at').as('next_at'))
    .where('state', 'in', ['queued', 'sending'])
    .executeTakeFirst()
  return row?.next_at ?? undefined
}

/** Newest first. */
export async function listDeliveries(
  queries: Queries,
  state: string | undefined,
  limit: number,
): Promise<DeliveryRow[]> {
  let query = queries.selectFrom('webhook_deliveries').select(deliveryColumns)
  if (state !== undefined) query = query.where('state', '=', state)
  return await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** Ends every lease of this core now: for its start, at which nobody can be at work under them. */
export async function endLeases(queries: Queries, core: string, now: number): Promise<void> {
  for (const table of ['letters', 'webhook_deliveries'] as const) {
    await queries
      .updateTable(table)
      .set({ next_at: now })
      .where('state', '=', 'sending')
      .where('lease_core', '=', core)
      .execute()
  }
}
