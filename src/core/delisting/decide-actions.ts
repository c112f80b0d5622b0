import { formatAddress } from '../../standards/ip.ts'
import { formatPrefix, showPrefix, type Prefix } from '../../standards/prefix.ts'
import { Refusal } from '../../base/refusal.ts'
import { Conflict } from '../../db/open.ts'
import { pathOf, reasonOf } from '../../access/reasons.ts'
import { record } from '../audit/actions.ts'
import { mayOpenCase } from '../cases/external.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn, tellEdges } from '../edges/actions.ts'
import { trySpend } from '../limits/actions.ts'
import { limitOf } from '../limits/limits.ts'
import { actingIn, lift, selfDelists } from '../listings/actions.ts'
import { isRange, type Listing } from '../listings/listing.ts'
import { queueLetter } from '../outbox/actions.ts'
import { removalBudgets } from './budgets.ts'
import { handToCase, saysOf } from './case-actions.ts'
import { findPlace, queueFull } from './queue-actions.ts'
import {
  chooseCourse,
  isAnswered,
  mayConfirm,
  type Answered,
  type Course,
  type DelistRequest,
  type OutcomeFacts,
  type OutcomeKind,
} from './request.ts'
import * as store from './store.ts'
import * as watchStore from './watch-store.ts'

/**
 * Decides a request whose second half was right: once. What is decided already is answered again, word for word.
 * `mailboxProven` says that the letter's half came with it; otherwise the request must have been proven on another road.
 */
export async function decideRequest(
  ctx: Context,
  id: string,
  { mailboxProven }: { readonly mailboxProven: boolean },
): Promise<Answered> {
  const answer = await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const request = await store.lockById(tx.queries, id)
    if (!request) throw new Refusal('delisting.not-found')
    if (isAnswered(request)) return answerOf(request)
    // Since the second half was looked at, others may have burned it.
    const refusal = mayConfirm(request, tx.clock.now())
    if (refusal) throw refusal
    if (!mailboxProven && request.state !== 'proven') throw new Refusal('delisting.proof-missing')
    const decided = await carryOut(tx, request)
    return decided instanceof Refusal ? decided : answerOf(decided)
  })
  if (answer instanceof Refusal) throw answer
  return answer
}

/** `owned`: what the asker has proven to own; the request may then be about a listed range inside it. */
export async function carryOut(
  tx: Tx,
  request: DelistRequest,
  owned?: Prefix,
): Promise<DelistRequest | Refusal> {
  const course = await courseFor(tx, request, owned)
  if (course.kind === 'answer' && course.outcome === 'review')
    return await handOver(tx, request, course.facts, course.listing)
  if (course.kind === 'answer') return await settle(tx, request, course.outcome, course.facts, course.listing)
  const proven = request.control !== 'none'
  if (!(await spendRemoval(tx, request, proven))) {
    const again = new Date(tx.clock.now() + tx.settings.delisting.reviewMs).toISOString()
    return await handOver(tx, request, { again }, course.listing)
  }
  return await removeListing(tx, request, course.listing, proven ? 'delist' : 'delist-unproven')
}

/** What the rules of the portal say of a request now; nothing is done or spent. */
export async function courseFor(
  tx: Tx,
  request: Pick<DelistRequest, 'ip' | 'unit' | 'control'>,
  owned?: Prefix,
): Promise<Course> {
  const now = tx.clock.now()
  const { reviewMs } = tx.settings.delisting
  const listings = await aboutIn(tx, request)
  const [listing] = listings
  const pace = {
    day: limitOf('delist.unit.day', tx.settings),
    month: limitOf('delist.unit.month', tx.settings),
  }
  const since = now - Math.max(pace.day.windowMs, pace.month.windowMs)
  const proven = request.control !== 'none'
  const earlier = listing ? await selfDelists(tx, listing.prefix, proven, since) : []
  return chooseCourse(listings, earlier, now, { reviewMs, pace, owned })
}

/** What covers the address; of a range, its own listing and what is wider, not that of its first address. */
async function aboutIn(
  tx: Tx,
  { ip, unit }: Pick<DelistRequest, 'ip' | 'unit'>,
): Promise<readonly Listing[]> {
  const listings = await actingIn(tx, ip)
  return listings.filter(({ prefix }) => prefix.length <= unit.length)
}

/**
 * To a person, where outsiders may open a case about this; whoever has shown that the network is theirs always may. Where the queue has no
 * place the request stays as it is, and its link works for as long after the time to come again.
 */
