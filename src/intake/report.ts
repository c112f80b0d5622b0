import type { ComplaintKind } from '../access/mail-event.ts'
import { complaintOf, type NoComplaint } from '../access/complaint.ts'
import { Refusal } from '../base/refusal.ts'
import type { Report } from '../core/complaints/actions.ts'
import { isWithin } from '../standards/domain.ts'
import { parseMailbox, type MailAddress } from '../standards/mail-address.ts'
import { covers } from '../standards/prefix.ts'
import { isFromInside, type OurServers } from '../standards/received-chain.ts'
import type { Client } from './client.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { reply, type Reply } from './reply.ts'
import type { Route } from './route.ts'
import { writerOf } from './writer.ts'

/** Reports of spam that come by mail, from programs of ours and from our own users. */

export type ReportRoute = Extract<Route, { kind: 'report' }>

export interface ReportDesk {
  /** Domains whose users are heard. */
  readonly domains: readonly string[]
  /** Where everybody else may write. */
  readonly abuse: string
}

export interface Arrival {
  readonly client: Client
  /** By their lines the address of a reported message is known; relays of ours are among the networks. */
  readonly ours: OurServers
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What is in a message to a mailbox for reports, or why its writer is not heard. */
export function readReport(
  { complaint, mailbox }: ReportRoute,
  message: ParsedMessage,
  arrival: Arrival,
  desk: ReportDesk,
): Report | Reply {
  const { client, ours, at } = arrival
  const teller = isInside(message, arrival)
    ? (insiderOf(message, desk) ?? 'system')
    : personOf(message, mailbox, desk)
  if (typeof teller !== 'string') return teller
  const found = message.feedback.map((report) => {
    // Whoever forwards a message without a word calls it junk.
    const kind = complaint ?? (report.isReport ? undefined : (subjectKind(message.subject) ?? 'junk'))
    return complaintOf(report, { ours, domains: desk.domains, teller, kind, at })
  })
  return {
    teller,
    client: client.address,
    complaints: found.flatMap((each) => (typeof each === 'string' ? [] : [each])),
    others: found.flatMap((each) => (typeof each === 'string' ? [each] : [])),
  }
}

const subjectKinds: readonly (readonly [begins: RegExp, kind: ComplaintKind])[] = [
  [/^\s*(?:1\||junk:)/i, 'junk'],
  [/^\s*(?:2\||not junk:)/i, 'not-junk'],
  [/^\s*(?:3\||phishing:)/i, 'phish'],
]

/** Report buttons of mail programs say in the Subject what they mean: `1|` or `Junk:`, `2|` or `Not junk:`, `3|` or `Phishing:`. */
function subjectKind(subject: string): ComplaintKind | undefined {
  return subjectKinds.find(([begins]) => begins.test(subject))?.[1]
}

/**
 * Whether a machine of ours wrote it. The client's address alone would not do: a relay that does not say for whom it speaks hands on
 * the mail of strangers too, but then a server of ours has written them down.
 */
function isInside({ hops }: ParsedMessage, { client, ours }: Arrival): boolean {
  const { address, isSender } = client
  const isOurs = address !== undefined && ours.networks.some((network) => covers(network, address))
  return (isOurs || !isSender) && isFromInside(hops, ours)
}

/** A user at our webmail: what they attach is a plain message, and From is as good as the machine that it came from. */
function insiderOf(message: ParsedMessage, desk: ReportDesk): MailAddress | undefined {
  const isPlain = message.automatic.length === 0 && message.feedback.every(({ isReport }) => !isReport)
  if (!isPlain || message.from.length !== 1 || !isOurUser(message, desk)) return undefined
  const mailbox = parseMailbox(message.from[0] ?? '')
  return mailbox instanceof Refusal ? undefined : mailbox
}

function isOurUser({ from: [from = ''] }: ParsedMessage, { domains }: ReportDesk): boolean {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  return domains.some((ours) => isWithin(domain, ours.toLowerCase()))
}

function personOf(message: ParsedMessage, mailbox: string, desk: ReportDesk): MailAddress | Reply {
  const { abuse } = desk
  if (!isOurUser(message, desk))
    return reply(550, `5.7.1 Reports are taken here from our own users only, please write to ${abuse}`)
  return writerOf(message, { mailbox, elsewhere: 'the junk button of your mail program' })
}

/**
 * The answer, after `taken` complaints were kept. A program is never refused for what it reports: the refusal would go to a user who
 * only pressed a button, so the words stand in the mail log and the count in `/metrics`. A person is told what is missing.
 */
export function answerReport(report: Report, taken: number, { abuse }: ReportDesk): Reply {
  if (taken > 0) return reply(250, '2.0.0 Thank you, the report is noted')
  const [why] = report.others
  const what = why ?? (report.complaints.length > 0 ? 'unreadable' : 'empty')
  if (what === 'empty')
    return reply(550, '5.6.0 No message is attached: please forward it as an attachment, with its header')
  if (report.teller === 'system') return reply(250, `2.0.0 Noted, but not counted: ${lacks[what]}`)
  if (what === 'our-own') return reply(550, `5.7.1 Not taken here: ${lacks[what]}, please write to ${abuse}`)
  const advice = what === 'no-client' ? '; please forward the message as an attachment, with its header' : ''
  return reply(550, `5.6.0 The report cannot be used: ${lacks[what]}${advice}`)
}

const lacks: Readonly<Record<NoComplaint | 'unreadable', string>> = {
  'other-report': 'it is none of junk, phishing or not junk',
  'no-client': 'no Received line of our servers says where the reported message came from',
  'our-own': 'the reported message came from our own network',
  unreadable: 'the reported message has no usable header',
}
