import { sql, type Kysely } from 'kysely'
import { KeptInsert, KeptQuestion, padded } from '../../db/kept-statement.ts'
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

/** Number of the last event that was kept. */
export async function lastEvent(queries: Queries): Promise<number> {
  const { seq } = await queries
    .selectFrom('heads')
    .select('seq')
    .where('name', '=', 'events')
    .executeTakeFirstOrThrow()
  return seq
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

/** Whether nobody else has judged since, nor changed what was judged; nobody can before the transaction ends. */
export async function holdJudged(queries: Queries, head: JudgedHead): Promise<boolean> {
  return await moveJudged(queries, head, head.seq)
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

/** What is counted of a unit in an hour. */
export const counters = [
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
  await addingHours.run(queries, rows)
}

const addingHours = new KeptInsert<Tables['evidence_hours']>(
  ['unit', 'hour', 'source', 'era', ...counters],
  (queries, rows) =>
    queries
      .insertInto('evidence_hours')
      .values(rows)
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
      ),
)

/** No unit twice. */
export async function saveSenders(queries: Queries, rows: readonly Tables['senders'][]): Promise<void> {
  await savingSenders.run(queries, rows)
}

const savingSenders = new KeptInsert<Tables['senders']>(
  ['unit', 'since_at', 'seen_at', 'ptr', 'home', 'prior', 'memory'],
  (queries, rows) =>
    queries
      .insertInto('senders')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('unit').doUpdateSet((eb) => ({
          since_at: eb.ref('excluded.since_at'),
          seen_at: eb.ref('excluded.seen_at'),
          ptr: eb.ref('excluded.ptr'),
          home: eb.ref('excluded.home'),
          prior: eb.ref('excluded.prior'),
          memory: eb.ref('excluded.memory'),
        })),
      ),
)

/** Senders of these units. */
export async function sendersOf(
  queries: Queries,
  units: readonly string[],
): Promise<readonly Tables['senders'][]> {
  return await askingSenders.ask(queries, units)
}

const askingSenders = new KeptQuestion<Tables['senders']>((queries, units) =>
  queries
    .selectFrom('senders')
    .select(['unit', 'since_at', 'seen_at', 'ptr', 'home', 'prior', 'memory'])
    .where('unit', 'in', units),
)

/** The hours of these units, each unit's in order, and what each source said in an hour. */
export async function hoursOfUnits(
  queries: Queries,
  units: readonly string[],
  since: number,
): Promise<readonly Tables['evidence_hours'][]> {
  return await queries
    .selectFrom('evidence_hours')
    .selectAll()
    .where('unit', 'in', padded(units))
    .where('hour', '>=', since)
    .orderBy('unit')
    .orderBy('hour')
    .orderBy('source')
    .orderBy('era')
    .execute()
}

/** Nothing is known of these any more but their hourly counters, and of their groups nothing. At most some hundreds of units. */
export async function forgetMemory(
  queries: Queries,
  units: readonly string[],
  groups: readonly string[],
): Promise<void> {
  await queries.updateTable('senders').set({ memory: null }).where('unit', 'in', padded(units)).execute()
  if (groups.length > 0) await queries.deleteFrom('sender_groups').where('key', 'in', groups).execute()
}

export async function groupsOf(
  queries: Queries,
  keys: readonly string[],
): Promise<readonly Tables['sender_groups'][]> {
  return await askingGroups.ask(queries, keys)
}

const askingGroups = new KeptQuestion<Tables['sender_groups']>((queries, keys) =>
  queries.selectFrom('sender_groups').select(['key', 'seen_at', 'memory']).where('key', 'in', keys),
)

/** No key twice. */
export async function saveGroups(queries: Queries, rows: readonly Tables['sender_groups'][]): Promise<void> {
  await savingGroups.run(queries, rows)
}

const savingGroups = new KeptInsert<Tables['sender_groups']>(['key', 'seen_at', 'memory'], (queries, rows) =>
  queries
    .insertInto('sender_groups')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet((eb) => ({ seen_at: eb.ref('excluded.seen_at'), memory: eb.ref('excluded.memory') })),
    ),
)

export async function reportersOf(
  queries: Queries,
  names: readonly string[],
): Promise<readonly Tables['reporters'][]> {
  return await askingReporters.ask(queries, names)
}

const askingReporters = new KeptQuestion<Tables['reporters']>((queries, names) =>
  queries.selectFrom('reporters').select(['name', 'seen_at', 'memory']).where('name', 'in', names),
)

/** No name twice. */
export async function saveReporters(queries: Queries, rows: readonly Tables['reporters'][]): Promise<void> {
  await savingReporters.run(queries, rows)
}

const savingReporters = new KeptInsert<Tables['reporters']>(['name', 'seen_at', 'memory'], (queries, rows) =>
  queries
    .insertInto('reporters')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ seen_at: eb.ref('excluded.seen_at'), memory: eb.ref('excluded.memory') })),
    ),
)

export async function readMemory(queries: Queries): Promise<string | undefined> {
  const row = await queries
    .selectFrom('engine_memory')
    .select('value')
    .where('name', '=', 'judgement')
    .executeTakeFirst()
  return row?.value
}

export async function saveMemory(queries: Queries, value: string): Promise<void> {
  await queries
    .insertInto('engine_memory')
    .values({ name: 'judgement', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
