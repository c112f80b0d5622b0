import { openCaseLink } from '../../access/case-link.ts'
import type { Language, ListingClass } from '../../access/reasons.ts'
import { newId } from '../../base/id.ts'
import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, showPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { actorName, permit } from '../actor.ts'
import { listAudit, record, type AuditRecord } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingAt, actingIn, coveringIn, coveringListings, lift, putCarveOut } from '../listings/actions.ts'
import { effectOf, isRange, type Listing } from '../listings/listing.ts'
import { queueLetter } from '../outbox/actions.ts'
import { spend } from '../limits/actions.ts'
import { mailboxBudget } from './budgets.ts'
import { saveRequest, settleRemoved } from './decide-actions.ts'
import { hashHalf, newHalves } from '../halves.ts'
import { findPlace, queueFull } from './queue-actions.ts'
import type { DelistRequest, RequestState } from './request.ts'
import * as store from './store.ts'

/** Requests, newest first; those in review oldest first, because somebody waits. */
export async function listRequests(
  ctx: Context,
  wanted: {
    readonly state?: RequestState | undefined
    readonly unit?: Prefix | undefined
    /** `cursorAfter` the last request of the page before. */
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<readonly DelistRequest[]> {
  permit(ctx.actor, 'console.read')
  const { after, ...rest } = wanted
  return await store.list(ctx.db.queries, {
    ...rest,
    after: after === undefined ? undefined : readCursor(after),
  })
}

function readCursor(cursor: string): { readonly createdAt: number; readonly id: string } | undefined {
  const [createdAt = '', id = ''] = cursor.split('.')
  return /^\d{1,15}$/.test(createdAt) ? { createdAt: Number(createdAt), id } : undefined
}

/** How many requests wait for a person. */
export async function countReviews(ctx: Context): Promise<number> {
  return await store.countInState(ctx.db.queries, 'review')
}

/** One request with what covers its address now, and its history. */
export async function inspectRequest(
  ctx: Context,
  id: string,
): Promise<{
  readonly request: DelistRequest
  readonly listings: readonly Listing[]
  readonly history: readonly AuditRecord[]
  /** Other requests for the same unit that wait for the same decision. */
  readonly waiting: readonly DelistRequest[]
  /** When a person has to have decided. */
  readonly dueAt: number
}> {
  permit(ctx.actor, 'console.read')
  const request = await store.byId(ctx.db.queries, id)
  if (!request) throw new Refusal('delisting.not-found')
  const [listings, history, waiting] = await Promise.all([
    coveringListings(ctx, request.ip),
    listAudit(ctx, { subject: `delist-request:${id}`, limit: 100 }),
    waitingBeside(ctx, request),
  ])
  return {
    request,
    listings,
    history,
    waiting,
    dueAt: (request.decidedAt ?? request.createdAt) + ctx.settings.delisting.reviewMs,
  }
}

async function waitingBeside(ctx: Context, request: DelistRequest): Promise<readonly DelistRequest[]> {
  if (request.state !== 'review' && request.state !== 'joined') return []
  const open = await store.openReview(ctx.db.queries, request.unit)
  const joined = await store.listJoined(ctx.db.queries, request.unit)
  return [...(open ? [open] : []), ...joined].filter(({ id }) => id !== request.id)
}

/** A person decides a request in review, and with it those that joined it; each sender gets a letter either way. */
export async function decideReview(
  ctx: Context,
  input: { readonly id: string; readonly decision: 'delist' | 'decline' },
): Promise<DelistRequest> {
  permit(ctx.actor, 'delisting.decide')
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const request = await store.lockById(tx.queries, input.id)
    if (!request) throw new Refusal('delisting.not-found')
    if (request.state !== 'review') throw new Refusal('delisting.already-decided')
    const decided = { ...request, decidedBy: actorName(tx.actor) }
    const settled = input.decision === 'delist' ? await letIn(tx, decided) : await decline(tx, decided)
    await writeDecision(tx, settled, input.decision)
    for (const joined of await store.listJoined(tx.queries, request.unit))
      await decideAlike(tx, joined, settled, input.decision)
    return settled
  })
}

