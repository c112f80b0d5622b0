import { z } from 'zod'
import { causeNames, listingClasses } from '../access/reasons.ts'
import { orThrow } from '../base/refusal.ts'
import { importFormats } from '../core/listings/import-line.ts'
import {
  addListing,
  endListing,
  findListing,
  previewImpact,
  searchListings,
  showListing,
} from '../core/listings/actions.ts'
import { shareOf } from '../core/impact/impact.ts'
import { exportListings, importListings } from '../core/listings/import-actions.ts'
import { hitsMuch, peopleNeeded, type Listing } from '../core/listings/listing.ts'
import { explain, recentDecisions } from '../core/senders/actions.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable, showPrefix } from '../standards/prefix.ts'
import type { Operation } from './operation.ts'

const fields = {
  reason: z.enum(causeNames),
  class: z.enum(listingClasses).optional(),
  effect: z.enum(['refuse', 'pass']).optional(),
  ends: z.string().optional(),
  note: z.string().optional(),
  url: z.string().optional(),
  test: z.string().optional(),
}

const addInput = z.object({
  ip: z.string(),
  ...fields,
  replace: z.boolean().optional(),
  emergency: z.boolean().optional(),
})
const endInput = z.object({ what: z.string(), note: z.string().optional() })
const searchInput = z.object({
  text: z.string().optional(),
  state: z.enum(['active', 'ended', 'proposed']).optional(),
  reason: z.enum(causeNames).optional(),
  class: z.enum(listingClasses).optional(),
  limit: z.number().int().positive().optional(),
})
const importInput = z.object({
  format: z.enum(importFormats),
  ...fields,
  reason: z.enum(causeNames).optional(),
  replace: z.boolean().optional(),
})
const exportInput = z.object({ format: z.enum(importFormats) })

export const listingOperations: readonly Operation[] = [
  {
    name: 'listing.add',
    run: async (ctx, { input, emit }) => {
      const { ip, reason, ...rest } = addInput.parse(input)
      const prefix = orThrow(parseListable(ip))
      const listing = await addListing(ctx, { ...rest, cause: reason, prefix })
      const impact = listing.state === 'proposed' ? await previewImpact(ctx, prefix) : undefined
      emit({ ...shown(listing), ...(impact && { impact }) })
    },
  },
  {
    name: 'listing.impact',
    run: async (ctx, { input, emit }) => {
      const prefix = orThrow(parseListable(z.object({ ip: z.string() }).parse(input).ip))
      const impact = await previewImpact(ctx, prefix)
      const people = hitsMuch(prefix, impact, ctx.settings) ? 2 : peopleNeeded(prefix)
      emit({ ip: showPrefix(prefix), ...impact, share: shareOf(impact), people })
    },
  },
  {
    name: 'listing.end',
    run: async (ctx, { input, emit }) => {
      const { what, note } = endInput.parse(input)
      const { id } = await findListing(ctx, what)
      emit(shown(await endListing(ctx, { id, note })))
    },
  },
  {
    name: 'listing.show',
    run: async (ctx, { input, emit }) => {
      const { id } = await findListing(ctx, endInput.parse(input).what)
      const { listing, history } = await showListing(ctx, id)
      emit({ ...shown(listing), history: history.map((record) => ({ ...record, at: rfc3339(record.at) })) })
    },
  },
  {
    name: 'listing.search',
    run: async (ctx, { input, emit }) => {
      const { reason, limit = 50, ...rest } = searchInput.parse(input)
      let [left, after] = [limit, undefined as string | undefined]
      while (left > 0) {
        const page = await searchListings(ctx, { ...rest, cause: reason, after, limit: Math.min(left, 500) })
        for (const listing of page.listings) emit(shown(listing))
        left -= page.listings.length
        if (page.next === undefined) return
        after = page.next
      }
    },
  },
  {
    name: 'listing.import',
    run: async (ctx, { input, lines, emit, progress }) => {
      const { format, reason, ...rest } = importInput.parse(input)
      const defaults = { ...rest, ...(reason === undefined ? {} : { cause: reason }) }
      emit(await importListings(ctx, { lines, format, defaults, onProgress: progress }))
    },
  },
  {
    name: 'listing.export',
    run: async (ctx, { input, emit, flushed }) => {
      let lines = 0
      for await (const line of exportListings(ctx, exportInput.parse(input).format)) {
        emit({ line })
        if (++lines % 1000 === 0) await flushed()
      }
    },
  },
  {
    name: 'explain',
    run: async (ctx, { input, emit }) => {
      const address = orThrow(parseAddress(z.object({ ip: z.string() }).parse(input).ip))
      const explanation = await explain(ctx, address, 'operator')
      const decisions = await recentDecisions(ctx, address)
      emit({ ...explanation, decisions: decisions.map((each) => ({ ...each, at: rfc3339(each.at) })) })
    },
  },
]

/** A listing as commands print it. */
function shown(listing: Listing): object {
  const { prefix, cause, sinceAt, endsAt, endedAt, version: _, ...rest } = listing
  return {
    ...rest,
    ip: showPrefix(prefix),
    reason: cause,
    since: rfc3339(sinceAt),
    ends: rfc3339(endsAt),
    ended: endedAt === null ? null : rfc3339(endedAt),
  }
}

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
