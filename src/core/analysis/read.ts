import { readFeedback, type Feedback } from '../../standards/arf.ts'
import { decodeWords } from '../../standards/encoded-word.ts'
import { valueOf, valuesOf, type HeaderField } from '../../standards/header-fields.ts'
import { decodeText, readMimeMessage, type MimeMessage } from '../../standards/mime-parts.ts'
import { readReceived } from '../../standards/received.ts'
import { readXarf } from '../../standards/xarf.ts'
import type { AnalysisError, CaseLinkFound, Finding, HeaderFacts, Recipient } from './analysis.ts'
import { isAutomaticReply } from './automatic-reply.ts'
import { attachedMessages, isDeclared, isFromDaemon, readBounce } from './bounce-message.ts'
import { readBounceNotification, readComplaintNotification } from './notification.ts'
import { soundsLike } from './judge.ts'
import { readPasted } from './pasted.ts'
import { reportLines } from './report-lines.ts'

/**
 * Reads what somebody hands in and says what it is. Pure, linear in its input but for limits, the same answer for CR, LF and CRLF. It
 * throws nothing on purpose; hostile input is read in a process of its own all the same (security 6.4).
 */

/** Security 6.4. */
export const mostBytes = 10 * 1024 * 1024
/** Recipients told of one input. */
const mostRecipients = 500

/** Reads one message or text. */
export function readInput(bytes: Uint8Array): Finding {
  if (bytes.length > mostBytes) return unknown('too-large')
  const raw = rawText(bytes)
  return raw.trim() === '' ? unknown('empty') : readOne(raw)
}

/** Latin-1 characters with LF line ends; text in UTF-16 is told by its byte order mark. */
function rawText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [first, second] = buffer
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const narrow = isWide
    ? Buffer.from(new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(buffer), 'utf8')
    : buffer
  return withLineFeeds(narrow)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/^From \S+ [^\n]{0,100}\n(?=[!-9;-~]{1,80}[ \t]*:)/, '')
}

/** CR LF, CR CR LF (of careless gateways) and CR become LF. Byte by byte: a million line ends would cost a regular expression its heap. */
function withLineFeeds(bytes: Buffer): Buffer {
  let at = bytes.indexOf(0x0d)
  if (at < 0) return bytes
  const plain = Buffer.allocUnsafe(bytes.length)
  let end = bytes.copy(plain, 0, 0, at)
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== 0x0d) plain[end++] = byte
    else if (bytes[at + 1] === 0x0a) continue
    else if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) at += 1
    else plain[end++] = 0x0a
  }
  return plain.subarray(0, end)
}

function readOne(raw: string): Finding {
  const start = raw.slice(0, 200).trimStart()
  if (start.startsWith('{') || start.startsWith('[')) {
    if (isNestedDeeper(raw, deepestJson)) return unknown('budget')
    return readJson(decodeText(raw)) ?? readText(decodeText(raw))
  }
  if (beginsLikeMessage(raw)) {
    const finding = readMessage(readMimeMessage(raw.replace(/^\s+/, '')), raw)
    if (finding) return finding
  }
  return readText(decodeText(raw))
}

/** Security PAR-3. No report comes near it; millions of levels would cost the reader its time. */
const deepestJson = 32

/** Whether brackets are nested deeper, outside of strings; it stops at the first that is. */
function isNestedDeeper(json: string, most: number): boolean {
  let depth = 0
  let isString = false
  for (let at = 0; at < json.length; at++) {
    const sign = json.charCodeAt(at)
    if (isString) {
      if (sign === backslash) at += 1
      else if (sign === quote) isString = false
    } else if (sign === quote) isString = true
    else if (sign === openBrace || sign === openBracket) {
      if (++depth > most) return true
    } else if (sign === closeBrace || sign === closeBracket) depth -= 1
  }
  return false
}

const [quote, backslash] = [0x22, 0x5c]
const [openBrace, closeBrace] = [0x7b, 0x7d]
const [openBracket, closeBracket] = [0x5b, 0x5d]

const knownFields =
  /^(?:received|return-path|from|to|subject|date|message-id|mime-version|content-type|delivered-to|x-original-to|dkim-signature|authentication-results|received-spf|reply-to|sender|auto-submitted|x-[a-z0-9-]+|arc-[a-z-]+|list-[a-z-]+|cc|in-reply-to|references|precedence|importance|thread-[a-z]+|content-transfer-encoding|envelope-to|delivery-date|errors-to|content-language|accept-language|content-disposition|content-description|status|organization|user-agent)$/

/** After so many fields of mail and nothing else the rest need not be looked at. */
const enoughFields = 8

