import { filterEventOf } from '../../access/filter-event.ts'
import { formatMailEvent, type MailEvent } from '../../access/mail-event.ts'
import { PostfixSent } from '../../access/postfix-sent.ts'
import { longestWaitMs } from '../../access/postfix-session.ts'
import { PostfixJoin, type JoinSettings } from '../../access/postfix-join.ts'
import { formatSent } from '../../core/accounts/sent.ts'
import { longestLine } from '../../core/events/actions.ts'
import { readPostfixLine, type PostfixLine } from '../../standards/postfix-log.ts'
import { covers } from '../../standards/prefix.ts'
import { readRspamdJson } from '../../standards/rspamd-metadata.ts'
import { SyslogReader, type SyslogLine } from '../../standards/syslog.ts'

/** Makes events of the lines of one kind of log, one line after the other. */
export interface LogReader {
  /** Bytes of a line that can say something. */
  readonly longest: number
  /** Events that are complete with this line, as lines of NDJSON; a sentence when the line cannot be used. */
  push(text: string, now: number): readonly string[] | { readonly unusable: string }
  /** No line came for now. */
  idle(now: number): readonly string[]
  /** The log is at its end. */
  end(): readonly string[]
  /** How far back, in the log's own time, lines lie that what comes may still belong to: milliseconds since 1970. */
  readonly needsSince: number
  /** Time of the last line. */
  readonly at: number
}

/** The last two are about mail that our accounts sent (`postern.sent/1`): as lines of it, and from the log of a submission server. */
export const logFormats = ['ndjson', 'postfix', 'rspamd', 'sent', 'postfix-sent'] as const
export type LogFormat = (typeof logFormats)[number]

/** NDJSON goes on as it is: core reads it. */
export function eventReader(): LogReader {
  return {
    longest: longestLine,
    push: (text) => (text.trim() === '' ? [] : [text]),
    idle: () => [],
    end: () => [],
    needsSince: Infinity,
    at: 0,
  }
}

/** `zone`: of times that say none. */
export function postfixReader(settings: JoinSettings, zone: string): LogReader {
  const syslog = new SyslogReader(zone)
  const join = new PostfixJoin(settings)
  let at = 0
  let last: PostfixLine | undefined
  const lines = (events: readonly MailEvent[]): readonly string[] => events.map(formatMailEvent)
  return {
    longest: 16_384,
    push: (text, now) => {
      if (text.trim() === '') return []
      const line = syslog.read(text, now)
      if (!line) return { unusable: 'not a line of syslog' }
      at = line.at
      const isAgain = line.program === ''
      const entry = isAgain ? repeated(last, line) : readPostfixLine(line)
      if (!isAgain) last = entry
      return entry ? lines(join.push(entry)) : []
    },
    idle: (now) => lines(join.advance(now)),
    end: () => lines(join.flush()),
    get needsSince() {
      return join.waiting === 0 ? Infinity : at - longestWaitMs
    },
    get at() {
      return at
    },
  }
}

/** A refusal that came again so many times; what else Postfix says twice over says nothing new. */
function repeated(last: PostfixLine | undefined, { at, host, text }: SyslogLine): PostfixLine | undefined {
  if (last?.kind !== 'refusal' || last.host !== host) return undefined
  return { ...last, at, times: Number(/\d+/.exec(text)?.[0] ?? 1) }
}

/** One object of rspamd's `metadata_exporter` a line. */
export function rspamdReader({ networks }: Pick<JoinSettings, 'networks'>): LogReader {
  return {
    // With `json_with_message` the message is in it.
    longest: 4 << 20,
    push: (text, now) => {
      if (text.trim() === '') return []
      const metadata = readRspamdJson(text)
      if (!metadata) return { unusable: 'not an object of metadata_exporter' }
      const event = filterEventOf(metadata, now)
      const isOwn = event && networks.some((network) => covers(network, event.address))
      return event && !isOwn ? [formatMailEvent(event)] : []
    },
    idle: () => [],
    end: () => [],
    needsSince: Infinity,
    at: 0,
  }
}

/** Who of us sent what to whom, from the log of a submission server. */
export function postfixSentReader(zone: string): LogReader {
  const syslog = new SyslogReader(zone)
  const sent = new PostfixSent()
  let at = 0
  return {
    longest: 16_384,
    push: (text, now) => {
      if (text.trim() === '') return []
      const line = syslog.read(text, now)
      if (!line) return { unusable: 'not a line of syslog' }
      at = line.at
      const entry = readPostfixLine(line)
      const event = entry && sent.push(entry)
      return event ? [formatSent(event)] : []
    },
    idle: () => [],
    end: () => [],
    get needsSince() {
      return sent.waiting === 0 ? Infinity : at - longestWaitMs
    },
    get at() {
      return at
    },
  }
}
