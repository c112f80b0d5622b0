/**
 * Recipients in the text of a report: every mail system has its own layout, but a failing address always stands at the head of what is
 * said about it, alone in its line, before a colon, or in a sentence that says so.
 */
export interface Passage {
  /** As written. */
  readonly address: string
  /** What is said about it: paragraphs as lines, folded lines joined. */
  readonly text: string
}

/** What stands in an address: no spaces, brackets, quotes and no punctuation of Chinese and Japanese. Written without Unicode classes, which are slow. */
const atom = String.raw`[^\s<>()\[\]{}"",;:|@\\\u3000-\u303f\uff01-\uff20“”‘’«»]{1,100}`
const local = `(?:"[^"\\n]{1,64}"|${atom})`
const label = String.raw`(?:[A-Za-z0-9_](?:[\w-]*\w)?|[\w\u00a1-\u1fff\u3040-\ud7ff-]+)`
const domain = String.raw`(?:${label}(?:\.${label})*|\[[\d.a-f:IPv]{3,50}\])`
export const mailbox = `${local}@${domain}`

const comment = String.raw`(?:\s*\((?:expanded|original|generated|aka|ORCPT|rewritten|forwarded|alias|from|was)[^)]{0,300}\))`
const labels = String.raw`(?:(?:failed |original |final |intended |rejected |invalid )?recipients?(?:'s)?(?: e-?mail)?(?: address(?:es)?)?|(?:e-?mail )?address|to|rcpt(?: to)?|mail(?:box)?|user|empfänger(?:adresse)?|an|destinataire|à|destinatario|para|destinatário|destinatari|ontvanger|aan|收件人(?:地址)?|收件者|收信人|宛先|受信者|送信先|あて先|получатель|кому|адрес|адресат)`

/** Where the address stands in a line that is about it. */
type HeadKind = 'address' | 'person' | 'label' | 'transcript'

interface Head {
  readonly kind: HeadKind
  readonly address: string
  /** Whether the line itself says something of it. */
  readonly says: boolean
  /** Certain enough for a mailbox like `support@`. */
  readonly isPlain: boolean
}

const beginsWithAddress = new RegExp(`^(?:smtp:|mailto:|to:)?(["'<]?)(${mailbox})`, 'i')
/** Behind an address: `>`, a link of the same, a note that it stands for another. */
const behindAddress = new RegExp(`^["'>]?(?:\\s*<mailto:[^<>]{1,320}>)?${comment}?\\s*`)
/** `: host … said`, `, ERROR CODE: 550`, `- no such user`, `on Mon, 4 May`, `(no such user)`, `550 …`. */
const says =
  /^(?::|：|;|,|-\s|–|—|\.\.\.|=>|->|\(|\[|on \w{2,9}\W|on \d|(?:host|smtp|error|failed|rejected|user|unknown|does|is|was|not|delivery|[45]\d\d)\b)\s*\S/i
/** `Somebody (a@example.org)`, `'Somebody' <a@example.org>`: a name and no sentence. */
const person = new RegExp(
  `^['"“]?[^\\s<>()@:;,.][^<>()@:;]{0,80}?['"”]?\\s*[(<[](?:mailto:|smtp:)?(${mailbox})[)>\\]](?:\\s*<mailto:[^<>]{1,320}>)?${comment}?\\s*[:;,]?$`,
  'i',
)
const sentenceWords = /message|mail|from|contact|please|forward|by|:/
/** `Recipient: a@example.org`. */
const labelled = new RegExp(
  `^${labels}\\s*[:：=]\\s*(?:rfc822;\\s*)?["'\\[]?(?:smtp:)?(?:[^\\s<>()@:;,.\\d][^<>()@:;]{0,60}\\s)?<?(${mailbox})>?["'\\]]?(?:\\s*<mailto:[^<>]{1,320}>)?\\s*[;,.]?\\s*(.*)$`,
  'i',
)
/** sendmail: `550 5.1.1 <a@example.org>... User unknown`. */
const transcript = new RegExp(`^(?:\\d{3} (?:\\d\\.\\d+\\.\\d+ )?)<?(${mailbox})>?\\.\\.\\.`)

/** The address that a line is about. */
function headOf(plain: string): Head | undefined {
  const begin = beginsWithAddress.exec(plain)
  if (begin) {
    const [whole, quote = '', address = ''] = begin
    const after = plain.slice(whole.length)
    const rest = after.slice(behindAddress.exec(after)?.[0].length ?? 0)
    if (/^[:;,.]?$/.test(rest)) return { kind: 'address', address, says: false, isPlain: true }
    const isSaid = says.test(rest) || /^\s{2,}\S/.test(after)
    return isSaid
      ? { kind: 'address', address, says: true, isPlain: quote === '<' && rest.startsWith(':') }
      : undefined
  }
  if (/^\d/.test(plain)) {
    const address = transcript.exec(plain)?.[1]
    return address === undefined ? undefined : { kind: 'transcript', address, says: true, isPlain: true }
  }
  const label = labelled.exec(plain)
  if (label) return { kind: 'label', address: label[1] ?? '', says: label[2] !== '', isPlain: false }
  const address =
    /[)>\]][:;,]?$/.test(plain) &&
    !sentenceWords.test(plain.replace(/<mailto:[^<>]*>/g, '').split('@', 1)[0] ?? '')
      ? person.exec(plain)?.[1]
      : undefined
  return address === undefined ? undefined : { kind: 'person', address, says: false, isPlain: false }
}

