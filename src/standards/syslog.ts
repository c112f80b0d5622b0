import { zoneOffset, type ZoneOffset } from '../base/zone-offset.ts'

/**
 * One line of a mail log: when, which machine, which program, what. Read are the forms in which syslog daemons and Postfix itself write
 * files: `May  4 10:15:30 mx postfix/smtpd[1234]: …` (RFC 3164 §4.1), the same with an RFC 3339 time (Debian 12, journald) and
 * RFC 5424 (§6). Before any of them may stand `<priority>`.
 */
export interface SyslogLine {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly host: string
  /** `postfix/smtpd`; empty where the daemon itself says that the line before came again. */
  readonly program: string
  /** 0 where the program gives none, as Dovecot's does. */
  readonly pid: number
  readonly text: string
}

/** Characters; what a daemon writes of one message is shorter. */
const longest = 16_384

const dayMs = 86_400_000
const hourMs = 3_600_000

const frame = new RegExp(
  [
    '^(?:<\\d{1,3}>)?(?:1 )?',
    '(?:(?<date>\\d{4}-\\d\\d-\\d\\d)[T ]|(?<month>[A-Z][a-z]{2}) +(?<day>\\d{1,2}) (?:(?<year>\\d{4}) )?)',
    '(?<time>\\d\\d:\\d\\d:\\d\\d)(?:[.,](?<fraction>\\d{1,9}))?(?<zone>Z|[+-]\\d\\d:?\\d\\d)? ',
    '(?<host>[!-~]{1,255}) ',
    '(?:(?<program>[^\\s[\\]]{1,255})\\[(?<pid>\\d{1,10})\\]: ',
    // No process: Dovecot, the kernel. Never Postfix, whose lines are of no use without it.
    '|(?<plain>[^\\s[\\]/:]{1,255}): ',
    // RFC 5424: name, process, kind of message, structured data.
    '|(?:(?<name>\\S{1,48}) (?<process>\\d{1,10})|(?<silent>[^\\s/]{1,48}) -) \\S{1,32} (?:-|(?:\\[(?:[^\\]"]|"(?:[^"\\\\]|\\\\.)*")*\\])+) (?:\\ufeff)?',
    // As syslogd of BSD has it.
    '|(?=last message repeated \\d{1,6} times$))',
    '(?<text>.*)$',
  ].join(''),
  's',
)

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Reads the lines of logs whose times without a zone are those of one zone. */
export class SyslogReader {
  readonly #zone: ZoneOffset | undefined
  /** Local hour → milliseconds that it is ahead of UTC. */
  readonly #offsets = new Map<number, number>()

  /** `zone`: a name of the IANA database. Throws RangeError for what is none. */
  constructor(zone = 'UTC') {
    this.#zone = zone === 'UTC' ? undefined : zoneOffset(zone)
  }

  /**
   * The line without its end; undefined when it is none. `latest`: a time before which it was written, such as now or the file's last
   * change; a time without a year is in the last year that makes it no later (a day is let pass for clocks that differ).
   */
  read(line: string, latest: number): SyslogLine | undefined {
    const found = frame.exec(line.slice(0, longest))?.groups
    if (found === undefined) return undefined
    const at = this.#timeOf(found, latest)
    if (at === undefined) return undefined
    return {
      at,
      host: found['host'] ?? '',
      program: found['program'] ?? found['plain'] ?? found['name'] ?? found['silent'] ?? '',
      pid: Number(found['pid'] ?? found['process']) || 0,
      text: found['text'] ?? '',
    }
  }

  #timeOf(found: Readonly<Record<string, string | undefined>>, latest: number): number | undefined {
    const { date, month = '', day = '', year, time = '', fraction = '', zone } = found
    const clock = `${time}.${fraction.slice(0, 3).padEnd(3, '0')}`
    if (date !== undefined) return this.#instant(`${date}T${clock}`, zone)
    const number = months.indexOf(month) + 1
    if (number === 0) return undefined
    const inYear = (of: number | string): number | undefined =>
      this.#instant(`${of}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}T${clock}`, zone)
    if (year !== undefined) return inYear(year)
    const last = new Date(latest + dayMs).getUTCFullYear()
    // The eve of the year in one zone is its first day in another; 29 February is not in every year.
    for (let of = last + 1; of > last - 9; of--) {
      const at = inYear(of)
      if (at !== undefined && at <= latest + dayMs) return at
    }
    return undefined
  }

  /** `text`: a date and time with three decimals. Undefined for the 30th of February. */
  #instant(text: string, zone: string | undefined): number | undefined {
    const local = Date.parse(`${text}Z`)
    if (Number.isNaN(local) || new Date(local).toISOString() !== `${text}Z`) return undefined
    if (zone === undefined) return local - this.#offset(local)
    const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
    const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
    return sign === '-' ? local + offset : local - offset
  }

  #offset(local: number): number {
    if (this.#zone === undefined) return 0
    const hour = Math.floor(local / hourMs)
    const known = this.#offsets.get(hour)
    if (known !== undefined) return known
    // The first guess is wrong by one change of the clocks at most.
    const guess = this.#zone(local)
    const offset = this.#zone(local - guess)
    if (this.#offsets.size > 10_000) this.#offsets.clear()
    this.#offsets.set(hour, offset)
    return offset
  }
}
