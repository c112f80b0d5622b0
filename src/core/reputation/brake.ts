import { day, hour, minute } from '../../base/clock.ts'
import type { BrakeWhy } from '../../access/brake.ts'
import type { Cause } from '../../access/reasons.ts'
import { FilterSample, type SampleMemory } from './filter-sample.ts'
import { Surge, type SurgeMemory } from './surge.ts'

/**
 * The self-incident brake: the judgement watches itself, rule by rule. `filter`: what the filter says of steady good senders has turned
 * unwanted. `refusals`: the rule lists senders with a long good history as it never did. `requests`: those who are listed by it ask for
 * removal as they never did. `flood`: it lists more in a minute than any judgement should, or all rules together do so in an hour.
 * `hand`: a person pulled it. While it is on, nobody is listed by the rule.
 */

/** A rule that is held. */
export interface Braked {
  readonly rule: Cause
  /** Milliseconds since 1970. */
  readonly since: number
  readonly why: BrakeWhy
  /** How often it was let go within the last day before: the more often, the longer it holds. */
  readonly again: number
  /** Who pulled it, if it was by hand. */
  readonly by?: string | undefined
}

/** The brake of a rule is pulled, or lets go. `count` of what was seen, and what is usual of it. */
export interface Turn {
  readonly isOn: boolean
  readonly braked: Braked
  readonly count: number
  readonly usual: number
  /** Who pulled it or let it go, if it was by hand. */
  readonly by?: string | undefined
}

/** Distinct senders with a long good history, within an hour. */
const leastRefused = 5
/** Distinct ranges that somebody asks from, within an hour: one owner of many addresses is one. */
const leastAsking = 10
/** Without the rule nothing shows that it is right again; after this it is tried. Doubled each time that goes wrong. */
const shortestMs = 2 * hour
const longestMs = day

/** Everything it knows, as it is written down. */
export interface BrakeMemory {
  readonly sample: SampleMemory
  readonly refused: readonly (readonly [Cause, SurgeMemory])[]
  readonly asking: readonly (readonly [Cause, SurgeMemory])[]
  readonly on: readonly Braked[]
  readonly released: readonly (readonly [Cause, Released])[]
  readonly incidents: readonly Incident[]
  /** Listings of the last hour. */
  readonly lately?: readonly Listed[]
}

/** How many a rule listed in one minute (since 1970). */
interface Listed {
  readonly minute: number
  readonly rule: Cause
  readonly count: number
}

interface Released {
  readonly at: number
  readonly times: number
}

/** When it was found out that the filter had gone mad. */
export interface Incident {
  readonly rule: Cause
  readonly since: number
}

export class Brake {
  readonly #sample = new FilterSample()
  readonly #refused = new Map<Cause, Surge>()
  readonly #asking = new Map<Cause, Surge>()
  readonly #on = new Map<Cause, Braked>()
  /** When it let go of a rule last, and how often within a day of each other. */
  readonly #released = new Map<Cause, Released>()
  #incidents: readonly Incident[] = []
  readonly #mostListings: number
  readonly #mostListingsHour: number
  /** Listings of the last hour, by minute and rule, oldest first. */
  #lately: readonly Listed[] = []

  /** `mostListings`: of one rule in a minute. `mostListingsHour`: of all together in an hour. */
  constructor(mostListings = Infinity, mostListingsHour = Infinity) {
    this.#mostListings = mostListings
    this.#mostListingsHour = mostListingsHour
  }

