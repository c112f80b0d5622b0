import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress } from './ip.ts'
import { parseMailDate } from './mail-date.ts'

/**
 * Trace fields (RFC 5321 §4.4): every server that takes a message writes on top from whom, by whom and when. What stands in which
 * bracket is each program's own habit; read here are Postfix, Exim, Sendmail, qmail, Exchange and their kin. The name after `from` is
 * whatever the client said; an address is only taken from where the server itself writes the connection's.
 */
export interface Hop {
  /** The word after `from`; absent in a message that began on this machine. */
  readonly from?: string | undefined
  /** What the client called itself, as far as it is told apart from its name. */
  readonly helo?: string | undefined
  /** The name that the server found for the address. */
  readonly ptr?: string | undefined
  /** The client, in canonical text. */
  readonly ip?: string | undefined
  /** The server, lower case. */
  readonly by?: string | undefined
  /** The server's own address, where it writes one. */
  readonly byIp?: string | undefined
  /** `ESMTPS`, `Microsoft SMTP Server`, … */
  readonly with?: string | undefined
  readonly id?: string | undefined
  /** The recipient, when the server names one. */
  readonly for?: string | undefined
  /** As written. */
  readonly date?: string | undefined
  /** Milliseconds since 1970. */
  readonly at?: number | undefined
}

const longest = 4096
const longestWord = 320

/** Reads one field, unfolded, without its name. Of what is no trace field only the date may be found, or nothing. */
export function readReceived(value: string): Hop {
  const { tokens, date } = tokensOf(value.slice(0, longest))
  const isFrom = isKeyword(tokens[0], 'from')
  // The word after `from` is the client's own, and may be `by`.
  const by = tokens.findIndex((token, index) => (!isFrom || index > 1) && isKeyword(token, 'by'))
  const sender = isFrom ? tokens.slice(1, by < 0 ? undefined : by) : []
  const receiver = by < 0 ? [] : tokens.slice(by + 1)
  return {
    ...clientOf(sender),
    by: nameOf(receiver[0]),
    byIp: receiver.slice(1, 3).map(addressOf).find(Boolean),
    with: clauseOf(receiver, 'with').join(' ').slice(0, longestWord) || undefined,
    id: clauseOf(receiver, 'id')[0]?.replace(/^<(.*)>$/, '$1'),
    for: clauseOf(receiver, 'for')[0]?.replace(/^<(.*)>$/, '$1'),
    date,
    at: date === undefined ? undefined : parseMailDate(date),
  }
}

interface Token {
  readonly kind: 'word' | 'comment'
  /** Of a comment what stands inside. */
  readonly text: string
}

type Client = Pick<Hop, 'from' | 'helo' | 'ptr' | 'ip'>

function clientOf([first, ...rest]: readonly Token[]): Client {
  if (first?.kind !== 'word') return {}
  const from = first.text
  const comments = rest.filter(({ kind, text }) => kind === 'comment' && !aboutTls.test(text))
  const greeting = comments.find(({ text }) => /^(?:HELO|EHLO|LHLO)\b/i.test(text))
  if (greeting) return qmailClient(from, greeting.text, comments)
  const [connection] = comments
  return connection ? commentedClient(from, connection.text, comments) : { from }
}

/** What stands between `from` and `by` but says nothing of the address; a certificate's name is the client's own word. */
const aboutTls = /^(?:using|no client|client|version=|authenticated|cipher|verified|not verified|tls)\b/i

/**
 * `from name (HELO greeting) (ident@address)`: qmail does not clean the greeting, so that only the last bracket is its own.
 * Yahoo writes `from address (EHLO greeting)`.
 */
function qmailClient(from: string, greeting: string, comments: readonly Token[]): Client {
  const helo = greeting.slice(5).trim() || undefined
  const ip =
    lastAddress(comments) ?? (comments.length === 1 ? addressOf({ kind: 'word', text: from }) : undefined)
  return { from, helo, ip, ptr: nameFound(from) }
}

