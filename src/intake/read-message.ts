import { MailParser, type AddressObject, type AttachmentStream, type MessageText } from 'mailparser'
import { isCompoundFile } from '../standards/compound-file.ts'
import { mostHops, readFeedback, type ReportPart } from '../standards/arf.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { readReceived, type Hop } from '../standards/received.ts'
import { Refusal } from '../base/refusal.ts'
import { authenticate, type Lookup } from './authenticate.ts'
import { automaticSignsOf } from './automatic.ts'
import { readDeliveryReport } from './delivery-report.ts'
import { headerOfMsg } from './outlook-message.ts'
import { probeFactsOf } from './probe-facts.ts'
import { breachOfBody, readHeader, valuesOf, type Header } from './message-budget.ts'
import {
  mostParts,
  mostText,
  type Ambiguity,
  type Breach,
  type ParsedMessage,
  type ParseRequest,
  type ReportedRecipient,
} from './parsed-message.ts'

/** Parts that a feedback report is looked for in; it has three. */
const mostReportParts = 20
/** HTML beyond this is not turned into text. */
const mostHtml = 256 * 1024
const mostHeaderBytes = 256 * 1024
/** Decoding shrinks; what grows all the same is a bomb. The constant leaves room for charsets in small messages. */
const mostDecoded = (size: number): number => 1.5 * size + 64 * 1024

/** Reads a message (RFC 5322, RFC 2045) as far as intake needs it. Runs in a process that may be killed at any moment. */
export async function readMessage(
  raw: Buffer,
  request: ParseRequest,
  lookup: Lookup,
): Promise<ParsedMessage | Breach> {
  const header = readHeader(raw)
  if (typeof header === 'string') return header
  const breach = breachOfBody(raw)
  if (breach) return breach
  const content = await readContent(raw)
  if (typeof content === 'string') return content
  const vouched = request.authenticate
    ? await authenticate(raw, request, lookup, (field) => recipientsIn(content, header, field))
    : undefined
  const from = mailboxesIn(content.parser.from)
  return {
    from,
    subject: oneLine(content.parser.subject ?? ''),
    ...threadOf(header),
    text: content.text.slice(0, mostText),
    quoted: content.quoted.slice(0, mostText),
    automatic: automaticSignsOf(header, request.mailFrom, from[0]),
    ambiguous: [...header.ambiguous, ...differingFrom(from, vouched?.headerFrom)],
    authentication: vouched?.authentication ?? null,
    attachments: content.attachments,
    report: content.report,
    feedback: [...readFeedback([...content.parts, { type: 'text/plain', text: content.text }])],
    hops: hopsOf(header),
    probe: vouched?.evaluation ? probeFactsOf(raw, header, content.parser, from, vouched.evaluation) : null,
  }
}

/** Message-IDs that are plain enough to be named in a letter of ours. */
function threadOf(header: Header): Pick<ParsedMessage, 'messageId' | 'answers'> {
  const idsIn = (name: string): string[] =>
    valuesOf(header, name).flatMap((value) => value.match(/<[!-;=?-~]{1,250}>/g) ?? [])
  const [messageId] = idsIn('message-id')
  const answers = [...new Set([...idsIn('in-reply-to'), ...idsIn('references').toReversed()])].slice(0, 20)
  return { ...(messageId !== undefined && { messageId }), ...(answers.length > 0 && { answers }) }
}

function hopsOf(header: Header): Hop[] {
  const fields = valuesOf(header, 'received').slice(0, mostHops)
  return fields.map((value) => readReceived(value.replaceAll(/[\x00-\x1f\x7f]+/g, ' ')))
}

interface Content {
  readonly parser: MailParser
  text: string
  quoted: string
  decoded: number
  readonly attachments: { type: string; size: number }[]
  report: ReportedRecipient[] | null
  /** What may belong to a feedback report. */
  readonly parts: ReportPart[]
}

