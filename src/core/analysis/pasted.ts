import { readDeliveryStatus } from '../../standards/dsn.ts'
import { findReply } from '../../standards/quoted-reply.ts'
import type { Recipient } from './analysis.ts'
import { actionOfText, addressesIn, fieldsIn } from './bounce-message.ts'
import { soundsLike } from './judge.ts'
import { recipientOf } from './recipient.ts'
import { reportLines, withoutFields } from './report-lines.ts'
import { findPassages, joined, mailbox } from './report-text.ts'

/** What people paste: the text of a bounce, lines of a log, a session, a bare reply. */
export interface Pasted {
  readonly kind: 'bounce' | 'reply'
  readonly recipients: readonly Recipient[]
}

export function readPasted(text: string): Pasted | undefined {
  const lines = reportLines(text)
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '')
  const isReport = /^\s*-{3,} ?(?:the following addresses|transcript of session)/im.test(text)
  const log = isReport ? undefined : readLog(filled)
  if (log) return { kind: 'reply', recipients: log }
  const session = isReport ? undefined : readSession(filled)
  if (session) return { kind: 'reply', recipients: session }
  if (isBareReply(filled)) return { kind: 'reply', recipients: [bareReply(lines)] }
  const recipients = readText(text, withoutFields(lines))
  return recipients && { kind: 'bounce', recipients }
}

function readText(text: string, lines: readonly string[]): Recipient[] | undefined {
  const machine = readDeliveryStatus(fieldsIn(text)).recipients.filter(
    ({ finalRecipient, originalRecipient }) => finalRecipient ?? originalRecipient,
  )
  const action = actionOfText(text.slice(0, 6000))
  const passages = findPassages(lines, { others: writersIn(text), failed: [] })
  const around = joined(lines)
  if (machine.length > 0) {
    return machine.map((block) => {
      const address = block.finalRecipient?.includes('@')
        ? block.finalRecipient
        : (block.originalRecipient ?? block.finalRecipient)
      const passage =
        passages.find((each) => each.address.toLowerCase() === address?.toLowerCase()) ??
        (machine.length === 1 ? passages[0] : undefined)
      return recipientOf({
        address,
        machine: block,
        passage: passage?.text ?? '',
        around: machine.length === 1 ? around : '',
        action,
      })
    })
  }
  if (passages.length > 0 && (findReply(around) || failure.test(around) || isPostfixParagraph(around))) {
    const isOnly = passages.length === 1
    return passages.map(({ address, text: passage }) =>
      recipientOf({ address, passage, around: isOnly ? around : '', action }),
    )
  }
  if (!findReply(around)) return undefined
  return [recipientOf({ address: undefined, passage: around, around, action })]
}

/** `<bob@example.net>: mail for example.net loops back to myself`: a paragraph of a report in which no server is quoted. */
function isPostfixParagraph(text: string): boolean {
  const said = /^<[^\s<>@]{1,64}@[^\s<>]{1,255}>: (\S.*)/m.exec(text)?.[1]
  return said !== undefined && soundsLike(said) !== undefined
}

