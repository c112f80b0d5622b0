import { readClient, type PostfixClient } from './postfix-log-client.ts'
import { parseStatusCode } from './status-code.ts'

/** A line of Postfix that says what was refused to a client, and why: by smtpd, postscreen, a milter or a look at the content. */
export interface PostfixRefusal {
  readonly kind: 'refusal'
  /** Undefined for `NOQUEUE`: no recipient of this message was taken before. */
  readonly queueId: string | undefined
  /** `CONNECT`, `HELO`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `BDAT`, `END-OF-MESSAGE`, …; `content` for what cleanup found in the message. */
  readonly stage: string
  readonly client: PostfixClient
  /** Three digits; undefined where Postfix writes the enhanced code alone. */
  readonly code: number | undefined
  /** Enhanced status code. */
  readonly status: string | undefined
  /** Of either code: what the client does next. */
  readonly isTemporary: boolean
  /** What the restriction was about, from the brackets before the words: a client, a name, a mailbox. */
  readonly subject: string | undefined
  /** Which restriction: `Client host rejected`, `Recipient address rejected`. */
  readonly restriction: string | undefined
  /** The words, without codes, subject and restriction. */
  readonly words: string
  /**
   * Whether it is certain where the words end and the envelope begins. Where it is not, the client has put what looks like a line of
   * Postfix into a name or mailbox of its own, and the words may be its own as well.
   */
  readonly isClear: boolean
  /** Mailboxes and names as the client gave them; undefined where it had not. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly helo: string | undefined
  /** Whom the client logged in as. */
  readonly user: string | undefined
}

/** RFC 3463 §3.2: bad destination mailbox address. */
export function isUnknownUser({ stage, code, status }: PostfixRefusal): boolean {
  return stage === 'RCPT' && status === '5.1.1' && (code === undefined || code >= 500)
}

const atCommand =
  /^(NOQUEUE|[0-9A-Za-z]{6,30}): (?:milter-)?reject: ([A-Z-]{3,20}) from (\S+\](?::(?:\d{1,5}|unknown))?): (.*)$/s
const inContent =
  /^([0-9A-Za-z]{6,30}): reject: (?:mime-header|nested-header|header|body) (.*) from (\S+\]); from=<(.*)$/s

/** Undefined for other lines and for a refusal whose line was cut off before the sender: whose words it has is then not known. */
export function readRefusal(program: string, text: string): PostfixRefusal | undefined {
  const [, id, stage = '', peer = '', rest = ''] = atCommand.exec(text) ?? []
  if (id !== undefined) return refusalAt(id, stage, peer, rest)
  return program === 'cleanup' ? refusalInContent(text) : undefined
}

function refusalAt(id: string, stage: string, peer: string, rest: string): PostfixRefusal | undefined {
  const client = readClient(peer)
  if (client === undefined) return undefined
  const isEarly = /^(?:CONNECT|HELO|EHLO|MAIL)$/.test(stage)
  const splits = [...rest.matchAll(isEarly ? earlyEnvelope : envelopeAfterMail)]
  const split = splits[0]?.index ?? -1
  if (split < 0 && !isEarly) return undefined
  const envelope = split < 0 ? {} : readEnvelope(rest.slice(split + 1))
  if (!isEarly && envelope.from === undefined) return undefined
  const text = split < 0 ? rest : rest.slice(0, split)
  return build({ id, stage, client, text, envelope, isClear: splits.length === 1 })
}

/** Cleanup puts the reason last: `reject: header Subject: … from name[address]; from=<…> to=<…> proto=ESMTP helo=<…>: 5.7.1 words`. */
function refusalInContent(text: string): PostfixRefusal | undefined {
  const [, id, , peer = '', rest = ''] = inContent.exec(text) ?? []
  const client = readClient(peer)
  const end = rest.lastIndexOf('>: ')
  if (id === undefined || client === undefined || end < 0) return undefined
  const envelope = readEnvelope(` from=<${rest.slice(0, end + 1)}`)
  return build({ id, stage: 'content', client, text: rest.slice(end + 3), envelope, isClear: true })
}

/** Until the client has named a sender there is none in the line. */
const earlyEnvelope = /;(?= (?:from=<|to=<|proto=|helo=<))/g
const envelopeAfterMail = /;(?= from=<)/g

type Envelope = Partial<Record<'from' | 'to' | 'helo' | 'user', string | undefined>>

/** ` from=<…> to=<…> proto=ESMTP helo=<…> sasl_username=<…>`, with commas by postscreen; any but the order may be missing. */
const envelopeForm = new RegExp(
  [
    '^(?: from=<(?<from>.*?)>(?=,? |$))?',
    '(?:,? to=<(?<to>.*?)>(?=,? |$))?',
    '(?:,? proto=\\w+)?',
    '(?:,? helo=<(?<helo>.*?)>(?=,? |$))?',
    '(?:,? sasl_method=\\w+)?',
    '(?:,? sasl_username=<?(?<user>[^>]*))?',
  ].join(''),
  's',
)

function readEnvelope(text: string): Envelope {
  return envelopeForm.exec(text)?.groups ?? {}
}

const reply =
  /^(?:(?<code>[45]\d\d) )?(?:(?<status>[45]\.\d{1,3}\.\d{1,3}) )?(?:<(?<subject>.*?)>: )?(?:(?<restriction>[A-Z][A-Za-z -]{2,40} rejected): )?(?<words>.*)$/s

function build({
  id,
  stage,
  client,
  text,
  envelope: { from, to, helo, user },
  isClear,
}: {
  readonly id: string
  readonly stage: string
  readonly client: PostfixClient
  readonly text: string
  readonly envelope: Envelope
  readonly isClear: boolean
}): PostfixRefusal {
  const found = reply.exec(text)?.groups ?? {}
  const { code, status, subject, restriction, words = text } = found
  return {
    kind: 'refusal',
    queueId: id === 'NOQUEUE' ? undefined : id,
    stage,
    client,
    code: code === undefined ? undefined : Number(code),
    status: status !== undefined && parseStatusCode(status) ? status : undefined,
    isTemporary: (code ?? status ?? '5').startsWith('4'),
    subject,
    restriction,
    words,
    isClear,
    from,
    to,
    helo,
    user,
  }
}