async function readContent(raw: Buffer): Promise<Content | Breach> {
  const parser = new MailParser({
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    checksumAlgo: false,
    maxHtmlLengthToParse: mostHtml,
    maxHeadSize: mostHeaderBytes,
    maxChildNodes: mostParts,
  })
  const content: Content = {
    parser,
    text: '',
    quoted: '',
    decoded: 0,
    attachments: [],
    report: null,
    parts: [],
  }
  // The content of a part never ends when the parser gives up in the middle of it.
  const givenUp = new Promise<never>((_, reject) => parser.once('error', reject))
  givenUp.catch(() => undefined)
  parser.end(raw)
  try {
    for await (const part of parser as AsyncIterable<AttachmentStream | MessageText>) {
      if (part.type === 'attachment') await Promise.race([readPart(part, content), givenUp])
      else content.text = part.text ?? ''
      if (content.decoded + content.text.length > mostDecoded(raw.length)) return 'decoded-size'
    }
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EMAXLEN' ? 'parts' : 'unparsable'
  }
  return content
}

async function readPart(part: AttachmentStream, content: Content): Promise<void> {
  const type = part.contentType.toLowerCase().slice(0, 200)
  const kept: Buffer[] = []
  let size = 0
  let isWhole = false
  for await (const chunk of part.content) {
    const bytes = chunk as Buffer
    // Of a message that Outlook saved the header stands anywhere in the file.
    if (size === 0) isWhole = isCompoundFile(bytes)
    if (isWhole) kept.push(bytes)
    else if (size < mostText) kept.push(bytes.subarray(0, mostText - size))
    size += bytes.length
  }
  part.release?.()
  content.decoded += size
  content.attachments.push({ type, size })
  if (content.parts.length < mostReportParts) {
    const saved = savedMessage(part, Buffer.concat(kept))
    if (saved) return void content.parts.push(saved)
  }
  if (!/^(?:text|message)\/|rfc822/.test(type)) return
  const said = Buffer.concat(kept).toString('utf8')
  if (/^message\/(?:global-)?delivery-status$/.test(type)) content.report = readDeliveryReport(said)
  if (content.parts.length < mostReportParts) content.parts.push({ type, text: said })
  // A message inside may still be quoted-printable: its soft line breaks would cut a link in two.
  if (content.quoted.length < mostText) content.quoted += `${said.replaceAll(/=\r?\n/g, '')}\n`
}

/** A message that a mail program saved as a file and attached under any type: `.eml`, and of `.msg` the header. */
function savedMessage(
  { contentType, filename = '' }: AttachmentStream,
  bytes: Buffer,
): ReportPart | undefined {
  if (isCompoundFile(bytes)) {
    const header = headerOfMsg(bytes)
    return header && { type: 'text/rfc822-headers', text: header.toString('utf8') }
  }
  const isNamed = /\.eml$/i.test(filename) && !/^(?:text|message)\//i.test(contentType)
  return isNamed ? { type: 'message/rfc822', text: bytes.toString('utf8') } : undefined
}

/** Mailboxes that are plain enough to write to; groups give their members. */
function mailboxesIn(field: AddressObject | AddressObject[] | undefined): string[] {
  const objects = field === undefined ? [] : [field].flat()
  const entries = objects.flatMap(({ value }) => value.flatMap((entry) => entry.group ?? [entry]))
  return entries
    .flatMap(({ address }) => {
      const mailbox = address === undefined ? undefined : parseMailbox(address)
      return mailbox === undefined || mailbox instanceof Refusal ? [] : [mailbox]
    })
    .slice(0, 20)
}

function recipientsIn({ parser }: Content, header: Header, field: 'to' | 'cc'): string[] {
  if (header.fields.filter(({ name }) => name === field).length !== 1) return []
  return mailboxesIn(parser[field]).map((mailbox) => mailbox.toLowerCase())
}

/** Two libraries read the From field; where they do not agree, nobody knows what a person would see. */
function differingFrom(from: readonly string[], headerFrom: readonly string[] | undefined): Ambiguity[] {
  if (headerFrom === undefined) return []
  const other = headerFrom.map((text) => parseMailbox(text))
  const same = other.length === from.length && other.every((mailbox, index) => mailbox === from[index])
  return same ? [] : ['from-differs']
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 998)
}
