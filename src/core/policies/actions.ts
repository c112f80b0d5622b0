import { day, hour, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix, parseListable, unitLength, unitOf } from '../../standards/prefix.ts'
import { transact, type Context } from '../context.ts'
import { lastSeenOf, unnamedUnits } from '../decisions/actions.ts'
import { spendAll, type Cost } from '../limits/actions.ts'
import { coveringListings } from '../listings/actions.ts'
import { liftPassed, listByPolicy, listingsOfPolicy } from '../listings/policy-actions.ts'
import type { Listing } from '../listings/listing.ts'
import { readPolicyTest, type PolicyTest, type TestOutcome } from './policy-test.ts'
import { runTest } from './run.ts'

/** What a run said about an address that is listed until a test passes. */
export interface Rechecked {
  /** As the listing names it. */
  readonly test: string
  readonly outcome: TestOutcome
}

/** Look-ups in one run of a job: the servers that are asked are other people's. */
const mostAtOnce = 20
/** A sender is told 450 so often before we look for its name ourselves. */
const leastTold = 3
/** Between two looks: who sets a record up needs some time. */
const apartMs = hour
/** How long the listing holds without another look; it is looked at long before. */
const termMs = 7 * day
const againMs = 30 * minute

/**
 * Runs the test of the listings of this address again, now, for whoever asks: those whose test passes end. A limit throws.
 * Undefined when no listing of it waits for a test that is run here. `client`: whose budget it is.
 */
export async function recheckNow(
  ctx: Context,
  address: Address,
  client: string,
): Promise<Rechecked | undefined> {
  const waiting = await waitingFor(ctx, address)
  const [first] = waiting
  if (first === undefined) return undefined
  const costs: readonly Cost[] = [
    { name: 'policy-check.client.hour', key: client },
    { name: 'policy-check.unit.hour', key: formatPrefix(unitOf(address)) },
  ]
  await transact(ctx, async (tx) => await spendAll(tx, costs))
  let said: Rechecked = { test: first.listing.test ?? '', outcome: 'unknown' }
  for (const { listing, test } of waiting) {
    said = { test: listing.test ?? '', outcome: await runOf(ctx, listing, test) }
    if (said.outcome !== 'passes') return said
    await liftPassed(ctx, listing)
  }
  return said
}

async function waitingFor(
  ctx: Context,
  address: Address,
): Promise<readonly { readonly listing: Listing; readonly test: PolicyTest }[]> {
  return (await coveringListings(ctx, address)).flatMap((listing) => waits(listing))
}

/** Of one sender: a range has no one name, and many names to greet with. */
function waits(listing: Listing): readonly { readonly listing: Listing; readonly test: PolicyTest }[] {
  const test = listing.class === 'policy' ? readPolicyTest(listing.test) : undefined
  const isOfDomain = test !== undefined && 'domain' in test
  const isOne = listing.prefix.length >= unitLength[listing.prefix.family]
  return test !== undefined && listing.effect === 'refuse' && (isOne || isOfDomain) ? [{ listing, test }] : []
}

/** Of a /64 the address that was refused last is the one that is meant. */
async function runOf(ctx: Context, { prefix }: Listing, test: PolicyTest): Promise<TestOutcome> {
  const seen = await lastSeenOf(ctx, prefix)
  const last = seen === undefined ? undefined : parseAddress(seen.ip)
  const address = last === undefined || last instanceof Refusal ? prefix : last
  if (address.family === 6 && seen === undefined && !('domain' in test)) return 'unknown'
  return await runTest(test, { address, helo: seen?.helo ?? null }, ctx.out)
}

/**
 * Looks after the rule about reverse names: who was told 450 4.7.25 again and again, and has no name in two looks of ours an hour apart, is listed
 * until it has one; and runs the tests of all such listings again. What DNS does not answer counts for nothing. In memory: a restart
 * begins anew, in the sender's favour.
 */
export class PolicyWatch {
  /** Units that had no name, and when they were looked at. */
  readonly #nameless = new Map<string, number>()
  readonly #checked = new Map<string, number>()

  async run(ctx: Context): Promise<void> {
    const left = await this.#lookForNames(ctx, mostAtOnce)
    await this.#recheckAll(ctx, left)
  }

  async #lookForNames(ctx: Context, most: number): Promise<number> {
    let left = most
    const now = ctx.clock.now()
    const units = await unnamedUnits(ctx, { since: now - day, least: leastTold })
    const told = new Set(units.map(({ unit }) => unit))
    for (const unit of this.#nameless.keys()) if (!told.has(unit)) this.#nameless.delete(unit)
    for (const { unit, ip } of units) {
      const before = this.#nameless.get(unit)
      if (left === 0) break
      if (before !== undefined && now - before < apartMs) continue
      const [address, prefix] = [parseAddress(ip), parseListable(unit)]
      if (address instanceof Refusal || prefix instanceof Refusal) continue
      if ((await coveringListings(ctx, address)).length > 0) continue
      left--
      const outcome = await runTest({ kind: 'reverse-name' }, { address, helo: null }, ctx.out)
      if (outcome === 'passes') this.#nameless.delete(unit)
      if (outcome !== 'fails') continue
      if (before === undefined) this.#nameless.set(unit, now)
      else {
        this.#nameless.delete(unit)
        await listByPolicy(ctx, { prefix, cause: 'reverse-name', test: 'reverse-name', endsAt: now + termMs })
      }
    }
    return left
  }

  async #recheckAll(ctx: Context, most: number): Promise<void> {
    let left = most
    const now = ctx.clock.now()
    const listings = await listingsOfPolicy(ctx)
    const ids = new Set(listings.map(({ id }) => id))
    for (const id of this.#checked.keys()) if (!ids.has(id)) this.#checked.delete(id)
    for (const { listing, test } of listings.flatMap((each) => waits(each))) {
      if (left === 0) return
      if (now - (this.#checked.get(listing.id) ?? listing.sinceAt) < againMs) continue
      this.#checked.set(listing.id, now)
      left--
      if ((await runOf(ctx, listing, test)) === 'passes') await liftPassed(ctx, listing)
    }
  }
}
