import { breathe } from '../../base/steps.ts'
import { day } from '../../base/clock.ts'
import { parseListable, type Prefix } from '../../standards/prefix.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../context.ts'
import { stemOf } from '../impact/impact.ts'
import { entriesOn } from '../listings/actions.ts'
import type { Listing } from '../listings/listing.ts'
import { heldBy, ownClaim } from '../owners/actions.ts'
import { reaches, type Claim, type Owner } from '../owners/claim.ts'
import {
  addressFigures,
  dayFigures,
  hoursToTell,
  shownDays,
  type AddressFigures,
  type Counted,
  type DayFigures,
} from './figures.ts'
import * as store from './store.ts'

/** What a network sent, as its owner sees it. Everything is asked for by an owner and read by what they hold (security OWN-6). */
export interface NetworkFigures {
  readonly prefix: Prefix
  /** Since when the owner may know. */
  readonly sinceAt: number
  /** The days from then on, oldest first, at most a month. */
  readonly days: readonly DayFigures[]
  /** Those with the most mail, refused mail counted in. */
  readonly addresses: readonly AddressFigures[]
  /** What is listed in the network or on all of it, with carve-outs, for the state of its addresses. */
  readonly listings: readonly Listing[]
  /** More addresses than are looked at: the sums are of some only. */
  readonly isCut: boolean
}

/** Senders in one page: some milliseconds in which core does nothing else. */
const pageSize = 200
/** Senders whose mail is summed for a page; a file and the API have all. */
const mostUnits = 5000
/** Addresses that the page shows. */
export const mostAddresses = 100
const mostListings = 500

/** The last month of a network of this owner. Throws `owners.not-found`, and `owners.not-granted` for what is not proven. */
export async function showFigures(ctx: Context, owner: Owner, id: string): Promise<NetworkFigures> {
  const claim = await grantedClaim(ctx, owner, id)
  const counted: Counted[] = []
  let [units, isCut] = [0, false]
  for await (const page of pagesOf(ctx, claim, stemOf(claim.prefix))) {
    counted.push(...page.counted)
    units += page.units
    if (units >= mostUnits) {
      isCut = true
      break
    }
  }
  const byUnit = Map.groupBy(counted, ({ unit }) => unit)
  const addresses = [...byUnit].map(([unit, days]) => addressFigures(unit, days))
  return {
    prefix: claim.prefix,
    sinceAt: claim.sinceAt,
    days: daysOf(claim, counted, ctx.clock.now()),
    addresses: addresses.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, mostAddresses),
    listings: await entriesOn(ctx, claim.prefix, mostListings),
    isCut,
  }
}

function weightOf({ messages, refused, deferred }: AddressFigures): number {
  return messages + refused + deferred
}

function daysOf(
  { sinceAt }: { readonly sinceAt: number },
  counted: readonly Counted[],
  now: number,
): readonly DayFigures[] {
  const today = Math.floor(now / day)
  const first = Math.max(today - shownDays + 1, Math.floor(sinceAt / day))
  const byDay = Map.groupBy(counted, (each) => each.day)
  return Array.from({ length: today - first + 1 }, (_, nth) =>
    dayFigures((first + nth) * day, byDay.get(first + nth) ?? []),
  )
}

/** One day of one address, for a file or a program. */
export interface AddressDay extends DayFigures {
  readonly unit: string
}

/** Every address and day of a network of this owner that there is something of, for a file. */
export async function* exportFigures(ctx: Context, owner: Owner, id: string): AsyncGenerator<AddressDay> {
  const claim = await grantedClaim(ctx, owner, id)
  for await (const { counted } of pagesOf(ctx, claim, stemOf(claim.prefix))) yield* addressDays(counted)
}

/** The same in pages, for a program: by network, as the owner writes it. Throws `owners.not-found` for what they do not hold. */
export async function readFigures(
  ctx: Context,
  owner: Owner,
  asked: {
    readonly network: string
    /** `next` of the page before. */
    readonly after?: string | undefined
  },
): Promise<{ readonly figures: readonly AddressDay[]; readonly next?: string }> {
  const prefix = parseListable(asked.network.trim())
  if (prefix instanceof Refusal) throw prefix
  const claim = (await grantedClaims(ctx, owner)).find((each) => reaches(each, prefix))
  if (claim === undefined) throw new Refusal('owners.not-found')
  const stem = stemOf(prefix)
  const after = asked.after ?? stem
  if (!/^[0-9a-f.:/]{0,60}$/.test(after)) throw new Refusal('form.invalid', { field: 'after', why: 'cursor' })
  const { counted, last } = await pageOf(ctx, { ...claim, prefix }, stem, after)
  return { figures: addressDays(counted), ...(last !== undefined && { next: last }) }
}

function addressDays(counted: readonly Counted[]): readonly AddressDay[] {
  return counted
    .toSorted((a, b) => a.day - b.day)
    .map((each) => ({ unit: each.unit, ...dayFigures(each.day * day, [each]) }))
}

type Granted = Pick<Claim, 'prefix' | 'facts'> & { readonly sinceAt: number }

async function grantedClaim(ctx: Context, owner: Owner, id: string): Promise<Granted> {
  await ownClaim(ctx, owner, id)
  const claim = (await grantedClaims(ctx, owner)).find((each) => each.id === id)
  if (claim === undefined) throw new Refusal('owners.not-granted')
  return claim
}

/** What the owner holds now; the narrowest first, as it may tell of more. */
async function grantedClaims(
  ctx: Context,
  owner: Owner,
): Promise<readonly (Claim & { readonly sinceAt: number })[]> {
  const held = await heldBy(ctx, owner)
  return held
    .flatMap((claim) => (claim.sinceAt === null ? [] : [{ ...claim, sinceAt: claim.sinceAt }]))
    .toSorted((a, b) => a.sinceAt - b.sinceAt)
}

async function* pagesOf(
  ctx: Context,
  claim: Granted,
  stem: string,
): AsyncGenerator<{ readonly units: number; readonly counted: readonly Counted[] }> {
  for (let after: string | undefined = stem; after !== undefined;) {
    const page = await pageOf(ctx, claim, stem, after)
    yield page
    after = page.last
    await breathe()
  }
}

/** `last`: where the next page begins; undefined after the last one. */
async function pageOf(ctx: Context, claim: Granted, stem: string, after: string) {
  const { queries } = ctx.db
  const found = await store.unitsAfter(queries, stem, after, pageSize)
  const units = found.filter((unit) => isHeld(claim, unit))
  const counted = await store.countedOf(queries, units, hoursToTell(claim.sinceAt, ctx.clock.now()))
  return { units: units.length, counted, last: found.length < pageSize ? undefined : found.at(-1) }
}

function isHeld(claim: Granted, unit: string): boolean {
  const prefix = parseListable(unit)
  return !(prefix instanceof Refusal) && reaches(claim, prefix)
}