/** Sentences that name the address; asked only where no line is about one. */
const sentences: readonly RegExp[] = [
  new RegExp(`RCPT TO:\\s*<(${mailbox})>`, 'gi'),
  new RegExp(`\\b(?:orig_)?to=<?(${mailbox})>?`, 'gi'),
  new RegExp(`\\bgenerated (?:by|from) <?(${mailbox})>?`, 'gi'),
  new RegExp(`^(?:.*\\s)?(?:\\*\\*|==|=>|->)\\s+(?:\\S+\\s+)?<?(${mailbox})>?`, 'gim'),
  new RegExp(
    `(?<![A-Za-z0-9\\u00c0-\\u024f])(?:(?:delivered|deliver(?:ed|y)?|sent|reach(?:ed)?|found|forward(?:ed)?|send|write|mail|message|e-?mail|messages|delivery|recipient|recipients?:?|address|addressee|user|mailbox|account|for|an|à|a|para|al|all'|aan|till|til|do|на|по адресу|для|адресату|адрес|получателю|ящик|пользователь|发送(?:至|给|到)|投递(?:至|给|到)|寄给|至|给|到|收件人|地址|宛先|アドレス)\\s*(?:to|the|email|e-mail|address|following|recipient|user|recipient:|by|von|de|die|den|das|der|ist|is|was|adresse|adresse e-mail|empfänger|dirección|endereço|l'adresse|indirizzo|destinatario|destinataire)?)(?:[\\s:：'"“”«‘\`*(\\[]{1,6}|(?<=[^\\x00-\\x7f]))(?:\\*\\*)?<?(${mailbox})`,
    'gi',
  ),
  new RegExp(`<(${mailbox})>`, 'g'),
  new RegExp(`(?<![\\w.@<:/=+-])(${mailbox})`, 'g'),
]

const mostPassages = 200

const writerLabel = /^(?:from|von|sender|absender|reply-to|mail from)\b/i

