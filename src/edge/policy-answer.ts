import { hour } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import { decide, type RateView, type Saying, type Verdict } from '../access/decide.ts'
import { mintCaseLink } from '../access/case-link.ts'
import { claimedBy } from '../access/claim.ts'
import { isExempt } from '../access/exempt.ts'
import { recordText, type DecisionRecord } from '../access/feed-frame.ts'
import { reasons, type Reason } from '../access/reasons.ts'
import { roomBeside } from '../access/reply.ts'
import type { Standing } from '../access/standing.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import type { PolicyRequest } from '../standards/postfix-policy.ts'
import { formatPrefix, unitOf } from '../standards/prefix.ts'
import { Budgets, nothingSeen } from './budgets.ts'
import { Messages, type MessageView } from './messages.ts'
import type { Records } from './records.ts'
import { RefusalLines } from './refusal-lines.ts'
import { Spent } from './spent.ts'
import { whyOpen, type EdgeState } from './state.ts'
import { isVouched } from './vouched.ts'

/** What an answer rests on besides the request. */
export interface Desk {
  readonly state: EdgeState
  readonly records: Records
  readonly messages: Messages
  readonly spent: Spent
  readonly budgets: Budgets
  readonly lines: RefusalLines
}

/** A desk that has seen nothing yet. */
export function openDesk(state: EdgeState, records: Records): Desk {
  const lines = new RefusalLines(state.settings.profile)
  return { state, records, messages: new Messages(), spent: new Spent(), budgets: new Budgets(), lines }
}

/** The only way to pass: later restrictions still have their say (access(5)); OK would skip them. */
export const dunno = 'DUNNO'

/** An address that is not listed, while standings are not held to. */
const nothingKnown: MessageView = {
  listing: undefined,
  spent: 0,
  table: 0,
  rate: undefined,
  isNoted: true,
  isCounted: true,
}

/**
 * The action for one request, `DUNNO` or the refusal line, from memory alone.
 * Only at RCPT is anybody refused: there the recipient is known, and what Postfix says to the client names it rightly.
 * Our own users on their way out are not ours to refuse.
 */
export function answerPolicy(desk: Desk, request: PolicyRequest): string {
  const { state } = desk
  const now = state.clock.now()
  if (request.saslUsername !== '' || request.policyContext === 'submission') return dunno
  if (whyOpen(state, now) !== undefined) {
    state.counters.open++
    return dunno
  }
  switch (request.protocolState) {
    case 'RCPT':
      return atRecipient(desk, request, now)
    case 'END-OF-MESSAGE':
      noteLetThrough(desk, request, now)
      return dunno
    default:
      return dunno
  }
}

function atRecipient(desk: Desk, request: PolicyRequest, now: number): string {
  const { state } = desk
  const address = parseAddress(request.clientAddress)
  if (address instanceof Refusal) return dunno
  const view = viewOf(desk, request, address, now)
  if (view === nothingKnown) return dunno
  if (!view.isNoted) view.rate = rateOf(desk, request, address, now)
  // Until a message is counted, others of the unit may use up the budget: its sessions at once are not worth more than one.
  const spent = view.isCounted ? view.spent : Math.max(view.spent, desk.spent.of(address, now))
  const known = {
    listing: view.listing,
    spent,
    rate: view.rate,
    isClaimGood: isClaimGood(state, view, request, now),
  }
  const asked = {
    address,
    recipient: request.recipient,
    helo: request.heloName,
    name: confirmedName(request),
  }
  const verdict = decide(known, asked, state.settings.decide, now)
  if (verdict.action !== 'pass' && isVouchedFor(state, request, address, now)) {
    const { spared } = decide({ ...known, isVouched: true }, asked, state.settings.decide, now)
    // A vouch says nothing of the sender: the message counts neither as one that passed nor as one that did not.
    if (spared === 'vouched') {
      state.counters.vouched++
      speak(desk, sayingOf(verdict), 'vouched', { ...view, spent }, request, address, now)
      return dunno
    }
  }
  noteRate(desk, view, verdict, request, address, now)
  noteRecipient(desk, view, verdict, request, address, now)
  if (verdict.action === 'pass') {
    if (verdict.spared === 'exempt-mailbox') countMessage(desk, view, address, now)
    if (verdict.spared !== null) state.counters.spared++
    if (verdict.observed === undefined) return dunno
    speak(desk, verdict.observed, 'observe', { ...view, spent }, request, address, now)
    state.counters.observed++
    return dunno
  }
  const { mode } = state.settings
  const line = speak(desk, sayingOf(verdict), mode, { ...view, spent }, request, address, now)
  if (mode === 'observe') {
    state.counters.observed++
    return dunno
  }
  if (verdict.action === 'reject') state.counters.refused++
  else state.counters.deferred++
  return line
}

