import type { MailEvent, MessageEvent } from '../../access/mail-event.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import type { MoreTold } from './learn.ts'
import type { ReputationSettings } from './mind.ts'
import type { Opinion } from './opinion.ts'
import { Reputation } from './reputation.ts'
import { Tellings } from './tellings.ts'
import type { Witness } from './witness.ts'

/** How often something was done to a sender's messages. */
interface Fate {
  passed: number
  deferred: number
  refused: number
}

/** One sender whose mail would fare otherwise. */
export interface Changed {
  readonly unit: string
  readonly messages: number
  readonly now: Readonly<Fate>
  readonly tried: Readonly<Fate>
}

export interface DryRunResult {
  readonly messages: number
  readonly senders: number
  readonly now: Readonly<Fate>
  readonly tried: Readonly<Fate>
  /** Senders that would be refused, or put off, and are not; the most messages first. */
  readonly hit: readonly Changed[]
  readonly hitCount: number
  /** Those the other way round. */
  readonly freed: readonly Changed[]
  readonly freedCount: number
}

/** Senders of each kind that a result names. */
const mostNamed = 50
/** Senders that are told apart; what is beyond is in the sums. */
const mostSenders = 500_000

/**
 * The same events through two judgements, with the thresholds as they are and as they might be. Both begin with what was known at the
 * beginning: whoever pushes the events has it recalled by `judges` before (`recallAsOf`).
 */
export class DryRun {
  readonly #now: Side
  readonly #tried: Side
  readonly #senders = new Map<string, { readonly now: Fate; readonly tried: Fate }>()
  readonly #tellings = new Tellings()
  readonly #start: number
  #messages = 0
  #at = 0

  /** `start`: what is of before is known already, and counts for nothing when it is heard only later. */
  constructor(now: ReputationSettings, tried: ReputationSettings, start = 0) {
    this.#now = new Side(now)
    this.#tried = new Side(tried)
    this.#start = start
  }

  get judges(): readonly Reputation[] {
    return [this.#now.judge, this.#tried.judge]
  }

  /** `receivedAt`: when it became known, `source`: who said so. */
  push(event: MailEvent, receivedAt: number, isOld: boolean, source: string): void {
    const at = Math.max(this.#at, receivedAt)
    this.#at = at
    if (event.at < this.#start) return
    if (event.type === 'complaint') {
      if (isOld) return
      this.#now.judge.complain(event, at, source)
      this.#tried.judge.complain(event, at, source)
      return
    }
    const witness = { source, isOld }
    const told = event.type === 'message' ? this.#tellings.tell(event, source, at) : undefined
    if (told?.more) {
      this.#now.hearMore(told.event, told.more, at, witness)
      this.#tried.hearMore(told.event, told.more, at, witness)
      return
    }
    const [now, tried] = [this.#now.hear(event, at, witness), this.#tried.hear(event, at, witness)]
    if (isOld) return
    this.#messages++
    note(this.#now.fate, now)
    note(this.#tried.fate, tried)
    const fates = this.#fatesOf(formatPrefix(unitOf(event.address)))
    if (fates === undefined) return
    note(fates.now, now)
    note(fates.tried, tried)
  }

  result(): DryRunResult {
    const changed = [...this.#senders].map(([unit, { now, tried }]) => ({
      unit,
      messages: now.passed + now.deferred + now.refused,
      now,
      tried,
    }))
    const most = (list: readonly Changed[]): readonly Changed[] =>
      list.toSorted((a, b) => stoppedBy(b) - stoppedBy(a) || (a.unit < b.unit ? -1 : 1)).slice(0, mostNamed)
    const hit = changed.filter(({ now, tried }) => gravity(tried) > gravity(now))
    const freed = changed.filter(({ now, tried }) => gravity(tried) < gravity(now))
    return {
      messages: this.#messages,
      senders: this.#senders.size,
      now: this.#now.fate,
      tried: this.#tried.fate,
      hit: most(hit),
      hitCount: hit.length,
      freed: most(freed),
      freedCount: freed.length,
    }
  }

  #fatesOf(unit: string): { readonly now: Fate; readonly tried: Fate } | undefined {
    const known = this.#senders.get(unit)
    if (known || this.#senders.size >= mostSenders) return known
    const fates = { now: newFate(), tried: newFate() }
    this.#senders.set(unit, fates)
    return fates
  }
}

/** One judgement, as if it were acted on. */
class Side {
  readonly judge: Reputation
  readonly fate = newFate()
  /** Messages that it did not let in, of late. */
  #stopped = new Set<string>()

  constructor(settings: ReputationSettings) {
    this.judge = new Reputation(settings)
  }

  hear(event: Exclude<MailEvent, { type: 'complaint' }>, at: number, witness: Witness): Opinion['action'] {
    const { isOld } = witness
    this.judge.tick(at)
    const attempt = { ...event, at }
    const { action } = isOld ? { action: 'pass' as const } : this.judge.decide(attempt)
    if (action !== 'pass') {
      this.judge.attempted(attempt)
      if (this.#stopped.size >= mostStopped) this.#stopped = new Set()
      this.#stopped.add(nameOf(event))
      return action
    }
    if (!isOld) this.judge.passed(attempt)
    if (event.type === 'message') this.judge.learn(event, at, witness)
    this.judge.takeNotes()
    return action
  }

  /** More about a message of before, as far as it was let in. */
  hearMore(event: MessageEvent, more: MoreTold, at: number, witness: Witness): void {
    if (this.#stopped.has(nameOf(event))) return
    this.judge.tick(at)
    this.judge.learn(event, at, { ...witness, more })
    this.judge.takeNotes()
  }
}

function nameOf({ ip, id }: MailEvent): string {
  return `${ip} ${id}`
}

const mostStopped = 200_000

function newFate(): Fate {
  return { passed: 0, deferred: 0, refused: 0 }
}

function note(fate: Fate, action: Opinion['action']): void {
  if (action === 'pass') fate.passed++
  else if (action === 'defer') fate.deferred++
  else fate.refused++
}

/** The worst that happened to it. */
function gravity({ deferred, refused }: Fate): number {
  return refused > 0 ? 2 : deferred > 0 ? 1 : 0
}

function stoppedBy({ now, tried }: Changed): number {
  return Math.abs(tried.deferred + tried.refused - now.deferred - now.refused)
}
