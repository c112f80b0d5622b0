import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { ComplaintEvent, MailEvent } from '../../access/mail-event.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { formatPrefix, parsePrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { readName } from '../../standards/reverse-name.ts'
import type { Context } from '../context.ts'
import type { GroupMemory } from './group.ts'
import { groupKeysOf } from './groups.ts'
import {
  membersOf,
  ownListings,
  ptrOf,
  recallHours,
  recallListing,
  recallSender,
  type SenderRow,
} from './recall-actions.ts'
import type { ReporterMemory } from './reporters.ts'
import type { Reputation } from './reputation.ts'
import type { Remembered } from './senders.ts'
import type { SenderMemory } from './sender.ts'
import * as store from './store.ts'

/** Brings to the judgement's mind whom it is about to judge: only a part of everybody that is known is in memory. */

/** How far back hourly counters are read. */
const rememberedMs = 60 * day

/** Who sent what these events are about, what they are judged by, and who complains. */
export async function recallFor(
  ctx: Context,
  judge: Reputation,
  events: readonly MailEvent[],
  now: number,
): Promise<void> {
  const units = new Map<string, Prefix>()
  const groups = new Set<string>()
  for (const event of events) {
    const unit = event.type === 'complaint' ? complainedOf(judge, event, now) : unitOf(event.address)
    if (unit === undefined) continue
    units.set(formatPrefix(unit), unit)
    if (event.type === 'complaint') continue
    const home = event.type === 'message' && event.mailFrom ? organisationOf(event.mailFrom) : undefined
    for (const key of groupKeysOf(unit, [readName(event.ptr, unit), { home }])) groups.add(key)
  }
  await recallUnits(ctx, judge, units, now, groups)
  await recallReporters(ctx, judge, events, now)
}

/** Every member of a range. */
export async function recallMembers(
  ctx: Context,
  judge: Reputation,
  range: Prefix,
  now: number,
): Promise<readonly Prefix[]> {
  const units = new Map(membersOf(range).map((unit) => [formatPrefix(unit), unit]))
  await recallUnits(ctx, judge, units, now)
  return [...units.values()]
}

/** Senders by key, and the groups that they are judged by, with `groups`. */
export async function recallUnits(
  ctx: Context,
  judge: Reputation,
  units: ReadonlyMap<string, Prefix>,
  now: number,
  groups: Set<string> = new Set(),
): Promise<void> {
  const missing = [...units.keys()].filter((key) => !judge.has(key))
  const rows = await store.sendersOf(ctx.db.queries, missing)
  for (const row of rows) {
    const unit = units.get(row.unit)
    if (unit) for (const key of groupKeysOf(unit, namesIn(row, unit))) groups.add(key)
  }
  for (const [key, unit] of units) {
    const known = judge.named(key)
    if (known) for (const group of groupKeysOf(unit, known)) groups.add(group)
  }
  await recallGroups(ctx, judge, groups)
  for (const row of rows) {
    const unit = units.get(row.unit)
    if (unit === undefined) continue
    if (row.memory === null) await recallCounted(ctx, judge, unit, row, now)
    else judge.recall(unit, rememberedIn(row))
  }
}

/** A sender as its row says. */
export function rememberedIn(row: SenderRow): Remembered {
  const memory = row.memory === null ? undefined : (JSON.parse(row.memory) as SenderMemory)
  return { since: row.since_at, seen: row.seen_at, ptr: ptrOf(row), home: row.home ?? undefined, memory }
}

export async function recallGroups(ctx: Context, judge: Reputation, keys: Iterable<string>): Promise<void> {
  const missing = [...keys].filter((key) => !judge.hasGroup(key))
  const rows = await store.groupsOf(ctx.db.queries, missing)
  for (const { key, memory } of rows) judge.recallGroup(key, JSON.parse(memory) as GroupMemory)
}

/** Organisation and home of a sender as its row says. */
export function namesIn(
  row: SenderRow,
  unit: Prefix,
): readonly { readonly organisation?: string | undefined; readonly home?: string | undefined }[] {
  return [readName(ptrOf(row), unit), { home: row.home ?? undefined }]
}

/** One of whom only hourly counters and listings are written down: what a source said of it was taken back. */
async function recallCounted(
  ctx: Context,
  judge: Reputation,
  unit: Prefix,
  row: SenderRow,
  now: number,
): Promise<void> {
  const since = Math.floor((now - rememberedMs) / hour)
  const hours = await store.hoursOfUnits(ctx.db.queries, [row.unit], since)
  recallSender(judge, unit, { row, rows: [] }, now)
  for (const listing of await ownListings(ctx, unit)) recallListing(judge, listing)
  recallHours(judge, unit, hours, now)
}

async function recallReporters(
  ctx: Context,
  judge: Reputation,
  events: readonly MailEvent[],
  now: number,
): Promise<void> {
  const names = new Set<string>()
  for (const event of events) {
    if (event.type !== 'complaint') continue
    const name = event.reporter ?? `nobody ${judge.senderOf(event, now) ?? ''}`
    if (!judge.hasReporter(name)) names.add(name)
  }
  const rows = await store.reportersOf(ctx.db.queries, [...names])
  for (const { name, memory } of rows) judge.recallReporter(name, JSON.parse(memory) as ReporterMemory)
}

function complainedOf(judge: Reputation, event: ComplaintEvent, now: number): Prefix | undefined {
  const key = judge.senderOf(event, now)
  return key === undefined ? undefined : orThrow(parsePrefix(key))
}
