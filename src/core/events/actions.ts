import { breathe } from '../../base/steps.ts'
import { readMailEventLine, type MailEvent } from '../../access/mail-event.ts'
import { sourceRoles, type SourceRole } from '../../access/source-roles.ts'
import type { Context, Tx } from '../context.ts'
import { owned, rowOf, timed, withoutMailboxes, type LineTrouble, type Unusable } from './event.ts'
import * as store from './store.ts'

type NewRow = Parameters<Context['db']['appendEvents']>[0][number]

/**
 * A line of NDJSON (`postern.event/1`), with its number where that is not its place; one that whoever hands it over could not use; or an
 * event that was read before.
 */
export type GivenEvent =
  | string
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly unusable: string }
  | MailEvent

export interface TakenEvents {
  readonly accepted: number
  /** Known before by their ids, or twice among these. */
  readonly duplicates: number
  /** Lines that could not be used, at most a thousand of them named. */
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
  readonly refusedCount: number
}

export interface TakeOptions {
  /** Old logs: their own times, and they list nobody. */
  readonly backfill?: boolean | undefined
  /** What the source may tell of; all of it when absent. */
  readonly roles?: readonly SourceRole[] | undefined
  /** Told after every batch, once it is durable: the events of it, those that were known too. */
  readonly onKept?: ((events: readonly MailEvent[]) => Promise<void>) | undefined
}

/** Lines read at once: about a millisecond in which core does nothing else. */
const linesAtOnce = 50

/** Events handed to the database at once: the more, the less each of them costs it. */
const batchSize = 2000

/** Refused lines that the answer names. */
const mostNamed = 1000

/** Longest line that is read, in characters: fifty recipients and fifty signatures have room in a third of it. */
export const longestLine = 65_536

/**
 * Keeps mail events of a source; durable when this resolves, and whoever was cut off in the middle sends all of them again. A bad line is
 * refused by number and holds up no other. Rows are in `mail_events` in the order of their numbers, without gaps.
 */
export async function takeEvents(
  ctx: Context,
  source: string,
  given: Iterable<GivenEvent> | AsyncIterable<GivenEvent>,
  options: TakeOptions = {},
): Promise<TakenEvents> {
  const taking = new Taking(ctx, source, options)
  for await (const each of given) await taking.push(each)
  return await taking.end()
}

/** One call of `takeEvents`: while a batch is written the next is read. */
class Taking {
  readonly #ctx: Context
  readonly #source: string
  readonly #options: TakeOptions
  readonly #refused: { line: number; reason: string }[] = []
  #refusedCount = 0
  #accepted = 0
  #duplicates = 0
  #line = 0
  #batch: MailEvent[] = []
  #rows: NewRow[] = []
  #storing: Promise<void> = Promise.resolve()

  constructor(ctx: Context, source: string, options: TakeOptions) {
    this.#ctx = ctx
    this.#source = source
    this.#options = options
  }

