import { newId } from '../../base/id.ts'
import { second } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { notifyOperator } from '../outbox/notice-actions.ts'
import {
  askList,
  listResults,
  resultOfTests,
  watchedAddresses,
  type Ask,
  type ListResult,
  type OwnListing,
  type Said,
} from './own-listing.ts'
import * as store from './store.ts'

/** Questions to one list at once, and between two such handfuls: the servers that are asked are other people's. */
const handful = 10
const pauseMs = second
/** After so many answers in one handful that say nothing a list is left alone until the next round. */
const mostSilent = 3

/** One list in a round, with the addresses that it has not been asked about yet. */
interface Turn {
  readonly zone: string
  isTested: boolean
  rest: readonly Address[]
}

/**
 * Asks the lists of `standing.lists` about our addresses, round after round. Where a round stands is in memory: a restart begins anew. What a list
 * does not answer, or does not answer as a list does, changes nothing.
 */
export class OwnListingWatch {
  #turns: Turn[] = []
  #begunAt = -Infinity

  /** A handful of questions; gives in how many milliseconds the next is due. */
  async run(ctx: Context): Promise<number> {
    const { lists, networks, everyMs } = ctx.settings.standing
    const now = ctx.clock.now()
    if (this.#turns.length === 0) {
      if (now - this.#begunAt < everyMs) return this.#begunAt + everyMs - now
      this.#begunAt = now
      await dropOthers(ctx)
      const { addresses } = watchedAddresses(networks)
      this.#turns = lists.map(({ zone }) => ({ zone, isTested: false, rest: addresses }))
    }
    const [turn] = this.#turns
    if (turn === undefined) return everyMs
    if (await ask(ctx, turn)) {
      this.#turns.shift()
      await tell(ctx, turn.zone)
    }
    return this.#turns.length > 0 ? pauseMs : Math.max(pauseMs, this.#begunAt + everyMs - ctx.clock.now())
  }
}

/** True when the list is through with this round. */
async function ask(ctx: Context, turn: Turn): Promise<boolean> {
  const about = async (address: Address): Promise<Said> =>
    await askList(turn.zone, address, asker(ctx), addressIn)
  if (!turn.isTested) {
    const [two, one] = await Promise.all([about(testAddress(2)), about(testAddress(1))])
    const { result, code } = resultOfTests(two, one)
    await saveCheck(ctx, turn.zone, result, code)
    turn.isTested = true
    return result !== 'answers'
  }
  const asked = turn.rest.slice(0, handful)
  turn.rest = turn.rest.slice(handful)
  const said = await Promise.all(asked.map(async (address) => ({ address, said: await about(address) })))
  await settle(ctx, turn.zone, said)
  const silent = said.flatMap((each) => (each.said.kind === 'no-answer' ? [each.said] : []))
  const [first] = silent
  if (first === undefined || silent.length < Math.min(mostSilent, said.length)) return turn.rest.length === 0
  await saveCheck(ctx, turn.zone, first.result, first.code)
  return true
}

async function saveCheck(ctx: Context, zone: string, result: ListResult, code: string): Promise<void> {
  const at = ctx.clock.now()
  await transact(ctx, async (tx) => {
    await store.saveCheck(tx.queries, {
      zone,
      at,
      answered_at: result === 'answers' ? at : null,
      result,
      code,
    })
  })
}

async function settle(
  ctx: Context,
  zone: string,
  said: readonly { readonly address: Address; readonly said: Said }[],
): Promise<void> {
  const open = new Set(
    (await store.openOnes(ctx.db.queries)).filter((row) => row.zone === zone).map((row) => row.address),
  )
  // Nothing is written where nothing is and nothing was.
  const news = said
    .map((each) => ({ address: formatAddress(each.address), said: each.said }))
    .filter(
      (each) => each.said.kind === 'listed' || (each.said.kind === 'not-listed' && open.has(each.address)),
    )
  if (news.length === 0) return
  await transact(ctx, async (tx) => {
    for (const each of news) {
      if (each.said.kind === 'listed') await listed(tx, zone, each.address, each.said)
      else await ended(tx, zone, each.address)
    }
  })
}

async function listed(
  tx: Tx,
  zone: string,
  address: string,
  { code, text }: Extract<Said, { kind: 'listed' }>,
): Promise<void> {
  const now = tx.clock.now()
  if (await store.updateOpen(tx.queries, { zone, address }, { seen_at: now, code, said: text })) return
  const id = newId()
  const row = {
    id,
    zone,
    address,
    code,
    said: text,
    since_at: now,
    seen_at: now,
    ended_at: null,
    began_told: 0,
    ended_told: 0,
  }
  if (await store.insertListing(tx.queries, row))
    await record(tx, {
      action: 'own-listing.began',
      subject: `own-listing:${id}`,
      facts: { zone, ip: address, code },
    })
}

async function ended(tx: Tx, zone: string, address: string): Promise<void> {
  const now = tx.clock.now()
  if (!(await store.updateOpen(tx.queries, { zone, address }, { ended_at: now }))) return
  await record(tx, {
    action: 'own-listing.ended',
    subject: `own-listing:${zone}`,
    facts: { zone, ip: address },
  })
}

/** Names in one notice. */
const mostNamed = 20

/** One notice for all that began on this list in a round, and one for all that ended. */
async function tell(ctx: Context, zone: string): Promise<void> {
  for (const what of ['began', 'ended'] as const) {
    await transact(ctx, async (tx) => {
      const rows = await store.untold(tx.queries, zone, what)
      const [first] = rows
      if (first === undefined) return
      await store.markTold(
        tx.queries,
        rows.map(({ id }) => id),
        what === 'began' ? { began_told: 1 } : { ended_told: 1 },
      )
      const addresses = rows.slice(0, mostNamed).map(({ address }) => address)
      await notifyOperator(tx, {
        kind: 'own-listing-notice',
        key: `own-listing:${what}:${first.id}`,
        slots: {
          isListed: what === 'began',
          domain: zone,
          addresses,
          others: rows.length - addresses.length,
        },
      })
    })
  }
}

/** What is not asked any more is not known any more. */
async function dropOthers(ctx: Context): Promise<void> {
  const { lists, networks } = ctx.settings.standing
  const zones = new Set(lists.map(({ zone }) => zone))
  const addresses = new Set(watchedAddresses(networks).addresses.map(formatAddress))
  const gone = (await store.openOnes(ctx.db.queries)).filter(
    ({ zone, address }) => !zones.has(zone) || !addresses.has(address),
  )
  if (gone.length === 0) return
  await transact(ctx, async (tx) => {
    for (const { zone, address } of gone) {
      const change = { ended_at: tx.clock.now(), began_told: 1, ended_told: 1 }
      if (await store.updateOpen(tx.queries, { zone, address }, change))
        await record(tx, {
          action: 'own-listing.dropped',
          subject: `own-listing:${zone}`,
          facts: { zone, ip: address },
        })
    }
  })
}

/** Our own standing as people see it. */
export interface OwnStanding {
  readonly lists: readonly {
    readonly zone: string
    readonly name: string
    readonly url: string
    /** Null: it was not asked yet. */
    readonly last: { readonly at: number; readonly result: ListResult; readonly code: string } | null
    readonly answeredAt: number | null
  }[]
  /** Addresses that are asked about, and networks that are not, or not wholly. */
  readonly addresses: number
  readonly left: readonly string[]
  /** Those that began first on top. */
  readonly now: readonly OwnListing[]
  /** The last to end on top. */
  readonly ended: readonly OwnListing[]
}

const mostEnded = 100

export async function ownStanding(ctx: Context): Promise<OwnStanding> {
  permit(ctx.actor, 'abuse.read')
  const { lists, networks } = ctx.settings.standing
  const checks = new Map((await store.checks(ctx.db.queries)).map((row) => [row.zone, row]))
  const { addresses, left } = watchedAddresses(networks)
  return {
    lists: lists.map((list) => {
      const row = checks.get(list.zone)
      const result = listResults.find((each) => each === row?.result)
      return {
        ...list,
        last: row && result ? { at: row.at, result, code: row.code } : null,
        answeredAt: row?.answered_at ?? null,
      }
    }),
    addresses: addresses.length,
    left: left.map(formatPrefix),
    now: (await store.openOnes(ctx.db.queries)).map(listingOf),
    ended: (await store.endedOnes(ctx.db.queries, mostEnded)).map(listingOf),
  }
}

function listingOf(row: store.OwnListingRow): OwnListing {
  const { id, zone, address, code, said } = row
  return { id, zone, address, code, said, since: row.since_at, seenAt: row.seen_at, endedAt: row.ended_at }
}

/** Codes of `node:dns` that mean: asked and answered, there is nothing (RFC 2308). */
const nothing = new Set(['ENOTFOUND', 'ENODATA'])

function asker(ctx: Context): Ask {
  return async (name, type) => {
    try {
      const records = await ctx.out.lookup(name, type)
      return records.flatMap((record) => {
        if (typeof record === 'string') return [record]
        return Array.isArray(record) ? [(record as readonly string[]).join('')] : []
      })
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      return nothing.has(code) ? [] : 'temperror'
    }
  }
}

function addressIn(text: string): Address | undefined {
  const address = parseAddress(text)
  return address instanceof Refusal ? undefined : address
}

/** `127.0.0.<last>`: the test entries of a list (RFC 5782 §5). */
function testAddress(last: 1 | 2): Address {
  return { family: 4, words: [0x7f000000 + last, 0, 0, 0] }
}
