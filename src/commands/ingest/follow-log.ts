import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { minute, systemClock } from '../../base/clock.ts'
import type { SourceRole } from '../../access/source-roles.ts'
import { callCore } from '../../control/client.ts'
import { formatGiven } from '../../control/given-line.ts'
import type { TakenEvents } from '../../core/events/actions.ts'
import type { Output } from '../command.ts'
import { plain } from '../output.ts'
import { followFile } from './follow-file.ts'
import type { LogReader } from './log-reader.ts'
import { placeFile, type Place } from './place.ts'

export interface Following {
  readonly file: string
  readonly source: string
  readonly operation: 'events.take' | 'sent.take'
  /** What of it the source may tell. */
  readonly roles: readonly SourceRole[]
  readonly data: string
  readonly reader: LogReader
  readonly output: Output
  readonly json: boolean
}

/** Events handed to core at once. */
const batchSize = 500

/** Pause before core is asked again when it is away, in milliseconds. */
const awayMs = 1000

/**
 * Hands what is written to a log to the running core until the process is told to end. A place is kept once everything before it is
 * durable; what was on its way is handed over again, and counts once. Nothing is lost while core is away: the log waits.
 */
export async function followLog(following: Following): Promise<void> {
  const { file, source, data, reader, output } = following
  const clock = systemClock()
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  process.once('SIGTERM', stop).once('SIGINT', stop)
  const places = placeFile(data, source, file)
  const marks = new Marks()
  let given: string[] = []
  let [line, taken] = [0, 0]
  let kept: Place | undefined
  const options = {
    longest: reader.longest,
    signal: stopping.signal,
    note: (text: string) => output.note(plain(text)),
  }
  for await (const { text, place } of followFile(file, places.read(), options)) {
    const now = clock.now()
    const events = text === undefined ? reader.idle(now) : reader.push(text, now)
    if (text !== undefined) line++
    if ('unusable' in events) given.push(formatGiven(line, events))
    else given.push(...events.map((event) => formatGiven(line, event)))
    marks.add(place, reader.at)
    if (text !== undefined && given.length < batchSize) continue
    if (given.length > 0) {
      const answer = await handOver(following, given, stopping.signal)
      if (!answer) break
      taken += answer.accepted
      say(answer, following)
      output.progress('events', taken)
    }
    given = []
    const resume = marks.since(reader.needsSince, place)
    if (resume !== kept) places.write(resume)
    kept = resume
  }
  process.off('SIGTERM', stop).off('SIGINT', stop)
}

/** Where lines of which time begin, so that what is not complete yet can be read again. */
class Marks {
  #marks: { readonly place: Place; readonly at: number }[] = []

  add(place: Place, at: number): void {
    const last = this.#marks.at(-1)
    if (!last || at - last.at >= minute) this.#marks.push({ place, at })
  }

  /** The last place with nothing of this time or later before it; `now` when nothing is needed. */
  since(needed: number, now: Place): Place {
    if (needed === Infinity) {
      this.#marks = []
      return now
    }
    const first = this.#marks.findLastIndex(({ at }) => at <= needed)
    this.#marks = this.#marks.slice(Math.max(0, first))
    return this.#marks[0]?.place ?? now
  }
}

/** Undefined when it is over before core has answered. */
async function handOver(
  { data, source, operation, roles, output }: Following,
  given: readonly string[],
  signal: AbortSignal,
): Promise<TakenEvents | undefined> {
  let said = ''
  const note = (text: string): void => {
    if (text !== said) output.note(plain(text))
    said = text
  }
  while (!signal.aborted) {
    try {
      let answer: TakenEvents | undefined
      const sink = { emit: (value: object) => void (answer = value as TakenEvents), progress: () => {} }
      const lines = (async function* () {
        yield* given
      })()
      const reached = await callCore(join(data, 'core.sock'), operation, { source, roles }, lines, sink)
      if (reached === 'done' && answer) return answer
      note(reached === 'silent' ? 'core does not answer; waiting' : 'no core runs; waiting for it')
    } catch (error) {
      note(`${error instanceof Error ? error.message : String(error)}; trying again`)
    }
    await sleep(awayMs, undefined, { signal }).catch(() => {})
  }
  return undefined
}

function say(answer: TakenEvents, { output, json }: Following): void {
  if (json) output.json(answer)
  for (const { line, reason } of answer.refused.slice(0, 10)) output.note(plain(`line ${line}: ${reason}`))
  if (answer.refusedCount > 10) output.note(`and ${answer.refusedCount - 10} more lines`)
}
