import type { Secret } from '../../base/secret.ts'
import { Refusal } from '../../base/refusal.ts'
import { isWithin } from '../../standards/domain.ts'
import { parseAddress } from '../../standards/ip.ts'
import { covers, type Prefix } from '../../standards/prefix.ts'
import { isOurs, probableHandover, type OurServers } from '../../standards/received-chain.ts'
import { isOurTrace, readTrace, type Trace } from '../../standards/trace-header.ts'
import type { ReportedMessage, Signature } from './examination.ts'

/**
 * How sure it is that a reported message left our system (security ATT-1 to ATT-4).
 *
 * - `A`: our DKIM signature verifies, our trace header was written for this message, and our log has this message to this recipient.
 *   Only this moves anything by itself.
 * - `B`: the trace header is ours and the log knows the message, but its body changed, its recipient is another, or only a header came.
 * - `C`: something says so that anybody could have copied or written: trace fields, our addresses, a signature alone.
 * - `D`: nothing says so.
 */
export const grades = ['A', 'B', 'C', 'D'] as const
export type Grade = (typeof grades)[number]

/** What speaks for or against it, in the order in which people read it. */
export const originReasons = [
  'trace-valid',
  'trace-not-ours',
  'signature-valid',
  'signature-body-changed',
  'signature-broken',
  'signature-unchecked',
  'signature-missing',
  'log-recipient',
  'log-message',
  'log-unknown',
  'recipient-not-in-log',
  'recipient-forwarded',
  'our-network',
  'other-network',
  'no-trace-fields',
  'header-only',
  'ambiguous',
] as const
export type OriginReason = (typeof originReasons)[number]

export interface Origin {
  readonly grade: Grade
  readonly reasons: readonly OriginReason[]
  /** Genuine, but to somebody whom we did not send it to: bought once and sent on to many (ATT-4). */
  readonly isReplay: boolean
  /** When the trace header is ours. */
  readonly trace: Trace | null
  /** The address that handed the message to its receiver, as the trace fields have it. */
  readonly deliveredBy: string | null
  /** What it is known as: the same for every copy. */
  readonly name: string
  /** Whom it reached, as far as that can be told: the newest delivery, else an addressee that the log knows. */
  readonly recipient: string | null
}

/** What our log says of a message. */
export interface LogFacts {
  /** It has a message with this Message-ID of the account of the trace header. */
  readonly hasMessage: boolean
  /** Of the mailboxes asked about, those that it was sent to. */
  readonly recipients: readonly string[]
}

/** Our keys, names and networks. */
export interface OwnOrigin extends OurServers {
  readonly traceKey: Secret
  /** Domains that our servers sign with; names below them count. */
  readonly signers: readonly string[]
}

/** The log is asked about these: where the message was delivered if anybody wrote it down, else whom it names. */
export function recipientsToLookUp(message: ReportedMessage, own: OwnOrigin): readonly string[] {
  return [...new Set([...deliveriesOf(message, own), ...message.addressees])].slice(0, 80)
}

/** Also whom the trace fields of others name; our own name whom we sent it to, which says nothing of who has it now. */
function deliveriesOf({ deliveredTo, hops }: ReportedMessage, own: OwnOrigin): readonly string[] {
  const named = hops.filter((hop) => !isOurs(hop, own)).flatMap((hop) => mailboxIn(hop.for))
  return [...new Set([...deliveredTo, ...named])]
}

function mailboxIn(text: string | undefined): readonly string[] {
  return text !== undefined && /^[^\s@<>]+@[^\s@<>]+$/.test(text) ? [text.toLowerCase()] : []
}

/** Pure over the message itself and our own log; what the machine part of a report claims is not asked (PAR-4). */
export function originOf(message: ReportedMessage, own: OwnOrigin, log: LogFacts): Origin {
  const reasons: OriginReason[] = []
  const trace = ourTraceOf(message, own)
  reasons.push(
    ...(message.trace === null ? [] : [trace ? ('trace-valid' as const) : ('trace-not-ours' as const)]),
  )
  const signature = ourSignatureOf(message, own, trace)
  reasons.push(signatureReason(signature))
  const deliveries = deliveriesOf(message, own)
  const match = trace ? recipientMatch(deliveries, message.addressees, log) : 'unknown'
  if (trace) reasons.push(...matchReasons[match])
  const deliveredBy = deliveredByOf(message)
  const isFromHere = deliveredBy !== null && isOurAddress(deliveredBy, own.networks)
  reasons.push(deliveredBy === null ? 'no-trace-fields' : isFromHere ? 'our-network' : 'other-network')
  if (message.isHeaderOnly) reasons.push('header-only')
  if (message.isAmbiguous) reasons.push('ambiguous')
  const isWhole = signature?.isValid === true && !message.isHeaderOnly && !message.isAmbiguous
  const grade = gradeOf({
    trace: trace !== null,
    isWhole,
    match,
    isFromHere,
    isSigned: signature?.isValid === true,
  })
  return {
    grade,
    reasons,
    isReplay: trace !== null && isWhole && match === 'other-recipient',
    trace,
    deliveredBy,
    name: nameOf(message, trace),
    recipient:
      deliveries[0] ??
      message.addressees.find((mailbox) => log.recipients.includes(mailbox)) ??
      message.addressees[0] ??
      null,
  }
}

