import { hour } from '../base/clock.ts'
import { Refusal, type RefusalCode } from '../base/refusal.ts'

/** What we answer in the SMTP dialogue: a reply code (RFC 5321 §4.2) and a text that begins with its enhanced status code (RFC 3463). */
export interface Reply {
  readonly code: number
  /** ASCII, one line, at most 480 octets: `5.1.1 No such mailbox here`. */
  readonly text: string
}

export function reply(code: number, text: string): Reply {
  return { code, text: text.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 480) }
}

export function isAccepted(answer: Reply): boolean {
  return answer.code < 400
}

export function isTemporary(answer: Reply): boolean {
  return answer.code >= 400 && answer.code < 500
}

/** The answers that do not depend on what is in a message. */
export const replies = {
  unanswered: reply(250, '2.0.0 Automatic message, noted without an answer'),
  noSuchMailbox: reply(550, '5.1.1 No such mailbox here'),
  tooManyUnknown: reply(421, '4.7.0 Too many unknown recipients from your network, try again in ten minutes'),
  tooManyConnections: reply(421, '4.7.0 Too many connections from your network, try again in a minute'),
  tooManyMessages: reply(451, '4.7.0 Too many messages from your network, try again in a minute'),
  crowded: reply(421, '4.3.2 Too many connections, try again in a minute'),
  namedTwice: reply(550, '5.5.1 This recipient was named already'),
  nullSenderOnce: reply(550, '5.5.1 A delivery report has one recipient'),
  tooBig: reply(552, '5.3.4 Message is larger than we take'),
  noRoom: reply(452, '4.3.1 Too much mail in progress, try again in a few minutes'),
  diskFull: reply(452, '4.3.1 Out of storage, try again later'),
  bareNewline: reply(550, '5.5.2 Lines must end with CR LF: a CR or LF stood alone (RFC 5321 2.3.8)'),
  slow: reply(421, '4.4.2 Too slow, closing the connection'),
  closing: reply(421, '4.3.2 Shutting down, try again in a minute'),
  fault: reply(451, '4.3.0 Something went wrong here, try again later'),
  busy: reply(451, '4.3.2 Busy, try again in a few minutes'),
  unreadableNow: reply(451, '4.3.0 The message could not be read, try again later'),
  unreadable: reply(
    554,
    '5.6.0 The message could not be read within our limits; please write a plain short one',
  ),
  loop: reply(554, '5.4.6 Too many hops: the message goes in circles'),
} as const satisfies Record<string, Reply>

/** How long an MTA may be asked to keep trying because of a budget; beyond that its sender should hear of it now. */
const longestPatience = 4 * hour

/** Puts what an action threw into an answer. Whatever is not a refusal is a fault of ours: the sender keeps the message. */
export function replyTo(error: unknown, site: string, now: number): Reply {
  if (!(error instanceof Refusal)) return isDiskFull(error) ? replies.diskFull : replies.fault
  if (error.code === 'disk.full') return replies.diskFull
  if (error.status >= 500) return replies.fault
  if (error.status === 429) return overBudget(error, site, now)
  const say = sentences[error.code]
  return reply(550, say ? say(site) : `5.7.1 Not possible (${error.code}), see ${site}/delist`)
}

function overBudget(refusal: Refusal, site: string, now: number): Reply {
  const again = Date.parse(String(refusal.facts['again'] ?? ''))
  if (!(again - now > longestPatience)) return reply(451, '4.7.1 Too many requests, try again later')
  return reply(
    550,
    `5.7.1 Too many requests, possible again at ${new Date(again).toISOString()}, see ${site}/delist`,
  )
}

const sentences: Partial<Record<RefusalCode, (site: string) => string>> = {
  'delisting.not-found': (site) =>
    `5.1.1 This request is not known any more, please begin again at ${site}/delist`,
  'delisting.expired': (site) => `5.7.1 This request has expired, please begin again at ${site}/delist`,
  'delisting.burned': (site) =>
    `5.7.1 This request was closed after too many wrong codes, please begin again at ${site}/delist`,
  'delisting.already-decided': (site) => `5.7.1 This request is decided already, see ${site}/delist`,
  'delisting.second-half-wrong': (site) =>
    `5.7.1 The message came from another mailbox than the one of the request, see ${site}/delist`,
  'case-link.invalid': (site) =>
    `5.7.1 The link in the message is not one of ours or was cut off, see ${site}/delist`,
  'case-link.expired': (site) => `5.7.1 The link in the message is older than 30 days, see ${site}/delist`,
  'token.invalid': (site) =>
    `5.7.1 The token in the message is not known or was made for another address, see ${site}/delist`,
  'listing.not-found': (site) => `5.7.1 The address in the message is not listed here, see ${site}/delist`,
  'probe.not-found': (site) =>
    `5.1.1 This test address is not known any more, please get another at ${site}/probe`,
  'probe.expired': (site) => `5.1.1 This test address has expired, please get another at ${site}/probe`,
  'probe.used': (site) => `5.7.1 This test address has had its message, please get another at ${site}/probe`,
  'case.not-found': (site) => `5.1.1 This case is not known here, please begin at ${site}/delist`,
  'case.not-opened': (site) => `5.7.1 No case is opened here about this; what you can do is at ${site}/find`,
  'case.over': (site) => `5.7.1 This case ended more than 14 days ago, please begin anew at ${site}/delist`,
  'case.merged': (site) =>
    `5.7.1 This case goes on in another one, please write to its address or see ${site}/delist`,
  'case.with-owner': (site) =>
    `5.7.1 This case is handled with the owner of the address space and takes nothing more from others, see ${site}/owners`,
  'case.full': () => '5.2.2 This case has as much in it as we keep, please wait for our answer',
  'letter.not-found': () => '5.1.1 No such letter',
}

/** SQLite's SQLITE_FULL (13), PostgreSQL's disk_full (53100), the file system's ENOSPC; wherever in the chain of causes. */
function isDiskFull(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if ('code' in cause && (cause.code === 'ENOSPC' || cause.code === '53100')) return true
    if ('errcode' in cause && cause.errcode === 13) return true
  }
  return false
}
