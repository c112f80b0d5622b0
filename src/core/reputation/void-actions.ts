import { hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { readMailEvent, type MailEvent } from '../../access/mail-event.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { Listing } from '../listings/listing.ts'
import { putStandings } from '../standings/actions.ts'
import { readName } from '../../standards/reverse-name.ts'
import type { EvidenceKind } from './evidence.ts'
import { domainKey, groupKeysOf } from './groups.ts'
import { namesIn } from './memory-actions.ts'
import { ptrOf, type HourRow } from './recall-actions.ts'
import { oldEra } from './pending.ts'
import { reconsider } from './reconsider-actions.ts'
import * as store from './store.ts'
import * as voidStore from './void-store.ts'

export interface VoidAnswer {
  readonly source: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** Events that are gone. */
  readonly events: number
  /** Senders that they were about, as far as anything had been counted. */
  readonly senders: number
  /** Listings that nothing carries any more; they have ended. */
  readonly ended: readonly Listing[]
}

const pageSize = 2000

/**
 * Everything that a source has said since a time is as if it had never been said: its events go, what was counted of them goes, and the
 * engine's listings that rest on it end without a trace in recurrence. Whoever judges remembers anew. What it said before stays, in the
 * same hour too as long as the events are kept; of later hours everything that it counted goes, kept or not.
 */
export async function voidSource(
  ctx: Context,
  { source, since }: { readonly source: string; readonly since: number },
): Promise<VoidAnswer> {
  permit(ctx.actor, 'evidence.void')
  if (since > ctx.clock.now()) throw new Refusal('form.invalid', { field: 'since', why: 'future' })
  const { events, units } = await transact(ctx, async (tx) => await forget(tx, source, since))
  await dropOrganisations(ctx, units)
  const prefixes = units.map((unit) => orThrow(parsePrefix(unit)))
  const ended = await reconsider(ctx, { units: prefixes })
  return { source, since, events, senders: units.length, ended }
}

async function forget(
  tx: Tx,
  source: string,
  since: number,
): Promise<{ readonly events: number; readonly units: readonly string[] }> {
  const { queries } = tx
  // First of all: whoever is judging at this moment does not get to write down what it has heard.
  await store.beginGeneration(queries, tx.clock.now())
  const firstHour = Math.floor(since / hour)
  const units = new Set<string>()
  for (let after = ''; ;) {
    const page = await voidStore.unitsOfSource(queries, source, firstHour, after, pageSize)
    for (const unit of page) units.add(unit)
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) break
    after = last
  }
  const late = await countLate(tx, source, since, firstHour)
  for (const { unit } of late) units.add(unit)
  await voidStore.deleteHours(queries, source, firstHour + 1)
  for (const each of late) await takeBack(tx, source, each)
  await forgetMemories(tx, [...units])
  const events = await voidStore.deleteEvents(queries, source, since)
  await record(tx, {
    action: 'evidence.voided',
    subject: `source:${source}`,
    facts: { since: new Date(since).toISOString(), events, senders: units.size },
  })
  tx.afterCommit('events')
  return { events, units: [...units] }
}

/** What is known of them is made anew of what is left of their counters; so is what is known of those like them. */
async function forgetMemories(tx: Tx, units: readonly string[]): Promise<void> {
  for (let from = 0; from < units.length; from += 100) {
    const rows = await store.sendersOf(tx.queries, units.slice(from, from + 100))
    const groups = new Set<string>()
    for (const row of rows) {
      const unit = orThrow(parsePrefix(row.unit))
      for (const key of groupKeysOf(unit, namesIn(row, unit))) groups.add(key)
    }
    if (rows.length === 0) continue
    await store.forgetMemory(
      tx.queries,
      rows.map(({ unit }) => unit),
      [...groups],
    )
  }
}

type SomeCounts = Partial<Record<EvidenceKind, number>>

interface LateHour {
  readonly unit: string
  readonly hour: number
  readonly parts: Map<string, LatePart>
}

/** What was told of one minute: by old logs or as it happened, for these are counted apart. */
interface LatePart {
  readonly at: number
  readonly isOld: boolean
  counts: SomeCounts
}