async function handOver(
  tx: Tx,
  request: DelistRequest,
  facts: OutcomeFacts,
  listing: Listing | null,
): Promise<DelistRequest | Refusal> {
  const closed = request.control === 'owner' || !listing ? undefined : mayAsk(tx, listing)
  if (closed) return closed
  const place = await findPlace(tx, request)
  switch (place.kind) {
    case 'own':
    case 'with': {
      const waits = place.kind === 'with' ? place.request : undefined
      const { case: opened, participant } = await handToCase(tx, request, waits, saysOf(request))
      const again = new Date(opened.effectDueAt).toISOString()
      const handed = { ...request, participantId: participant.id }
      return await settle(tx, handed, 'review', { ...facts, again }, listing, waits)
    }
    case 'none': {
      const expiresAt = Math.max(request.expiresAt, place.again + tx.settings.delisting.linkMs)
      await saveRequest(tx, { ...request, expiresAt })
      return queueFull(place.again)
    }
  }
}

function mayAsk({ settings }: Tx, listing: Listing): Refusal | undefined {
  const matter = { reason: reasonOf(listing), path: pathOf(listing.class) }
  const refusal = mayOpenCase(settings.support, matter, 'portal')
  const ends = new Date(listing.endsAt).toISOString()
  return refusal && new Refusal(refusal.code, { ...refusal.facts, ends })
}

/** All budgets or none: a removal that one of them forbids goes to a person and spends nothing. */
export async function spendRemoval(tx: Tx, request: DelistRequest, proven: boolean): Promise<boolean> {
  return (await trySpend(tx, removalBudgets(request.unit, proven))) === undefined
}

/** Ends the listing, has the edges watch for the next message, and says so. */
export async function removeListing(
  tx: Tx,
  request: DelistRequest,
  listing: Listing,
  why: 'delist' | 'delist-unproven' | 'operator',
): Promise<DelistRequest> {
  await lift(tx, listing, why)
  return await settleRemoved(tx, request, listing)
}

/** A removal that has happened: watch for the next message, letter if wanted. */
export async function settleRemoved(
  tx: Tx,
  request: DelistRequest,
  listing: Listing,
): Promise<DelistRequest> {
  if (request.wantsLetter && request.state !== 'review') await writeCompletion(tx, request)
  const feedSeq = isRange({ prefix: request.unit }) ? null : await watch(tx, request)
  return await settle(tx, { ...request, feedSeq }, 'delisted', {}, listing)
}

/** Has the edges look out for the next message of the sender. Gives the number of the change. */
async function watch(tx: Tx, request: DelistRequest): Promise<number> {
  const now = tx.clock.now()
  const until = now + tx.settings.delisting.watchMs
  await watchStore.putWatch(tx.queries, {
    unit: formatPrefix(request.unit),
    request_id: request.id,
    since_at: now,
    until_at: until,
  })
  return await tellEdges(tx, {
    kind: 'watch',
    unit: request.unit,
    until: Math.ceil(until / 1000) * 1000,
  })
}

async function writeCompletion(tx: Tx, request: DelistRequest): Promise<void> {
  await queueLetter(tx, {
    key: `done:${request.id}`,
    about: `delist-request:${request.id}`,
    kind: 'delisting-done',
    mailbox: request.mailbox,
    language: request.language,
    slots: {
      ip: showPrefix(request.unit),
      when: tx.clock.now(),
      statusUrl: `${tx.settings.provider.site}/delist/${request.id}`,
    },
  })
}

async function settle(
  tx: Tx,
  request: DelistRequest,
  outcome: OutcomeKind,
  facts: OutcomeFacts,
  listing: Listing | null,
  joins?: DelistRequest,
): Promise<DelistRequest> {
  const settled: DelistRequest = {
    ...request,
    state: outcome !== 'review' ? 'done' : joins ? 'joined' : 'review',
    outcome,
    outcomeFacts: facts,
    listingId: listing?.id ?? null,
    decidedAt: tx.clock.now(),
  }
  await saveRequest(tx, settled)
  await record(tx, {
    action: `delist-request.${joins ? 'joined' : outcome}`,
    subject: `delist-request:${request.id}`,
    facts: {
      ip: formatAddress(request.ip),
      control: request.control,
      ...(joins ? { request: joins.id } : {}),
      ...(listing ? { listing: listing.id, prefix: formatPrefix(listing.prefix) } : {}),
      ...facts,
    },
  })
  tx.afterCommit('delisting')
  return settled
}

/** Saves by compare and swap; somebody else's change makes the transaction start again. */
export async function saveRequest(tx: Tx, request: DelistRequest): Promise<void> {
  if (!(await store.update(tx.queries, request))) {
    throw new Conflict(`delist request ${request.id} was changed by somebody else`)
  }
}

function answerOf(request: DelistRequest): Answered {
  if (request.outcome === null) throw new Error(`delist request ${request.id} is decided and has no outcome`)
  return { outcome: request.outcome, facts: request.outcomeFacts, listing: request.listingId, id: request.id }
}