/** What was decided of the request in review holds for one that joined it. */
async function decideAlike(
  tx: Tx,
  joined: DelistRequest,
  { outcome, feedSeq, decidedBy }: DelistRequest,
  decision: 'delist' | 'decline',
): Promise<void> {
  const alike = { ...joined, feedSeq, decidedBy }
  const kind = outcome === 'delisted' || outcome === 'declined' ? outcome : 'not-listed'
  await writeDecision(tx, await close(tx, alike, kind), decision)
}

/** Ends the sender's own listings; out of a listed range the sender is carved, the range stays. */
async function letIn(tx: Tx, request: DelistRequest): Promise<DelistRequest> {
  if (isRange({ prefix: request.unit })) return await letRangeIn(tx, request)
  const listings = await coveringIn(tx, request.ip)
  for (const listing of listings.filter((each) => !isRange(each) && each.effect === 'refuse')) {
    await lift(tx, listing, 'operator')
  }
  const range = listings.find((each) => isRange(each))
  if (range?.effect === 'refuse') await putCarveOut(tx, request.unit, range)
  const [first] = listings
  if (first) return await settleRemoved(tx, request, first)
  return await close(tx, request, 'not-listed')
}

/** What the owner of a listed range asked for: its listing ends. */
async function letRangeIn(tx: Tx, request: DelistRequest): Promise<DelistRequest> {
  const listing = await actingAt(tx, request.unit)
  if (!listing) return await close(tx, request, 'not-listed')
  await lift(tx, listing, 'operator')
  return await settleRemoved(tx, request, listing)
}

async function decline(tx: Tx, request: DelistRequest): Promise<DelistRequest> {
  return await close(tx, request, 'declined')
}

async function close(
  tx: Tx,
  request: DelistRequest,
  outcome: 'delisted' | 'declined' | 'not-listed',
): Promise<DelistRequest> {
  const closed: DelistRequest = {
    ...request,
    state: 'done',
    outcome,
    outcomeFacts: {},
    decidedAt: tx.clock.now(),
  }
  await saveRequest(tx, closed)
  await record(tx, {
    action: `delist-request.${outcome}`,
    subject: `delist-request:${request.id}`,
    facts: { ip: formatAddress(request.ip) },
  })
  tx.afterCommit('delisting')
  return closed
}

async function writeDecision(tx: Tx, request: DelistRequest, decision: 'delist' | 'decline'): Promise<void> {
  const [listing] = decision === 'decline' ? await coveringIn(tx, request.ip) : []
  await queueLetter(tx, {
    key: `reviewed:${request.id}`,
    kind: 'delisting-reviewed',
    mailbox: request.mailbox,
    language: request.language,
    slots: {
      ip: showPrefix(request.unit),
      outcome: decision === 'delist' ? 'delisted' : 'declined',
      ...(listing ? { until: listing.endsAt } : {}),
    },
  })
}

/** A message to the delist mailbox is read: it costs its writer's mailbox. Throws `limit.exceeded`. */
export async function hearWriter(ctx: Context, mailbox: MailAddress): Promise<void> {
  await transact(ctx, async (tx) => await spend(tx, 'intake.sender.hour', mailboxKey(mailbox)))
}

/**
 * A person wrote to the delist mailbox about a refused address (class investigate is repaired that way).
 * Opens a review, or joins the one that is open for the address; `not-listed` when there is nothing to decide.
 * Throws `delisting.queue-full` with the time to write again.
 */
