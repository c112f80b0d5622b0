import { newListingId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import type { Effect, ListingEntry } from '../../access/listing-entry.ts'
import { measureImpact } from '../impact/actions.ts'
import type { Impact } from '../impact/impact.ts'
import { isNamed } from '../../access/protected-names.ts'
import type { EngineMode } from '../../access/standing.ts'
import { Conflict } from '../../db/open.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { covers, formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { actorName, permit, recordedName } from '../actor.ts'
import { listAudit, record, type AuditFacts, type AuditRecord } from '../audit/actions.ts'
import type { EventFacts } from '../audit/fact-words.ts'
import type { AuditAction } from '../audit/names.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn, tellEdges } from '../edges/actions.ts'
import { queueWebhook } from '../outbox/actions.ts'
import { notifyOperator } from '../outbox/notice-actions.ts'
import { dropStandings } from '../standings/actions.ts'
import {
  defaultEnd,
  effectOf,
  engineName,
  entryOf,
  hitsMuch,
  isLetIn,
  isRange,
  mayAgree,
  mayPut,
  merge,
  peopleNeeded,
  proposalEnd,
  proposalMs,
  readWish,
} from './listing.ts'
import type { EndWhy, Listing, ListingFields, ListingWish } from './listing.ts'
import * as store from './store.ts'

/**
 * Puts a prefix on the list. An active listing of the same prefix is sharpened, never doubled; one that does the opposite
 * stands in the way unless `replace` is given.
 * A prefix of /16 (IPv6 /32) or wider, and a range from which much wanted mail came, is proposed first and acts when a second person adds it
 * too, or the same one after a quarter of an hour (security LST-2).
 */
export async function addListing(ctx: Context, fields: ListingFields): Promise<Listing> {
  permit(ctx.actor, 'listing.add')
  const wish = orThrow(readWish(fields, ctx.settings, ctx.clock.now()))
  await refuseProtectedName(ctx, wish)
  const hit =
    wish.effect === 'refuse' && isRange(wish)
      ? { impact: await measureImpact(ctx, wish.prefix), isEmergency: fields.emergency === true }
      : undefined
  return await transact(ctx, async (tx) => await putListing(tx, wish, fields.replace === true, hit))
}

/** What listing this prefix would hit. */
export async function previewImpact(ctx: Context, prefix: Prefix): Promise<Impact> {
  permit(ctx.actor, 'console.read')
  return await measureImpact(ctx, prefix)
}

/** What a person's range hits, and whether they say that it cannot wait. */
interface Hit {
  readonly impact: Impact
  readonly isEmergency: boolean
}

/**
 * An address whose forward-confirmed name is protected is not listed. What has many addresses (a range, an IPv6 /64) has no one name: there
 * the edge looks at the name of each client. DNS that does not answer protects nobody.
 */
async function refuseProtectedName(ctx: Context, { prefix, effect }: ListingWish): Promise<void> {
  const guarded = ctx.settings.protected.names
  if (guarded.length === 0 || effect === 'pass' || prefix.family === 6 || prefix.length < 32) return
  const names = await ctx.out.confirmedNames(prefix)
  const name = names === 'temperror' ? undefined : names.find((each) => isNamed(guarded, each))
  if (name !== undefined) throw new Refusal('address.protected-name', { prefix: formatPrefix(prefix), name })
}

/** The same inside another action's transaction. `mayReplace`: an entry of the other effect gives way. `hit`: of a range that a person adds. */
export async function putListing(
  tx: Tx,
  wish: ListingWish,
  mayReplace: boolean,
  hit?: Hit,
): Promise<Listing> {
  await takeTurn(tx)
  const now = tx.clock.now()
  const active = await store.byPrefix(tx.queries, wish.prefix, 'active')
  const proposed = await store.byPrefix(tx.queries, wish.prefix, 'proposed')
  const recurrence = await store.countEnded(tx.queries, wish.prefix, now - tx.settings.listing.recurrenceMs)
  const endsAt = wish.endsAt ?? defaultEnd(recurrence, tx.settings, now)
  if (active?.effect === wish.effect) return await sharpen(tx, active, wish, endsAt)
  // A wide hole that becomes a listing refuses as much as a new one.
  const isWide = wish.effect === 'refuse' && peopleNeeded(wish.prefix) === 2
  const isMuch = hit !== undefined && hitsMuch(wish.prefix, hit.impact, tx.settings)
  const isUrgent = !isWide && hit?.isEmergency === true
  const needsTwo = isWide || (isMuch && !isUrgent)
  const facts: EventFacts = {
    ...(hit && factsOfImpact(hit.impact)),
    ...(isUrgent ? { emergency: 'yes' } : {}),
  }
  if ((isWide || hit !== undefined) && proposed && proposalEnd(proposed) > now) {
    const refusal = isUrgent ? undefined : mayAgree(proposed, actorName(tx.actor), now)
    if (refusal) throw refusal
    if (active) await makeWay(tx, active)
    const agreed = { ...proposed, endsAt: Math.max(proposed.endsAt, endsAt) }
    return await begin(tx, agreed, 'listing.agreed', facts)
  }
  const refusal = active && active.endsAt > now && !mayReplace ? mayPut(active, wish) : undefined
  if (refusal) throw refusal
  const listing = newListing(tx, wish, endsAt, recurrence)
  if (needsTwo) {
    // Nobody agreed while it would have held: what it said then is not agreed to now.
    if (proposed) await lift(tx, proposed, 'expired')
    return await propose(tx, listing, hit?.impact)
  }
  if (active) await makeWay(tx, active)
  await store.insert(tx.queries, listing)
  await announce(tx, listing, 'listing.added', facts)
  return listing
}

/** Ends what stood at the prefix until now. */
async function makeWay(tx: Tx, active: Listing): Promise<void> {
  await lift(tx, active, active.endsAt > tx.clock.now() ? 'superseded' : 'expired')
}

function newListing(tx: Tx, wish: ListingWish, endsAt: number, recurrence: number): Listing {
  return {
    ...wish,
    id: newListingId(),
    state: 'active',
    sinceAt: tx.clock.now(),
    endsAt,
    recurrence,
    actor: actorName(tx.actor),
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
  }
}

async function propose(tx: Tx, listing: Listing, impact: Impact | undefined): Promise<Listing> {
  const proposed: Listing = { ...listing, state: 'proposed' }
  await store.insert(tx.queries, proposed)
  const facts = { ...factsOf(listing), ...(impact && factsOfImpact(impact)) }
  await record(tx, { action: 'listing.proposed', subject: `listing:${listing.id}`, facts })
  if (impact) {
    const { senders, wanted: messages } = impact
    const slots = { ip: formatPrefix(listing.prefix), senders, messages, when: proposalEnd(proposed) }
    await notifyOperator(tx, { kind: 'proposal-notice', key: `proposal:${listing.id}`, slots })
  }
  return proposed
}

/** What the audit keeps of the impact that somebody was shown. */
function factsOfImpact({ senders, messages, wanted, wantedOfAll, large }: Impact): EventFacts {
  return { senders, messages, wanted, wantedOfAll, large }
}

async function begin(tx: Tx, listing: Listing, action: AuditAction, facts: EventFacts): Promise<Listing> {
  const active: Listing = { ...listing, state: 'active', sinceAt: tx.clock.now() }
  await save(tx, active)
  await announce(tx, active, action, facts)
  return { ...active, version: active.version + 1 }
}

async function sharpen(tx: Tx, active: Listing, wish: ListingWish, endsAt: number): Promise<Listing> {
  const { cause, effect, note, evidence } = wish
  // Whatever the engine's mode, what a person lists again acts.
  const actor = active.actor === engineName ? actorName(tx.actor) : active.actor
  const sharper: Listing = { ...active, ...merge(active, wish, endsAt), cause, effect, note, evidence, actor }
  await save(tx, sharper)
  await announce(tx, sharper, 'listing.added-again')
  return { ...sharper, version: sharper.version + 1 }
}

/** The engine's listing only puts off from now on, or refuses again. */
export async function setDegraded(tx: Tx, listing: Listing, isDegraded: boolean): Promise<void> {
  const changed: Listing = { ...listing, degradedAt: isDegraded ? tx.clock.now() : null }
  await save(tx, changed)
  await announce(tx, changed, isDegraded ? 'listing.degraded' : 'listing.restored')
}

async function announce(
  tx: Tx,
  listing: Listing,
  action: AuditAction,
  facts: EventFacts = {},
): Promise<void> {
  const acting = asItActs(tx, listing)
  await record(tx, { action, subject: `listing:${listing.id}`, facts: { ...factsOf(acting), ...facts } })
  await tellEdges(tx, { kind: 'put', entry: entryOf(listing, tx.settings.reputation.mode) })
  await queueWebhook(tx, action, { id: listing.id, listing: told(acting) })
}

/** Ends a listing before its time. */
export async function endListing(
  ctx: Context,
  input: { readonly id: string; readonly note?: string | undefined },
): Promise<Listing> {
  permit(ctx.actor, 'listing.end')
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const listing = await store.byId(tx.queries, input.id)
    if (!listing) throw new Refusal('listing.not-found', { id: input.id.slice(0, 40) })
    if (listing.state === 'ended')
      throw new Refusal('listing.already-ended', { id: listing.id, prefix: formatPrefix(listing.prefix) })
    return await lift(tx, listing, 'operator', input.note)
  })
}

