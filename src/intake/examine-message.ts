import type { Claims, Examination, ReportedMessage, Writer } from '../core/abuse/examination.ts'
import type { ExamineRequest } from '../core/abuse/examination-schema.ts'
import type { Feedback } from '../standards/arf.ts'
import { isCompoundFile } from '../standards/compound-file.ts'
import { readXarf } from '../standards/xarf.ts'
import { attachedTo, type Attached } from './attached-reports.ts'
import type { Lookup } from './authenticate.ts'
import { headerOfMsg } from './outlook-message.ts'
import type { Breach, ParsedMessage } from './parsed-message.ts'
import { pastedHeader } from './pasted-source.ts'
import { readMessage } from './read-message.ts'
import { readReported } from './reported-message.ts'
import { isTestReport, messagesIn, parseModestJson } from './xarf-evidence.ts'

/** Reads a report of abuse in whatever shape it came. Runs in a process that may be killed at any moment. */
export async function examine(
  raw: Buffer,
  request: ExamineRequest,
  lookup: Lookup,
): Promise<Examination | Breach> {
  switch (request.shape) {
    case 'message':
      return await examineMail(raw, request, lookup)
    case 'reported':
      return await examineReported(raw, request, lookup)
    case 'xarf':
      return await examineXarf(parseModestJson(raw), request, lookup)
  }
}

/** What somebody uploads is the message, or a saved mail that carries it, or a header that was pasted. */
async function examineReported(
  raw: Buffer,
  request: ExamineRequest,
  lookup: Lookup,
): Promise<Examination | Breach> {
  if (isCompoundFile(raw)) {
    const header = headerOfMsg(raw)
    const found = await readAll(header ? [{ bytes: header, isHeaderOnly: true }] : [], lookup, request.now)
    return typeof found === 'string' ? found : { reported: found, claims: null, writer: null }
  }
  const text = raw.toString('latin1')
  const isHeaderOnly = !/\r?\n\r?\n[\s\S]*\S/.test(text)
  const message = await readReported(withLineEnds(raw), isHeaderOnly, lookup, request.now)
  if (typeof message === 'string') return message
  const hasHeader = message.from !== null && (message.messageId !== null || message.hops.length > 0)
  return { reported: hasHeader ? [message] : [], claims: null, writer: null }
}

async function examineXarf(
  json: unknown,
  { now }: ExamineRequest,
  lookup: Lookup,
): Promise<Examination | Breach> {
  const report = readXarf(json)
  if (!report) return 'unparsable'
  const { messages, errors } = messagesIn(json)
  const reported = await readAll(
    messages.map((bytes) => ({ bytes, isHeaderOnly: false })),
    lookup,
    now,
  )
  if (typeof reported === 'string') return reported
  const { category, type } = report
  const feedback: Feedback = { ...noFeedback, ...textsOf(report) }
  const claims: Claims = {
    format: 'xarf',
    kind: category === undefined ? null : `${category}/${type ?? ''}`.slice(0, 200),
    feedback,
    errors: [...report.errors, ...errors].slice(0, 20).map((error) => error.slice(0, 500)),
    isTest: isTestReport(json),
  }
  return { reported, claims, writer: null }
}

async function examineMail(
  raw: Buffer,
  request: ExamineRequest,
  lookup: Lookup,
): Promise<Examination | Breach> {
  const { client, helo, mailFrom, now } = request
  const message = await readMessage(
    raw,
    { client, helo, mailFrom, now, authenticate: true, probe: false },
    lookup,
  )
  if (typeof message === 'string') return message
  const attached = await attachedTo(raw)
  const json = parseModestJson(attached.json ?? pastedJson(message.text))
  const xarf = json === undefined ? undefined : await examineXarf(json, request, lookup)
  const pasted = attached.messages.length > 0 ? undefined : pastedHeader(message.text)
  const found = pasted ? [{ bytes: pasted, isHeaderOnly: true }] : attached.messages
  const reported = await readAll(found, lookup, now)
  if (typeof reported === 'string') return reported
  const writer = writerOf(message, request)
  if (xarf !== undefined && typeof xarf !== 'string')
    return { ...xarf, reported: reported.length > 0 ? reported : xarf.reported, writer }
  return { reported, claims: claimsOf(message), writer }
}

/** A report that is the text itself; empty when the text is none. */
function pastedJson(text: string): Buffer {
  const trimmed = text.trim()
  return Buffer.from(trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed : '')
}

function writerOf(
  { from, authentication, automatic, ambiguous, subject, text }: ParsedMessage,
  { recipient }: ExamineRequest,
): Writer {
  const aligned = authentication?.aligned ?? []
  // A signature alone could have been lifted from a message to somebody else.
  const isToUs =
    recipient !== null && authentication?.signedRecipients.includes(recipient.toLowerCase()) === true
  return {
    mailbox: from.length === 1 ? (from[0] ?? null) : null,
    isAligned: ambiguous.length === 0 && (aligned.includes('spf') || (aligned.includes('dkim') && isToUs)),
    isUnsure: authentication?.isUnsure ?? false,
    isAutomatic: automatic.length > 0,
    language: /[\u4e00-\u9fff]{2}/.test(`${subject}\n${text.slice(0, 2000)}`) ? 'zh-CN' : 'en',
  }
}

function claimsOf({ feedback }: ParsedMessage): Claims | null {
  const report = feedback.find(({ isReport }) => isReport)
  if (!report) return null
  return {
    format: 'arf',
    kind: report.feedback.feedbackType ?? null,
    feedback: report.feedback,
    errors: [],
    isTest: false,
  }
}

async function readAll(
  attached: readonly Attached[],
  lookup: Lookup,
  now: number,
): Promise<ReportedMessage[] | Breach> {
  const found: ReportedMessage[] = []
  for (const { bytes, isHeaderOnly } of attached) {
    const message = await readReported(withLineEnds(bytes), isHeaderOnly, lookup, now)
    if (typeof message === 'string') return message
    if (message.from !== null || message.messageId !== null || message.hops.length > 0) found.push(message)
  }
  return found
}

/** Line ends that a file system or a form has made LF are CR LF again, as they were when the message was signed. */
function withLineEnds(bytes: Buffer): Buffer {
  if (bytes.includes('\r\n')) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
}

const noFeedback: Feedback = {
  originalRcptTo: [],
  reportedDomain: [],
  reportedUri: [],
  authenticationResults: [],
  derived: [],
}

/** The fields of an XARF report that a feedback report has too, cut to their length. */
function textsOf({
  sourceIp,
  arrivalDate,
  originalMailFrom,
  originalRcptTo,
  reportedDomain,
  reportedUri,
  userAgent,
  subject,
}: NonNullable<ReturnType<typeof readXarf>>): Partial<Feedback> {
  const cut = (text: string | undefined): string | undefined => text?.slice(0, 998)
  const list = (texts: readonly string[]): string[] => texts.slice(0, 20).map((text) => text.slice(0, 998))
  return {
    sourceIp: cut(sourceIp),
    arrivalDate: cut(arrivalDate),
    originalMailFrom: cut(originalMailFrom),
    originalRcptTo: list(originalRcptTo),
    reportedDomain: list(reportedDomain),
    reportedUri: list(reportedUri),
    userAgent: cut(userAgent),
    subject: cut(subject),
  }
}
