import { hour } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import { decide, type Verdict } from '../access/decide.ts'
import { mintCaseLink } from '../access/case-link.ts'
import { recordText } from '../access/feed-frame.ts'
import { reasons, type Reason, type ReasonName } from '../access/reasons.ts'
import { roomBeside } from '../access/reply.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import type { PolicyRequest } from '../standards/postfix-policy.ts'
import { formatPrefix, unitOf } from '../standards/prefix.ts'
import { Messages, type MessageView } from './messages.ts'
import type { Records } from './records.ts'
import { RefusalLines } from './refusal-lines.ts'
import { Spent } from './spent.ts'
import { whyOpen, type EdgeState } from './state.ts'

/** What an answer rests on besides the request. */
export interface Desk {
  readonly state: EdgeState
  readonly records: Records
  readonly messages: Messages
  readonly spent: Spent
  readonly lines: RefusalLines
}

/** A desk that has seen nothing yet. */
export function openDesk(state: EdgeState, records: Records): Desk {
  const lines = new RefusalLines(state.settings.profile)
  return { state, records, messages: new Messages(), spent: new Spent(), lines }
}

/** The only way to pass: later restrictions still have their say (access(5)); OK would skip them. */
export const dunno = 'DUNNO'

/** An address that is not listed and not watched. */
const nothingKnown: MessageView = { listing: undefined, spent: 0, table: 0, isCounted: true }

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
  if (view.listing === undefined) return dunno
  // Until a message is counted, others of the unit may use up the budget: its sessions at once are not worth more than one.
  const spent = view.isCounted ? view.spent : Math.max(view.spent, desk.spent.of(address, now))
  const verdict = decide(
    { listing: view.listing, spent },
    { address, recipient: request.recipient },
    state.settings.decide,
    now,
  )
  if (verdict.action === 'pass') {
    if (verdict.spared === 'exempt-mailbox') countMessage(desk, view, address, now)
    if (verdict.spared !== null) state.counters.spared++
    return dunno
  }
  const line = speak(
    desk,
    { ...verdict, reason: verdict.reason ?? 'manual' },
    { ...view, spent },
    request,
    address,
    now,
  )
  if (state.settings.mode === 'observe') {
    state.counters.observed++
    return dunno
  }
  if (verdict.action === 'reject') state.counters.refused++
  else state.counters.deferred++
  return line
}

/** The same for every recipient of a message. */
function viewOf(desk: Desk, request: PolicyRequest, address: Address, now: number): MessageView {
  if (request.instance === '') return look(desk, address, now)
  return desk.messages.viewOf(request.instance, request.clientAddress, () => look(desk, address, now))
}

function look({ state, spent }: Desk, address: Address, now: number): MessageView {
  const listing = state.table.find(address, now)
  if (listing === undefined) return nothingKnown
  return { listing, spent: spent.of(address, now), table: state.seq, isCounted: false }
}

function countMessage({ spent }: Desk, view: MessageView, address: Address, now: number): void {
  if (view.isCounted) return
  view.isCounted = true
  spent.add(address, now)
}

/** The line, and the record behind its link. */
function speak(
  desk: Desk,
  verdict: Verdict & { readonly reason: ReasonName },
  view: MessageView,
  request: PolicyRequest,
  address: Address,
  now: number,
): string {
  const { state, records, lines } = desk
  const minute = Math.floor(now / 60_000)
  const ip = formatAddress(address)
  const listing = verdict.listing?.id ?? null
  const token = `${ip} ${listing ?? ''} ${verdict.reason}`
  const spoken = records.again(token, minute, request.recipient)
  if (spoken !== undefined) return spoken
  const { name, site, profile, mode, decide: rules } = state.settings
  const { caseLink } = state
  const url =
    caseLink === undefined
      ? `${site}/ip/${ip}`
      : `${site}/c/${mintCaseLink(caseLink.key, { keyId: caseLink.keyId, edge: name, minute, reason: verdict.reason, listing, address })}`
  const room = roomBeside({ name: request.clientName, address: request.clientAddress })
  const line = lines.lineOf(verdict, address, ip, url, room)
  const reason: Reason = reasons[verdict.reason]
  const isBudget = verdict.reason === 'mailbox-budget'
  records.add(token, line, request.recipient, {
    at: now,
    ip,
    helo: orNull(request.heloName),
    ptr: request.clientName === 'unknown' ? null : orNull(request.clientName),
    mailFrom: domainOf(request.sender),
    code: reason.code,
    status: reason.status[profile],
    reason: verdict.reason,
    listing,
    budget: isBudget ? { limit: rules.exemptPerHour, spent: view.spent, until: now + hour } : null,
    table: view.table,
    mode,
    minute,
  })
  return line
}

/** At END-OF-MESSAGE every recipient has been let through; milters come after us. */
function noteLetThrough({ state, records }: Desk, request: PolicyRequest, now: number): void {
  const address = parseAddress(request.clientAddress)
  if (address instanceof Refusal || !isQueueId.test(request.queueId)) return
  const unit = unitOf(address)
  if (!state.table.watched(unit, now)) return
  // A listed sender's letter to postmaster@ is no sign that its mail flows again.
  const listing = state.table.find(address, now)
  if (decide({ listing, spent: 0 }, { address }, state.settings.decide, now).action !== 'pass') return
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