/** Ends a listing inside another action's transaction. What was only proposed no edge or webhook knows of: there may be another entry of the prefix. */
export async function lift(tx: Tx, listing: Listing, why: EndWhy, note = ''): Promise<Listing> {
  const by = recordedName(tx.actor)
  const ended: Listing = { ...listing, state: 'ended', endedAt: tx.clock.now(), endedBy: by, endedWhy: why }
  await save(tx, ended)
  const facts = { ip: formatPrefix(listing.prefix), why, ...(note ? { note: note.slice(0, 1000) } : {}) }
  await record(tx, { action: 'listing.ended', subject: `listing:${listing.id}`, facts })
  if (listing.state === 'active') {
    await tellEdges(tx, { kind: 'drop', prefix: listing.prefix })
    await queueWebhook(tx, 'listing.ended', { id: listing.id, listing: told(asItActs(tx, ended)) })
  }
  // Who is let in again is let in now, and not when the judgement comes to hear of it.
  if (isLetIn(why)) await dropStandings(tx, [formatPrefix(listing.prefix)])
  return { ...ended, version: ended.version + 1 }
}

/** Lets one sender through a listed range, until the range's listing ends. */
export async function putCarveOut(tx: Tx, unit: Prefix, range: Listing): Promise<Listing> {
  const wish: ListingWish = {
    prefix: unit,
    cause: range.cause,
    class: range.class,
    effect: 'pass',
    endsAt: range.endsAt,
    note: `carved out of ${formatPrefix(range.prefix)}`,
    url: null,
    test: null,
    evidence: [],
  }
  return await putListing(tx, wish, true)
}

