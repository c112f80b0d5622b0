import { day, minute } from '../../src/base/clock.ts'
import type { Action, Decision } from './judge.ts'
import {
  noFigures,
  steadyPopulations,
  type Figures,
  type Row,
  type RowFigures,
  type Stop,
} from './figures.ts'
import type { Step, Traffic, TryStep } from './traffic.ts'
import { episodeAt, type Episode, type Sender } from './truth.ts'

/** Counts of wanted mail begin then: judges have to get to know the world first. */
const warmUpMs = 3 * day

/** What an episode's sender was told, try by try. */
interface Course {
  readonly population: Sender['population']
  readonly at: number[]
  readonly passed: boolean[]
}

/** The time after an episode, until the next one. */
interface Recovery {
  readonly population: Sender['population']
  readonly from: number
  askedAt: number | undefined
  /** Of the last wanted message that did not pass at once. */
  restrictedAt: number | undefined
  tries: number
}

/** Watches a judge at work and knows the truth. */
export class Measure {
  readonly #traffic: Traffic
  readonly #figures = noFigures()
  /** Rows of messages that were deferred and are still on their way, by the id of the first attempt. */
  readonly #waiting = new Map<string, readonly Row[]>()
  /** Rows and senders that had wanted mail refused. */
  readonly #refused = new Set<string>()
  readonly #courses = new Map<Episode, Course>()
  readonly #recoveries = new Map<Episode, Recovery>()

  constructor(traffic: Traffic) {
    this.#traffic = traffic
  }

  watch(step: Step, decision: Decision | undefined): void {
    if (step.kind === 'delist') this.#noteAsked(step.sender, step.at)
    if (step.kind !== 'try' || !decision || step.event.type === 'connection') return
    if (step.truth.wanted) this.#noteWanted(step, decision.action)
    else this.#noteUnwanted(step, decision.action)
  }

  /** To be called at the end, once. */
  figures(): Figures {
    for (const rows of this.#waiting.values()) for (const row of rows) this.#figures[row].undelivered++
    for (const course of this.#courses.values()) this.#figures[course.population].stops.push(stopOf(course))
    for (const { population, from, askedAt, restrictedAt, tries } of this.#recoveries.values()) {
      if (tries === 0) continue
      const since = (start: number): number => Math.max(0, ((restrictedAt ?? 0) - start) / minute)
      this.#figures[population].freedoms.push({
        minutes: since(from),
        askedMinutes: askedAt === undefined ? null : since(askedAt),
      })
    }
    return this.#figures
  }

  #noteWanted({ at, truth }: TryStep, action: Action): void {
    const { sender, base, attempt, bornAt } = truth
    const rows = this.#waiting.get(base) ?? this.#rowsOf(sender, bornAt)
    for (const row of rows) noteTry(this.#figures[row], action, attempt, (at - bornAt) / minute)
    if (action === 'reject') this.#noteRefused(rows, sender)
    if (action !== 'defer') this.#waiting.delete(base)
    else if (attempt === 1) this.#waiting.set(base, rows)
    const recovery = this.#recoveryAt(sender, at)
    if (!recovery) return
    recovery.tries++
    if (action !== 'pass') recovery.restrictedAt = at
  }

  #noteRefused(rows: readonly Row[], { key }: Sender): void {
    for (const row of rows) {
      if (!this.#refused.has(`${row} ${key}`)) this.#figures[row].refusedSenders++
      this.#refused.add(`${row} ${key}`)
    }
  }

  #noteUnwanted({ at, truth }: TryStep, action: Action): void {
    const { sender, attempt } = truth
    const figures = this.#figures[sender.population]
    if (attempt === 1) figures.unwanted++
    if (action === 'pass') figures.unwantedPassed++
    const episode = episodeAt(sender, at)
    if (!episode) return
    const course = this.#courses.get(episode) ?? { population: sender.population, at: [], passed: [] }
    this.#courses.set(episode, course)
    course.at.push(at)
    course.passed.push(action === 'pass')
  }

  #rowsOf(sender: Sender, at: number): readonly Row[] {
    if (episodeAt(sender, at)) return ['while-bad']
    if (at < this.#traffic.start + warmUpMs) return ['first-days']
    return this.#isAfterOutage(sender, at) ? [sender.population, 'outage'] : [sender.population]
  }

  #isAfterOutage({ population }: Sender, at: number): boolean {
    if (!steadyPopulations.includes(population)) return false
    return this.#traffic.outages.some(
      ({ from, until, verdict }) => verdict === 'spam' && from <= at && at < until + day,
    )
  }

  #noteAsked(sender: Sender, at: number): void {
    const recovery = this.#recoveryAt(sender, at)
    if (recovery) recovery.askedAt ??= at
  }

  #recoveryAt(sender: Sender, at: number): Recovery | undefined {
    if (episodeAt(sender, at)) return undefined
    const episode = sender.episodes.findLast(({ until }) => until <= at)
    if (!episode) return undefined
    const known = this.#recoveries.get(episode)
    if (known) return known
    const recovery: Recovery = {
      population: sender.population,
      from: episode.until,
      askedAt: undefined,
      restrictedAt: undefined,
      tries: 0,
    }
    this.#recoveries.set(episode, recovery)
    return recovery
  }
}

function noteTry(figures: RowFigures, action: Action, attempt: number, minutes: number): void {
  if (attempt === 1) figures.wanted++
  if (action === 'reject') figures.refused++
  if (action === 'defer' && attempt === 1) figures.deferred++
  if (action !== 'pass') return
  const delay = Math.ceil(minutes)
  figures.delays.set(delay, (figures.delays.get(delay) ?? 0) + 1)
}

/** So many tries from the stop on are looked at: a stop that half of them get past is none. */
const stopWindow = 20

/** The first try that did not pass, provided that most of the next ones did not either. */
export function stopOf({ at, passed }: Pick<Course, 'at' | 'passed'>): Stop {
  const inAll = passed.filter(Boolean).length
  const index = passed.findIndex((isPassed, nth) => {
    if (isPassed) return false
    const next = passed.slice(nth, nth + stopWindow)
    return next.filter(Boolean).length * 2 <= next.length
  })
  if (index < 0) return { passed: inAll, inAll, minutes: null }
  const before = passed.slice(0, index).filter(Boolean).length
  return { passed: before, inAll, minutes: ((at[index] ?? 0) - (at[0] ?? 0)) / minute }
}
