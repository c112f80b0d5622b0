import { createHash } from 'node:crypto'
import type { FeedbackReport } from '../standards/arf.ts'
import { isWithin } from '../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import type { MailAddress } from '../standards/mail-address.ts'
import { readMessageId } from '../standards/message-id.ts'
import { covers } from '../standards/prefix.ts'
import { handoverOf, type OurServers } from '../standards/received-chain.ts'
import { specialPurpose } from '../standards/special-purpose.ts'
import { Refusal } from '../base/refusal.ts'
import type { ComplaintEvent, ComplaintKind } from './mail-event.ts'

/** How a report came to us. */
export interface Hearing {
  readonly ours: OurServers
  /** Domains that we receive mail for. */
  readonly domains: readonly string[]
  /**
   * Who tells: `system` is a program of ours (Dovecot's `report`, over a trusted connection), whose fields are believed; else the mailbox
   * of the person who is shown to have written the message. Nobody else is heard.
   */
  readonly teller: 'system' | MailAddress
  /** What the address means that the report was sent to, for reports that do not say it themselves. */
  readonly kind?: ComplaintKind | undefined
  /** Milliseconds since 1970: when the report came in. */
  readonly at: number
}

/**
 * Why a report is no complaint: it says something else (`other-report`: failed authentication, opting out, …), nobody can tell who sent
 * the message to us (`no-client`), or it left from our own network (`our-own`), which is the abuse desk's.
 */
export type NoComplaint = 'other-report' | 'no-client' | 'our-own'

/**
 * The complaint event (contracts 2) that a report stands for. Its fields are claims (security PAR-4): the address is what our own server
 * wrote into the message when it took it, and `Source-IP` of a system of ours only where there is no such line. Whether it counts is
 * decided by the message that it matches. The same report again has the same id.
 */
export function complaintOf(report: FeedbackReport, hearing: Hearing): ComplaintEvent | NoComplaint {
  const kind = kindOf(report, hearing)
  if (kind === undefined) return 'other-report'
  const handover = handoverOf(report.hops, hearing.ours)
  const claimed = hearing.teller === 'system' && isSaid(report) ? report.feedback.sourceIp : undefined
  const address = addressOf(handover?.ip ?? claimed)
  if (address === undefined) return 'no-client'
  if (hearing.ours.networks.some((network) => covers(network, address))) return 'our-own'
  const ip = formatAddress(address)
  const reporter = reporterOf(report, hearing, handover?.for)
  const messageId = readMessageId(report.feedback.messageId ?? '')
  const { from, subject, arrivalDate } = report.feedback
  const what = messageId ?? [from, subject, arrivalDate].join('\n')
  return {
    type: 'complaint',
    id: `report-${digestOf([kind, ip, what, reporter ?? ''])}`,
    at: hearing.at,
    address,
    ip,
    kind,
    ...(reporter !== undefined && { reporter }),
    ...(messageId !== undefined && { messageId }),
  }
}

const kinds: ReadonlyMap<string, ComplaintKind> = new Map([
  ['abuse', 'junk'],
  ['virus', 'junk'],
  ['fraud', 'phish'],
  ['not-spam', 'not-junk'],
])

/** `other` says nothing, so that the address decides. */
function kindOf({ feedback }: FeedbackReport, { kind }: Hearing): ComplaintKind | undefined {
  const { feedbackType } = feedback
  if (feedbackType === undefined || feedbackType === 'other') return kind
  return kinds.get(feedbackType)
}

function isSaid({ feedback }: FeedbackReport): boolean {
  return !feedback.derived.includes('sourceIp')
}

/** An address that a sender on the internet can have. */
function addressOf(text: string | undefined): Address | undefined {
  const address = text === undefined ? undefined : parseAddress(text)
  if (address === undefined || address instanceof Refusal || specialPurpose(address)) return undefined
  return address
}

/** The mailbox whose user complains: lower case. Undefined rather than a guess among several. */
function reporterOf(
  { reportingUser, feedback, to }: FeedbackReport,
  { teller, domains }: Hearing,
  delivered: string | undefined,
): string | undefined {
  if (teller !== 'system') return teller.toLowerCase()
  const ofOurs = (mailboxes: readonly string[]): string[] => {
    const folded = mailboxes.map((mailbox) => mailbox.toLowerCase())
    return folded.filter((mailbox) =>
      domains.some((domain) => isWithin(mailbox.split('@').at(-1) ?? '', domain)),
    )
  }
  const original = feedback.derived.includes('originalRcptTo') ? [] : feedback.originalRcptTo
  const named = [original, delivered === undefined ? [] : [delivered], to].map(ofOurs)
  const user = reportingUser?.toLowerCase()
  if (user?.includes('@')) return user
  if (user !== undefined)
    return named.flat().find((mailbox) => mailbox.startsWith(`${user}@`)) ?? inOnly(domains, user)
  const [first] = named.filter((mailboxes) => mailboxes.length > 0)
  return first?.length === 1 ? first[0] : undefined
}

/** Dovecot may know its users without a domain. */
function inOnly(domains: readonly string[], user: string): string {
  const [domain] = domains
  return domains.length === 1 && domain !== undefined ? `${user}@${domain}` : user
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