  async push(given: GivenEvent): Promise<void> {
    this.#line++
    this.#read(given)
    if (this.#batch.length >= batchSize) await this.#flush()
    if (this.#line % linesAtOnce === 0) await breathe()
  }

  async end(): Promise<TakenEvents> {
    await this.#flush()
    await this.#storing
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      refused: this.#refused,
      refusedCount: this.#refusedCount,
    }
  }

  #read(given: GivenEvent): void {
    const line = typeof given === 'object' && 'line' in given ? given.line : this.#line
    const read = readGiven(given)
    if (read === undefined) return
    if ('trouble' in read) return this.#refuse(line, read)
    const part = owned(read, this.#options.roles ?? sourceRoles)
    if ('trouble' in part) return this.#refuse(line, part)
    const [ctx, now, backfill] = [this.#ctx, this.#ctx.clock.now(), this.#options.backfill === true]
    const kept = timed(part, now, backfill)
    if ('trouble' in kept) return this.#refuse(line, kept)
    if (kept.at < part.at) ctx.tally.add(drawnNear, { source: this.#source })
    const event = withoutMailboxes(kept, ctx.keys.hashes)
    this.#batch.push(event)
    this.#rows.push({
      source: this.#source,
      received_at: now,
      backfill: backfill ? 1 : 0,
      ...rowOf(event),
    })
  }

  #refuse(line: number, { trouble, reason }: Unusable): void {
    this.#refusedCount++
    if (this.#refused.length < mostNamed) this.#refused.push({ line, reason })
    countRefused(this.#ctx, this.#source, trouble)
  }

  /** Waits for the batch before this one, and leaves this one to be written. */
  async #flush(): Promise<void> {
    await this.#storing
    const [batch, rows] = [this.#batch, this.#rows]
    this.#batch = []
    this.#rows = []
    if (batch.length === 0) return
    this.#storing = this.#store(batch, rows)
    // Whoever waits for it hears what went wrong, and that is later.
    this.#storing.catch(() => {})
  }

  async #store(events: readonly MailEvent[], rows: readonly NewRow[]): Promise<void> {
    const fresh = await this.#ctx.db.appendEvents(rows)
    const known = events.length - fresh
    this.#accepted += fresh
    this.#duplicates += known
    this.#ctx.tally.add(taken, { source: this.#source, result: 'accepted' }, fresh)
    this.#ctx.tally.add(taken, { source: this.#source, result: 'duplicate' }, known)
    if (fresh > 0) this.#ctx.wakes.wake('events')
    await this.#options.onKept?.(events)
  }
}

/** Counters of `ctx.tally`. */
const taken = 'events'
const refusedLines = 'events refused'
const drawnNear = 'events ahead'

/** Counts lines of a source that were not taken; `quota`: not even read. */
export function countRefused(ctx: Context, source: string, reason: LineTrouble | 'quota', count = 1): void {
  ctx.tally.add(refusedLines, { source, reason }, count)
}

/** Since this process started. */
export function countEvents(ctx: Context): {
  readonly taken: ReturnType<Context['tally']['read']>
  readonly refused: ReturnType<Context['tally']['read']>
  /** Lines with a time too far ahead, taken for one that can be: a clock or a time zone is wrong there. */
  readonly ahead: ReturnType<Context['tally']['read']>
} {
  return {
    taken: ctx.tally.read(taken),
    refused: ctx.tally.read(refusedLines),
    ahead: ctx.tally.read(drawnNear),
  }
}

/** When an MTA said that it accepted the message with this queue id from this address, if it did. */
export async function acceptedAt(tx: Tx, queueId: string, ip: string): Promise<number | undefined> {
  return await store.acceptedAt(tx.queries, queueId, ip)
}

/** An event with what is known of its coming. */
export interface KeptEvent {
  readonly seq: number
  readonly source: string
  readonly receivedAt: number
  readonly backfill: boolean
  readonly event: MailEvent
}

/** The events after this number in their order, at most `limit`. None is missed: numbers have no gaps and grow with every commit. */
export async function eventsAfter(ctx: Context, seq: number, limit: number): Promise<readonly KeptEvent[]> {
  const rows = await store.eventsAfter(ctx.db.queries, seq, limit)
  return rows.map((row) => {
    const event = readMailEventLine(row.body)
    if (typeof event === 'string') throw new Error(`mail event ${row.seq} cannot be read: ${event}`)
    return {
      seq: row.seq,
      source: row.source,
      receivedAt: row.received_at,
      backfill: row.backfill === 1,
      event,
    }
  })
}

/** Undefined: an empty line. */
function readGiven(given: GivenEvent): MailEvent | Unusable | undefined {
  if (typeof given === 'string') return given.trim() === '' ? undefined : readLine(given)
  if ('unusable' in given) return { trouble: 'unreadable', reason: given.unusable }
  if (!('text' in given)) return given
  return given.text.trim() === '' ? undefined : readLine(given.text)
}

function readLine(text: string): MailEvent | Unusable {
  if (text.length > longestLine)
    return { trouble: 'too-long', reason: `longer than ${longestLine} characters` }
  const event = readMailEventLine(text)
  if (typeof event !== 'string') return event
  return { trouble: event === 'not JSON' ? 'not-json' : 'field', reason: event }
}
