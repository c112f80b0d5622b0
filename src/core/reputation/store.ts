import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** Mail events after `seq`, in order. */
export async function eventsAfter(
  queries: Queries,
  seq: number,
  limit: number,
): Promise<readonly Pick<Tables['mail_events'], 'seq' | 'source' | 'received_at' | 'backfill' | 'body'>[]> {
  return await queries
    .selectFrom('mail_events')
    .select(['seq', 'source', 'received_at', 'backfill', 'body'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** The number before the first event that was received since; undefined when there is none. */
export async function firstSince(queries: Queries, since: number): Promise<number | undefined> {
  const row = await queries
    .selectFrom('mail_events')
    .select('seq')
    .where('received_at', '>=', since)
    .orderBy('received_at')
    .limit(1)
    .executeTakeFirst()
  return row && row.seq - 1
}

/** Where the judgement is. */
export interface JudgedHead {
  /** Number of the last event that was judged. */
  readonly seq: number
  /** Counts how often what had been judged was changed; whoever knew it from before has to remember anew. */
  readonly generation: number
  /** When that was last, milliseconds since 1970; 0: never. */
  readonly changedAt: number
}

export async function judgedHead(queries: Queries): Promise<JudgedHead> {
  const { seq, value } = await queries
    .selectFrom('heads')
    .select(['seq', 'value'])
    .where('name', '=', 'judged')
    .executeTakeFirstOrThrow()
  const [generation = 0, changedAt = 0] = value === '' ? [] : value.split(' ').map(Number)
  return { seq, generation, changedAt }
}

/** Compare and swap: false when somebody else has judged meanwhile, or what had been judged was changed. */
export async function moveJudged(queries: Queries, from: JudgedHead, to: number): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('heads')
    .set({ seq: to })
    .where('name', '=', 'judged')
    .where('seq', '=', from.seq)
    .where('value', '=', headValue(from))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** What had been judged is changed in this transaction; its row is the lock. */
export async function beginGeneration(queries: Queries, now: number): Promise<void> {
  await queries
    .updateTable('heads')
    .set({ seq: sql`seq` })
    .where('name', '=', 'judged')
    .execute()
  const { seq, generation } = await judgedHead(queries)
  await queries
    .updateTable('heads')
    .set({ value: headValue({ seq, generation: generation + 1, changedAt: now }) })
    .where('name', '=', 'judged')
    .execute()
}

function headValue({ generation, changedAt }: JudgedHead): string {
  return generation === 0 ? '' : `${generation} ${changedAt}`
}

const counters = [
  'ham',
  'bulk',
  'spam',
  'phish',
  'malware',
  'unjudged',
  'recipients',
  'unknown',
  'traps',
  'complaints',
  'not_junk',
] as const

/** Adds to what is counted already. No unit, hour, source and era twice. */
export async function addHours(queries: Queries, rows: readonly Tables['evidence_hours'][]): Promise<void> {
  if (rows.length === 0) return
  await queries
    .insertInto('evidence_hours')
    .values([...rows])
    .onConflict((conflict) =>
      conflict
        .columns(['unit', 'hour', 'source', 'era'])
        .doUpdateSet(
          Object.fromEntries(
            counters.map((name) => [
              name,
              sql<number>`${sql.ref(`evidence_hours.${name}`)} + ${sql.ref(`excluded.${name}`)}`,
            ]),
          ),
        ),
    )
    .execute()
}

/** Units, hours, sources and eras in order, after the given one. */
export async function hoursAfter(
  queries: Queries,
  after: Pick<Tables['evidence_hours'], 'unit' | 'hour' | 'source' | 'era'>,
  since: number,
  limit: number,
): Promise<readonly Tables['evidence_hours'][]> {
  return await queries
    .selectFrom('evidence_hours')
    .selectAll()
    .where((eb) =>
      eb(
        eb.refTuple('unit', 'hour', 'source', 'era'),
        '>',
        eb.tuple(after.unit, after.hour, after.source, after.era),
      ),
    )
    .where('hour', '>=', since)
    .orderBy('unit')
    .orderBy('hour')
    .orderBy('source')
    .orderBy('era')
    .limit(limit)
    .execute()
}

export async function saveSenders(queries: Queries, rows: readonly Tables['senders'][]): Promise<void> {
  if (rows.length === 0) return
  await queries
    .insertInto('senders')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.column('unit').doUpdateSet((eb) => ({
        seen_at: eb.ref('excluded.seen_at'),
        ptr: eb.ref('excluded.ptr'),
        home: eb.ref('excluded.home'),
        prior: eb.ref('excluded.prior'),
      })),
    )
    .execute()
}

export async function sendersAfter(
  queries: Queries,
  unit: string,
  seenSince: number,
  limit: number,
): Promise<readonly Tables['senders'][]> {
  return await queries
    .selectFrom('senders')
    .selectAll()
    .where('unit', '>', unit)
    .where('seen_at', '>=', seenSince)
    .orderBy('unit')
    .limit(limit)
    .execute()
}

/** Senders of these units. At most some hundreds of units. */
export async function sendersOf(
  queries: Queries,
  units: readonly string[],
): Promise<readonly Tables['senders'][]> {
  return await queries.selectFrom('senders').selectAll().where('unit', 'in', units).execute()
}

/** The hours of these units, each unit's in order. */
export async function hoursOfUnits(
  queries: Queries,
  units: readonly string[],
  since: number,
): Promise<readonly Tables['evidence_hours'][]> {
  return await queries
    .selectFrom('evidence_hours')
    .selectAll()
    .where('unit', 'in', units)
    .where('hour', '>=', since)
    .orderBy('unit')
    .orderBy('hour')
    .execute()
}

/** Units that a source counted for from an hour on, in order, after the given one. */
export async function unitsOfSource(
  queries: Queries,
  source: string,
  since: number,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('evidence_hours')
    .select('unit')
    .distinct()
    .where('source', '=', source)
    .where('hour', '>=', since)
    .where('unit', '>', after)
    .orderBy('unit')
    .limit(limit)
    .execute()
  return rows.map(({ unit }) => unit)
}

/** What a source has sent since a time, or says of a time since then; by number, after the given one. */
export async function saidSince(
  queries: Queries,
  source: string,
  since: number,
  after: number,
  limit: number,
): Promise<readonly Pick<Tables['mail_events'], 'seq' | 'unit' | 'at' | 'body'>[]> {
  return await queries
    .selectFrom('mail_events')
    .select(['seq', 'unit', 'at', 'body'])
    .where('seq', '>', after)
    .where('source', '=', source)
    .where((eb) => eb.or([eb('at', '>=', since), eb('received_at', '>=', since)]))
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** Rows of one unit, hour and source; one an era. */
export async function hourRows(
  queries: Queries,
  row: Pick<Tables['evidence_hours'], 'unit' | 'hour' | 'source'>,
): Promise<readonly Tables['evidence_hours'][]> {
  return await queries
    .selectFrom('evidence_hours')
    .selectAll()
    .where('unit', '=', row.unit)
    .where('hour', '=', row.hour)
    .where('source', '=', row.source)
    .orderBy('era', 'desc')
    .execute()
}

export async function replaceHour(queries: Queries, row: Tables['evidence_hours']): Promise<void> {
  const { unit, hour, source, era, ...counts } = row
  const place = queries
    .updateTable('evidence_hours')
    .set(counts)
    .where('unit', '=', unit)
    .where('hour', '=', hour)
  await place.where('source', '=', source).where('era', '=', era).execute()
}

/** What a source counted from an hour on is gone; gives how many rows that were. */
export async function deleteHours(queries: Queries, source: string, since: number): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('evidence_hours')
    .where('source', '=', source)
    .where('hour', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** What `saidSince` gives is gone; gives how many events that were. */
export async function deleteEvents(queries: Queries, source: string, since: number): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('mail_events')
    .where('source', '=', source)
    .where((eb) => eb.or([eb('at', '>=', since), eb('received_at', '>=', since)]))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