/** Whether a header section stands at the top: fields only, two of them of the kind that mail has. */
function beginsLikeMessage(raw: string): boolean {
  const head = raw.replace(/^\s+/, '').slice(0, 20_000)
  let known = 0
  let others = 0
  for (const line of head.split('\n', 200)) {
    if (line.trim() === '') break
    if (/^[ \t]/.test(line)) continue
    const name = /^([!-9;-~]{1,80})[ \t]*:/.exec(line)?.[1]?.toLowerCase()
    if (name === undefined) others += 1
    else if (
      /^(?:reporting-mta|final-recipient|original-recipient|action|diagnostic-code|remote-mta)$/.test(name) &&
      known === 0
    )
      return false
    else if (knownFields.test(name) && ++known >= enoughFields && others === 0) return true
  }
  return known >= 2 && others <= 1 + known / 4
}

function readMessage(message: MimeMessage, raw: string): Finding | undefined {
  const feedback = readReport(message)
  if (feedback) return feedback
  const bounce = readBounce(message)
  if (bounce) return bounceFinding('bounce', bounce, textsOf(message))
  for (const inner of attachedMessages(message)) {
    const recipients = isFromDaemon(inner) || isDeclared(inner) ? readBounce(inner) : undefined
    if (recipients) return bounceFinding('bounce', recipients, textsOf(inner))
  }
  const forwarded = readForwarded(message)
  if (forwarded) return forwarded
  const header = headerFacts(message.fields)
  if (isAutomaticReply(message)) return { kind: 'auto-reply', header }
  const hasBody =
    message.parts.some(({ text, type }) => !type.startsWith('text/') || text.trim() !== '') &&
    raw.trim().includes('\n\n')
  if (hasBody) return { kind: 'message', header }
  return isHeader(message.fields) ? { kind: 'headers', header } : undefined
}

function readReport(message: MimeMessage): Finding | undefined {
  const parts = message.parts.map(({ type, text, fields }) => ({
    type: /xarf\.json/i.test(valueOf(fields, 'content-disposition') ?? '') ? 'application/json' : type,
    text,
  }))
  const json = parts.find(
    ({ type, text }) =>
      /json|xarf/.test(type) && /"(?:xarf_version|ReporterInfo)"/.test(text.slice(0, 20_000)),
  )
  if (json) {
    const finding = readJson(json.text)
    if (finding?.kind === 'xarf') return finding
  }
  const isDeclared =
    message.reportType === 'feedback-report' || parts.some(({ type }) => type === 'message/feedback-report')
  if (!isDeclared && !isOldReport(message)) return undefined
  const told = readFeedback(parts)
  const [report] = told
  if (!report) return undefined
  return {
    kind: 'feedback',
    feedback: report.isReport
      ? report.feedback
      : { ...report.feedback, ...saidOutside(message, report.feedback) },
  }
}

const oldReports =
  /^complaint about message from|(?:dmarc|dkim|spf|authentication) (?:forensic|failure) report|^(?:abuse|spam|feedback|fbl) (?:report|complaint)\b|^email feedback report/i

/** Reports that are older than ARF or written by programs that do not know it: no machine part, only words and the message. */
function isOldReport(message: MimeMessage): boolean {
  const subject = decodeWords(valueOf(message.fields, 'subject') ?? '')
  return (
    oldReports.test(subject.trim()) &&
    message.parts.some(({ type, text }) => /rfc822/.test(type) || /copy of the headers/i.test(text))
  )
}

/** What such a report says in words: `Sender IP Address: 192.0.2.1`, `Sender Domain: example.org`. */
function saidOutside(message: MimeMessage, feedback: Feedback): Partial<Feedback> {
  const text = message.parts[0]?.text ?? ''
  const ip = /^\s*(?:sender |source |client )?ip(?: address)?\s*:\s*([\da-f.:]{3,45})\s*$/im.exec(text)?.[1]
  const domain = /^\s*(?:sender |header |from )?domain\s*:\s*([\w.-]+)\s*$/im.exec(text)?.[1]
  const derived = new Set(feedback.derived)
  if (ip !== undefined) derived.add('sourceIp')
  if (domain !== undefined) derived.add('reportedDomain')
  return {
    ...(ip === undefined ? {} : { sourceIp: ip }),
    ...(domain === undefined ? {} : { reportedDomain: [domain] }),
    derived: [...derived],
  }
}

const forwardedFrom =
  /^[>*| ]*\*?(?:from|von|de|da|van|od|发件人|寄件者|差出人|от|från|fra)\s*\*?\s*[:：]\*?[^\n]{0,200}(?:mailer-?daemon|postmaster@|mail delivery (?:sub)?system|microsoft outlook|microsoftexchange|mail-?daemon|mail delivery)/im

/** A bounce that somebody forwarded in the text of a message. */
function readForwarded(message: MimeMessage): Finding | undefined {
  const text = message.parts
    .filter(({ type }) => type === 'text/plain')
    .map((part) => part.text)
    .join('\n')
  const start = forwardedFrom.exec(text)
  if (!start) return undefined
  const pasted = readPasted(text.slice(start.index))
  return pasted && bounceFinding('bounce', pasted.recipients, [text])
}

function isHeader(fields: readonly HeaderField[]): boolean {
  return fields.filter(({ name }) => knownFields.test(name)).length >= 2
}

