import { breathe } from '../../base/steps.ts'
import { formatPrefix, overlaps } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import * as store from './store.ts'

/** Rows looked at without letting anybody else in. */
const pageSize = 500

/** Something that must not be, in one sentence. */
export interface Breach {
  readonly invariant: string
  readonly what: string
}

/**
 * The invariants of the list (security 4.2): what is active ends in time and covers nothing protected (I3, I4),
 * and nothing began or ended without its audit record (I2, I11).
 */
export async function verifyListings(ctx: Context): Promise<readonly Breach[]> {
  const breaches: Breach[] = []
  const latest = ctx.clock.now() + ctx.settings.listing.longestMs
  const guarded = [...ctx.settings.provider.networks, ...ctx.settings.protected.networks]
  let last = ''
  for (;;) {
    const page = await store.entriesPage(ctx.db.queries, last, pageSize, 'enforce')
    for (const entry of page) {
      if (entry.ends > latest) breaches.push({ invariant: 'I3', what: `listing ${entry.id} never ends` })
      if (entry.effect === 'refuse' && guarded.some((net) => overlaps(net, entry.prefix))) {
        breaches.push({
          invariant: 'I4',
          what: `listing ${entry.id} of ${formatPrefix(entry.prefix)} covers a protected network`,
        })
      }
    }
    const end = page.at(-1)
    if (!end) break
    last = end.id
    await breathe()
  }
  return [...breaches, ...(await verifyRecords(ctx))]
}

async function verifyRecords(ctx: Context): Promise<readonly Breach[]> {
  const breaches: Breach[] = []
  let last = ''
  for (;;) {
    const page = await store.auditedPage(ctx.db.queries, last, pageSize)
    for (const { id, begun, ended } of page) {
      if (!begun) breaches.push({ invariant: 'I11', what: `listing ${id} began without an audit record` })
      if (!ended) breaches.push({ invariant: 'I2', what: `listing ${id} ended without an audit record` })
    }
    const end = page.at(-1)
    if (!end) return breaches
    last = end.id
    await breathe()
  }
}
