import { readRefusal, type PostfixRefusal } from './postfix-log-refusal.ts'
import { readClient, type PostfixClient } from './postfix-log-client.ts'
import type { SyslogLine } from './syslog.ts'

/**
 * What the programs of Postfix 3.x write into the log about mail that comes in (the sources of smtpd, cleanup, qmgr, the delivery agents
 * and postscreen; there is no other description). Postfix writes every character that is not printable as `?`, but names and
 * mailboxes are the client's own words and may look like anything.
 */
export type PostfixLine = Place & PostfixEntry

interface Place {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly host: string
  /** What stands before the program: `postfix`, `postfix-in`, `postfix/submission`. */
  readonly instance: string
  /** `smtpd`, `cleanup`, `qmgr`, `lmtp`, … */
  readonly program: string
  readonly pid: number
  /** How many lines this one stands for: rsyslog writes `message repeated 2 times: [ … ]` (`RepeatedMsgReduction`, on in Ubuntu). */
  readonly times: number
}

export type PostfixEntry =
  | { readonly kind: 'connect'; readonly client: PostfixClient }
  /** `counts` of SMTP commands; undefined before Postfix 3.0 and from postscreen. */
  | {
      readonly kind: 'disconnect'
      readonly client: PostfixClient
      readonly counts: CommandCounts | undefined
    }
  /** postscreen gives the connection to smtpd. */
  | { readonly kind: 'hand-over'; readonly client: PostfixClient }
  /** Postfix or the client gave the session up after a command; `disconnect` follows. */
  | { readonly kind: 'broken-off'; readonly client: PostfixClient; readonly after: string }
  | PostfixRefusal
  /** The first recipient was taken. */
  | {
      readonly kind: 'client'
      readonly queueId: string
      readonly client: PostfixClient
      /** Whom the client logged in as. */
      readonly user: string | undefined
    }
  | { readonly kind: 'message-id'; readonly queueId: string; readonly messageId: string }
  /** The message was taken, and is in the queue. `size` in octets; `recipients` after aliases. */
  | {
      readonly kind: 'queued'
      readonly queueId: string
      /** Mailbox of the envelope, empty for the null sender. */
      readonly from: string
      readonly size: number
      readonly recipients: number
    }
  /** The message was taken, but to be thrown away or held. */
  | { readonly kind: 'taken'; readonly queueId: string }
  | {
      readonly kind: 'delivery'
      readonly queueId: string
      readonly to: string
      /** The recipient before aliases, where it was another. */
      readonly originalTo: string | undefined
      readonly relay: string
      /** Seconds from its arrival on. */
      readonly delay: number
      /** Enhanced status code. */
      readonly status: string
      /** `sent`, `bounced`, `deferred`, `expired`, … */
      readonly outcome: string
      readonly text: string
    }
  /** A delivery report about the message went into the queue under a number of its own. */
  | { readonly kind: 'report'; readonly queueId: string; readonly reportId: string }
  | { readonly kind: 'removed'; readonly queueId: string }

/** How many commands succeeded and how many there were: `rcpt=1/3`. */
export type CommandCounts = ReadonlyMap<string, { readonly done: number; readonly all: number }>

/** Characters; Postfix cuts its lines before that. */
const longest = 8192

/** What a line says; undefined for lines of other programs and about other things, and for those that were cut off too early. */
export function readPostfixLine(line: SyslogLine): PostfixLine | undefined {
  const slash = line.program.lastIndexOf('/')
  if (slash < 1) return undefined
  const program = line.program.slice(slash + 1)
  const text = line.text.slice(0, longest)
  const [, times = '1', repeated] = /^message repeated (\d{1,6}) times: \[ ?(.*)\]$/s.exec(text) ?? []
  const entry = readEntry(program, repeated ?? text)
  if (entry === undefined) return undefined
  return {
    at: line.at,
    host: line.host,
    instance: line.program.slice(0, slash),
    program,
    pid: line.pid,
    times: Number(times),
    ...entry,
  }
}

function readEntry(program: string, text: string): PostfixEntry | undefined {
  switch (program) {
    case 'smtpd':
      return readSession(text) ?? readRefusal(program, text) ?? readAccepted(text) ?? readTaken(text)
    case 'postscreen':
      return readScreened(text) ?? readRefusal(program, text)
    case 'cleanup':
      return readMessageIdLine(text) ?? readRefusal(program, text) ?? readTaken(text)
    case 'qmgr':
      return readQueued(text) ?? readRemoved(text)
    case 'postsuper':
      return readRemoved(text)
    case 'bounce':
      return readReport(text)
    case 'smtp':
    case 'lmtp':
    case 'local':
    case 'virtual':
    case 'pipe':
    case 'error':
    case 'discard':
      return readDelivery(text)
    default:
      return undefined
  }
}

/**
 * Short ids are hexadecimal; long ones have digits and consonants: the time, a `z`, the inode (`enable_long_queue_ids`). No word that
 * Postfix begins a line with has either form.
 */
const queueId =
  '(?<queueId>[0-9A-F]{6,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,14}z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]{1,16})'

