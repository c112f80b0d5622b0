import { Refusal } from '../base/refusal.ts'
import { clientIn, readAuthenticationResults } from './authentication-results.ts'
import { parseDomain } from './domain.ts'
import { decodeWords } from './encoded-word.ts'
import { readFields, valueOf, valuesOf, type HeaderField } from './header-fields.ts'
import { formatAddress, parseAddress } from './ip.ts'
import { probableHandover } from './received-chain.ts'
import { readReceived, type Hop } from './received.ts'

/**
 * Feedback reports: a receiver tells that a recipient complained of a message (ARF, RFC 5965; `not-spam` RFC 6430; failed
 * authentication RFC 6591 and RFC 6652). A text for people, a part for machines, and the message or its header. In the wild every
 * field and every part may be missing (RFC 6650 §5 asks for tolerance), so what the machine part lacks is taken from the reported
 * message, and named in `derived`. All of it is what somebody says.
 */
export interface FeedbackReport {
  readonly feedback: Feedback
  /** Whether there was a machine part: without one somebody has just sent us a message. */
  readonly isReport: boolean
  /** The user who moved the message, where Dovecot's `report` wrote the report; perhaps without a domain. */
  readonly reportingUser?: string | undefined
  /** Mailboxes in To of the reported message. */
  readonly to: readonly string[]
  /** Trace fields of the reported message, newest first. */
  readonly hops: readonly Hop[]
}

/** What is told of a report. Texts are as written but without angle brackets, encoded words and comments. */
export interface Feedback {
  /** Lower case: `abuse`, `fraud`, `not-spam`, `auth-failure`, … */
  readonly feedbackType?: string | undefined
  readonly userAgent?: string | undefined
  readonly version?: string | undefined
  /** The address that the reported message came from, canonical text. */
  readonly sourceIp?: string | undefined
  readonly arrivalDate?: string | undefined
  /** Empty for the null sender. */
  readonly originalMailFrom?: string | undefined
  readonly originalRcptTo: readonly string[]
  readonly reportedDomain: readonly string[]
  readonly reportedUri: readonly string[]
  readonly authenticationResults: readonly string[]
  /** Of the reported message, as the next two. */
  readonly messageId?: string | undefined
  readonly from?: string | undefined
  readonly subject?: string | undefined
  /** Names of the fields above that the machine part lacked and the reported message told. */
  readonly derived: readonly string[]
}

/** A leaf of the message that carries the report, decoded. */
export interface ReportPart {
  /** Media type without parameters. */
  readonly type: string
  readonly text: string
}

/** How many values of a field that may repeat are told, and how long texts are. */
export const mostValues = 20
export const longestValue = 998
export const mostHops = 30
/** Reports in one message: more than one only where people attach several messages. */
export const mostReports = 10

const longestPart = 32 * 1024
const longestList = 8192
const mostParts = 200

/**
 * The report in the parts of a message, in order: one when there is a machine part, else one for every message that is attached, else
 * one for a header that stands in a text. Never throws; nothing in it is longer than the limits above.
 */
export function readFeedback(parts: readonly ReportPart[]): readonly FeedbackReport[] {
  const known = parts.slice(0, mostParts).map(({ type, text }) => {
    return { type: type.toLowerCase(), text: text.slice(0, longestPart) }
  })
  const machine = known.find(({ type }) => type === 'message/feedback-report')
  const attached = known.filter(({ type }) => reportedTypes.test(type)).map(({ text }) => readFields(text))
  if (machine) return [reportOf(machineFields(machine.text), attached[0] ?? [])]
  const reported = attached.length > 0 ? attached : known.flatMap(({ type, text }) => headerIn(type, text))
  return reported
    .filter((fields) => fields.length > 0)
    .slice(0, mostReports)
    .map((fields) => reportOf(undefined, fields))
}

/** RFC 5965 §2 (d), with the forms of RFC 6532 §3.7 and what Dovecot and others write for headers alone. */
const reportedTypes = /^(?:message\/(?:rfc822|global)|(?:message|text)\/(?:rfc822|global)-headers)$/

/** Empty lines in a machine part end nothing: some writers put them between the fields. */
function machineFields(text: string): readonly HeaderField[] {
  return readFields(text.replaceAll(/(?:\r\n|\n|\r){2,}/g, '\n'))
}

/** A text that quotes a header: a block that begins like one and has at least From and a trace field or Message-ID. */
function headerIn(type: string, text: string): readonly (readonly HeaderField[])[] {
  if (type !== 'text/plain') return []
  for (const block of text.split(/(?:\r\n|\n){2,}/)) {
    if (!/^(?:received|return-path|delivered-to|from|date|message-id|subject|to|x-[a-z-]+):/i.test(block))
      continue
    const fields = readFields(block)
    const names = new Set(fields.map(({ name }) => name))
    if (names.has('from') && (names.has('received') || names.has('message-id'))) return [fields]
  }
  return []
}

