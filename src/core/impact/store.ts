import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import type { OfSender } from './impact.ts'

type Queries = Kysely<Tables>

const wanted = sql<number>`ham + bulk`
const messages = sql<number>`ham + bulk + spam + phish + malware + unjudged`

/** Wanted messages of everybody in one hour. */
export async function wantedIn(queries: Queries, which: number): Promise<number> {
  const { sum } = await queries
    .selectFrom('evidence_hours')
    .select(sql<number | string | null>`sum(${wanted})`.as('sum'))
    .where('hour', '=', which)
    .executeTakeFirstOrThrow()
  return Number(sum ?? 0)
}

/** Those with the most wanted mail in one hour; one may come more than once. */
export async function largestIn(
  queries: Queries,
  which: number,
  limit: number,
): Promise<readonly { readonly unit: string; readonly wanted: number }[]> {
  return await queries
    .selectFrom('evidence_hours')
    .select(['unit', wanted.as('wanted')])
    .where('hour', '=', which)
    .where(wanted, '>', 0)
    .orderBy(wanted, 'desc')
    .limit(limit)
    .execute()
}

/** What was counted from an hour on of senders whose key begins with the stem, by key, after the given one. */
export async function sendersFrom(
  queries: Queries,
  stem: string,
  since: number,
  after: string,
  limit: number,
): Promise<readonly OfSender[]> {
  const rows = await queries
    .selectFrom('evidence_hours')
    .select([
      'unit',
      sql<number | string>`sum(${messages})`.as('messages'),
      sql<number | string>`sum(${wanted})`.as('wanted'),
    ])
    // A stem holds digits, letters, dots and colons only.
    .where('unit', 'like', `${stem}%`)
    .where('unit', '>', after)
    // SQLite uses no index for LIKE. No key has a `g`.
    .where('unit', '<', `${stem}g`)
    .where('hour', '>=', since)
    .groupBy('unit')
    .orderBy('unit')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    unit: row.unit,
    messages: Number(row.messages),
    wanted: Number(row.wanted),
  }))
}