type Match = 'recipient' | 'forwarded' | 'other-recipient' | 'message' | 'unknown'

const matchReasons: Readonly<Record<Match, readonly OriginReason[]>> = {
  recipient: ['log-recipient'],
  forwarded: ['log-message', 'recipient-forwarded'],
  'other-recipient': ['log-message', 'recipient-not-in-log'],
  message: ['log-message'],
  unknown: ['log-unknown'],
}

/**
 * Receivers write on top: where the newest delivery is to somebody in our log, the message reached whom we sent it to. A spammer who sends
 * a genuine message on may write lines below that, which makes it look forwarded; that proves nothing.
 */
function recipientMatch(deliveries: readonly string[], addressees: readonly string[], log: LogFacts): Match {
  if (!log.hasMessage) return 'unknown'
  const isKnown = (mailbox: string): boolean => log.recipients.includes(mailbox)
  const [newest] = deliveries
  if (newest === undefined) return addressees.some(isKnown) ? 'recipient' : 'message'
  if (deliveries.every(isKnown)) return 'recipient'
  return deliveries.some(isKnown) ? 'forwarded' : 'other-recipient'
}

function gradeOf(facts: {
  readonly trace: boolean
  readonly isWhole: boolean
  readonly match: Match
  readonly isFromHere: boolean
  readonly isSigned: boolean
}): Grade {
  const { trace, isWhole, match, isFromHere, isSigned } = facts
  if (trace && isWhole && match === 'recipient') return 'A'
  if (trace && match !== 'unknown') return 'B'
  return trace || isSigned || isFromHere ? 'C' : 'D'
}

function ourTraceOf(message: ReportedMessage, { traceKey }: OwnOrigin): Trace | null {
  const trace = message.trace === null ? undefined : readTrace(message.trace)
  const { messageId } = message
  if (!trace || messageId === null) return null
  const isOurs = message.signatures.some(({ bodyHash }) =>
    isOurTrace(traceKey, trace, { messageId, bodyHash }),
  )
  return isOurs ? trace : null
}

/** The signature of ours whose body hash the trace header covers; without one the best of ours. */
function ourSignatureOf(
  message: ReportedMessage,
  own: OwnOrigin,
  trace: Trace | null,
): Signature | undefined {
  const ours = message.signatures.filter(({ domain }) =>
    own.signers.some((signer) => isWithin(domain, signer)),
  )
  const { messageId } = message
  const covered =
    trace && messageId !== null
      ? ours.filter(({ bodyHash }) => isOurTrace(own.traceKey, trace, { messageId, bodyHash }))
      : ours
  return covered.find(({ isValid }) => isValid) ?? covered[0]
}

function signatureReason(signature: Signature | undefined): OriginReason {
  if (!signature) return 'signature-missing'
  if (signature.isValid) return 'signature-valid'
  switch (signature.why) {
    case 'body':
      return 'signature-body-changed'
    case 'key':
      return 'signature-unchecked'
    case 'other':
    case null:
      return 'signature-broken'
  }
}

function deliveredByOf({ hops }: ReportedMessage): string | null {
  return probableHandover(hops)?.ip ?? null
}

function isOurAddress(text: string, networks: readonly Prefix[]): boolean {
  const address = parseAddress(text)
  return !(address instanceof Refusal) && networks.some((network) => covers(network, address))
}

/** Copies of one message differ in what receivers wrote on top, not in this. */
function nameOf({ digest, messageId, from, date, signatures }: ReportedMessage, trace: Trace | null): string {
  if (trace) return `${trace.account} ${trace.time} ${trace.mac}`
  if (messageId === null) return digest
  return [messageId, from ?? '', date ?? '', signatures[0]?.bodyHash ?? ''].join('\n')
}
