import { z } from 'zod'
import { Refusal } from '../base/refusal.ts'
import { isOpenToClaims, isProven } from '../access/claim.ts'
import { decide, isProtected } from '../access/decide.ts'
import { mintCaseLink } from '../access/case-link.ts'
import { isExempt } from '../access/exempt.ts'
import { recordText } from '../access/feed-frame.ts'
import { judgeHighVolume, type AuthenticationTest, type HighVolumeSettings } from '../access/high-volume.ts'
import { dmarcResults, spfResults, verdicts } from '../access/mail-event.ts'
import type { ListingEntry } from '../access/listing-entry.ts'
import { mayBeVouched, reasons, type Reason, type ReasonName } from '../access/reasons.ts'
import { formatReply } from '../access/reply.ts'
import { parseDomain } from '../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { organisationOf } from '../standards/organisation.ts'
import type { RefusalFacts, Records } from './records.ts'
import { whyOpen, type EdgeState } from './state.ts'
import { isVouched, isVouchedBySignature, signersOf } from './vouched.ts'
import type { Volumes } from './volumes.ts'

/**
 * The message door: `POST /v1/decide`, asked by the content filter at the end of DATA, when it is known who wrote the message.
 * What RCPT could decide has been said there; here are the rules that need a verified domain.
 */
export interface MessageDesk {
  readonly state: EdgeState
  readonly records: Records
  readonly volumes: Volumes
  readonly highVolume: HighVolumeSettings
}

export interface MessageAnswer {
  readonly action: 'pass' | 'reject' | 'defer'
  /** SMTP reply code. */
  readonly code?: number
  /** Enhanced status code. */
  readonly status?: string
  /** What follows the code in the SMTP line, the enhanced code first: printable ASCII, at most 450 octets. */
  readonly text?: string
  /** One header to add to a message that passes: `X-Postern-Junk: …`. */
  readonly header?: string
}

const name = z.string().max(500)

/** What is asked. Fields of the event format (contracts 2); others are ignored. */
const question = z.object({
  ip: z.string().max(45),
  helo: name.optional(),
  ptr: name.nullish(),
  mailFrom: name.optional(),
  from: name.optional(),
  spf: z.enum(spfResults).optional(),
  dkim: z.array(name).max(50).optional(),
  dmarc: z.enum(dmarcResults).optional(),
  verdict: z.enum(verdicts).optional(),
  recipients: z.array(z.string().max(320)).optional(),
  queueId: z.string().max(64).optional(),
})

export interface MessageQuestion extends Omit<z.output<typeof question>, 'ip'> {
  readonly address: Address
}