/** Addresses that are named for another purpose: where to ask, who wrote. */
const asideBefore =
  /(?<![A-Za-z0-9])(?:contact|write to|e-?mail(?:ing)? (?:us|me)|(?:send|please|an|questions)\s+(?:e-?)?mail to|mailto:|forward (?:this|the|your)[^.]{0,40} to|send (?:an? |this |your |the )?(?:e-?mail|message|mail|note|request|copy|report|bounce)?s? ?to|ask for help at|help(?: at)?|assistance|questions?|reply(?:ing)?(?: to)?|postmaster(?: at)?|administrator|support|please|from|from:|from=|sender|mail from:?|return-path:|envelope-from|absender|von|expéditeur|remitente|mittente|发件人|差出人|送信者|отправитель|от кого|от|whitelist|unblock|delist|removal|abuse|report|s\.? ?v\.? ?p|see|visit|questions to|kontakt\w*|wenden sie sich an|contacte[rz]?|contatt\w*|contacto|联系|問い合わせ|by|message-id|id)[\s:=<("'[]*$/i
const service =
  /^(?:mailer-daemon|postmaster|abuse|delist|no-?reply|hostmaster|mail-daemon|support|helpdesk|unblock)@/i

export interface Known {
  /** Mailboxes that cannot be the failing ones: the writer of the returned message, the system that reports. */
  readonly others: ReadonlySet<string>
  /** The failing ones, if a header names them. */
  readonly failed: readonly string[]
}

/** Passages in their order; one per address. */
export function findPassages(lines: readonly string[], known: Known): Passage[] {
  const found = headedPassages(lines, known)
  if (found.length > 0) return found
  const text = joined(lines)
  for (const [index, pattern] of sentences.entries()) {
    // In a command, a field or behind `generated by` an address is no aside.
    const isCertain = index < 3
    const addresses = [...text.matchAll(pattern)].flatMap((match) => {
      const address = trimmed(match[1] ?? '')
      const at = match.index + match[0].lastIndexOf(match[1] ?? '')
      const before = text.slice(Math.max(0, at - 60), at)
      return isEligible(address, known) && (isCertain || !asideBefore.test(before)) ? [address] : []
    })
    const distinct = [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()]
    if (distinct.length > 0)
      return distinct
        .slice(0, mostPassages)
        .map((address) => ({ address, text: aboutIn(lines, address, distinct.length) }))
  }
  return []
}

function headedPassages(lines: readonly string[], known: Known): Passage[] {
  const heading: { address: string; kind: HeadKind; line: number; rest: string }[] = []
  for (const [index, line] of lines.entries()) {
    if (!line.includes('@')) continue
    const plain = line.trim().replace(/^(?:[*•·▪●–-]|\d{1,2}[.)])\s+/, '')
    if (plain.length > 1500 || writerLabel.test(plain)) continue
    const head = headOf(plain)
    const address = trimmed(head?.address ?? '')
    if (!head || !isEligible(address, known, head.isPlain)) continue
    const isTranscript = head.kind === 'transcript'
    heading.push({
      address,
      kind: head.kind,
      line: isTranscript ? transcriptStart(lines, index) : index,
      rest: head.says && !isTranscript ? plain : '',
    })
    if (heading.length > mostPassages * 4) break
  }
  // `To: …` may also be told of the returned message: it counts where nothing else does.
  const strong = heading.filter(({ kind }) => kind !== 'label')
  const named = strong.length > 0 ? strong : heading
  const wanted =
    known.failed.length === 0
      ? named
      : named.filter(({ address }) => known.failed.some((each) => isSame(each, address)))
  const passages = new Map<string, { address: string; texts: string[] }>()
  for (const [index, { address, kind, line, rest }] of wanted.entries()) {
    const next = Math.max(line + 1, wanted[index + 1]?.line ?? lines.length)
    const body = joined([rest, ...lines.slice(kind === 'transcript' ? line : line + 1, next)])
    const key = address.toLowerCase()
    const passage = passages.get(key) ?? { address, texts: [] }
    passage.texts.push(body)
    passages.set(key, passage)
  }
  const all = [...passages.values()].map(({ address, texts }) => ({
    address,
    text: texts.join('\n\n').trim(),
  }))
  // A list of addresses and one explanation below: it is about all of them.
  return all.map(({ address, text }, index) => ({
    address,
    text: text === '' ? (all.slice(index).find((later) => later.text !== '')?.text ?? '') : text,
  }))
}

/** A transcript says what happened before it names the address: the dialogue above belongs to it. */
function transcriptStart(lines: readonly string[], index: number): number {
  let start = index
  while (start > 0 && /^(?:>>>|<<<|\.\.\. ?while|while talking)/i.test(lines[start - 1]?.trim() ?? ''))
    start -= 1
  return start
}

/** What is said around an address that has no line of its own: all of it where it is the only one. */
function aboutIn(lines: readonly string[], address: string, count: number): string {
  if (count === 1) return joined(lines)
  const paragraphs = joined(lines).split('\n')
  const own = paragraphs.filter((paragraph) => paragraph.includes(address))
  return own.length > 0 ? own.join('\n') : joined(lines)
}

/** Folded lines become one; a line of its own stays where a log, a transcript or a reply begins. */
export function joined(lines: readonly string[]): string {
  const paragraphs: string[] = []
  let last = ''
  const begin = (line: string): void => {
    if (last !== '') paragraphs.push(last)
    last = line
  }
  for (const line of lines) {
    const plain = line.trim()
    if (plain === '') begin('')
    else if (last === '') last = plain
    else if (plain.startsWith('---') && plain.endsWith('---')) begin(plain)
    else if (last.startsWith('---') && last.endsWith('---')) begin(plain)
    else if (isContinuation(last, plain))
      last += ` ${plain.replace(/^(?:<<< )?\d{3}[- ](?:\d\.\d+\.\d+ +)?/, '')}`
    else if (ownLine.test(plain) && !last.endsWith(':')) begin(plain)
    // A URL that was cut stays one word.
    else last += /https?:\/\/\S{55,}$/.test(last) && /^[\w/?=&%.-]+$/.test(plain) ? plain : ` ${plain}`
  }
  begin('')
  return paragraphs.join('\n')
}

const ownLine =
  /^(?:>>> |<<< |\.\.\. while|-{3,}|[A-Z][A-Za-z-]{2,40}: |[45]\d\d[- ](?!\d+\s*$)|\w{3} +\d+ \d\d:\d\d:\d\d |\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[SC]: |(?:Remote host said|Giving up on|I'm not going to try))/

/** `550-5.7.1 one` and `550 5.7.1 two` are one reply: the code is not said again. */
function isContinuation(last: string, plain: string): boolean {
  const code = /^(?:<<< )?([245]\d\d)[- ]/.exec(plain)?.[1]
  return code !== undefined && last.includes(`${code}-`) && !/[)\]]$/.test(last)
}

function isEligible(address: string, { others, failed }: Known, mayBeService = false): boolean {
  if (address === '' || address.length > 320 || /^\/|\/.*\/.*@/.test(address)) return false
  const key = address.toLowerCase()
  if (failed.length > 0) return failed.some((each) => isSame(each, key))
  return (
    !others.has(key) &&
    (mayBeService ? !key.startsWith('mailer-daemon@') : !service.test(key)) &&
    !/\.(?:png|gif|jpg|prod\.outlook\.com>?)$/.test(key)
  )
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function trimmed(address: string): string {
  return address
    .replace(/^(?:mailto|smtp|to|rfc822)[:=;]/i, '')
    .replace(/^[*'`]+(?=.*@)/, '')
    .replace(/[.'*`]+$/, '')
}