/** In one transaction: a few milliseconds in which core does nothing else. */
const endedAtOnce = 10

/**
 * Ends listings whose time has come, and proposals to which nobody agreed, at most `limit` of each; gives how many. The edges have stopped
 * acting on them already.
 */
export async function endExpired(ctx: Context, limit = 200): Promise<number> {
  const now = ctx.clock.now()
  const due = [
    ...(await store.expired(ctx.db.queries, now, limit)),
    ...(await store.lapsedProposals(ctx.db.queries, now, now - proposalMs, limit)),
  ]
  for (let from = 0; from < due.length; from += endedAtOnce) {
    const some = due.slice(from, from + endedAtOnce)
    await transact(ctx, async (tx) => {
      await takeTurn(tx)
      for (const { id } of some) {
        const listing = await store.byId(tx.queries, id)
        if (listing === undefined || listing.state === 'ended') continue
        const ends = listing.state === 'active' ? listing.endsAt : proposalEnd(listing)
        if (ends <= tx.clock.now()) await lift(tx, listing, 'expired')
      }
    })
    await breathe()
  }
  return due.length
}

/** A listing with its history, newest first. */
export async function showListing(
  ctx: Context,
  id: string,
): Promise<{ readonly listing: Listing; readonly history: readonly AuditRecord[] }> {
  permit(ctx.actor, 'console.read')
  const listing = await store.byId(ctx.db.queries, id)
  if (!listing) throw new Refusal('listing.not-found', { id: id.slice(0, 40) })
  return { listing, history: await listAudit(ctx, { subject: `listing:${id}`, limit: 100 }) }
}

