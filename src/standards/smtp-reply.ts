import { formatStatusCode, parseStatusCode } from './status-code.ts'

/**
 * One line of an SMTP reply (RFC 5321 §4.2) with its enhanced status code (RFC 2034 §4), as contracts 8 has
 * it: `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To … please visit <url> (PSN606)`.
 */
interface ReplyLine {
  /** Reply code; its first digit is the class of `status`. */
  readonly code: number
  readonly status: string
  /** What happened, without a full stop. */
  readonly text: string
  /** Stands in brackets after the text. */
  readonly address?: string
  /** What to do; the URL follows. */
  readonly action: string
  readonly url: string
  readonly reference: string
}

/** 512 octets (RFC 5321 §4.5.3.1.5) less CR LF and 60 for what an MTA puts before the words. */
const longestLine = 450

/**
 * The line without CR LF: printable ASCII, at most `octets` long. Where it would be longer words are cut,
 * never the URL: first what to do, then what happened from its end, then the reference. Throws when code,
 * status and URL alone do not fit, or when code and status disagree.
 */
export function formatReplyLine(reply: ReplyLine, octets = longestLine): string {
  const status = parseStatusCode(reply.status)
  if (status?.class !== Math.floor(reply.code / 100))
    throw new RangeError(`reply ${reply.code} with status ${reply.status}`)
  for (const words of shorterAndShorter(reply)) {
    const line = `${reply.code} ${formatStatusCode(status)} ${words}`.replaceAll(/[^\x20-\x7e]/g, '?')
    if (line.length <= octets) return line
  }
  throw new RangeError(`no reply line of ${octets} octets holds ${reply.url}`)
}

function* shorterAndShorter(reply: ReplyLine): Generator<string> {
  const address = reply.address === undefined ? '' : ` [${reply.address}]`
  const end = `${reply.url} (${reply.reference})`
  yield `${reply.text}${address}. ${reply.action} ${end}`
  const words = reply.text.split(' ')
  for (let count = words.length; count > 0; count--) {
    yield `${words.slice(0, count).join(' ')}${address}. See ${end}`
  }
  yield `See ${end}`
  yield reply.url
}
