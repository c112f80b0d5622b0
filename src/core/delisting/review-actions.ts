import { openCaseLink } from '../../access/case-link.ts'
import { pathOf, reasonOf, type Language } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { permit } from '../actor.ts'
import { listAudit, record, type AuditRecord } from '../audit/actions.ts'
import { openCase } from '../cases/actions.ts'
import type { Incoming } from '../cases/hear-actions.ts'
import { participantOf, restrictedAmong } from '../cases/look-actions.ts'
import { mayOpenCase, opensCase } from '../cases/external.ts'
import { acknowledge, isKnownMail, openingKeyOf, spendWriting } from '../cases/mail-actions.ts'
import type { Content } from '../cases/message.ts'
import type { Participant } from '../cases/participant.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingIn, coveringListings } from '../listings/actions.ts'
import { effectOf, isRange, type Listing } from '../listings/listing.ts'
import { spend } from '../limits/actions.ts'
import { mailboxBudget } from './budgets.ts'
import { goOnInThread, handToCase } from './case-actions.ts'
import { newRequest } from './new-request.ts'
import { findPlace, queueFull } from './queue-actions.ts'
import { cursorAfter, type DelistRequest, type RequestState } from './request.ts'
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
  const found: DelistRequest[] = []
  let from = after === undefined ? undefined : readCursor(after)
  // Those of restricted cases are left out; a page is full all the same.
  for (;;) {
    const page = await store.list(ctx.db.queries, { ...rest, after: from })
    found.push(...(await unrestricted(ctx, page)))
    const last = page.at(-1)
    if (page.length < wanted.limit || found.length >= wanted.limit || !last) break
    from = readCursor(cursorAfter(last))
  }
  return found.slice(0, wanted.limit)
}

/** Without those whose case is spoken of with the owner alone: who may look into it finds them there, and the look is written down. */
async function unrestricted(
  ctx: Context,
  requests: readonly DelistRequest[],
): Promise<readonly DelistRequest[]> {
  const threads = requests.flatMap(({ participantId }) => participantId ?? [])
  const hidden = new Set(await restrictedAmong(ctx, threads))
  return requests.filter(({ participantId }) => participantId === null || !hidden.has(participantId))
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
  /** The case in which a person decides it; null for none. */
  readonly case: string | null
}> {
  permit(ctx.actor, 'console.read')
  const request = await store.byId(ctx.db.queries, id)
  if (!request) throw new Refusal('delisting.not-found')
  if ((await unrestricted(ctx, [request])).length === 0) throw new Refusal('case.restricted')
  const [listings, history, waiting, caseId] = await Promise.all([
    coveringListings(ctx, request.ip),
    listAudit(ctx, { subject: `delist-request:${id}`, limit: 100 }),
    waitingBeside(ctx, request),
    caseIdOf(ctx, request),
  ])
  return {
    request,
    listings,
    history,
    waiting,
    case: caseId,
  }
}

async function caseIdOf(ctx: Context, { participantId }: DelistRequest): Promise<string | null> {
  const participant = participantId === null ? undefined : await participantOf(ctx, participantId)
  return participant?.caseId ?? null
}

async function waitingBeside(ctx: Context, request: DelistRequest): Promise<readonly DelistRequest[]> {
  if (request.state !== 'review' && request.state !== 'joined') return []
  const open = await store.openReview(ctx.db.queries, request.unit)
  const joined = await store.listJoined(ctx.db.queries, request.unit)
  const beside = [...(open ? [open] : []), ...joined].filter(({ id }) => id !== request.id)
  return await unrestricted(ctx, beside)
}

/** A message to the delist mailbox is read: it costs its writer's mailbox. Throws `limit.exceeded`. */
export async function hearWriter(ctx: Context, mailbox: MailAddress): Promise<void> {
  await transact(ctx, async (tx) => await spend(tx, 'intake.sender.hour', mailboxKey(mailbox)))
}

/** A message to the delist mailbox about one address. */
export interface ReviewWish {
  readonly mailbox: MailAddress
  readonly language: Language
  /** Address they name; the case link's when there is one. */
  readonly address?: Address | undefined
  readonly caseToken?: string | undefined
  /** Their words, for the person who decides. */
  readonly note: string
  /** The message as it came, read. The same bytes about the same address again change nothing. */
  readonly mail?:
    | { readonly raw: Buffer; readonly content: Content; readonly client: Address | undefined }
    | undefined
}

/**
 * A person wrote to the delist mailbox about a refused address (class investigate is repaired that way).
 * Opens a review, or joins the one that is open for the address: in the thread that the mailbox has there, if it has one. `not-listed` when there is
 * nothing to decide, unless outsiders may write about anything (`support.external: full`). Throws `delisting.queue-full` with the time to write
 * again, `case.not-opened`.
 */
export async function openReviewByMail(
  ctx: Context,
  input: ReviewWish,
): Promise<'opened' | 'joined' | 'not-listed'> {
  return await reviewByMail(ctx, input, async (tx, reader) => void (await acknowledge(tx, reader)))
}

