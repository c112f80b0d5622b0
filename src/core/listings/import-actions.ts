import { createHash } from 'node:crypto'
import { newId, newListingId } from '../../base/id.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { day } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { listAudit, record } from '../audit/actions.ts'
import type { EventFacts } from '../audit/fact-words.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn, tellEdgesToResync } from '../edges/actions.ts'
import { measureBy, measureHouse, type WholeHouse } from '../impact/actions.ts'
import { defaultEnd, hitsMuch, isRange, mayPut, merge, peopleNeeded, readWish } from './listing.ts'
import type { Listing, ListingFields } from './listing.ts'
import { csvHeading, readImportLine, writeExportLine, type ImportFormat } from './import-line.ts'
import * as lines from './import-store.ts'
import * as store from './store.ts'

export interface ImportAnswer {
  readonly added: number
  readonly lines: number
  /** Lines that could not be used, at most a thousand of them named. */
  readonly refused: readonly {
    readonly line: number
    readonly code: RefusalCode
    readonly facts: Record<string, string | number>
  }[]
  readonly refusedCount: number
  /** SHA-256 of the lines as read, joined by LF. */
  readonly sha256: string
}

/** Lines in one transaction: a few milliseconds in which core does nothing else. */
const batchSize = 200

/** An import whose file's end was not reached within this time will not be finished by anybody. */
const abandonedMs = day

/**
 * Imports a file of listings in one go. Lines are put aside in batches; when the last is read, one audit record decides the import,
 * and from then on it is carried out, if need be by the next core. Killed before, nothing has happened. The edges take the new table at once.
 * A bad line is refused by number and holds up no other.
 */
export async function importListings(
  ctx: Context,
  input: {
    readonly lines: AsyncIterable<string>
    readonly format: ImportFormat
    readonly defaults: Partial<ListingFields>
    /** Lines read; then, with `all`, lines in force of all. */
    readonly onProgress?: ((done: number, all?: number) => void) | undefined
  },
): Promise<ImportAnswer> {
  permit(ctx.actor, 'listing.import')
  const begun: Begun = { name: `import:${newId()}`, at: ctx.clock.now() }
  const hash = createHash('sha256')
  const refused: { line: number; code: RefusalCode; facts: Record<string, string | number> }[] = []
  let [line, refusedCount, added] = [0, 0, 0]
  let batch: ReadLine[] = []
  const refuse = (at: number, { code, facts }: Refusal): void => {
    refusedCount++
    if (refused.length < 1000) refused.push({ line: at, code, facts: { ...facts } })
  }
  let house: WholeHouse | undefined
  /** Ranges that hit so much wanted mail that two people have to want them: no file adds these. */
  const findWide = async (some: readonly ReadLine[]): Promise<ReadonlyMap<number, Refusal>> => {
    const found = new Map<number, Refusal>()
    for (const { line: at, listing } of some) {
      const { prefix, effect } = listing
      if (effect !== 'refuse' || !isRange(listing)) continue
      house ??= await measureHouse(ctx)
      await breathe()
      if (hitsMuch(prefix, await measureBy(ctx, prefix, house), ctx.settings))
        found.set(at, new Refusal('prefix.two-people', { prefix: formatPrefix(prefix) }))
    }
    return found
  }
  const putBatchAside = async (): Promise<void> => {
    const opposites = await findOpposites(ctx, input.defaults.replace === true ? [] : batch)
    for (const [at, refusal] of opposites) refuse(at, refusal)
    const wide = await findWide(batch)
    for (const [at, refusal] of wide) if (!opposites.has(at)) refuse(at, refusal)
    const usable = batch.filter((each) => !opposites.has(each.line) && !wide.has(each.line))
    added += await putAside(
      ctx,
      begun,
      usable.map(({ listing }) => listing),
    )
    batch = []
  }
  try {
    for await (const text of input.lines) {
      line++
      hash.update(text).update('\n')
      const listing = readLine(ctx, text, input, begun.name)
      if (listing instanceof Refusal) refuse(line, listing)
      else if (listing) batch.push({ line, listing })
      if (line % batchSize !== 0) continue
      await putBatchAside()
      input.onProgress?.(line)
      await breathe()
    }
    await putBatchAside()
  } catch (error) {
    await forget(ctx, begun.name)
    throw error
  }
  const sha256 = hash.digest('hex')
  await decide(ctx, begun.name, { added, lines: line, refused: refusedCount, format: input.format, sha256 })
  await carryOut(ctx, begun.name, (done) => input.onProgress?.(done, added))
  return { added, lines: line, refused, refusedCount, sha256 }
}

interface ReadLine {
  readonly line: number
  readonly listing: Listing
}

/** Lines that would turn an active listing into its opposite, with the refusal of each. */
async function findOpposites(
  ctx: Context,
  batch: readonly ReadLine[],
): Promise<ReadonlyMap<number, Refusal>> {
  if (batch.length === 0) return new Map()
  const prefixes = batch.map(({ listing }) => formatPrefix(listing.prefix))
  const active = await store.activeByPrefixes(ctx.db.queries, prefixes)
  const now = ctx.clock.now()
  const byPrefix = new Map(
    active.filter(({ endsAt }) => endsAt > now).map((each) => [formatPrefix(each.prefix), each]),
  )
  const opposites = new Map<number, Refusal>()
  for (const { line, listing } of batch) {
    const there = byPrefix.get(formatPrefix(listing.prefix))
    const refusal = there && mayPut(there, listing)
    if (refusal) opposites.set(line, refusal)
  }
  return opposites
}

