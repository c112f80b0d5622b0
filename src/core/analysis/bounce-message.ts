import { decodeWords } from '../../standards/encoded-word.ts'
import { readDeliveryStatus, type RecipientStatus } from '../../standards/dsn.ts'
import { readFields, valueOf, valuesOf } from '../../standards/header-fields.ts'
import { findReply } from '../../standards/quoted-reply.ts'
import { readMimeMessage, type MimeMessage } from '../../standards/mime-parts.ts'
import type { Recipient } from './analysis.ts'
import { automaticSubject, isAutomaticReply } from './automatic-reply.ts'
import { actionOf, recipientOf } from './recipient.ts'
import { htmlToText, reportLines, withoutFields } from './report-lines.ts'
import { findPassages, joined, mailbox, type Passage } from './report-text.ts'

/** Bounces that are whole messages: with a machine part (RFC 3464), or as each mail system writes them. */

const statusPart = /^message\/(?:global-)?delivery-status$/
const attachedPart = /^(?:message\/(?:rfc822|global|partial)|text\/rfc822)$/
const returnedPart = /^(?:(?:message|text)\/(?:rfc822|global)(?:-headers)?|message\/partial)$/

/** The recipients, or undefined when the message is no bounce. */
export function readBounce(message: MimeMessage): Recipient[] | undefined {
  const machine = machineParts(message)
  const text = reportText(message)
  const lines = withoutFields(reportLines(text))
  if (!isBounce(message, machine, lines)) return undefined
  const failed = valuesOf(message.fields, 'x-failed-recipients').flatMap((value) => addressesIn(value))
  const others = writersOf(message)
  const passages = findPassages(lines, { others, failed })
  const isTold = machine.length > 0 && machine.every(({ action }) => actionOf(action) !== undefined)
  const action = isTold ? undefined : actionIn(message, text)
  if (machine.length > 0) return fromMachine(machine, passages, lines, action)
  const known = passages.length > 0 ? passages : withoutText(message, failed, lines)
  const around = joined(lines)
  const told = known.length > 0 ? known : [{ address: undefined, text: around }]
  return told.map(({ address, text: passage }) =>
    recipientOf({ address, passage, around: told.length === 1 ? around : '', action }),
  )
}

/** A bounce inside: a message that somebody forwarded as an attachment. */
export function attachedMessages(message: MimeMessage): readonly MimeMessage[] {
  return message.parts
    .filter(({ type, text }) => attachedPart.test(type) && text.length > 20)
    .slice(0, 5)
    .map(({ text }) => readMimeMessage(text.trimStart()))
}

function machineParts(message: MimeMessage): readonly RecipientStatus[] {
  const declared = message.parts.filter(({ type }) => statusPart.test(type))
  const parts =
    declared.length > 0
      ? declared
      : message.parts.filter(({ type, text }) => type.startsWith('text/plain') && machineField.test(text))
  return parts.flatMap(
    ({ text, type }) => readDeliveryStatus(statusPart.test(type) ? text : fieldsIn(text)).recipients,
  )
}

const machineField = /^[> ]*(?:Final-Recipient|Original-Recipient):\s*(?:rfc822|utf-8|\S+@)/im

/** The machine part in a text in which somebody pasted it. */
export function fieldsIn(text: string): string {
  const start = /^[> ]*(?:Reporting-MTA|Final-Recipient|Original-Recipient):/im.exec(text)?.index
  if (start === undefined) return ''
  const lines = text
    .slice(start)
    .split('\n')
    .map((line) => line.replace(/^[> ]{0,4}(?=[A-Za-z-]+:)/, ''))
  const end = lines.findIndex(
    (line, index) => index > 0 && line.trim() !== '' && !/^[A-Za-z][A-Za-z0-9-]*:|^\s/.test(line),
  )
  return (end < 0 ? lines : lines.slice(0, end)).join('\n')
}