  /** Rules that are held, in the order in which they were. */
  get state(): readonly Braked[] {
    return [...this.#on.values()]
  }

  /** Of the last day, for those of whom is heard later. */
  get incidents(): readonly Incident[] {
    return this.#incidents
  }

  toJSON(): BrakeMemory {
    return {
      sample: this.#sample.toJSON(),
      refused: [...this.#refused].map(([rule, surge]) => [rule, surge.toJSON()] as const),
      asking: [...this.#asking].map(([rule, surge]) => [rule, surge.toJSON()] as const),
      on: this.state,
      released: [...this.#released],
      incidents: this.#incidents,
      ...(this.#lately.length > 0 ? { lately: this.#lately } : {}),
    }
  }

  /** The same again. */
  read({ sample, refused, asking, on, released, incidents, lately }: BrakeMemory): void {
    this.#sample.read(sample)
    for (const [rule, memory] of refused) surgeOf(this.#refused, rule, leastRefused).read(memory)
    for (const [rule, memory] of asking) surgeOf(this.#asking, rule, leastAsking).read(memory)
    for (const braked of on) this.#on.set(braked.rule, braked)
    for (const [rule, memory] of released) this.#released.set(rule, memory)
    this.#incidents = incidents
    this.#lately = lately ?? []
  }

  holds(rule: Cause): boolean {
    return this.#on.has(rule)
  }

  /** Whether what the filter says for a rule is not to be believed. */
  doubts(rule: Cause): boolean {
    return this.#on.get(rule)?.why === 'filter'
  }

  /** Whether the filter is not to be believed in anything. */
  get isFilterMad(): boolean {
    return this.state.some(({ why }) => why === 'filter')
  }

  /** Only what is held is known, by a brake that begins now. */
  recall(state: readonly Braked[], now: number): void {
    this.#sample.begin(now)
    for (const braked of state) this.#on.set(braked.rule, braked)
  }

  /** What the filter said of a message of a steady good sender: the rule that it speaks for, or none. */
  hear(sender: string, rule: Cause | undefined, at: number): readonly Turn[] {
    this.#sample.hear(sender, rule, at)
    const mad = this.#sample.mad().filter((each) => !this.#on.has(each))
    return [...mad.map((each) => this.#pull(each, 'filter', at)), ...this.#letGo(at)]
  }

  /** Something is listed by a rule. */
  listed(rule: Cause, at: number): readonly Turn[] {
    const current = Math.floor(at / minute)
    const isThis = (each: Listed): boolean => each.minute === current && each.rule === rule
    const count = (this.#lately.find(isThis)?.count ?? 0) + 1
    this.#lately = [
      ...this.#lately.filter((each) => each.minute > current - hour / minute && !isThis(each)),
      { minute: current, rule, count },
    ]
    const listing = new Set(this.#lately.map((each) => each.rule))
    const meant = this.#isHourFull ? [...listing] : count >= this.#mostListings ? [rule] : []
    return meant.filter((each) => !this.#on.has(each)).map((each) => this.#pull(each, 'flood', at))
  }

  /** Whether all rules together have listed as much as they may in an hour. */
  get #isHourFull(): boolean {
    return this.#lately.reduce((sum, { count }) => sum + count, 0) >= this.#mostListingsHour
  }

  /** A sender with a long good history was listed. */
  refused(sender: string, rule: Cause, at: number): readonly Turn[] {
    const isHigh = surgeOf(this.#refused, rule, leastRefused).hear(sender, at)
    return isHigh && !this.#on.has(rule) ? [this.#pull(rule, 'refusals', at)] : []
  }

  /** Somebody in a range asked for the removal of a listing, and it was granted. */
  asked(range: string, rule: Cause, at: number): readonly Turn[] {
    const isHigh = surgeOf(this.#asking, rule, leastAsking).hear(range, at)
    return isHigh && !this.#on.has(rule) ? [this.#pull(rule, 'requests', at)] : []
  }

  /** Lets time pass. */
  tick(now: number): readonly Turn[] {
    return this.#on.size === 0 ? [] : this.#letGo(now)
  }

  /** Somebody pulls the brake of a rule; where it is held already nothing changes. It lets go by itself after a day. */
  pull(rule: Cause, by: string, at: number): readonly Turn[] {
    return this.#on.has(rule) ? [] : [{ ...this.#pull(rule, 'hand', at, by), by }]
  }

  /** Somebody lets the brake of a rule go, whatever pulled it: what led to it counts no more, only what comes from now on. */
  release(rule: Cause, by: string, at: number): readonly Turn[] {
    const braked = this.#on.get(rule)
    if (braked === undefined) return []
    const turn = { ...this.#letOneGo(braked, at), by }
    if (braked.why === 'filter') this.#sample.forget(at)
    return [turn]
  }

  #pull(rule: Cause, why: BrakeWhy, at: number, by?: string): Turn {
    const last = this.#released.get(rule)
    const again = last && at - last.at < day ? last.times : 0
    const braked: Braked = { rule, since: at, why, again, ...(by === undefined ? {} : { by }) }
    const turn = { isOn: true, braked, ...this.#seen(braked, at) }
    this.#on.set(rule, braked)
    const late = this.#incidents.filter(({ since }) => at - since < day)
    this.#incidents = why === 'filter' ? [...late, { rule, since: at }] : late
    return turn
  }

  #letGo(now: number): readonly Turn[] {
    const over = this.state.filter((braked) => this.#isOver(braked, now))
    return over.map((braked) => this.#letOneGo(braked, now))
  }

  #letOneGo(braked: Braked, now: number): Turn {
    const { rule, again, why } = braked
    const turn = { isOn: false, braked, ...this.#seen(braked, now) }
    this.#on.delete(rule)
    this.#released.set(rule, { at: now, times: why === 'hand' ? again : again + 1 })
    // What led to it is no history to measure the next by.
    this.#refused.get(rule)?.forget()
    this.#asking.get(rule)?.forget()
    return turn
  }

  #isOver({ rule, since, why, again }: Braked, now: number): boolean {
    if (why === 'filter') return this.#sample.isSane(rule, now)
    if (why === 'hand') return now - since >= longestMs
    if (now - since < Math.min(longestMs, shortestMs * 2 ** again)) return false
    return why !== 'requests' || this.#asking.get(rule)?.isHigh(now) !== true
  }

  /** Listings of a rule within the hour where that is full, else of the last minute that had any. */
  #flooded(rule: Cause): number {
    const ofRule = this.#lately.filter((each) => each.rule === rule)
    const counted = this.#isHourFull ? ofRule : ofRule.slice(-1)
    return counted.reduce((sum, { count }) => sum + count, 0)
  }

  #seen({ rule, why }: Braked, now: number): Pick<Turn, 'count' | 'usual'> {
    if (why === 'filter') return { count: Math.round(this.#sample.share(rule) * this.#sample.size), usual: 0 }
    if (why === 'hand') return { count: 0, usual: 0 }
    if (why === 'flood') return { count: this.#flooded(rule), usual: 0 }
    const surge = (why === 'refusals' ? this.#refused : this.#asking).get(rule)
    return { count: surge?.count(now) ?? 0, usual: Math.round((surge?.usual ?? 0) * 100) / 100 }
  }
}

function surgeOf(surges: Map<Cause, Surge>, rule: Cause, least: number): Surge {
  let surge = surges.get(rule)
  if (surge === undefined) {
    surge = new Surge(least)
    surges.set(rule, surge)
  }
  return surge
}