interface Begun {
  readonly name: string
  readonly at: number
}

function readLine(
  ctx: Context,
  text: string,
  input: { readonly format: ImportFormat; readonly defaults: Partial<ListingFields> },
  actor: string,
): Listing | Refusal | undefined {
  const fields = readImportLine(text, input.format, input.defaults)
  if (fields === undefined || fields instanceof Refusal) return fields
  const now = ctx.clock.now()
  const wish = readWish(fields, ctx.settings, now)
  if (wish instanceof Refusal) return wish
  if (peopleNeeded(wish.prefix) === 2 && wish.effect === 'refuse') {
    return new Refusal('prefix.two-people', { prefix: formatPrefix(wish.prefix) })
  }
  return {
    ...wish,
    id: newListingId(),
    state: 'active',
    sinceAt: now,
    endsAt: wish.endsAt ?? defaultEnd(0, ctx.settings, now),
    recurrence: 0,
    actor,
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
  }
}

/** One line about a prefix may stand in a batch only once for the database; the later end stands. Gives how many prefixes are new. */
async function putAside(ctx: Context, begun: Begun, batch: readonly Listing[]): Promise<number> {
  if (batch.length === 0) return 0
  const byPrefix = new Map<string, lines.Line>()
  for (const listing of batch) {
    const { endsAt } = listing
    const prefix = formatPrefix(listing.prefix)
    const twin = byPrefix.get(prefix)
    if (!twin || twin.endsAt < endsAt)
      byPrefix.set(prefix, { prefix, endsAt, listing: store.toText(listing) })
  }
  return await transact(ctx, async (tx) => await lines.stage(tx.queries, begun, [...byPrefix.values()]))
}

/** From here on the import will be carried out, whatever happens to this core. */
async function decide(ctx: Context, name: string, facts: EventFacts): Promise<void> {
  await transact(ctx, async (tx) => await record(tx, { action: 'listing.imported', subject: name, facts }))
}

/** Puts the lines of a decided import in force, some at a time, so that core goes on answering; with the last of them the edges are told. */
async function carryOut(
  ctx: Context,
  name: string,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (let done = 0; !signal?.aborted;) {
    const { count, isLast } = await transact(ctx, async (tx) => await enforceSome(tx, name))
    done += count
    onProgress(done)
    if (isLast) return
    await breathe()
  }
}

async function enforceSome(
  tx: Tx,
  name: string,
): Promise<{ readonly count: number; readonly isLast: boolean }> {
  await takeTurn(tx)
  const next = await lines.staged(tx.queries, name, batchSize + 1)
  const isLast = next.length <= batchSize
  const some = next.slice(0, batchSize)
  if (some.length === 0) return { count: 0, isLast }
  const prefixes = some.map(({ prefix }) => prefix)
  const active = await store.activeByPrefixes(tx.queries, prefixes)
  const byPrefix = new Map(active.map((listing) => [formatPrefix(listing.prefix), listing]))
  const now = tx.clock.now()
  await store.supersede(tx.queries, active, name, now)
  const listings = some.map(({ prefix, listing }) =>
    inForce(store.fromText(listing), byPrefix.get(prefix), now),
  )
  await store.insertAll(tx.queries, listings)
  await lines.unstage(tx.queries, name, some)
  if (isLast) await tellEdgesToResync(tx)
  return { count: some.length, isLast }
}

/** Adding again keeps the graver class and the later end (contracts 7); what does the opposite is replaced as a whole. */
function inForce(listing: Listing, active: Listing | undefined, now: number): Listing {
  if (active?.effect !== listing.effect) return { ...listing, sinceAt: now }
  return {
    ...listing,
    ...merge(active, listing, listing.endsAt),
    recurrence: active.recurrence,
    sinceAt: now,
  }
}

/** Throws away what was put aside for an import that will not happen. */
async function forget(ctx: Context, name: string, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const some = await lines.staged(ctx.db.queries, name, batchSize)
    if (some.length === 0) return
    await lines.unstage(ctx.db.queries, name, some)
    await breathe()
  }
}

/**
 * Carries out imports that were decided when their core died, and forgets those that were not.
 * `startedAt`: when this core started; on the embedded database, where there is no other, an older import has nobody left.
 */
export async function settleImports(ctx: Context, startedAt: number, signal: AbortSignal): Promise<void> {
  const abandonedBefore = ctx.db.dialect === 'sqlite' ? startedAt : ctx.clock.now() - abandonedMs
  let last = ''
  for (;;) {
    const found = await lines.nextImport(ctx.db.queries, last)
    if (!found || signal.aborted) return
    last = found.name
    const [decided] = await listAudit(ctx, { subject: found.name, limit: 1 })
    if (decided) await carryOut(ctx, found.name, () => {}, signal)
    else if (found.at < abandonedBefore) await forget(ctx, found.name, signal)
  }
}

/** Every active listing as lines of the format, after its heading if it has one. The audit knows who took them before the first is given. */
export async function* exportListings(ctx: Context, format: ImportFormat): AsyncGenerator<string> {
  permit(ctx.actor, 'console.read')
  await transact(
    ctx,
    async (tx) => await record(tx, { action: 'listing.exported', subject: 'export', facts: { format } }),
  )
  if (format === 'csv') yield csvHeading
  let last = ''
  for (;;) {
    const page = await store.activePage(ctx.db.queries, last, batchSize)
    for (const listing of page) yield writeExportLine(listing, format)
    const end = page.at(-1)
    if (!end) return
    last = end.id
    await breathe()
  }
}