const connected = /^(connect|disconnect) from (\S+)((?: [a-z_]+=\d+(?:\/\d+)?)*)/
const brokenOff =
  /^(?:lost connection|timeout|too many errors|improper command pipelining) after ([A-Za-z-]{1,20})(?: \(\d+ bytes\))? from ([^\s\]]+\])/

function readSession(text: string): PostfixEntry | undefined {
  const [start, word, peer = '', counts = ''] = connected.exec(text) ?? []
  if (start !== undefined) {
    const client = readClient(peer)
    if (client === undefined) return undefined
    return word === 'connect'
      ? { kind: 'connect', client }
      : { kind: 'disconnect', client, counts: readCounts(counts) }
  }
  const [, after = '', other = ''] = brokenOff.exec(text) ?? []
  const client = readClient(other)
  return client && { kind: 'broken-off', client, after }
}

function readCounts(text: string): CommandCounts | undefined {
  const words = text.split(' ').filter((word) => word !== '')
  if (words.length === 0) return undefined
  return new Map(
    words.map((word) => {
      const [name = '', count = ''] = word.split('=')
      const [done = '0', all = done] = count.split('/')
      return [name, { done: Number(done), all: Number(all) }]
    }),
  )
}

const screened = /^(CONNECT from|DISCONNECT|PASS OLD|PASS NEW|WHITELISTED|ALLOWLISTED) (\[\S+\]:\d+)/

function readScreened(text: string): PostfixEntry | undefined {
  const [, word, peer = ''] = screened.exec(text) ?? []
  const client = readClient(peer)
  if (client === undefined) return undefined
  if (word === 'CONNECT from') return { kind: 'connect', client }
  return word === 'DISCONNECT'
    ? { kind: 'disconnect', client, counts: undefined }
    : { kind: 'hand-over', client }
}

const accepted = new RegExp(
  `^${queueId}: client=(?<peer>[^\\s,]+)(?:, (?!sasl_username=)[a-z_]+=[^,]*)*(?:, sasl_username=(?<user>[^,]*))?`,
)

function readAccepted(text: string): PostfixEntry | undefined {
  const found = accepted.exec(text)?.groups
  const client = readClient(found?.['peer'] ?? '')
  return client && { kind: 'client', queueId: found?.['queueId'] ?? '', client, user: found?.['user'] }
}

const taken = new RegExp(`^${queueId}: (?:milter-)?(?:discard|hold|quarantine): `)

function readTaken(text: string): PostfixEntry | undefined {
  const id = taken.exec(text)?.groups?.['queueId']
  return id === undefined ? undefined : { kind: 'taken', queueId: id }
}

const messageIdLine = new RegExp(`^${queueId}: message-id=(?<messageId>.*)$`)

function readMessageIdLine(text: string): PostfixEntry | undefined {
  const found = messageIdLine.exec(text)?.groups
  if (found === undefined) return undefined
  return { kind: 'message-id', queueId: found['queueId'] ?? '', messageId: found['messageId'] ?? '' }
}

const queued = new RegExp(`^${queueId}: from=<(?<from>.*)>, size=(?<size>\\d+), nrcpt=(?<count>\\d+) \\(`)

function readQueued(text: string): PostfixEntry | undefined {
  const found = queued.exec(text)?.groups
  if (found === undefined) return undefined
  const { queueId: id = '', from = '', size, count } = found
  return { kind: 'queued', queueId: id, from, size: Number(size), recipients: Number(count) }
}

const removed = new RegExp(`^${queueId}: removed$`)

function readRemoved(text: string): PostfixEntry | undefined {
  const id = removed.exec(text)?.groups?.['queueId']
  return id === undefined ? undefined : { kind: 'removed', queueId: id }
}

const report = new RegExp(
  `^${queueId}: (?:sender|postmaster) (?:non-delivery|delivery status|delay) notification: (?<reportId>\\S{5,30})$`,
)

function readReport(text: string): PostfixEntry | undefined {
  const found = report.exec(text)?.groups
  return found && { kind: 'report', queueId: found['queueId'] ?? '', reportId: found['reportId'] ?? '' }
}

/** Between these words later versions may put others, as they did `conn_use`. */
const others = (next: string): string => `(?:(?!${next}=)[a-z_]+=[^,]*, )*`

const delivery = new RegExp(
  [
    `^${queueId}: to=<(?<to>.*?)>, (?:orig_to=<(?<originalTo>.*?)>, )?relay=(?<relay>[^,]*), ${others('delay')}`,
    `delay=(?<delay>[\\d.]+), ${others('dsn')}dsn=(?<status>\\d\\.\\d{1,3}\\.\\d{1,3}), `,
    `${others('status')}status=(?<outcome>[a-z-]+)(?: \\((?<words>.*)\\))?`,
  ].join(''),
)

function readDelivery(text: string): PostfixEntry | undefined {
  const found = delivery.exec(text)?.groups
  if (found === undefined) return undefined
  return {
    kind: 'delivery',
    queueId: found['queueId'] ?? '',
    to: found['to'] ?? '',
    originalTo: found['originalTo'],
    relay: found['relay'] ?? '',
    delay: Number(found['delay']),
    status: found['status'] ?? '',
    outcome: found['outcome'] ?? '',
    text: found['words'] ?? '',
  }
}