/** What the report says to people: text parts before the returned message; HTML where there is no text. */
function reportText({ parts }: MimeMessage): string {
  const end = parts.findIndex(({ type }) => returnedPart.test(type))
  const own = (end < 0 ? parts : parts.slice(0, end)).filter(({ type }) => !statusPart.test(type))
  const plain = own.filter(({ type, text }) => type === 'text/plain' && text.trim() !== '')
  const html = own.filter(({ type }) => type === 'text/html').map(({ text }) => htmlToText(text))
  const text = plain.map((part) => part.text).join('\n\n')
  if (text.trim().length > 40)
    return html.length > 0 && !/[245]\d\d/.test(text) ? `${text}\n\n${html.join('\n')}` : text
  if (html.length > 0) return `${text}\n${html.join('\n')}`
  return text || own.map((part) => part.text).join('\n\n')
}

const daemon =
  /mailer-?daemon|mail ?delivery|delivery ?(?:sub)?system|^\W*postmaster|<postmaster|mail-?daemon|maildaemon|microsoftexchange|^\W*(?:mdaemon|mrsd|mailsystem|mail system|bounce|mail administrator|mail deliver|mailer|postoffice|system administrator|systemadministrator|administrator|network administrator|mail router|internet mail|lotus|gw|daemon|maildelivery|complaints|exchange)|post(?:ma[iî]ster|master)@|systemadministrator|sys(?:tem)? ?admin|systemadmin|系统退信|系統退信|postfix|noreply@.*googlegroups|nobody@|no-reply@.*bounce/i