/** The same; `tell`: whoever reads of it, in the transaction that takes the message up. */
export async function reviewByMail(
  ctx: Context,
  input: ReviewWish,
  tell: (tx: Tx, reader: Participant) => Promise<void>,
): Promise<'opened' | 'joined' | 'not-listed'> {
  const opened = input.caseToken === undefined ? undefined : readCase(ctx, input.caseToken)
  const ip = opened?.address ?? input.address
  if (!ip) return 'not-listed'
  const { name, key } = mailboxBudget(input.mailbox, 'mailbox')
  const about = formatPrefix(unitOf(ip))
  const known = input.mail && openingKeyOf(ctx, input.mailbox, { raw: input.mail.raw, about })
  const isKnown = await transact(ctx, async (tx) => {
    if (known !== undefined && (await isKnownMail(tx, known))) return true
    await spend(tx, name, key)
    await spendWriting(tx, input.mailbox, input.mail?.client)
    return false
  })
  // Their server did not hear our answer the first time.
  if (isKnown) return 'opened'
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const [listing] = await actingIn(tx, ip)
    const { support } = tx.settings
    if (!listing || listing.effect === 'pass') {
      if (!opensCase(support, nothing, 'mail')) return 'not-listed'
      await tell(tx, await openQuestion(tx, { ...input, ip, known }))
      return 'opened'
    }
    const closed = mayOpenCase(support, { ...matterOf(listing), path: 'mail' }, 'mail')
    if (closed) throw closed
    const waits = await store.openReview(tx.queries, unitOf(ip))
    const says = saidByMail(input.note, input.mail, known)
    const thread = waits && (await goOnInThread(tx, waits, input.mailbox, says))
    if (thread) {
      if (thread.isNews) await tell(tx, thread.participant)
      return 'joined'
    }
    const control = opened?.proves === true ? 'case-link' : 'none'
    const place = await findPlace(tx, { unit: unitOf(ip), control })
    if (place.kind === 'none') throw queueFull(place.again)
    const joins = place.kind === 'with' ? place.request : undefined
    await tell(tx, await insertReview(tx, { ...input, ip, control, known }, listing, joins))
    return joins ? 'joined' : 'opened'
  })
}

/**
 * What mail about an address can come to. `case`: a person looks at it; `question`: nothing refuses it, and a person reads all the same; `no-case`:
 * outsiders open none about this; `elsewhere`: nobody needs to be asked.
 */
export type WayByMail = 'case' | 'question' | 'no-case' | 'elsewhere' | 'unlisted'

const nothing = { reason: null, path: 'none' } as const

/**
 * How mail about a refused address is treated: what the button cannot lift (a range, or what a person has declined before) is for a person,
 * whatever the listing's own class.
 */
export async function wayByMail(ctx: Context, address: Address): Promise<WayByMail> {
  const listings = await coveringListings(ctx, address)
  const { reputation, support } = ctx.settings
  const listing = listings.find((each) => effectOf(each, reputation.mode) !== 'observe')
  if (!listing || listing.effect === 'pass') {
    // Nobody sends from there: it is what stands in their own network's headers.
    if (specialPurpose(unitOf(address))) return 'unlisted'
    return opensCase(support, nothing, 'mail') ? 'question' : 'unlisted'
  }
  const matter = matterOf(listing)
  if (matter.path === 'portal' && (await isForPerson(ctx, listing, address)))
    return opensCase(support, { ...matter, path: 'mail' }, 'mail') ? 'case' : 'no-case'
  if (opensCase(support, matter, 'mail')) return 'case'
  return matter.path === 'mail' ? 'no-case' : 'elsewhere'
}

async function isForPerson(ctx: Context, listing: Listing, address: Address): Promise<boolean> {
  return isRange(listing) || (await store.wasDeclined(ctx.db.queries, unitOf(address), listing.sinceAt))
}

function matterOf(listing: Listing): Parameters<typeof opensCase>[1] {
  return { reason: reasonOf(listing), path: pathOf(listing.class) }
}

/** A case about an address that nothing refuses: there is no listing to decide about, only somebody to answer. */
async function openQuestion(
  tx: Tx,
  input: {
    readonly mailbox: MailAddress
    readonly language: Language
    readonly ip: Address
    readonly note: string
    readonly mail?: { readonly raw: Buffer; readonly content: Content } | undefined
    readonly known: string | undefined
  },
): Promise<Participant> {
  const { mailbox, language, mail } = input
  const says = saidByMail(input.note, mail, input.known)
  const opened = await openCase(tx, {
    kind: 'mail',
    about: formatPrefix(unitOf(input.ip)),
    severity: 'C',
    by: { role: 'sender', mailbox, language, says },
  })
  return opened.participant
}

function saidByMail(
  note: string,
  mail: { readonly raw: Buffer; readonly content: Content } | undefined,
  known: string | undefined,
): Incoming {
  return {
    channel: 'mail',
    content: mail?.content ?? { text: note },
    isVerified: true,
    isSilent: false,
    raw: mail?.raw,
    key: known,
  }
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
    readonly mail?: { readonly raw: Buffer; readonly content: Content } | undefined
    readonly known: string | undefined
  },
  listing: Listing,
  joins: DelistRequest | undefined,
): Promise<Participant> {
  const { request } = newRequest(tx, {
    ip: input.ip,
    unit: unitOf(input.ip),
    mailbox: input.mailbox,
    language: input.language,
    note: input.note,
    road: 'write-in',
    control: input.control,
    state: joins ? 'joined' : 'review',
  })
  const says = saidByMail(input.note, input.mail, input.known)
  const { case: opened, participant } = await handToCase(tx, request, joins, says)
  const again = new Date(opened.effectDueAt).toISOString()
  await store.insert(tx.queries, {
    ...request,
    decidedAt: tx.clock.now(),
    outcome: 'review',
    outcomeFacts: { again },
    listingId: listing.id,
    participantId: participant.id,
  })
  await record(tx, {
    action: joins ? 'delist-request.joined' : 'delist-request.review',
    subject: `delist-request:${request.id}`,
    facts: {
      ip: formatAddress(input.ip),
      ...(joins ? { request: joins.id } : {}),
      listing: listing.id,
      prefix: formatPrefix(listing.prefix),
      road: 'delist mailbox',
    },
  })
  return participant
}