function reportOf(
  machine: readonly HeaderField[] | undefined,
  reported: readonly HeaderField[],
): FeedbackReport {
  const said = saidBy(machine ?? [])
  const hops = valuesOf(reported, 'received').slice(0, mostHops).map(readReceived)
  const found = foundIn(reported, hops)
  const derived = derivable.filter((name) => isEmpty(said[name]) && !isEmpty(found[name]))
  return {
    feedback: {
      feedbackType: /^[a-z0-9-]{1,40}/i
        .exec(valueOf(machine ?? [], 'feedback-type') ?? '')?.[0]
        .toLowerCase(),
      userAgent: textOf(valueOf(machine ?? [], 'user-agent')),
      version: textOf(valueOf(machine ?? [], 'version')),
      ...said,
      ...Object.fromEntries(derived.map((name) => [name, found[name]])),
      reportedUri: valuesOf(machine ?? [], 'reported-uri')
        .slice(0, mostValues)
        .map(cut),
      messageId: unbracketed(valueOf(reported, 'message-id') ?? valueOf(machine ?? [], 'message-id')),
      from: textOf(valueOf(reported, 'from')),
      subject: textOf(valueOf(reported, 'subject')),
      derived,
    },
    isReport: machine !== undefined,
    reportingUser: unbracketed(valueOf(machine ?? [], 'dovecot-reporting-user'))?.slice(0, 320),
    to: mailboxesIn(valuesOf(reported, 'to').join(',')),
    hops,
  }
}

const derivable = [
  'sourceIp',
  'arrivalDate',
  'originalMailFrom',
  'originalRcptTo',
  'reportedDomain',
  'authenticationResults',
] as const
type Derivable = Pick<Feedback, (typeof derivable)[number]>

function saidBy(machine: readonly HeaderField[]): Derivable {
  return {
    sourceIp: addressIn(valueOf(machine, 'source-ip')),
    arrivalDate: textOf(valueOf(machine, 'arrival-date') ?? valueOf(machine, 'received-date')),
    originalMailFrom: mailboxOf(valueOf(machine, 'original-mail-from')),
    originalRcptTo: mailboxesIn(valuesOf(machine, 'original-rcpt-to').join(',')),
    reportedDomain: valuesOf(machine, 'reported-domain').slice(0, mostValues).map(cut),
    authenticationResults: valuesOf(machine, 'authentication-results').slice(0, mostValues).map(cut),
  }
}

/** The same from the reported message, as the receiver that delivered it wrote it down: newest fields first. */
function foundIn(reported: readonly HeaderField[], hops: readonly Hop[]): Derivable {
  const handover = probableHandover(hops)
  const results = valuesOf(reported, 'authentication-results')
  const [, senderPolicy] = /\bclient-ip=([^\s;]{2,60})/i.exec(valueOf(reported, 'received-spf') ?? '') ?? []
  const [newest] = results.map(readAuthenticationResults)
  const authservId = newest?.authservId
  const recipient =
    handover?.for ??
    recipientFields.map((name) => valueOf(reported, name)).find((value) => value !== undefined)
  return {
    sourceIp: handover?.ip ?? (newest && clientIn(newest)) ?? addressIn(senderPolicy),
    arrivalDate: handover?.date ?? hops[0]?.date,
    originalMailFrom: mailboxOf(valueOf(reported, 'return-path')),
    originalRcptTo: mailboxesIn(recipient ?? ''),
    reportedDomain: domainsIn(valueOf(reported, 'from') ?? ''),
    authenticationResults: results
      .filter((text) => readAuthenticationResults(text).authservId === authservId)
      .slice(0, mostValues)
      .map(cut),
  }
}

/** Where receivers write whom they delivered to. */
const recipientFields = ['x-original-to', 'delivered-to', 'envelope-to', 'x-hmxmroriginalrecipient']

function isEmpty(value: Derivable[keyof Derivable]): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

/** `192.0.2.45`, `[IPv6:2001:db8::1]`, `192.0.2.45 (mail.example.org)`; undefined for what is none, as `x.x.x.x`. */
function addressIn(value: string | undefined): string | undefined {
  const [word = ''] = (value ?? '').split(/[\s(,;]/, 1)
  const address = parseAddress(word.replace(/^\[(?:IPv6:)?/i, '').replace(/\]$/, ''))
  return address instanceof Refusal ? undefined : formatAddress(address)
}

function mailboxOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  return value.trim() === '<>' ? '' : mailboxesIn(value)[0]
}

/** Mailboxes of an address list or of fields that hold one each, without names, comments and address types (`rfc822;`). */
function mailboxesIn(list: string): string[] {
  const plain = list
    .slice(0, longestList)
    .replaceAll(/"(?:[^"\\]|\\.)*"(?!@)/g, '')
    .replaceAll(/\([^()]*\)/g, '')
  const mailboxes = plain.split(/[,;]/).map((entry) => (/<([^<>]*)>/.exec(entry)?.[1] ?? entry).trim())
  return [...new Set(mailboxes)]
    .filter((text) => /^[^\s@]+@[^\s@]+$/.test(text) && text.length <= 320)
    .slice(0, mostValues)
}

function domainsIn(from: string): string[] {
  const [mailbox] = mailboxesIn(from)
  const domain = mailbox === undefined ? undefined : parseDomain(mailbox.slice(mailbox.lastIndexOf('@') + 1))
  return domain === undefined ? [] : [domain]
}

function unbracketed(value: string | undefined): string | undefined {
  return textOf(value === undefined ? undefined : (/<([^<>]+)>/.exec(value)?.[1] ?? value).trim())
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : cut(decodeWords(value)) || undefined
}

function cut(value: string): string {
  return value.slice(0, longestValue).toWellFormed()
}