export interface ListingSearch {
  /** An address (what covers it), a prefix (what covers it or lies within), or a listing's id. */
  readonly text?: string | undefined
  readonly state?: 'active' | 'ended' | 'proposed' | undefined
  readonly cause?: string | undefined
  readonly class?: string | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Listings, newest first, in pages. Refuses a text that is neither address, prefix nor id, and an `after` that no page gave. */
export async function searchListings(
  ctx: Context,
  wanted: ListingSearch,
): Promise<{ readonly listings: readonly Listing[]; readonly next?: string }> {
  permit(ctx.actor, 'console.read')
  const { text, after, limit, ...filters } = wanted
  const listings = await store.search(ctx.db.queries, {
    ...filters,
    ...(text ? readSearchText(text.trim()) : {}),
    after: after === undefined ? undefined : readCursor(after),
    limit: limit + 1,
  })
  const last = listings[limit - 1]
  if (listings.length <= limit || !last) return { listings }
  return { listings: listings.slice(0, limit), next: `${last.sinceAt}.${last.id}` }
}

function readSearchText(text: string): Partial<store.Search> {
  if (/^[0-9a-hjkmnp-tv-z]{12}$/.test(text) && !text.includes('.')) return { id: text }
  const within = orThrow(parseListable(text))
  return { covers: within, within }
}

function readCursor(cursor: string): { readonly sinceAt: number; readonly id: string } {
  const [, sinceAt, id] = /^(\d{1,15})\.([0-9a-z]{12})$/.exec(cursor) ?? []
  if (sinceAt === undefined || id === undefined)
    throw new Refusal('form.invalid', { field: 'after', why: 'cursor' })
  return { sinceAt: Number(sinceAt), id }
}

/** The listing of this id as a door may use it, in force or ended; undefined when it is kept no longer. */
export async function listingEntry(ctx: Context, id: string): Promise<ListingEntry | undefined> {
  const listing = await store.byId(ctx.db.queries, id)
  return listing && entryOf(listing, ctx.settings.reputation.mode)
}

/** Every active listing that covers the address, most specific first. */
export async function coveringListings(ctx: Context, address: Address): Promise<readonly Listing[]> {
  return await store.covering(ctx.db.queries, address, ctx.clock.now())
}

/** The same inside a transaction. */
export async function coveringIn(tx: Tx, address: Address): Promise<readonly Listing[]> {
  return await store.covering(tx.queries, address, tx.clock.now())
}

/** Those of them that act: what the engine only observes is left out, for nobody is to ask for its end. */
export async function actingIn(tx: Tx, address: Address): Promise<readonly Listing[]> {
  const { mode } = tx.settings.reputation
  return (await coveringIn(tx, address)).filter((listing) => effectOf(listing, mode) !== 'observe')
}

/** Listings inside a network that act now, newest first, at most `limit`: for whoever owns it. */
export async function actingWithin(ctx: Context, within: Prefix, limit: number): Promise<readonly Listing[]> {
  const now = ctx.clock.now()
  const found = await store.search(ctx.db.queries, { within, state: 'active', limit })
  return found.filter((listing) => isActing(listing, within, ctx.settings.reputation.mode, now))
}

/** Every entry that says something about addresses of a network, carve-outs too: those inside, at most `limit`, and wider ones. */
export async function entriesOn(ctx: Context, prefix: Prefix, limit: number): Promise<readonly Listing[]> {
  const now = ctx.clock.now()
  const { mode } = ctx.settings.reputation
  const inside = await store.search(ctx.db.queries, { within: prefix, state: 'active', limit })
  const over = await store.covering(ctx.db.queries, prefix, now)
  return [
    ...inside.filter((listing) => covers(prefix, listing.prefix)),
    ...over.filter((listing) => listing.prefix.length < prefix.length),
  ].filter((listing) => listing.endsAt > now && effectOf(listing, mode) !== 'observe')
}

/** The one at exactly this prefix, inside a transaction. */
export async function actingAt(tx: Tx, prefix: Prefix): Promise<Listing | undefined> {
  const listing = await store.byPrefix(tx.queries, prefix, 'active')
  const { mode } = tx.settings.reputation
  return listing && isActing(listing, prefix, mode, tx.clock.now()) ? listing : undefined
}

/** A prefix that begins inside and is wider is not inside. */
function isActing(listing: Listing, within: Prefix, mode: EngineMode, now: number): boolean {
  const effect = effectOf(listing, mode)
  return covers(within, listing.prefix) && listing.endsAt > now && effect !== 'observe' && effect !== 'pass'
}

/** When listings of this prefix were ended by their senders, newest first. Proven and unproven removals are counted apart. */
export async function selfDelists(
  tx: Tx,
  prefix: Prefix,
  proven: boolean,
  since: number,
): Promise<readonly number[]> {
  return await store.lastSelfDelists(tx.queries, prefix, proven ? 'delist' : 'delist-unproven', since)
}

/** Active listings as the edges know them, in pages by id. */
export async function entriesPage(
  ctx: Context,
  afterId: string,
  limit: number,
): Promise<readonly ListingEntry[]> {
  return await store.entriesPage(ctx.db.queries, afterId, limit, ctx.settings.reputation.mode)
}

export async function countListings(
  ctx: Context,
): Promise<readonly { readonly class: string; readonly count: number }[]> {
  return await store.countByClass(ctx.db.queries, ctx.clock.now())
}

/** The listing that somebody names by id, or by exact address or prefix: the one in force, else the one that is proposed. */
export async function findListing(ctx: Context, text: string): Promise<Listing> {
  permit(ctx.actor, 'console.read')
  const byId = await store.byId(ctx.db.queries, text)
  if (byId) return byId
  const prefix = orThrow(parseListable(text))
  const listing =
    (await store.byPrefix(ctx.db.queries, prefix, 'active')) ??
    (await store.byPrefix(ctx.db.queries, prefix, 'proposed'))
  if (listing) return listing
  const covering = parseAddress(text)
  const [widest] = covering instanceof Refusal ? [] : await coveringListings(ctx, covering)
  throw new Refusal('listing.not-found', {
    id: text.slice(0, 60),
    ...(widest ? { covering: formatPrefix(widest.prefix) } : {}),
  })
}

async function save(tx: Tx, listing: Listing): Promise<void> {
  if (!(await store.update(tx.queries, listing)))
    throw new Conflict(`listing ${listing.id} was changed by somebody else`)
}

/** A listing with what it does now. */
type Acting = Omit<Listing, 'effect'> & { readonly effect: Effect }

/** One by the engine does what `reputation.mode` lets it. */
function asItActs(tx: Tx, listing: Listing): Acting {
  return { ...listing, effect: effectOf(listing, tx.settings.reputation.mode) }
}

/** What the audit keeps, in the words of the API. */
function factsOf(listing: Acting): EventFacts {
  const { prefix, cause, effect, endsAt, recurrence, note, url, test } = listing
  return {
    ip: formatPrefix(prefix),
    reason: cause,
    class: listing.class,
    effect,
    ends: new Date(endsAt).toISOString(),
    recurrence,
    ...(note ? { note } : {}),
    ...(url ? { url } : {}),
    ...(test ? { test } : {}),
  }
}

/** What webhooks are told: the listing as the API shows it, without its evidence, which stays in the console. */
function told(listing: Acting): AuditFacts {
  const { id, effect, state, recurrence, note, url, test, endedAt, endedWhy } = listing
  return {
    id,
    ip: formatPrefix(listing.prefix),
    reason: listing.cause,
    class: listing.class,
    effect,
    state,
    since: rfc3339(listing.sinceAt),
    ends: rfc3339(listing.endsAt),
    recurrence,
    note,
    url,
    test,
    actor: listing.actor,
    endedAt: endedAt === null ? null : rfc3339(endedAt),
    endedWhy,
  }
}

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