function commentedClient(from: string, connection: string, comments: readonly Token[]): Client {
  // Exim: `name ([address]:port helo=greeting ident=somebody)`, or `[address] (port=… helo=greeting)` when there is no name.
  const said = connection.replaceAll(/\b(?:helo|ident|port)=\S*/gi, '')
  const [, helo] = /\bhelo=(\S+)/i.exec(connection) ?? []
  const ip = lastBracketed(said)
  if (ip !== undefined) {
    const [before = ''] = said.split('[', 1)
    const ptr = before.trim() === '' ? undefined : nameFound(before)
    if (helo !== undefined) return { from, helo, ip, ptr: nameFound(from) }
    return { from, helo: from, ip, ptr }
  }
  if (said !== connection) return { from, helo, ip: addressOf({ kind: 'word', text: from }) }
  // Exchange: `greeting (address)`; qmail where greeting and name are the same.
  return { from, helo: from, ip: lastAddress(comments) }
}

/** The address of the last `[…]`; an identd answer before it is the client's own word. */
function lastBracketed(text: string): string | undefined {
  const found = [...text.matchAll(/\[([^\][\s]{2,60})\]/g)].map(([, inside = '']) => readAddress(inside))
  return found.findLast((address) => address !== undefined)
}

function lastAddress(comments: readonly Token[]): string | undefined {
  return comments.map(addressOf).findLast((address) => address !== undefined)
}

/** The address that is the whole of a word or comment, perhaps after `ident@`. */
function addressOf(token: Token | undefined): string | undefined {
  return token && readAddress(token.text.replace(/^[^@\s]{1,100}@/, '').replace(/^\[(.*)\]$/, '$1'))
}

/** RFC 5321 §4.1.3 has `IPv6:` before such an address. */
function readAddress(text: string): string | undefined {
  const address = parseAddress(text.replace(/^IPv6:/i, ''))
  return address instanceof Refusal ? undefined : formatAddress(address)
}

function nameFound(text: string): string | undefined {
  const name = text.trim().split('@').at(-1)?.toLowerCase().replace(/\.$/, '') ?? ''
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name) && readAddress(name) === undefined ? name : undefined
}

function nameOf(token: Token | undefined): string | undefined {
  // A letter may become two by folding.
  return token?.kind === 'word'
    ? token.text.toLowerCase().replace(/\.$/, '').slice(0, longestWord)
    : undefined
}

const keywords = new Set(['via', 'with', 'id', 'for'])

/** The words after a keyword, up to the next keyword or comment. */
function clauseOf(tokens: readonly Token[], keyword: string): readonly string[] {
  const start = tokens.findIndex((token, index) => index > 0 && isKeyword(token, keyword))
  if (start < 0) return []
  const rest = tokens.slice(start + 1)
  const end = rest.findIndex(({ kind, text }) => kind === 'comment' || keywords.has(text.toLowerCase()))
  return (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text)
}

function isKeyword(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word
}

/** Words and outermost comments (RFC 5322 §3.2.2), and what follows the last semicolon outside of comments. */
function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly date: string | undefined } {
  const tokens: Token[] = []
  let depth = 0
  let start = 0
  let beforeDate: { readonly at: number; readonly tokens: number } | undefined
  const end = (kind: Token['kind'], at: number): void => {
    const said = text.slice(start, at).trim()
    if (said !== '' || kind === 'comment') tokens.push({ kind, text: said.slice(0, longestWord) })
    start = at + 1
  }
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (depth > 0 && character === '\\') at++
    else if (character === '(') {
      if (depth++ === 0) end('word', at)
    } else if (character === ')') {
      if (depth > 0 && --depth === 0) end('comment', at)
    } else if (depth === 0 && /[\s;]/.test(character)) {
      end('word', at)
      if (character === ';') beforeDate = { at, tokens: tokens.length }
    }
  }
  end(depth > 0 ? 'comment' : 'word', text.length)
  if (!beforeDate) return { tokens, date: undefined }
  const date = text
    .slice(beforeDate.at + 1)
    .trim()
    .slice(0, 100)
  return { tokens: tokens.slice(0, beforeDate.tokens), date: date || undefined }
}