/** What a verdict that does not pass says. */
function sayingOf({ action, reason, listing }: Verdict): Saying {
  return { action: action === 'defer' ? 'defer' : 'reject', reason: reason ?? 'manual', listing }
}

function isVouchedFor(
  state: EdgeState,
  { recipient, sender }: PolicyRequest,
  address: Address,
  now: number,
): boolean {
  return isVouched(state, { address, mailbox: recipient, domain: domainOf(sender) }, now)
}

/** Only where somebody asks about every message, and only of those that something is listed of. */
function isClaimGood(
  { settings, standings }: EdgeState,
  { listing }: MessageView,
  { sender }: PolicyRequest,
  now: number,
): boolean {
  if (listing === undefined || settings.isDoorInstalled !== true) return false
  const claimed = claimedBy(sender)
  return claimed !== undefined && standings.isGoodDomain(claimed, now)
}

/** The same for every recipient of a message. */
function viewOf(desk: Desk, request: PolicyRequest, address: Address, now: number): MessageView {
  if (request.instance === '') return look(desk, address, now)
  return desk.messages.viewOf(request.instance, request.clientAddress, () => look(desk, address, now))
}

function look({ state, spent }: Desk, address: Address, now: number): MessageView {
  const listing = state.table.find(address, now)
  const isHeld = listing === undefined && state.standings.isHeld(now)
  if (listing === undefined && !isHeld) return nothingKnown
  return {
    listing,
    spent: spent.of(address, now),
    table: state.seq,
    rate: undefined,
    isNoted: !isHeld,
    isCounted: false,
  }
}

function rateOf({ state, budgets }: Desk, request: PolicyRequest, address: Address, now: number): RateView {
  const { mode, rules, isDoubted } = state.standings
  const standing = state.standings.of(address, confirmedName(request))
  const seen = standing.kind === 'free' ? nothingSeen : budgets.of(address, domainOf(request.sender), now)
  return { mode, rules, isDoubted, standing, ...seen }
}

/** One of a message's recipients tells what becomes of it; those of exempt mailboxes tell nothing. */
function noteRate(
  { state, budgets }: Desk,
  view: MessageView,
  verdict: Verdict,
  request: PolicyRequest,
  address: Address,
  now: number,
): void {
  if (view.isNoted || view.rate === undefined) return
  const { exempt } = state.settings.decide
  if (isExempt(exempt, request.recipient)) return
  view.isNoted = true
  // Nobody counts what a free sender does.
  if (view.rate.standing.kind === 'free') return
  // While the engine only observes, it counts as if it had acted: what it would have put off has not passed.
  const isPutOff = verdict.action !== 'pass' || verdict.observed !== undefined
  if (!isPutOff) budgets.notePassed(address, now, toldFrom(view.rate.standing))
  else budgets.notePutOff(address, domainOf(request.sender), now, view.rate.rules.greyKeptMs)
}

/** From how many messages of an hour on core is told of a sender. Most send one or two: a sixteenth of a budget is let be. */
function toldFrom(standing: Standing): number {
  return standing.kind === 'hourly' ? standing.perHour / 16 : Infinity
}

/** Every recipient of a message that passes counts, but for our service mailboxes. */
function noteRecipient(
  { state, budgets }: Desk,
  { rate }: MessageView,
  verdict: Verdict,
  { recipient }: PolicyRequest,
  address: Address,
  now: number,
): void {
  if (rate?.standing.kind !== 'hourly' || verdict.action !== 'pass' || verdict.observed !== undefined) return
  if (!isExempt(state.settings.decide.exempt, recipient)) budgets.noteRecipient(address, now)
}

