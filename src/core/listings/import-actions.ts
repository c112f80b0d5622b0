import { createHash } from 'node:crypto'
import { newId, newListingId } from '../../base/id.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { allowLongStatements } from '../../db/open.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { tellEdgesToResync } from '../edges/actions.ts'
import { defaultEnd, merge, peopleNeeded, readWish, type Listing, type ListingFields } from './listing.ts'
import { readImportLine, writeExportLine, type ImportFormat } from './import-line.ts'
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

/** Rows in one statement. */
const batchSize = 500

/**
 * Imports a file of listings in one go: lines are put aside in batches, then all come into force in one transaction
 * with one audit record. Killed in between, nothing has happened. A bad line is refused by number and holds up no other.
 */
export async function importListings(
  ctx: Context,
  input: {
    readonly lines: AsyncIterable<string>
    readonly format: ImportFormat
    readonly defaults: Partial<ListingFields>
    readonly onProgress?: ((lines: number) => void) | undefined
  },
): Promise<ImportAnswer> {
  permit(ctx.actor, 'listing.import')
  const actor = `import:${newId()}`
  const hash = createHash('sha256')
  const refused: { line: number; code: RefusalCode; facts: Record<string, string | number> }[] = []
  let [line, refusedCount] = [0, 0]
  let batch: Listing[] = []
  for await (const text of input.lines) {
    line++
    hash.update(text).update('\n')
    const listing = readLine(ctx, text, input, actor)
    if (listing instanceof Refusal) {
      refusedCount++
      if (refused.length < 1000) refused.push({ line, code: listing.code, facts: { ...listing.facts } })
    } else if (listing) batch.push(listing)
    if (batch.length >= batchSize) {
      await putAside(ctx, batch)
      batch = []
      input.onProgress?.(line)
    }
  }
  await putAside(ctx, batch)
  const sha256 = hash.digest('hex')
  const added = await enforce(ctx, actor, {
    sha256,
    lines: line,
    refused: refusedCount,
    format: input.format,
  })
  return { added, lines: line, refused, refusedCount, sha256 }
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

/** One line about a prefix may stand in a batch only once for the database; the later end stands. */
async function putAside(ctx: Context, batch: readonly Listing[]): Promise<void> {
  if (batch.length === 0) return
  const byPrefix = new Map<string, Listing>()
  for (const listing of batch) {
    const key = formatPrefix(listing.prefix)
    const twin = byPrefix.get(key)
    byPrefix.set(key, twin && twin.endsAt > listing.endsAt ? twin : listing)
  }
  await transact(ctx, async (tx) => {
    for (const active of await store.activeByPrefixes(tx.queries, [...byPrefix.keys()])) {
      const key = formatPrefix(active.prefix)
      const listing = byPrefix.get(key)
      if (listing) byPrefix.set(key, { ...listing, ...merge(active, listing, listing.endsAt) })
    }
    await store.stage(tx.queries, [...byPrefix.values()])
  })
}

async function enforce(ctx: Context, actor: string, facts: Record<string, string | number>): Promise<number> {
  return await transact(ctx, async (tx) => {
    await allowLongStatements(tx.db, tx.queries)
    const added = await store.enforceStaged(tx.queries, actor, tx.clock.now())
    await record(tx, { action: 'listing.imported', subject: actor, facts: { ...facts, added } })
    await tellEdgesToResync(tx)
    return added
  })
}

/** Throws away what killed imports left behind; called when core starts. */
export async function forgetUnfinishedImports(ctx: Context): Promise<void> {
  await store.dropStaged(ctx.db.queries)
}

/** Every active listing as lines of the format. */
export async function* exportListings(ctx: Context, format: ImportFormat): AsyncGenerator<string> {
  permit(ctx.actor, 'console.read')
  let last = ''
  for (;;) {
    const page = await store.activePage(ctx.db.queries, last, 2000)
    for (const listing of page) yield writeExportLine(listing, format)
    const end = page.at(-1)
    if (!end) return
    last = end.id
  }
}
