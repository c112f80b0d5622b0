import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress } from './ip.ts'

/**
 * SMTP replies (RFC 5321 §4.2, RFC 2034) as other programs quote them: in delivery reports, in logs, pasted by people. Every program
 * has its own frame around the words of the server that refused; what the words say is told here, and nothing that they do not say.
 * Text given is one paragraph a line: folded lines are joined before.
 */
export interface QuotedReply {
  /** Three digits. */
  readonly code: string | undefined
  /** Enhanced status code. */
  readonly status: string | undefined
  /** From the code to the end of the quote, at most 998 characters. */
  readonly text: string
}

const longest = 998

/** The server's own words, where a program says that they follow. */
const frames =
  /(?:\bsaid:|refused to talk to me:|remote server (?:at \S+ )?(?:returned|responded)\b[^'":\n]{0,60}|server (?:that )?returned(?: was)?:|response (?:from the remote server )?(?:was|is):|the remote server responded:?|(?:remote|error) (?:host|server|mailer|mta) (?:said|replied|response|responded|answered|returned):?|<<<|<-- |#smtp#|\bsmtp;|\breason:|\bdiagnostic[- ]code:|\bstat=|\bresponse:|server'?s? (?:response|answer|reply)(?: was)?:|(?:antwort|meldung) (?:des|vom)[^:\n]{0,60}:|r(?:é|e)ponse[^:\n]{0,60}:|(?:la )?respuesta[^:\n]{0,60}:|risposta[^:\n]{0,60}:|resposta[^:\n]{0,60}:|ответ[^:\n]{0,60}:|(?:响应|回复|返回|应答|回應)[^:：\n]{0,30}[:：]|(?:応答|返答|回答|エラー内容)[^:：\n]{0,30}[:：])\s*/gi

/** Patterns for refusals (class 4 and 5) and for successes (class 2). */
interface Patterns {
  /** `550 5.7.1`, `550-5.7.1`, `550;5.7.711`, `550 #5.1.1`, `550 (#5.1.1)`, `550-#5.1.1`, `550 [5.1.1]`. */
  readonly both: RegExp
  /** A code where a reply may begin, with words after it. */
  readonly alone: RegExp
  readonly statusAlone: RegExp
}

const begin = String.raw`(?:^|\n|[:;>'"“‘’”(=\],。：]\s*|\b(?:error|code|fehler|erreur|reply|response|status|said|with|returned|was|smtp|reason|got|received)\s+|->\s+|\.\.\.?\s+|[«「]\s*|(?:原因|错误|錯誤|代码|代碼|信息|訊息|理由|エラー|コード)\s*|\s(?=\d{3}-['"]))`
const words = String.raw`(?=(?:[- ]+|: ?|; ?|, ?)(?!\d*\s*(?:bytes?|[kmg]i?b|octets|hours?|minutes?|seconds?|days?)\b)\S|\s*$|\s*\n|['")])`

function patternsOf(classes: string): Patterns {
  const codes = String.raw`${classes}(?:[0-5]\d|7[0-9]|9[01])`
  const enhanced = String.raw`${classes}\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})`
  return {
    both: new RegExp(
      String.raw`(?<![\w.@/])(${codes})(?:\s*[-;,:]\s*|\s+)[[(#'"-]{0,2}(${enhanced})(?![\w.]*\d)`,
      'g',
    ),
    alone: new RegExp(`${begin}(${codes})${words}`, 'gi'),
    statusAlone: new RegExp(
      String.raw`(?<![\w.@/:-])(?<!(?:exim|version|postfix|openssl|sendmail|smtpd|release|php|v)\s)(${enhanced})(?!\.?[\w]|-\d)`,
      'gi',
    ),
  }
}

const refusals = patternsOf('[45]')
const successes = patternsOf('2')

/** The reply that counts: the remote server's where it is quoted, the innermost where one wraps another. Of class 4 or 5. */
export function findReply(text: string): QuotedReply | undefined {
  const found = replyOf(text, refusals)
  return found && isBare(found) ? { ...found, text: wordsBeside(text, found) } : found
}

/** Codes and nothing else, as in `Status code: 550 5.4.1`. */
function isBare({ text }: QuotedReply): boolean {
  return !/[^\d\s\W]/.test(text) && !/[^\x00-\x7f]/.test(text)
}

/** The words that stand behind the same codes elsewhere in the text. */
function wordsBeside(text: string, bare: QuotedReply): string {
  for (const { 1: code, 2: status, index } of text.matchAll(refusals.both)) {
    const told = { code, status, text: quoteFrom(text, index) }
    if (code === bare.code && status === bare.status && !isBare(told)) return told.text
  }
  return bare.text
}

/** A reply of class 2. */
export function findSuccess(text: string): QuotedReply | undefined {
  return replyOf(text, successes)
}

function replyOf(text: string, patterns: Patterns): QuotedReply | undefined {
  const inner = text.lastIndexOf('-> ')
  if (inner >= 0) {
    const wrapped = replyIn(text, patterns, inner + 3)
    if (wrapped?.code !== undefined)
      return { ...wrapped, status: wrapped.status ?? wrappingStatus(text.slice(0, inner), wrapped, patterns) }
  }
  for (const frame of text.matchAll(frames)) {
    const start = frame.index + frame[0].length
    const end = text.indexOf('\n', start + 2)
    const found = replyIn(text, patterns, start, end < 0 ? text.length : end)
    if (found) return found
  }
  return replyIn(text, patterns, 0)
}

/** What wraps a reply without an enhanced code may have a fine one of the same class. */
function wrappingStatus(before: string, { code }: QuotedReply, patterns: Patterns): string | undefined {
  const status = replyIn(before, patterns, 0)?.status
  return status?.[0] === code?.[0] && !status?.endsWith('.0.0') ? status : undefined
}

/** The first reply between two places: a code with its enhanced code before a code alone, and that before an enhanced code alone. */
function replyIn(text: string, patterns: Patterns, from: number, to = text.length): QuotedReply | undefined {
  const span = text.slice(from, to)
  const pair = first(patterns.both, span)
  const single = first(patterns.alone, span)
  // `550 Requested action not taken … 5.1.1` further on: the code that stands first counts, with the enhanced code in its words.
  if (pair && (!single || pair.index <= single.index + single[0].length + 40)) {
    return { code: pair[1], status: pair[2], text: quoteFrom(span, pair.index) }
  }
  if (single) {
    const quote = quoteFrom(span, single.index + single[0].length - 3)
    const [code = ''] = single.slice(1)
    return {
      code,
      status: statusIn(quote, code, patterns) ?? describedStatus(span.slice(0, single.index + 1), code),
      text: quote,
    }
  }
  const status = first(patterns.statusAlone, span)
  if (!status) return undefined
  const before = span.lastIndexOf('\n', status.index) + 1
  // The words stand before a code in brackets (`no mailbox here. (#5.1.1)`), else after it.
  const isTrailing = /[(#]$/.test(span.slice(before, status.index)) && status.index - before > 3
  return { code: undefined, status: status[1], text: quoteFrom(span, isTrailing ? before : status.index) }
}

/** `5.3.0 - Other mail system problem 550-'…'` (AsyncOS): the enhanced code stands before the reply. */
function describedStatus(before: string, code: string): string | undefined {
  const status = /([245]\.\d{1,3}\.\d{1,3}) - [A-Za-z ]{3,60}$/.exec(before)?.[1]
  return status?.[0] === code[0] ? status : undefined
}

/** `matchAll` begins where its pattern stopped last, so nothing is left in it. */
function first(pattern: RegExp, text: string): RegExpExecArray | undefined {
  pattern.lastIndex = 0
  const match = pattern.exec(text) ?? undefined
  pattern.lastIndex = 0
  return match
}

/** An enhanced code in the words of a reply; of the reply's class if there is one such. */
function statusIn(text: string, code: string, { statusAlone }: Patterns): string | undefined {
  const found = [...text.matchAll(statusAlone)].map((match) => match[1] ?? '')
  return found.find((status) => status[0] === code[0]) ?? found[0]
}

/** To the end of the paragraph, or to where the frame closes. */
function quoteFrom(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  const rest = text.slice(start, Math.min(end < 0 ? text.length : end, start + 4000))
  const close = / \(in reply to [a-z ()]{1,60}\)|\s*##|' ?#SMTP#|> ?#SMTP#|\s#SMTP#/i.exec(rest)
  return (close ? rest.slice(0, close.index) : rest)
    .trim()
    .replace(/['”]+$/, '')
    .slice(0, longest)
}

/** The first enhanced status code in a text with nothing but a comment around it. */
export function statusOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  return first(refusals.statusAlone, text)?.[1] ?? first(successes.statusAlone, text)?.[1]
}

/** In which SMTP command the server refused, as frames and transcripts name it. */
export function commandIn(text: string): string | undefined {
  const match =
    /(?:in (?:reply|response) to|after|at|during|while sending|in command|stage:|sending) (?:the )?(?:end of |sending |pipelined )?(MAIL FROM|RCPT TO|RCPT|MAIL|DATA|HELO|EHLO|STARTTLS|AUTH|BDAT|LHLO|QUIT|data|message body|message content|headers?)\b/i.exec(
      text,
    ) ?? />>>\s*(MAIL FROM|RCPT TO|DATA|HELO|EHLO|STARTTLS|AUTH|QUIT|MAIL|RCPT)\b/i.exec(text)
  const word = match?.[1]?.toUpperCase()
  if (word === undefined) return undefined
  if (word.startsWith('MAIL')) return 'MAIL FROM'
  if (word.startsWith('RCPT')) return 'RCPT TO'
  return /^(?:MESSAGE|HEADER)/.test(word) ? 'DATA' : word
}

/** A host with its address, as frames name the server that refused. */
export interface RemoteHost {
  readonly name: string | undefined
  readonly ip: string | undefined
}

const hostFrames: readonly RegExp[] = [
  // Postfix, Exim: `host mx.example.net[203.0.113.1] said`, `host mx.example.net [203.0.113.1]`.
  /(?<!client )(?<!sending )\bhost\s+([\w.-]+\.[\w-]+)\.?\s*(?:\[([\da-f:.]{3,45})\])/i,
  // Postfix and Haraka logs, Exim logs.
  /\b(?:relay|host|H|mx|remote)=([\w.-]+)\s*(?:\[([\da-f:.]{3,45})\])?/i,
  // sendmail.
  /while talking to\s+\[?([\w.-]+[\w])\.?\]?/i,
  // Gmail: `by mx.example.net. [203.0.113.1]`.
  /\bby\s+([\w.-]+\.[a-z]{2,})\.?\s+\[([\da-f:.]{3,45})\]/i,
  // Postfix about a connection; qmail.
  /\bconnect(?:ed|ing|ion)? (?:to|with) ([\w.-]+\.[a-z]{2,})\.?\s*(?:\[([\da-f:.]{3,45})\])?/i,
  /\b(?:connected to|giving up on)\s+()\[?([\da-f]{1,4}[.:][\da-f:.]{3,43})/i,
  /^()\[?(\d+\.\d+\.\d+\.\d+)\]? (?:does not like|failed after|said)/im,
  /\bhost\s+([\w.-]+\.[a-z]{2,})\.?\s+(?:said|refused|replied)/i,
  /\bserver (?:at )?([\w.-]+\.[a-z]{2,})\.?\s+(?:\(([\da-f:.]{3,45})\) )?(?:said|returned|responded|replied|rejected|refused)/i,
]

export function remoteHostIn(text: string): RemoteHost | undefined {
  for (const frame of hostFrames) {
    const match = frame.exec(text)
    if (!match) continue
    const name = match[1] === '' ? undefined : match[1]?.replace(/\.$/, '')
    if (name === 'local' || name === 'none' || name === 'virtual') continue
    return { name, ip: canonical(match[2]) ?? canonical(name) }
  }
  return undefined
}

function canonical(text: string | undefined): string | undefined {
  // Most names are none, and a refusal costs more than a look.
  if (text === undefined || !addressLike.test(text)) return undefined
  const address = parseAddress(text.replace(/[.:]+$/, ''))
  return address instanceof Refusal ? undefined : formatAddress(address)
}

/** Not the time of day. */
const addressLike = /^(?:(?:\d{1,3}\.){3}\d{1,3}\.?|(?=.*(?:::|(?::.*){7}))[\da-f.:]+)$/i

const addressPattern =
  /((?<![\w.])(?:\d{1,3}\.){3}\d{1,3}|(?:(?<=IPv6:)|(?<![\w.:-]))(?=[\da-f]{0,4}:[\da-f:.]*:)[\da-f:.]{3,45})(?![\w.]*\d|:\d{6})/gi

/** Words that stand before the address which a receiver refused. */
const refusedBefore =
  /(?:\bip|\bips|address|host|client|sender|sending|banned|from|server|\bfor|connecting|source|blocked|listed|\bmta|query\/(?:ip\/)?|[?&](?:ip|q|query|addr|address|lookup)=|\/ip\/|lookup\/|reputation\/|your)[^\w]{0,6}(?:is |was |address |ip |:|=)?[\s[(<"'=/:]*$/i
const receiverAround = /(?:said|\bat|\bby|reached|server:|edge|relay|to|via|mx|connected to)[\s[(]*$/i

/**
 * The address that was refused, from the words of the receiver. Addresses of the receiver itself are given; an address that could as
 * well be something else is none. `mustBeNamed`: what was refused is something else, so only an address counts that is called blocked.
 */
export function refusedAddress(
  text: string,
  receivers: ReadonlySet<string>,
  mustBeNamed = false,
): string | undefined {
  const found: { ip: string; isNamed: boolean }[] = []
  for (const match of text.slice(0, 8000).matchAll(addressPattern)) {
    const ip = canonical(match[1])
    if (ip === undefined || receivers.has(ip) || isNobody(ip)) continue
    const before = text.slice(Math.max(0, match.index - 60), match.index)
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 40)
    if (
      /\b(?:rfc ?\d{3,4},? |section |§ ?|dns (?:server )?ip(?: address)?[^\w]{1,3}|called:\s+)$/i.test(before)
    )
      continue
    if (/^[\])]?(?::\d+)?\s+(?:said:|does not like|failed after)/i.test(after)) continue
    const isNamed =
      refusedBefore.test(before) ||
      /^[^\w]{0,3}\s*(?:is |has been |was |are )?(?:(?:listed|blocked|banned|black|not allowed)|#\d)/i.test(
        after,
      )
    if (!isNamed && (receiverAround.test(before) || /polic(?:y|ies) \($/i.test(before))) continue
    found.push({ ip, isNamed })
  }
  const named = found.find(({ isNamed }) => isNamed)
  if (named || mustBeNamed) return named?.ip
  const others = new Set(found.map(({ ip }) => ip))
  return others.size === 1 ? found[0]?.ip : undefined
}

/** Loopback (an answer of a DNSBL too) and the unspecified address. */
function isNobody(ip: string): boolean {
  return ip.startsWith('127.') || ip === '0.0.0.0' || ip === '::' || ip === '::1'
}
