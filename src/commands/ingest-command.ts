import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { systemClock } from '../base/clock.ts'
import type { Config } from '../config/config.ts'
import { formatGiven } from '../control/given-line.ts'
import type { TakenEvents } from '../core/events/actions.ts'
import { readRoles, sourceRoles, type SourceRole } from '../access/source-roles.ts'
import { settingsOf } from '../config/settings.ts'
import { UsageError, type Command, type Invocation, type Output } from './command.ts'
import { configOf } from './config-of.ts'
import { followLog } from './ingest/follow-log.ts'
import { LineCutter } from './ingest/log-lines.ts'
import {
  eventReader,
  logFormats,
  postfixReader,
  postfixSentReader,
  rspamdReader,
} from './ingest/log-reader.ts'
import type { LogFormat, LogReader } from './ingest/log-reader.ts'
import { plain } from './output.ts'
import { withCore } from './with-core.ts'

export const ingestCommand: Command = {
  name: 'ingest',
  usage: `[FILE|-] [--format ${logFormats.join('|')}] [--follow] [--backfill] [--source NAME] [--roles ROLES] [--zone ZONE]`,
  summary: 'Feed mail events: what happened to mail, from our own format or a log.',
  options: {
    format: { type: 'string' },
    follow: { type: 'boolean' },
    backfill: { type: 'boolean' },
    source: { type: 'string' },
    roles: { type: 'string' },
    zone: { type: 'string' },
  },
  optionHelp: {
    format: `${logFormats.join(', ')} (default ndjson); sent and postfix-sent: what our own accounts sent`,
    follow: 'go on with what is written to the file, over rotation and restarts; waits while no core runs',
    backfill: 'old logs: events keep their own times, build standing and list nobody',
    source: 'what the events are counted and known under (default: the format)',
    roles: `which of ${sourceRoles.join(', ')} the source is; all when absent`,
    zone: 'time zone of log lines that say none (default: this machine’s)',
  },
  words: [0, 1],
  run: async (invocation) => {
    const wish = readWish(invocation)
    const config = configOf(invocation)
    const reader = readerOf(wish, config)
    if (!wish.follow) return await ingestOnce(invocation, wish, reader)
    await followLog({
      ...wish,
      operation: operationOf(wish),
      data: config.data,
      reader,
      output: invocation.output,
      json: invocation.json,
    })
    return 0
  },
}

interface Wish {
  readonly file: string
  readonly format: LogFormat
  readonly follow: boolean
  readonly backfill: boolean
  readonly source: string
  readonly roles: readonly SourceRole[]
  readonly zone: string
}

/** What core is asked to do with the lines. */
function operationOf({ format }: Wish): 'events.take' | 'sent.take' {
  return format === 'sent' || format === 'postfix-sent' ? 'sent.take' : 'events.take'
}

/** Throws everything that is wrong with the options at once. */
function readWish({ words: [file = '-'], options }: Invocation): Wish {
  const format = logFormats.find((each) => each === (options['format'] ?? 'ndjson'))
  const source = typeof options['source'] === 'string' ? options['source'] : (format ?? '')
  const roles = typeof options['roles'] === 'string' ? readRoles(options['roles']) : sourceRoles
  const zone = typeof options['zone'] === 'string' ? options['zone'] : ownZone()
  const [follow, backfill] = [options['follow'] === true, options['backfill'] === true]
  const wrong = [
    ...(format ? [] : [`--format is one of ${logFormats.join(', ')}`]),
    ...(/^[a-z][a-z0-9._-]{1,31}$/.test(source) || !format
      ? []
      : ['--source is 2 to 32 of a-z, 0-9, ".", "_", "-", a letter first']),
    ...(roles ? [] : [`--roles is some of ${sourceRoles.join(', ')}`]),
    ...(follow && file === '-' ? ['--follow needs a file'] : []),
    ...(follow && backfill ? ['--follow and --backfill exclude each other'] : []),
    ...(isZone(zone) ? [] : ['--zone is a name such as Asia/Shanghai']),
  ]
  if (!format || !roles || wrong.length > 0) throw new UsageError(wrong.join('\n'))
  return { file, format, follow, backfill, source, roles, zone }
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function readerOf({ format, zone }: Wish, config: Config): LogReader {
  const { networks, site } = settingsOf(config).provider
  switch (format) {
    case 'ndjson':
    case 'sent':
      return eventReader()
    case 'postfix':
      return postfixReader({ networks, site }, zone)
    case 'rspamd':
      return rspamdReader({ networks })
    case 'postfix-sent':
      return postfixSentReader(zone)
  }
}

/** A whole file or what comes on stdin: one call of core, which reads no faster than it writes. */
async function ingestOnce(invocation: Invocation, wish: Wish, reader: LogReader): Promise<number> {
  const { output } = invocation
  const { file, format, source, roles, backfill } = wish
  if (format === 'rspamd' && backfill)
    output.note('the objects of rspamd carry no time: what is read counts as of now')
  const size = file === '-' ? 0 : (await stat(file)).size
  let refused = 0
  const status = await withCore(
    invocation,
    operationOf(wish),
    { source, roles, backfill },
    (value, { say }) => {
      const { accepted, duplicates, refusedCount } = value as TakenEvents
      say(`${accepted} events taken, ${duplicates} known before, ${refusedCount} lines not used`)
    },
    {
      lines: givenLines(file, size, reader, output),
      onProgress: (done) => {
        if (size === 0) output.progress('events', done)
      },
      onValue: (value) => {
        refused = (value as TakenEvents).refusedCount
        noteRefused(value as TakenEvents, output)
      },
    },
  )
  return status === 0 && refused > 0 ? 1 : status
}

/** Says which lines could not be used, the first hundred of them. */
export function noteRefused({ refused, refusedCount }: TakenEvents, output: Output): void {
  const named = refused.slice(0, 100)
  for (const { line, reason } of named) output.note(plain(`line ${line}: ${reason}`))
  if (refusedCount > named.length) output.note(`and ${refusedCount - named.length} more lines`)
}

async function* givenLines(
  file: string,
  size: number,
  reader: LogReader,
  output: Output,
): AsyncGenerator<string> {
  const bytes = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 })
  const cutter = new LineCutter(reader.longest)
  const { now } = systemClock()
  let [line, read] = [0, 0]
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    read += chunk.length
    if (size > 0) output.progress('reading (bytes)', read, size)
    for (const { text } of cutter.push(chunk)) yield* givenOf(reader, ++line, text, now())
  }
  const rest = cutter.rest()
  if (rest) yield* givenOf(reader, ++line, rest.text, now())
  for (const event of reader.end()) yield formatGiven(line, event)
}

/** What core is given for a line of a log. */
export function givenOf(reader: LogReader, line: number, text: string, now: number): readonly string[] {
  const events = reader.push(text, now)
  return 'unusable' in events ? [formatGiven(line, events)] : events.map((event) => formatGiven(line, event))
}