const verdictFields =
  /^(?:x-spam-[\w-]+|x-forefront-antispam-report|x-microsoft-antispam|x-ms-exchange-organization-scl|x-rspamd-[\w-]+|x-barracuda-spam-[\w-]+|x-ironport-[\w-]+|x-proofpoint-spam-details|x-gm-spam|x-sid-result|x-auth-result|received-spf)$/

export function headerFacts(fields: readonly HeaderField[]): HeaderFacts {
  const text = (name: string): string | undefined => {
    const value = valueOf(fields, name)
    return value === undefined ? undefined : decodeWords(decodeText(value)).slice(0, 998)
  }
  return {
    from: text('from'),
    subject: text('subject'),
    date: text('date'),
    messageId: text('message-id'),
    returnPath: text('return-path'),
    hops: valuesOf(fields, 'received').slice(0, 30).map(readReceived),
    authenticationResults: [
      ...valuesOf(fields, 'authentication-results'),
      ...valuesOf(fields, 'arc-authentication-results'),
    ]
      .slice(0, 20)
      .map((value) => value.slice(0, 998)),
    verdicts: fields
      .filter(({ name, value }) => verdictFields.test(name) && value !== '')
      .slice(0, 20)
      .map(({ name, value }) => ({ name, value: value.slice(0, 998) })),
  }
}

function readJson(text: string): Finding | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = linesOfJson(text)
  }
  if (typeof json !== 'object' || json === null) return undefined
  const xarf = readXarf(json)
  if (xarf) {
    const { category, type, errors, ...feedback } = xarf
    return {
      kind: 'xarf',
      feedback: {
        ...feedback,
        authenticationResults: [],
        derived: [],
        category,
        type,
        errors: errors.length > 0 ? errors : undefined,
      },
    }
  }
  const complaint = readComplaintNotification(json)
  if (complaint) return { kind: 'feedback', feedback: complaint }
  const recipients = readBounceNotification(json)
  return recipients && bounceFinding('bounce', recipients, [text])
}

/** One object a line, as logs and webhooks are kept. */
function linesOfJson(text: string): unknown[] | undefined {
  const found: unknown[] = []
  for (const line of text.split('\n', 1000)) {
    if (line.trim() === '') continue
    try {
      found.push(JSON.parse(line))
    } catch {
      return undefined
    }
  }
  return found.length > 0 ? found : undefined
}

/** More of a pasted text is not looked at: a report is short, and of a log the first lines say it. */
const longestText = 512 * 1024

function readText(whole: string): Finding {
  const text = whole.slice(0, longestText)
  // A few strange bytes happen in pasted text; a file that is full of them is none.
  const strange = text.slice(0, 4000).match(/[\x00-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0
  if (strange > 40) return unknown('binary')
  const pasted = readPasted(text)
  if (pasted) return bounceFinding(pasted.kind, pasted.recipients, [text])
  const fields = readMimeMessage(reportLines(text).join('\n').replace(/^\s+/, '')).fields
  if (fields.some(({ name }) => name === 'received' || name === 'authentication-results'))
    return { kind: 'headers', header: headerFacts(fields) }
  return nothingFound(text)
}

/** More is a text about something else. */
const longestGuess = 2000

/** `our server is on a blacklist`: no bounce, but whoever asks so can be helped. */
function nothingFound(text: string): Finding {
  const guess = text.length > longestGuess ? undefined : soundsLike(text)
  if (guess === undefined) return unknown('nothing-found')
  const { reason, path, who } = guess
  return { kind: 'unknown', error: 'nothing-found', perhaps: { reason, path, who } }
}

function bounceFinding(
  kind: 'bounce' | 'reply',
  recipients: readonly Recipient[],
  texts: readonly string[],
): Finding {
  const said = recipients.slice(0, mostRecipients)
  return {
    kind,
    recipients: said,
    links: linksIn([...said.map(({ diagnostic = '' }) => diagnostic), ...texts]),
  }
}

/** Links are looked for in so much of an input. */
const mostLinkText = 256 * 1024

/** Case links (contracts 8), whole or cut by the line ends of a mail program. */
function linksIn(texts: readonly string[]): CaseLinkFound[] {
  const found = new Map<string, CaseLinkFound>()
  let left = mostLinkText
  for (const text of texts) {
    const looked = text.slice(0, left)
    left -= looked.length
    // Few texts have one.
    if (!looked.includes('/c/')) continue
    for (const [, host = '', token = ''] of looked.matchAll(caseLinks))
      if (found.size < 20) found.set(`${host}/${token}`, { host: host.toLowerCase(), token })
  }
  return [...found.values()]
}

const caseLinks = /https?:\/\/([\w.:-]{1,255})\/c\/([A-Za-z0-9_-]{4,140})/g

function textsOf({ parts }: MimeMessage): readonly string[] {
  return parts.map(({ text }) => text)
}

function unknown(error: AnalysisError): Finding {
  return { kind: 'unknown', error }
}