/** A text with an address and no code is a bounce only when it says that something was not delivered. */
const failure =
  /(?:not|n't|unable|could not|cannot|failed|failure)[\s\S]{0,80}(?:deliver|sent|reach|found|recipient|relay|accept|exist)|deliver\w*[\s\S]{0,80}(?:fail|error|not|reject|delay|impossible)|undeliver|undelivered|returned mail|rejected|bounced|permanent error|user unknown|mailbox (?:is )?full|zugestellt|zustell|unzustellbar|remis|distribu|entreg|recapit|consegnat|bezorg|dostarczon|доставлен|退信|投递|送达|无法|未能|配信|送信|届け|存在|반송|전송/i

const envelopeSender = new RegExp(`(?:mail from:\\s*|\\bfrom=)<(${mailbox})>`, 'gi')

/** Who wrote the message, as far as the text says. */
function writersIn(text: string): Set<string> {
  const writers = new Set<string>()
  for (const [line] of text
    .slice(0, 60_000)
    .matchAll(
      /^[>* ]{0,5}(?:from|von|de|reply-to|return-path|sender|发件人|差出人|от|mail from|envelope-from)\s*[:：].{0,300}$/gim,
    )) {
    for (const address of addressesIn(line)) writers.add(address.toLowerCase())
  }
  for (const match of text.slice(0, 60_000).matchAll(envelopeSender))
    writers.add((match[1] ?? '').toLowerCase())
  return writers
}

/** Lines of mail logs: syslog, RFC 5424 and ISO times, Exim's own, qmail's TAI64N. */
const logLine =
  /^(?:<\d{1,3}>)?(?:\d )?(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|@4[0-9a-f]{23}|\[\d{4}-\d\d-\d\d|\d{1,2}\/\w{3}\/\d{4}|(?:postfix\/)?[a-z]+\[\d+\]:|(?:new msg|starting delivery|delivery) \d+)/
const logSign =
  /postfix|exim|sendmail|sm-mta|qmail|haraka|opensmtpd|smtpd|dovecot|mailer|status=|stat=|dsn=|\*\* |== |=> |relay=|to=<|H=|T=remote|NOQUEUE|reject|bounced|deferred|delivery \d+|result=|outbound|smtp|R=dnslookup|RCPT TO:/i

/** Refusals and delays in lines of a log; undefined when they are none. */
function readLog(lines: readonly string[]): Recipient[] | undefined {
  const first = lines[0]
  const isLog =
    first !== undefined &&
    ((logLine.test(first) && logSign.test(lines.slice(0, 3).join(' '))) ||
      /^(?:[0-9A-Za-z]{6,20}: )?to=<|^(?:NOQUEUE|[0-9A-F]{8,14}): |^[\w-]{16,23} (?:\*\*|==) /.test(first))
  if (!isLog) return undefined
  const entries: string[] = []
  for (const line of lines) {
    if (
      entries.length === 0 ||
      logLine.test(line) ||
      /^(?:[0-9A-Za-z]{6,20}: )?to=<|^(?:NOQUEUE|[0-9A-F]{8,14}): /.test(line)
    )
      entries.push(line)
    else entries.push(`${entries.pop() ?? ''} ${line}`)
  }
  const found = new Map<string, Recipient>()
  let named: string | undefined
  for (const entry of entries.slice(0, 500)) {
    named =
      /\bto (?:remote|local) (\S+@\S+)/.exec(entry)?.[1] ??
      /RCPT TO:\s*<([^<>\s]+)>/i.exec(entry)?.[1] ??
      named
    const isTrouble =
      /status=(?:bounced|deferred|undeliverable)|stat(?:us)?=(?!Sent)|\*\* | == |reject|deferr?al|failure:|fail|bounce|refus|error|timed? ?out|[\s'"=(:,][45]\d\d[ -]/i.test(
        entry,
      )
    if (!isTrouble || /status=(?:sent|deliverable)|stat=Sent/i.test(entry)) continue
    const passage = entry.replace(/^.*?(?=(?:postfix|exim|sendmail|sm-mta|qmail)\S*:)/, '')
    const address = recipientInLog(entry) ?? named
    const action = /status=deferred|stat=deferr?ed| == |deferral:|\bdeferred\b/i.test(entry)
      ? 'delayed'
      : undefined
    const isAnswer = !/status=bounced| \*\* |failure:/.test(entry)
    const recipient = recipientOf({
      address,
      passage: words(passage),
      around: '',
      action,
      isAnswer,
      logged: /\bdsn=([245]\.\d+\.\d+)/.exec(entry)?.[1],
    })
    found.set(address?.toLowerCase() ?? `#${found.size}`, recipient)
  }
  return found.size > 0 ? [...found.values()] : undefined
}

const recipientsInLog: readonly RegExp[] = [
  new RegExp(`\\b(?:orig_)?to(?:=<?| = ")(${mailbox})`, 'i'),
  new RegExp(`(?:\\*\\*|==) (?:\\S+ <)?(${mailbox})`),
  new RegExp(`RCPT TO:\\s*<?(${mailbox})`, 'i'),
  new RegExp(`(?:rcpt|recipient)[ =:]+<?(${mailbox})`, 'i'),
  new RegExp(`[45]\\d\\d[- ]\\d\\.\\d+\\.\\d+ <(${mailbox})>`),
  // Message tracking of Exchange: recipients, and after the comma what was answered for them.
  new RegExp(`,(${mailbox}),"?[45]\\d\\d[ -]`),
]

function recipientInLog(entry: string): string | undefined {
  for (const pattern of recipientsInLog) {
    const address = pattern.exec(entry)?.[1]
    if (address !== undefined) return address
  }
  return undefined
}

/** qmail logs write spaces as underscores. */
function words(entry: string): string {
  return /delivery \d+: (?:failure|deferral|success)/.test(entry)
    ? entry.replaceAll('_', ' ').replaceAll('/', ' / ')
    : entry
}

const said = /^(?:<<<|<-|<\*\*|<~\*?|S:|server:|recv:|R:|\*\*|<)?\s*([2345]\d\d)(?:[ -]|$)/i
const asked =
  /^(?:>>>|->|~>|C:|client:|send:|S>|>)?\s*(HELO|EHLO|LHLO|MAIL FROM|RCPT TO|DATA|\.|QUIT|STARTTLS|RSET|AUTH|BDAT)\b[: ]?\s*<?([^<>\s]*)>?/i

/** A session as a tool shows it: commands and replies. Every refused command is one answer. */
function readSession(lines: readonly string[]): Recipient[] | undefined {
  const commands = lines.filter((line) =>
    /^(?:>>>|->|~>|C:|client:)?\s*(?:HELO|EHLO|LHLO|MAIL FROM|RCPT TO|DATA)\b/i.test(line),
  ).length
  const replies = lines.filter((line) => said.test(line)).length
  if (commands < 1 || replies < 1 || commands + replies < 3 || (commands + replies) * 3 < lines.length)
    return undefined
  const found: Recipient[] = []
  let command = 'connect'
  let refusedAtOnce = false
  let recipients: string[] = []
  let address: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const code = said.exec(line)?.[1]
    if (code === undefined) {
      const sent = asked.exec(line)
      if (!sent) continue
      command = (sent[1] ?? '').toUpperCase().replace(/^\.$/, 'DATA')
      if (command === 'MAIL FROM') recipients = []
      if (command === 'RCPT TO') {
        address = sent[2]
        recipients.push(address ?? '')
      }
      continue
    }
    if (code < '400') continue
    // After a refusal in the greeting whatever follows says only that.
    if (found.length > 0 && refusedAtOnce) break
    refusedAtOnce = command === 'connect'
    const parts = [line]
    while (new RegExp(`^(?:<<<|<-|<\\*\\*|<~\\*?|S:|\\*\\*|<)?\\s*${code}`).test(lines[at + 1] ?? ''))
      parts.push(lines[++at] ?? '')
    const passage = joined(
      parts.map((part) => part.replace(/^(?:<<<|<-|<\*\*|<~\*?|S:|server:|recv:|\*\*|<)\s*/i, '')),
    )
    const about =
      command === 'RCPT TO'
        ? [address]
        : recipients.length > 0 && command !== 'QUIT'
          ? recipients
          : [undefined]
    for (const each of about) {
      const recipient = recipientOf({ address: each, passage, around: '', isAnswer: true })
      found.push(command === 'connect' || command === 'QUIT' ? recipient : { ...recipient, command })
    }
  }
  return found.length > 0 ? found : undefined
}

/** A reply and nothing else: it begins with its code, perhaps behind a word of the program that shows it. */
function isBareReply(filled: readonly string[]): boolean {
  const first = filled[0] ?? ''
  if (filled.length > 15) return false
  if (ofPostfix.test(first)) return true
  return /^(?:<<<\s*|smtp(?: error)?[: ]+|error[: ]+|remote server (?:said|returned)[: ]+|said[: ]+|["'“(]|\(?host \S+ ?(?:\[[^\]]*\])? said: )?(?:\(?[45](?:[0-5]\d|7[0-9]|9[01])(?:[- ;,.)]|$)|#?[45]\.\d{1,3}\.\d{1,3}\b)/i.test(
    first,
  )
}

/** What Postfix writes where nobody answered, as its queue shows it. */
const ofPostfix =
  /^\(?(?:delivery temporarily suspended: )?(?:(?:connect to|lost connection with|conversation with|host) [\w.-]+\[[\da-f.:]{3,45}\]|host or domain name not found)/i

function bareReply(lines: readonly string[]): Recipient {
  const passage = joined(lines)
  const [own] = findPassages(lines, { others: writersIn(passage), failed: [] })
  // An address in a reply is the recipient's, unless the reply is about the sender or names where to ask.
  const address = own?.address.replace(/^[245]\d\d-(?=[^@])/, '')
  const isRecipient =
    address !== undefined &&
    !aboutSender.test(passage) &&
    !isPlaceToAsk(passage, address) &&
    !isElsewhere(passage, address)
  return recipientOf({ address: isRecipient ? address : undefined, passage, around: '', isAnswer: true })
}

/** `write to postmaster@…`, not `your message to bob@…`. */
function isPlaceToAsk(passage: string, address: string): boolean {
  const at = new RegExp(`(?:to|contact|at|write|mailto:) ?${escaped(address)}`, 'i').exec(passage)?.index
  if (at === undefined) return false
  const before = passage.slice(Math.max(0, at - 60), at)
  return (
    !/(?:messages?|mails?|emails?|delivery|delivered|relay|access|answers?|belongs?|responds?|listens?|sent) (?:to )?$/i.test(
      before,
    ) || asking.test(before)
  )
}

/** `has moved, the new address is carol@…`: where the mailbox went is not where it was looked for. */
function isElsewhere(passage: string, address: string): boolean {
  const at = passage.indexOf(address)
  return at >= 0 && movedTo.test(passage.slice(Math.max(0, at - 60), at))
}

const movedTo =
  /\b(?:new (?:one|address|mailbox)(?: is|:)?|moved to|replaced (?:by|with)|changed to|now|instead)[\s<:]*$/i

const asking = /\b(?:please|send|write|forward|contact|questions?|report|by|via)\b[^.]*$/i

const aboutSender =
  /relaying disallowed as|user not local; (?:please|will)|anti-spoof|sending domain of|\byour (?:e-?mail )?address <?[^\s@]+@|cannot be answered|identities failed|messages ?(?:per|\/) ?hour for|rate ?limit exceeded for|\bsender\b(?! was not authenticated)|mail from\b(?! (?:ip |address |host )?[[(]?\d)|to send as\b|(?:sending|outgoing|outbound) (?:quota|limit)|banned from\b|from sending\b|envelope.?from|return.?path|verification failed for|from address/i

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
