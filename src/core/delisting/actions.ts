import type { CaseFacts } from '../../access/case-link.ts'
import { openCaseLink } from '../../access/case-link.ts'
import type { Language } from '../../access/reasons.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { isWithin } from '../../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { domainOf, maskMailbox, parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { covers, showPrefix, unitOf } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { record } from '../audit/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { askerOf } from '../actor.ts'
import { checkChallenge, spendChallenge } from '../challenges/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { acksOf, type EdgeAck } from '../edges/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { spend, trySpend } from '../limits/actions.ts'
import { mailboxBudget } from './budgets.ts'
import { decideRequest, saveRequest } from './decide-actions.ts'
import { fitsCode, fitsSecret, hashHalf, isGuess, passOf, readLink, type SecondHalf } from '../halves.ts'
import { newRequest } from './new-request.ts'
import {
  isAnswered,
  maxTries,
  mayConfirm,
  mayGuess,
  shownState,
  type Answered,
  type Control,
  type DelistRequest,
  type OutcomeFacts,
  type OutcomeKind,
  type ShownState,
} from './request.ts'
import * as store from './store.ts'

export interface StartInput {
  readonly ip: string
  readonly mailbox: string
  readonly language: Language
  /** The responsibility statement was ticked. */
  readonly statement: boolean
  /** What they found and fixed. */
  readonly note?: string | undefined
  /** Answer to a challenge; without one the sender writes to us instead. */
  readonly pow?: string | undefined
  /** Token of the case link, which shows an SMTP session from the address. */
  readonly caseToken?: string | undefined
  readonly wantsLetter?: boolean | undefined
}

export interface Started {
  readonly id: string
  /** Browser's half. */
  readonly secret: string
  /** The typed half. */
  readonly code: string
  readonly road: 'mail' | 'write-in'
  /** Where to write on the road `write-in`. */
  readonly writeTo: string
  readonly expiresAt: number
}

/** Begins a request. The answer has the same shape whether or not the address is listed and whatever the mailbox. */
export async function startRequest(ctx: Context, input: StartInput): Promise<Started> {
  if (!input.statement) throw new Refusal('delisting.statement-missing')
  const ip = orThrow(parseAddress(input.ip.trim()))
  const special = specialPurpose(unitOf(ip))
  if (special) throw new Refusal('address.special-purpose', { prefix: formatAddress(ip), block: special })
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  const spent = input.pow === undefined ? undefined : await checkChallenge(ctx, input.pow)
  const control: Control = isProvenByCase(ctx, input.caseToken, ip) ? 'case-link' : 'none'
  await transact(
    ctx,
    async (tx) => await spendAsking(tx, { ip, mailbox, control, isWritten: spent !== undefined }),
  )
  const [hasMailHost, isOwn] =
    spent === undefined
      ? [true, false]
      : await Promise.all([
          ctx.out.acceptsMail(domainOf(mailbox)).then((answer) => answer !== false),
          isOwnDomain(ctx, ip, mailbox),
        ])
  return await transact(ctx, async (tx) => {
    if (spent) await spendChallenge(tx, spent)
    // A domain without a mail host may be a slip, or our resolver's fault: few such letters are written, and the answer is the same.
    const mayWrite =
      hasMailHost || (await trySpend(tx, [{ name: 'letters.no-mail-host.hour', key: 'all' }])) === undefined
    // Nothing is shown yet: it counts once the link in the letter, which goes to this mailbox, is opened.
    const willShow = control === 'none' && isOwn ? 'domain' : control
    return await insertRequest(tx, { ip, mailbox, control: willShow, input, mayWrite })
  })
}

/** Whether the mailbox is at the domain of a name that the address confirms: who reads it answers for the address. */
export async function isOwnDomain(ctx: Context, ip: Address, mailbox: MailAddress): Promise<boolean> {
  const names = await ctx.out.confirmedNames(ip)
  return names !== 'temperror' && names.some((name) => isWithin(name, domainOf(mailbox)))
}

/**
 * What asking costs, before anything is looked at: proven and unproven askers have purses of their own. A mailbox pays where we
 * write to it; on the road `write-in` it is whichever mailbox writes that pays, and only then.
 */
async function spendAsking(
  tx: Tx,
  {
    ip,
    mailbox,
    control,
    isWritten,
  }: {
    readonly ip: Address
    readonly mailbox: MailAddress
    readonly control: Control
    readonly isWritten: boolean
  },
): Promise<void> {
  await spend(
    tx,
    control === 'none' ? 'delisting.unproven.client.day' : 'delisting.proven.client.day',
    askerOf(tx.actor),
  )
  const { name, key } = mailboxBudget(mailbox, control === 'none' ? 'nothing' : ip)
  if (isWritten) await spend(tx, name, key)
}

async function insertRequest(
  tx: Tx,
  {
    ip,
    mailbox,
    control,
    input,
    mayWrite,
  }: { ip: Address; mailbox: MailAddress; control: Control; input: StartInput; mayWrite: boolean },
): Promise<Started> {
  const road = input.pow === undefined ? 'write-in' : 'mail'
  const { request, halves } = newRequest(tx, {
    ip,
    unit: unitOf(ip),
    mailbox,
    language: input.language,
    note: input.note ?? '',
    road,
    control,
    state: 'open',
    wantsLetter: input.wantsLetter,
  })
  const { id } = request
  await store.insert(tx.queries, request)
  await record(tx, {
    action: 'delist-request.started',
    subject: `delist-request:${id}`,
    facts: { ip: formatAddress(ip), road, control },
  })
  if (road === 'mail' && mayWrite) await writeConfirmation(tx, request, halves.link)
  const writeTo = `delist+${signTag(tx.keys.tags, 'delist', id)}@${tx.settings.mail.replyDomain}`
  return { id, secret: halves.secret, code: halves.code, road, writeTo, expiresAt: request.expiresAt }
}

/** Whether a letter is really written depends on the mailbox's budget; the page says the same either way. */
async function writeConfirmation(tx: Tx, request: DelistRequest, link: string): Promise<void> {
  await queueLetter(tx, {
    key: `confirm:${request.id}`,
    about: `delist-request:${request.id}`,
    kind: 'confirm-delisting',
    mailbox: request.mailbox,
    language: request.language,
    slots: {
      ip: showPrefix(request.unit),
      link: `${tx.settings.provider.site}/confirm/${request.id}.${link}`,
      expiresAt: request.expiresAt,
    },
    expiresAt: request.expiresAt,
  })
}

function isProvenByCase(ctx: Context, token: string | undefined, ip: Address): boolean {
  if (!token) return false
  const opened = openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now())
  return !(opened instanceof Refusal) && opened.proves && isSameUnit(opened.facts, ip)
}