export async function openReviewByMail(
  ctx: Context,
  input: {
    readonly mailbox: MailAddress
    readonly language: Language
    /** Address they name; the case link's when there is one. */
    readonly address?: Address | undefined
    readonly caseToken?: string | undefined
    /** Their words, for the person who decides. */
    readonly note: string
  },
): Promise<'opened' | 'joined' | 'not-listed'> {
  const opened = input.caseToken === undefined ? undefined : readCase(ctx, input.caseToken)
  const ip = opened?.address ?? input.address
  if (!ip) return 'not-listed'
  const { name, key } = mailboxBudget(input.mailbox, 'mailbox')
  await transact(ctx, async (tx) => await spend(tx, name, key))
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const [listing] = await actingIn(tx, ip)
    if (!listing || listing.effect === 'pass') return 'not-listed'
    const control = opened?.proves === true ? 'case-link' : 'none'
    const place = await findPlace(tx, { unit: unitOf(ip), control })
    if (place.kind === 'none') throw queueFull(place.again)
    const joins = place.kind === 'with' ? place.request : undefined
    await insertReview(tx, { ...input, ip, control }, listing, joins)
    return joins ? 'joined' : 'opened'
  })
}

/**
 * The class by which mail about a refused address is treated: what the button cannot lift (a range, or what a person has
 * declined before) is for a person, whatever the listing's own class. Undefined when nothing refuses the address.
 */
export async function classByMail(ctx: Context, address: Address): Promise<ListingClass | undefined> {
  const listings = await coveringListings(ctx, address)
  const { mode } = ctx.settings.reputation
  const listing = listings.find((each) => effectOf(each, mode) !== 'observe')
  if (!listing || listing.effect === 'pass') return undefined
  if (listing.class !== 'self-service') return listing.class
  const declined = await store.wasDeclined(ctx.db.queries, unitOf(address), listing.sinceAt)
  return declined || isRange(listing) ? 'investigate' : listing.class
}

function readCase(
  ctx: Context,
  token: string,
): { readonly address: Address; readonly proves: boolean } | undefined {
  const opened = openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now())
  return opened instanceof Refusal ? undefined : { address: opened.facts.address, proves: opened.proves }
}

async function insertReview(
  tx: Tx,
  input: {
    readonly mailbox: MailAddress
    readonly language: Language
    readonly ip: Address
    readonly control: 'case-link' | 'none'
    readonly note: string
  },
  listing: Listing,
  joins: DelistRequest | undefined,
): Promise<void> {
  const [id, halves, now] = [newId(), newHalves(), tx.clock.now()]
  await store.insert(tx.queries, {
    id,
    ip: input.ip,
    unit: unitOf(input.ip),
    mailbox: input.mailbox,
    mailboxKey: mailboxKey(input.mailbox),
    language: input.language,
    note: plainText(input.note, 4000),
    road: 'write-in',
    control: input.control,
    state: joins ? 'joined' : 'review',
    linkHash: hashHalf(tx.keys.halves, 'link', id, halves.link),
    browserHash: hashHalf(tx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(tx.keys.halves, 'code', id, halves.code),
    proofToken: halves.proofToken,
    tries: 0,
    createdAt: now,
    expiresAt: now + tx.settings.delisting.linkMs,
    decidedAt: now,
    outcome: 'review',
    outcomeFacts: joins?.outcomeFacts ?? {
      again: new Date(now + tx.settings.delisting.reviewMs).toISOString(),
    },
    listingId: listing.id,
    feedSeq: null,
    wantsLetter: false,
    letThroughAt: null,
    letThroughEdge: null,
    queueId: null,
    acceptedAt: null,
    refusedAgainAt: null,
    decidedBy: null,
    version: 1,
  })
  await record(tx, {
    action: joins ? 'delist-request.joined' : 'delist-request.review',
    subject: `delist-request:${id}`,
    facts: {
      ip: formatAddress(input.ip),
      ...(joins ? { request: joins.id } : {}),
      listing: listing.id,
      prefix: formatPrefix(listing.prefix),
      road: 'delist mailbox',
    },
  })
}
