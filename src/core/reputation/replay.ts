import { Refusal } from '../../base/refusal.ts'
import { readMailEvent, type MailEvent, type MessageEvent } from '../../access/mail-event.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Note } from './notes.ts'
import { SeenIds } from './seen-ids.ts'
import type { ReputationSettings } from './mind.ts'
import { Reputation } from './reputation.ts'

/**
 * Runs recorded events through the judgement without a database (contracts 4): the clock is the events', what is learned of one comes
 * after its own decision, `lagMs` later. The same input gives the same lines.
 */
export class Replay {
  readonly #judge: Reputation
  readonly #lagMs: number
  readonly #seen = new SeenIds()
  /** What is not known yet, in the order in which it will be. */
  #unlearned: Lesson[] = []
  #first = 0
  /** The furthest time heard of: a clock never goes back. */
  #now = 0

  constructor(settings: ReputationSettings, lagMs: number) {
    this.#judge = new Reputation(settings)
    this.#lagMs = lagMs
  }

  /** Lines for one parsed line of input; a sentence when it cannot be used. */
  push(value: unknown): readonly object[] | string {
    const delist = readDelist(value)
    if (delist !== undefined)
      return typeof delist === 'string' ? delist : this.#delist(delist.address, delist.ip, delist.at)
    const event = readMailEvent(value)
    if (typeof event === 'string') return event
    const before = this.#advance(event.at)
    const source = sourceIn(value)
    const lines = event.type === 'complaint' ? this.#complain(event, source) : this.#judgeOf(event, source)
    return [...before, ...lines]
  }

  /** Everything up to `at`: what was not yet known is learned at its time, listings end at theirs. */
  #advance(at: number): readonly object[] {
    const now = Math.max(this.#now, at)
    this.#now = now
    for (
      let lesson = this.#unlearned[this.#first];
      lesson && lesson.at <= now;
      lesson = this.#unlearned[++this.#first]
    ) {
      this.#judge.tick(lesson.at)
      this.#teach(lesson, lesson.at)
    }
    if (this.#first > 4096 && this.#first * 2 > this.#unlearned.length) {
      this.#unlearned = this.#unlearned.slice(this.#first)
      this.#first = 0
    }
    this.#judge.tick(now)
    return this.#lines()
  }

  #judgeOf(event: Exclude<MailEvent, { type: 'complaint' }>, source: string): readonly object[] {
    const attempt = { ...event, at: this.#now }
    const { action, reason, grade } = this.#judge.decide(attempt)
    const { id, ip } = event
    const line = { id, ip, at: iso(event.at), action, reason, grade }
    // Said a second time it is the same event.
    if (this.#seen.isKnown(idIn(source, id), this.#now)) return [line, ...this.#lines()]
    if (action !== 'pass') this.#judge.attempted(attempt)
    else {
      this.#judge.passed(attempt)
      if (event.type === 'message') this.#know({ event, source })
    }
    return [line, ...this.#lines()]
  }

  #complain(event: Extract<MailEvent, { type: 'complaint' }>, source: string): readonly object[] {
    if (!this.#seen.isKnown(idIn(source, event.id), this.#now)) this.#know({ event, source })
    return this.#lines()
  }

  #know(told: Told): void {
    if (this.#lagMs === 0) this.#teach(told, this.#now)
    else this.#unlearned.push({ at: this.#now + this.#lagMs, ...told })
  }

  #teach({ event, source }: Told, now: number): void {
    if (event.type === 'message') this.#judge.learn(event, now, { source })
    else this.#judge.complain(event, now, source)
  }

  #delist(address: Address, ip: string, at: number): readonly object[] {
    const before = this.#advance(at)
    const answer = this.#judge.delist(address, this.#now)
    const line =
      answer === 'done'
        ? { delist: 'done', ip, at: iso(at) }
        : { delist: 'refused', ip, at: iso(at), why: answer }
    return [...before, ...this.#lines(), line]
  }

  #lines(): readonly object[] {
    return this.#judge.takeNotes().flatMap((note) => lineOf(note) ?? [])
  }
}

interface Told {
  readonly event: MessageEvent | Extract<MailEvent, { type: 'complaint' }>
  readonly source: string
}

interface Lesson extends Told {
  readonly at: number
}

/** Recorded events may say who told them; where none does, all come from one source. */
function sourceIn(value: unknown): string {
  const isNamed = typeof value === 'object' && value !== null && 'source' in value
  return isNamed && typeof value.source === 'string' ? value.source : ''
}

/** An id is one within its source. */
function idIn(source: string, id: string): string {
  return source === '' ? id : `${source} ${id}`
}

function lineOf(note: Note): object | undefined {
  switch (note.kind) {
    case 'added': {
      const { prefix, cause, class: listingClass, ends } = note.listing
      return {
        listing: 'added',
        ip: formatPrefix(prefix),
        at: iso(note.at),
        reason: cause,
        class: listingClass,
        ends: iso(ends),
        evidence: note.evidence,
      }
    }
    case 'ended':
      return { listing: 'ended', ip: formatPrefix(note.prefix), at: iso(note.at), why: note.why }
    case 'carved':
      return {
        listing: 'carved',
        ip: formatPrefix(note.unit),
        from: formatPrefix(note.range),
        at: iso(note.at),
      }
    // What it lists only puts off meanwhile: the lines of the events say so.
    case 'brake':
    case 'degraded':
    case 'restored':
      return undefined
  }
}

function readDelist(value: unknown): { at: number; address: Address; ip: string } | string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'delist')
    return undefined
  const at = 'at' in value && typeof value.at === 'string' ? Date.parse(value.at) : NaN
  if (!Number.isFinite(at)) return 'at: not a time'
  if (!('ip' in value) || typeof value.ip !== 'string') return 'ip: missing'
  const address = parseAddress(value.ip)
  return address instanceof Refusal ? `ip: ${address.code}` : { at, address, ip: value.ip }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