function isSameUnit(facts: CaseFacts, ip: Address): boolean {
  return covers(unitOf(facts.address), ip)
}

/** What a confirmation page may show before anything is done. Reading acts on nothing. */
export async function seeLink(
  ctx: Context,
  token: string,
): Promise<{
  readonly id: string
  readonly ip: string
  readonly state: ShownState
  readonly expiresAt: number
}> {
  const request = await findByLink(ctx, token)
  const refusal = mayConfirm(request, ctx.clock.now())
  if (refusal) throw refusal
  return {
    id: request.id,
    ip: formatAddress(request.ip),
    state: shownState(request),
    expiresAt: request.expiresAt,
  }
}

/** The button: the letter's half and the second half together decide the request. Pressed again, it gives the same answer. */
export async function confirmByLink(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
): Promise<Answered> {
  const { id } = await findByLink(ctx, input.link)
  await checkSecondHalf(ctx, id, input)
  return await decideRequest(ctx, id, { mailboxProven: true })
}

/** The button where the mailbox, or control of the address, was proven on another road. */
export async function confirmProven(
  ctx: Context,
  input: SecondHalf & { readonly id: string },
): Promise<Answered> {
  await checkSecondHalf(ctx, input.id, input)
  return await decideRequest(ctx, input.id, { mailboxProven: false })
}

async function findByLink(ctx: Context, token: string): Promise<DelistRequest> {
  const read = readLink(token)
  const request = read && (await store.byId(ctx.db.queries, read.id))
  const isOurs = read && request && hashHalf(ctx.keys.halves, 'link', read.id, read.link) === request.linkHash
  if (!isOurs) throw new Refusal('delisting.not-found')
  return request
}

/**
 * Throws unless the second half fits; a guess is counted, and the fifth wrong one burns the request (security DEL-6). After the
 * decision guesses spend what is left: the answer stands, and no code opens it any more.
 */
export async function checkSecondHalf(ctx: Context, id: string, half: SecondHalf): Promise<DelistRequest> {
  const request = await store.byId(ctx.db.queries, id)
  if (!request) throw new Refusal('delisting.not-found')
  const refusal = mayConfirm(request, ctx.clock.now())
  if (refusal) throw refusal
  if (fitsSecret(ctx.keys.halves, request, half.secret)) return request
  if (!isGuess(half)) throw secondHalfWrong(request.tries)
  const answer = await transact(ctx, async (tx) => await tryHalf(tx, id, half))
  if (answer instanceof Refusal) throw answer
  return answer
}