/** The question in a parsed body; a refusal, or a sentence that says why there is none. */
export function readMessageQuestion(value: unknown): MessageQuestion | Refusal | string {
  const parsed = question.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`.slice(0, 200)
  }
  const { ip, ...rest } = parsed.data
  const address = parseAddress(ip)
  return address instanceof Refusal ? address : { ...rest, address }
}

const pass: MessageAnswer = { action: 'pass' }

/** The answer, from memory alone. Every message counts for its domain, whatever becomes of it. */
export function answerMessage(desk: MessageDesk, asked: MessageQuestion): MessageAnswer {
  const { state, volumes, highVolume } = desk
  const now = state.clock.now()
  state.counters.messages++
  const domain = domainOf(asked.from)
  if (domain !== undefined) volumes.add(domain, now)
  if (whyOpen(state, now) !== undefined) {
    state.counters.open++
    return pass
  }
  const refused = answerClaim(desk, asked, now)
  if (refused !== undefined) return refused
  if (domain === undefined) return pass
  const { action, failed } = judgeHighVolume(volumes.isHigh(domain, now), asked, highVolume, now)
  if (action === 'pass') return pass
  if (isSpared(state, asked)) {
    state.counters.spared++
    return pass
  }
  // That it is of whom it says to be is what failed: only a signature may say so.
  if (mayBeVouched('authentication', null) && isVouchedByAll(state, asked, 'signature', now)) {
    state.counters.vouched++
    speak(desk, asked, { domain, failed, done: 'vouched' }, now)
    return pass
  }
  const isObserved = state.settings.mode === 'observe' || action === 'observe'
  if (isObserved) {
    state.counters.observed++
    speak(desk, asked, { domain, failed, done: 'observe' }, now)
    return pass
  }
  if (action === 'junk') {
    state.counters.junked++
    speak(desk, asked, { domain, failed, done: 'junk' }, now)
    const { site, profile } = state.settings
    const { status, slug }: Reason = reasons.authentication
    const page = `${site}/codes/${slug}`
    return {
      ...pass,
      header: `X-Postern-Junk: ${status[profile]} domain=${domain} failed=${failed.join(',')} ${page}`,
    }
  }
  state.counters.refused++
  return speak(desk, asked, { domain, failed, done: 'refuse' }, now)
}

/**
 * A message from a listed range that passed at RCPT for the good domain that it claims, and is not of that domain: it hears what its range
 * would have heard. Where that could not be found out it is to come again. Undefined where there is nothing to say.
 */
function answerClaim(desk: MessageDesk, asked: MessageQuestion, now: number): MessageAnswer | undefined {
  const { state } = desk
  const { settings, counters } = state
  if (settings.isDoorInstalled !== true || settings.mode === 'observe') return undefined
  const listing = state.table.find(asked.address, now)
  if (listing === undefined || !isOpenToClaims(listing)) return undefined
  // Without the recipients nobody knows that it goes to more than postmaster@.
  if ((asked.recipients ?? []).length === 0 || isSpared(state, asked)) return undefined
  const client = { address: asked.address, name: asked.ptr }
  const { action, reason } = decide({ listing, spent: 0 }, client, settings.decide, now)
  const proven = isProven(asked)
  if (action === 'pass' || reason === null || proven === true) return undefined
  const isFinal = action === 'reject' && proven === false
  const said = { listing, reason: isFinal ? reason : 'suspicious' } as const
  const vouched = { listing, spent: 0, isVouched: isVouchedByAll(state, asked, 'any', now) }
  if (decide(vouched, client, settings.decide, now).spared === 'vouched') {
    counters.vouched++
    sayOfRange(desk, asked, { ...said, isVouched: true }, now)
    return undefined
  }
  if (isFinal) counters.refused++
  else counters.deferred++
  return sayOfRange(desk, asked, said, now)
}

/** Sub-domains count with their organisation. Names that nobody owns are counted for nobody. */
function domainOf(from: string | undefined): string | undefined {
  const name = from === undefined ? undefined : parseDomain(from, 2)
  return name === undefined ? undefined : organisationOf(name)
}

/** Senders that are never refused, and mail that goes to nobody but the mailboxes that take mail from everybody. */
function isSpared({ settings }: EdgeState, { address, ptr, recipients = [] }: MessageQuestion): boolean {
  const rules = settings.decide
  if (isProtected({ address, name: ptr }, rules)) return true
  return recipients.length > 0 && recipients.every((mailbox) => isExempt(rules.exempt, mailbox))
}

/**
 * Whether every recipient vouches for the sender: by a domain that signed, or, where RCPT has let it through for that, by the network and
 * the domain in MAIL FROM. The answer is one for the whole message, so that one recipient alone lets nothing in to the others.
 */
function isVouchedByAll(
  state: EdgeState,
  { address, mailFrom = '', dkim, recipients = [] }: MessageQuestion,
  by: 'signature' | 'any',
  now: number,
): boolean {
  if (state.vouchKey === undefined || state.table.vouches.size === 0 || recipients.length === 0) return false
  const [signedBy, domain] = [signersOf(dkim), domainIn(mailFrom)]
  return recipients.every(
    (mailbox) =>
      isExempt(state.settings.decide.exempt, mailbox) ||
      isVouchedBySignature(state, { mailbox, signedBy }, now) ||
      (by === 'any' && isVouched(state, { address, mailbox, domain }, now)),
  )
}

/** The refusal, and the record behind its link. */
function speak(
  { state, records }: MessageDesk,
  asked: MessageQuestion,
  found: {
    readonly domain: string
    readonly failed: readonly AuthenticationTest[]
    readonly done: 'observe' | 'junk' | 'refuse' | 'vouched'
  },
  now: number,
): MessageAnswer {
  const { domain, failed, done } = found
  const { name, site, profile } = state.settings
  const reason = 'authentication'
  const { code, status }: Reason = reasons[reason]
  const minute = Math.floor(now / 60_000)
  const ip = formatAddress(asked.address)
  const token = `${ip} ${reason} ${done} ${domain} ${failed.join(' ')}`
  const recipients = asked.recipients ?? []
  const answer = (line: string): MessageAnswer => ({
    action: 'reject',
    code,
    status: status[profile],
    text: line.slice(`${code} `.length),
  })
  const sender = senderOf(asked)
  const spoken = records.again(token, { at: now, minute, ...sender }, recipients)
  if (spoken !== undefined) return answer(spoken)
  const { caseLink } = state
  const facts = { edge: name, minute, reason, listing: null, address: asked.address } as const
  const url =
    caseLink === undefined
      ? `${site}/ip/${ip}`
      : `${site}/c/${mintCaseLink(caseLink.key, { keyId: caseLink.keyId, ...facts })}`
  const line = formatReply({ reason, listing: null, domain }, asked.address, profile, url)
  records.add(token, line, recipients, {
    at: now,
    stage: 'message',
    ip,
    helo: plain(asked.helo),
    ptr: plain(asked.ptr),
    ...sender,
    code,
    status: status[profile],
    reason,
    listing: null,
    budget: null,
    authentication: { domain, failed, ...(done === 'junk' ? { isJunked: true } : {}) },
    table: state.seq,
    // To a core that does not know of Junk or of vouches it is mail that passed.
    mode: done === 'refuse' ? 'enforce' : 'observe',
    ...(done === 'vouched' ? { isVouched: true } : {}),
    minute,
  })
  return answer(line)
}

/** The same line as at RCPT, and the record behind its link. */
function sayOfRange(
  { state, records }: MessageDesk,
  asked: MessageQuestion,
  said: { readonly listing: ListingEntry; readonly reason: ReasonName; readonly isVouched?: boolean },
  now: number,
): MessageAnswer {
  const { listing, reason, isVouched: hasPassed = false } = said
  const { name, site, profile } = state.settings
  const { code, status }: Reason = reasons[reason]
  const minute = Math.floor(now / 60_000)
  const ip = formatAddress(asked.address)
  const token = `${ip} ${listing.id} ${reason} message${hasPassed ? ' vouched' : ''}`
  const recipients = asked.recipients ?? []
  const answer = (line: string): MessageAnswer => ({
    action: code >= 500 ? 'reject' : 'defer',
    code,
    status: status[profile],
    text: line.slice(`${code} `.length),
  })
  const sender = senderOf(asked)
  const spoken = records.again(token, { at: now, minute, ...sender }, recipients)
  if (spoken !== undefined) return answer(spoken)
  const { caseLink } = state
  const facts = { edge: name, minute, reason, listing: listing.id, address: asked.address } as const
  const url =
    caseLink === undefined
      ? `${site}/ip/${ip}`
      : `${site}/c/${mintCaseLink(caseLink.key, { keyId: caseLink.keyId, ...facts })}`
  const line = formatReply({ reason, listing }, asked.address, profile, url)
  records.add(token, line, recipients, {
    at: now,
    stage: 'message',
    ip,
    helo: plain(asked.helo),
    ptr: plain(asked.ptr),
    ...sender,
    code,
    status: status[profile],
    reason,
    listing: listing.id,
    budget: null,
    table: state.seq,
    mode: hasPassed ? 'observe' : 'enforce',
    ...(hasPassed ? { isVouched: true } : {}),
    minute,
  })
  return answer(line)
}

/** Whose message it is, as far as that can be told. */
function senderOf({ mailFrom, dkim }: MessageQuestion): Pick<RefusalFacts, 'mailFrom' | 'signedBy'> {
  const signedBy = signersOf(dkim)
  return {
    mailFrom: mailFrom === undefined ? null : domainIn(mailFrom),
    ...(signedBy.length === 0 ? {} : { signedBy }),
  }
}

/** Records hold domains, never local parts (contracts 2); empty for the null sender. */
function domainIn(mailFrom: string): string {
  return recordText(mailFrom.slice(mailFrom.lastIndexOf('@') + 1))
}

function plain(text: string | null | undefined): string | null {
  return text ? recordText(text) : null
}
