import { hour } from '../../base/clock.ts'
import { standingSchema } from '../../access/standings-frame.ts'
import type { Standing, StandingEntry } from '../../access/standing.ts'
import { transact, type Context, type Tx } from '../context.ts'
import * as store from './store.ts'

/** What the edges are told of one sender, range, organisation or kind of name (`access/standing.ts` has the keys); null drops it. */
export interface StandingPut {
  readonly key: string
  readonly standing: Standing | null
}

/** Where the list is. */
export interface StandingsHead {
  /** Number of the last entry. */
  readonly seq: number
  /** Time up to which the list is true; 0 while nobody has judged. */
  readonly confirmedAt: number
}

/** Rows in one transaction: others wait for no longer than that. */
const batch = 100

/** What was dropped is kept so long: an edge that is connected has been told of it by then, and one that comes gets the list without it. */
const droppedKeptMs = hour

/** What the head notes: the confirmed time, and the number that the list was at when it was last cleared of what was dropped. */
interface Notes {
  readonly confirmedAt: number
  readonly markedAt: number
  readonly markedSeq: number
}

/** Says what holds from now on, each entry with the next number; the last one wins where a key comes twice. `mayPut` throws when it is not for the caller to say. */
export async function putStandings(
  ctx: Context,
  puts: readonly StandingPut[],
  mayPut: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  const latest = [...new Map(puts.map(({ key, standing }) => [key, standing]))]
  for (let from = 0; from < latest.length; from += batch) {
    const some = latest.slice(from, from + batch)
    await transact(ctx, async (tx) => {
      await mayPut(tx)
      await putSome(tx, some)
    })
  }
}

async function putSome(tx: Tx, entries: readonly StandingEntry[]): Promise<void> {
  const first = (await store.takeNumbers(tx.queries, entries.length)) - entries.length + 1
  const rows = entries.map(([key, standing], nth) => ({
    key,
    standing: standing === null ? null : JSON.stringify(standing),
    seq: first + nth,
  }))
  await store.put(tx.queries, rows)
  tx.afterCommit('standings')
}

/**
 * Forgets what the edges were told of these keys, in the transaction that is the reason for it: until whoever judges says something else, what
 * holds is what holds of anybody.
 */
export async function dropStandings(tx: Tx, keys: readonly string[]): Promise<void> {
  const told = (await store.rowsOf(tx.queries, keys)).filter(({ standing }) => standing !== null)
  if (told.length > 0)
    await putSome(
      tx,
      told.map(({ key }) => [key, null]),
    )
}

/** Says that the list is true up to `at`. Edges go by it for a quarter of an hour; whoever judges says so each minute. */
export async function confirmStandings(ctx: Context, at: number): Promise<void> {
  await transact(ctx, async (tx) => {
    const seq = await store.takeNumbers(tx.queries, 0)
    const notes = readNotes((await store.readHead(tx.queries)).value)
    const confirmedAt = Math.max(notes.confirmedAt, at)
    const isDue = at - notes.markedAt >= droppedKeptMs
    if (isDue) await store.deleteDropped(tx.queries, notes.markedSeq)
    const marks = isDue ? { markedAt: at, markedSeq: seq } : {}
    await store.setValue(tx.queries, JSON.stringify({ ...notes, ...marks, confirmedAt }))
    tx.afterCommit('standings')
  })
}

export async function standingsHead(ctx: Context): Promise<StandingsHead> {
  const { seq, value } = await store.readHead(ctx.db.queries)
  return { seq, confirmedAt: readNotes(value).confirmedAt }
}

/**
 * Up to `limit` entries after `seq` in order, and the number of the last. What was dropped up to `droppedAfter` is left out: who builds
 * the whole list gives the head's number of the time at which it began.
 */
export async function standingsAfter(
  ctx: Context,
  seq: number,
  limit: number,
  droppedAfter = 0,
): Promise<{ readonly entries: readonly StandingEntry[]; readonly seq: number }> {
  const rows = await store.rowsAfter(ctx.db.queries, seq, droppedAfter, limit)
  const entries = rows.map(({ key, standing }) => [key, readStanding(standing)] as const)
  return { entries, seq: rows.at(-1)?.seq ?? seq }
}

/** What the edges were told of these keys, as far as they were told anything. */
export async function standingsOf(
  ctx: Context,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const rows = await store.rowsOf(ctx.db.queries, keys)
  return new Map(
    rows.flatMap(({ key, standing: text }) => {
      const standing = readStanding(text)
      return standing === null ? [] : [[key, standing] as const]
    }),
  )
}

/** Keys in order after the given one, with what the edges were told of them. */
export async function standingsPage(
  ctx: Context,
  afterKey: string,
  limit: number,
): Promise<readonly (readonly [key: string, standing: Standing])[]> {
  const rows = await store.rowsByKey(ctx.db.queries, afterKey, limit)
  return rows.flatMap(({ key, standing: text }) => {
    const standing = readStanding(text)
    return standing === null ? [] : [[key, standing] as const]
  })
}

function readStanding(text: string | null): Standing | null {
  return text === null ? null : standingSchema.parse(JSON.parse(text))
}

function readNotes(value: string): Notes {
  if (value === '') return { confirmedAt: 0, markedAt: 0, markedSeq: 0 }
  return JSON.parse(value) as Notes
}