/** One guess after another: of a thousand at once, no more are looked at than the request has tries. */
async function tryHalf(tx: Tx, id: string, half: SecondHalf): Promise<DelistRequest | Refusal> {
  const request = await store.lockById(tx.queries, id)
  if (!request) return new Refusal('delisting.not-found')
  const refusal = mayGuess(request) ?? mayConfirm(request, tx.clock.now())
  if (refusal) return refusal
  if (fitsCode(tx.keys.halves, request, half.code)) return request
  const tries = request.tries + 1
  const isLast = tries >= maxTries
  await saveRequest(tx, {
    ...request,
    tries,
    state: isLast && !isAnswered(request) ? 'burned' : request.state,
  })
  if (isLast) {
    const action = isAnswered(request) ? 'delist-request.locked' : 'delist-request.burned'
    await record(tx, { action, subject: `delist-request:${id}`, facts: { tries } })
  }
  return secondHalfWrong(tries)
}

function secondHalfWrong(tries: number): Refusal {
  return new Refusal('delisting.second-half-wrong', { left: Math.max(0, maxTries - tries) })
}

/** Opens a request on another device by its code; gives the secret that this browser keeps instead of the code. */
export async function openByCode(
  ctx: Context,
  input: { readonly id: string; readonly code: string },
): Promise<{ readonly secret: string }> {
  await checkSecondHalf(ctx, input.id, { code: input.code })
  return { secret: passOf(ctx.keys.halves, input.id) }
}

/** What the result page shows. */
export interface RequestView {
  readonly id: string
  readonly ip: string
  readonly mailbox: string
  readonly state: ShownState
  readonly road: DelistRequest['road']
  readonly control: Control
  readonly createdAt: number
  readonly expiresAt: number
  readonly decidedAt: number | null
  readonly outcome: OutcomeKind | null
  readonly facts: OutcomeFacts
  readonly listing: string | null
  readonly proof: { readonly token: string; readonly httpUrl: string }
  readonly writeTo: string
  readonly edges: readonly EdgeAck[]
  readonly firstLetThrough: { readonly at: number; readonly edge: string; readonly queueId: string } | null
  readonly firstAcceptedAt: number | null
  readonly refusedAgainAt: number | null
  /** Token of the page of its case; null where no person decides. */
  readonly casePage: string | null
}

/** An edge that has been away for longer is not waited for on the page. */
const edgeStaleMs = 60 * 60_000

/** The state of a request, for whoever holds its secret. A code opens it once (`openByCode`) and is not asked here, where no try counts. */
export async function showRequest(
  ctx: Context,
  input: { readonly id: string; readonly secret?: string | undefined },
): Promise<RequestView> {
  const request = await store.byId(ctx.db.queries, input.id)
  if (!request || !fitsSecret(ctx.keys.halves, request, input.secret))
    throw new Refusal('delisting.not-found')
  const ip = formatAddress(request.ip)
  const edges = request.feedSeq === null ? [] : await acksOf(ctx, request.feedSeq, edgeStaleMs)
  return {
    id: request.id,
    ip,
    mailbox: maskMailbox(request.mailbox),
    state: shownState(request),
    road: request.road,
    control: request.control,
    createdAt: request.createdAt,
    expiresAt: request.expiresAt,
    decidedAt: request.decidedAt,
    outcome: request.outcome,
    facts: request.outcomeFacts,
    listing: request.listingId,
    proof: { token: request.proofToken, httpUrl: proofUrl(request) },
    writeTo: `delist+${signTag(ctx.keys.tags, 'delist', request.id)}@${ctx.settings.mail.replyDomain}`,
    edges,
    firstLetThrough:
      request.letThroughAt === null
        ? null
        : { at: request.letThroughAt, edge: request.letThroughEdge ?? '', queueId: request.queueId ?? '' },
    firstAcceptedAt: request.acceptedAt,
    refusedAgainAt: request.refusedAgainAt,
    casePage: request.participantId === null ? null : pageToken(ctx, request.participantId),
  }
}

/** Where a file proves control of the request's address. */
export function proofUrl(request: DelistRequest): string {
  const host = request.ip.family === 4 ? formatAddress(request.ip) : `[${formatAddress(request.ip)}]`
  return `http://${host}/.well-known/postern-${request.proofToken}`
}