/** What the voided events were counted as in hours that keep something: that of `since`, and those before it. */
async function countLate(
  tx: Tx,
  source: string,
  since: number,
  lastHour: number,
): Promise<readonly LateHour[]> {
  const hours = new Map<string, LateHour>()
  // What came after that nobody has counted yet.
  const { seq: judged } = await store.judgedHead(tx.queries)
  for (let after = 0; ;) {
    const page = await voidStore.saidSince(tx.queries, source, since, after, pageSize)
    for (const { seq, unit, at, backfill, body } of page) {
      const which = Math.floor(at / hour)
      const event = which > lastHour || seq > judged ? undefined : readMailEvent(JSON.parse(body))
      if (event === undefined || typeof event === 'string') continue
      const key = `${unit} ${which}`
      const known = hours.get(key) ?? { unit, hour: which, parts: new Map<string, LatePart>() }
      hours.set(key, known)
      const isOld = backfill === 1
      const name = `${isOld} ${Math.floor(at / minute)}`
      const part = known.parts.get(name) ?? { at, isOld, counts: {} }
      known.parts.set(name, { ...part, counts: added(part.counts, countedAs(event)) })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return [...hours.values()]
    after = last.seq
  }
}

/** What an event adds to the counters of its sender. */
function countedAs(event: MailEvent): SomeCounts {
  switch (event.type) {
    case 'connection':
      return {}
    case 'complaint':
      return event.kind === 'not-junk' ? { notJunk: 1 } : { complaints: 1 }
    case 'message': {
      if (event.isOurs) return {}
      const { verdict = 'unknown', recipients = 0, unknownRecipients = 0, trapRecipients = 0 } = event
      const kind = verdict === 'unknown' ? 'unjudged' : verdict
      return { [kind]: 1, recipients, unknown: unknownRecipients, traps: trapRecipients > 0 ? 1 : 0 }
    }
  }
}

function added(to: SomeCounts, more: SomeCounts): SomeCounts {
  const sums: SomeCounts = { ...to }
  for (const [kind, count] of Object.entries(more) as [EvidenceKind, number][])
    sums[kind] = (sums[kind] ?? 0) + count
  return sums
}

/**
 * Takes counts out of an hour again, never below nothing: of old logs from what old logs counted, of the others from the era that they
 * fell into, the latest that had begun by then.
 */
async function takeBack(tx: Tx, source: string, { unit, hour: which, parts }: LateHour): Promise<void> {
  const rows = (await voidStore.hourRows(tx.queries, { unit, hour: which, source })).map((row) => ({
    ...row,
  }))
  for (const { at, isOld, counts } of parts.values()) {
    const left = new Map(Object.entries(counts) as [EvidenceKind, number][])
    for (const row of rows)
      if ((row.era === oldEra) === isOld && (isOld || row.era <= at + minute)) takeFrom(row, left)
  }
  for (const row of rows) await voidStore.replaceHour(tx.queries, row)
}

function takeFrom(row: HourRow, left: Map<EvidenceKind, number>): void {
  const take = (column: Column, kind: EvidenceKind): void => {
    const taken = Math.max(0, Math.min(row[column], left.get(kind) ?? 0))
    row[column] -= taken
    left.set(kind, (left.get(kind) ?? 0) - taken)
  }
  for (const column of store.counters) take(column, column === 'not_junk' ? 'notJunk' : column)
  // While the brake is on, what the filter says of its rule is counted as not judged.
  for (const kind of ['spam', 'phish', 'malware'] as const) take('unjudged', kind)
  // Its verdicts took messages out of what others had told as not judged; those that are gone did not.
  const { ham, bulk, spam, phish, malware } = row
  row.unjudged = Math.max(row.unjudged, -(ham + bulk + spam + phish + malware))
}

type Column = (typeof store.counters)[number]

/** What the edges were told of their organisations and domains holds no more; the engine says it anew with the next message. */
async function dropOrganisations(ctx: Context, units: readonly string[]): Promise<void> {
  const keys = new Set<string>()
  for (let from = 0; from < units.length; from += 500) {
    for (const row of await store.sendersOf(ctx.db.queries, units.slice(from, from + 500))) {
      const { organisation } = readName(ptrOf(row), orThrow(parsePrefix(row.unit)))
      if (organisation !== undefined) keys.add(`org ${organisation}`)
      if (row.home !== null) keys.add(domainKey(row.home))
    }
  }
  if (keys.size > 0)
    await putStandings(
      ctx,
      [...keys].map((key) => ({ key, standing: null })),
    )
}