/** Postfix says `unknown` of a client whose name does not lead back to its address, and nothing where it has not looked. */
function confirmedName({ clientName }: PolicyRequest): string | null | undefined {
  if (clientName === '') return undefined
  return clientName === 'unknown' ? null : clientName
}

function countMessage({ spent }: Desk, view: MessageView, address: Address, now: number): void {
  if (view.isCounted) return
  view.isCounted = true
  spent.add(address, now)
}

/** The line, and the record behind its link. */
function speak(
  desk: Desk,
  saying: Saying,
  done: DecisionRecord['mode'] | 'vouched',
  view: MessageView,
  request: PolicyRequest,
  address: Address,
  now: number,
): string {
  const { state, records, lines } = desk
  const minute = Math.floor(now / 60_000)
  const ip = formatAddress(address)
  const listing = saying.listing?.id ?? null
  const token = `${ip} ${listing ?? ''} ${saying.reason} ${done}`
  const mailFrom = domainOf(request.sender)
  const spoken = records.again(token, { at: now, minute, mailFrom }, request.recipient)
  if (spoken !== undefined) return spoken
  const { name, site, profile } = state.settings
  const { caseLink } = state
  const url =
    caseLink === undefined
      ? `${site}/ip/${ip}`
      : `${site}/c/${mintCaseLink(caseLink.key, { keyId: caseLink.keyId, edge: name, minute, reason: saying.reason, listing, address })}`
  const room = roomBeside({ name: request.clientName, address: request.clientAddress })
  const line = lines.lineOf(saying, address, ip, url, room)
  const reason: Reason = reasons[saying.reason]
  records.add(token, line, request.recipient, {
    at: now,
    ip,
    helo: orNull(request.heloName),
    ptr: request.clientName === 'unknown' ? null : orNull(request.clientName),
    mailFrom,
    code: reason.code,
    status: reason.status[profile],
    reason: saying.reason,
    listing,
    budget: budgetOf(saying, view, state, now),
    table: view.table,
    // To a core that does not know of vouches it is mail that passed.
    mode: done === 'enforce' ? 'enforce' : 'observe',
    ...(done === 'vouched' ? { isVouched: true } : {}),
    minute,
  })
  return line
}

/** What ran out, where it was a number of messages. */
function budgetOf(
  { reason, listing }: Saying,
  { spent, rate }: MessageView,
  { settings }: EdgeState,
  now: number,
): DecisionRecord['budget'] {
  const until = now + hour
  if (reason === 'mailbox-budget') return { limit: settings.decide.exemptPerHour, spent, until }
  if (listing !== null || rate?.standing.kind !== 'hourly' || reason !== rate.standing.reason) return null
  return { limit: Math.floor(rate.standing.perHour), spent: Math.floor(rate.passed), until }
}

/** At END-OF-MESSAGE every recipient has been let through; milters come after us. */
function noteLetThrough({ state, records }: Desk, request: PolicyRequest, now: number): void {
  const address = parseAddress(request.clientAddress)
  if (address instanceof Refusal || !isQueueId.test(request.queueId)) return
  const unit = unitOf(address)
  if (!state.table.watched(unit, now)) return
  // A listed sender's letter to postmaster@ is no sign that its mail flows again.
  const listing = state.table.find(address, now)
  const client = { address, name: confirmedName(request) }
  if (decide({ listing, spent: 0 }, client, state.settings.decide, now).action !== 'pass') return
  state.counters.letThroughs++
  records.letThrough(formatPrefix(unit), {
    at: now,
    ip: formatAddress(address),
    queueId: request.queueId,
    helo: orNull(request.heloName),
    mailFrom: domainOf(request.sender),
  })
}

/** Records hold domains, never local parts (contracts 2); empty for the null sender. */
function domainOf(sender: string): string {
  return clean(sender.slice(sender.lastIndexOf('@') + 1))
}

function orNull(text: string): string | null {
  return text === '' ? null : clean(text)
}

/** What a stranger said, fit to be kept. */
function clean(text: string): string {
  return isPlain.test(text) ? text : recordText(text)
}

const isPlain = /^[ -~]{0,255}$/

/** Postfix's short and long queue ids are letters and digits. */
const isQueueId = /^[0-9A-Za-z]{1,64}$/