const bounceSubject =
  /undeliver|un-?deliverable|deliver(?:y|ed|ing)?[\s\w:-]{0,30}(?:status|fail|problem|report|incomplete|delay|error|notif|unsuccess|rejected|unable|impossible)|(?:fail|error|problem|unable|could not|cannot|can't|not)[\s\w]{0,30}(?:deliver|send|sent)|returned (?:mail|message|to sender|e-?mail)|return(?:ed|ing) (?:mail|message)|mail (?:delivery|system|returned|not delivered|failure|error|could not)|failure (?:notice|delivery)|non-?deliver|nondeliver|message (?:not delivered|undeliver|delay|status|reject|blocked|could not|returned|failed)|(?:mail|message|delivery|recipient|address)[\s\w]{0,30} rejected|rejected[\s\w:]{0,20}(?:mail|message|delivery)|bounce|dsn:|ndn:|warning: (?:could not send|message)|user unknown|mail could not|unknown (?:user|recipient|address)|address not found|unzustellbar|nicht zugestellt|nicht zustellbar|zustell|unzustell|fehler bei der|non remis|non distribu|échec|echec|retour|impossible|no (?:se )?(?:ha )?(?:podido |puede )?entreg|no entreg|devuelto|não (?:é possível |foi |pôde )?entreg|não entregue|devolvid|falha|mancat|non recapit|non consegnat|recapito|onbestelbaar|niet bezorgd|nie dostarczon|niedostarcz|zwrot|退信|未送达|未能送达|无法送达|投递失败|发送失败|退回|無法傳遞|無法傳送|未傳遞|退件|配信|送信(?:エラー|失敗|できません)|エラー(?:通知|メール)|届きません|戻って|недостав|не (?:был[оа]? )?(?:удалось )?(?:доставлен|доставить)|невозможно доставить|возврат|반송|배달|전송 실패|teslim edile|iletile|returnerat|kunde inte levereras|ikke leveres|toimitus/i

function isBounce(
  message: MimeMessage,
  machine: readonly RecipientStatus[],
  lines: readonly string[],
): boolean {
  if (message.reportType !== undefined && !isDeclared(message)) return false
  if (machine.length > 0)
    return message.parts.some(({ type }) => statusPart.test(type)) || isFromDaemon(message)
  if (message.reportType !== undefined || valueOf(message.fields, 'x-failed-recipients') !== undefined)
    return true
  if (isMailingListOrReply(message)) return false
  const subject = subjectOf(message)
  const isNamed = bounceSubject.test(subject)
  // Automatic replies have the null return path too (RFC 3834 §4).
  if (isAutomaticReply(message) && !isDaemon(message)) return isNamed && !automaticSubject.test(subject)
  if (!isFromDaemon(message))
    return isNamed && !isAnswer(message) && speaksOfFailure(lines) && speaksOfMail(message, lines)
  return isNamed || speaksOfFailure(lines) || (isDaemon(message) && quotesRefusal(lines))
}

/** Whether the message itself says that it is a report of this kind (RFC 3464, RFC 6533). */
export function isDeclared({ reportType }: MimeMessage): boolean {
  return reportType === 'delivery-status' || reportType === 'global-delivery-status'
}

/** Whatever language the report is in: an address, and the answer of a server that refused. */
function quotesRefusal(lines: readonly string[]): boolean {
  const text = joined(lines)
  return text.includes('@') && findReply(text) !== undefined
}

export function isFromDaemon(message: MimeMessage): boolean {
  const { fields } = message
  const returnPath = fields.find(({ name }) => name === 'return-path')?.value.trim()
  return (
    isDaemon(message) ||
    returnPath === '<>' ||
    valueOf(fields, 'x-ms-exchange-message-is-ndr') !== undefined ||
    fields.some(({ name }) => name === 'x-ms-exchange-message-is-ndr')
  )
}

/** By the name it bears. */
function isDaemon({ fields }: MimeMessage): boolean {
  return daemon.test(decodeWords(valueOf(fields, 'from') ?? ''))
}

function isAnswer({ fields }: MimeMessage): boolean {
  return valueOf(fields, 'in-reply-to') !== undefined
}

const mailWords =
  /smtp|mailbox|recipient|mail ?server|mail system|\bmta\b|undeliver|user unknown|postmaster|mailer|empfänger|postfach|destinatai?r|boîte aux lettres|buzón|casella|caixa|odbiorc|получател|почтов|收件人|邮箱|郵件|邮件|宛先|メール|수신자|메일/i

/** Parcels and payments are returned too: what is about mail quotes a reply, returns the message, or says so. */
function speaksOfMail(message: MimeMessage, lines: readonly string[]): boolean {
  return (
    message.parts.some(({ type }) => returnedPart.test(type)) ||
    mailWords.test(lines.slice(0, 80).join('\n')) ||
    findReply(joined(lines)) !== undefined
  )
}

function isMailingListOrReply({ fields }: MimeMessage): boolean {
  const isAnswered = /^\s*(?:re|aw|antw|sv|回复|答复)\s*[:：]/i.test(
    decodeWords(valueOf(fields, 'subject') ?? ''),
  )
  return isAnswered || valueOf(fields, 'list-unsubscribe') !== undefined
}

const failureWords =
  /(?:not|n't|unable to|could not|cannot|failed to|fail(?:ed|ure)?)[\s\S]{0,60}(?:deliver|sent|send|reach|recipient|relay|transmi)|deliver\w*[\s\S]{0,60}(?:fail|not|error|unsuccess|reject|refus|delay|impossible)|undeliver|permanent (?:fatal )?error|returned to|rejected|refused|user unknown|has been delayed|zugestellt|zustellung|remis|distribu|entreg|recapit|consegnat|bezorg|доставлен|退信|投递|送达|无法|配信|送信|届け|존재/i

function speaksOfFailure(lines: readonly string[]): boolean {
  const text = lines.slice(0, 80).join('\n')
  return failureWords.test(text) && (text.includes('@') || /\b[45]\d\d\b/.test(text))
}

function subjectOf({ fields }: MimeMessage): string {
  return decodeWords(valueOf(fields, 'subject') ?? '')
}

/** A warning that delivery takes longer, a report of success; undefined for a failure, the common case. */
function actionIn(message: MimeMessage, text: string): Recipient['action'] | undefined {
  return actionOfText(`${subjectOf(message)}\n${text.slice(0, 6000)}`)
}

const delayWords =
  /\(delay\)|delayed mail|warning: (?:could not send|message|mail)|warning message only|no action is required on your part|do(?: not|n't) need to re-?send|not yet been delivered|delivery (?:is |has been |status: )?delayed|message (?:is |has been )?delayed|will (?:keep|continue) (?:trying|to try)|will be retried|will (?:re)?try (?:again )?for|temporary problem delivering|still (?:trying|being retried)|delivery attempts will continue|we will keep trying|noch nicht zugestellt|verzögert|weiterhin versuch|retardé|retraso en la entrega|sigue intentando|todavía no|ritardat|vertraagd|задержан|будут продолжены|延迟|将继续尝试|继续尝试|遅延|再送(?:信)?(?:を|し)/i
const successWords =
  /successful(?:ly)? (?:mail |delivery )?(?:deliver|report|sent)|was (?:successfully )?delivered (?:to|successfully)|delivery (?:was |)successful|has been successfully|erfolgreich zugestellt|remis avec succès|entregado correctamente/i

export function actionOfText(text: string): Recipient['action'] | undefined {
  if (
    delayWords.test(text) &&
    !/no longer|given up|giving up|gave up|will not be retried|failed permanently|permanent (?:fatal |delivery )?(?:error|failure)|couldn't be delivered|wasn't delivered/i.test(
      text.slice(0, 3000),
    )
  )
    return 'delayed'
  return successWords.test(text) && !/not (?:been |)(?:successfully )?deliver|unsuccessful/i.test(text)
    ? 'delivered'
    : undefined
}

/** Whoever the report was sent to, and whoever wrote the returned message: never the failing recipient. */
function writersOf(message: MimeMessage): Set<string> {
  const others = new Set<string>()
  for (const field of ['from', 'to', 'reply-to', 'delivered-to', 'envelope-to', 'errors-to']) {
    for (const value of valuesOf(message.fields, field))
      for (const address of addressesIn(value)) others.add(address.toLowerCase())
  }
  const returned = returnedHeader(message)
  for (const field of ['from', 'return-path', 'sender']) {
    for (const address of addressesIn(valueOf(returned, field) ?? '')) others.add(address.toLowerCase())
  }
  return others
}

/** Who wrote it stands near its beginning. */
const longestReturned = 64 * 1024

function returnedHeader(message: MimeMessage): MimeMessage['fields'] {
  const part = message.parts.find(({ type }) => returnedPart.test(type))
  if (part === undefined) return []
  const text = part.text.trimStart()
  const end = text.indexOf('\n\n')
  return readFields((end < 0 ? text : text.slice(0, end + 1)).slice(0, longestReturned))
}

const mailboxes = new RegExp(mailbox, 'g')

export function addressesIn(value: string): string[] {
  return value.slice(0, 8192).match(mailboxes) ?? []
}

function fromMachine(
  machine: readonly RecipientStatus[],
  passages: readonly Passage[],
  lines: readonly string[],
  action: Recipient['action'] | undefined,
): Recipient[] {
  const around = machine.length === 1 ? joined(lines) : ''
  return machine.map((block) => {
    const names = [block.finalRecipient, block.originalRecipient].filter((name) => name !== undefined)
    const passage = passages.find(({ address }) =>
      names.some((name) => name.toLowerCase() === address.toLowerCase()),
    )
    const only = machine.length === 1 ? passages[0] : undefined
    const address = names.find((name) => /^[^@\s].*@/.test(name)) ?? only?.address ?? names[0]
    return recipientOf({ address, machine: block, passage: (passage ?? only)?.text ?? '', around, action })
  })
}

/** Nothing in the text names a recipient: what other fields and the returned message say. */
function withoutText(message: MimeMessage, failed: readonly string[], lines: readonly string[]): Passage[] {
  const text = joined(lines)
  if (failed.length > 0) return failed.map((address) => ({ address, text }))
  const to = addressesIn(valueOf(returnedHeader(message), 'to') ?? writtenTo(message) ?? '')
  return to.length === 1 ? to.map((address) => ({ address, text })) : []
}

/** `To` of a returned message that stands in the text. */
function writtenTo({ parts }: MimeMessage): string | undefined {
  const text = parts.map((part) => (part.type.startsWith('text/') ? part.text : '')).join('\n')
  const fields = [...text.slice(0, 60_000).matchAll(/^[> ]*To:[ \t]*(\S.{0,300})$/gim)]
  return fields.length === 0 ? undefined : fields.at(-1)?.[1]
}
