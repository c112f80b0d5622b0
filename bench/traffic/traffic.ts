import { hour } from '../../src/base/clock.ts'
import type {
  ComplaintEvent,
  ConnectionEvent,
  MailVerdict,
  MessageEvent,
} from '../../src/access/mail-event.ts'
import { formatAddress, type Address } from '../../src/standards/ip.ts'
import { Agenda } from './agenda.ts'
import { glanceOf, messageOf, reportOf } from './events.ts'
import { nextArrival, type Flow } from './flow.ts'
import type { Action, Glance } from './judge.ts'
import { hostOf, type Draft } from './mail.ts'
import { addBots } from './populations/bots.ts'
import { addHonest } from './populations/honest.ts'
import { addLists } from './populations/lists.ts'
import { addMixed } from './populations/mixed.ts'
import { addPoisoned } from './populations/poisoned.ts'
import { addSpammers } from './populations/spammers.ts'
import { addTurned } from './populations/turned.ts'
import type { Random } from './random.ts'
import { nextTry } from './retries.ts'
import { episodeAt, type Outage, type Population, type Sender, type Truth } from './truth.ts'
import { World, worldStart } from './world.ts'

/** In this order: what a world is made of follows from it. */
const populate = [addHonest, addLists, addPoisoned, addMixed, addTurned, addSpammers, addBots] as const

/** One message or connection as it is tried, before anybody has judged it. */
export interface TryStep {
  readonly kind: 'try'
  readonly at: number
  readonly glance: Glance
  /** What will be known if it passes. */
  readonly event: MessageEvent | ConnectionEvent
  readonly truth: Truth
}

export interface ComplaintStep {
  readonly kind: 'complaint'
  readonly at: number
  readonly event: ComplaintEvent
}

export interface DelistStep {
  readonly kind: 'delist'
  readonly at: number
  readonly address: Address
  readonly ip: string
  readonly sender: Sender
}

export type Step = TryStep | ComplaintStep | DelistStep

type Planned =
  | { readonly kind: 'flow'; readonly flow: Flow; readonly random: Random; sent: number }
  | { readonly kind: 'retry'; readonly draft: Draft; readonly attempt: number }
  | { readonly kind: 'step'; readonly step: ComplaintStep | DelistStep }

export interface TrafficOptions {
  readonly seed: number
  /** So many times the usual number of senders; 1 is about 300,000 events. */
  readonly scale?: number
}

/**
 * Three weeks of mail to one receiver, as a world that reacts: it gives the next step in order of time and is told what was answered,
 * because senders come back after a temporary answer, ask for removal after a refusal, and nobody reports what did not arrive. What is
 * sent depends on the seed alone, never on the answers.
 */
export class Traffic {
  readonly outages: readonly Outage[]
  readonly start = worldStart
  readonly #agenda = new Agenda<Planned>()
  readonly #end: number
  /** When each sender may ask next. */
  readonly #asksFrom = new Map<string, number>()
  #open: { readonly step: TryStep; readonly draft: Draft | undefined } | undefined

  constructor({ seed, scale = 1 }: TrafficOptions) {
    const world = new World(seed, scale)
    for (const add of populate) add(world)
    this.outages = world.outages
    this.#end = world.end
    for (const [nth, flow] of world.flows.entries()) {
      this.#follow({ kind: 'flow', flow, random: world.random.fork(`flow ${nth}`), sent: 0 }, flow.from)
    }
    const random = world.random.fork('lies')
    for (const { at, address, reporter } of world.lies) {
      const [id, message, ip] = [random.hex(14), random.hex(14), formatAddress(address)]
      const event = { type: 'complaint', id, at, address, ip, kind: 'junk', reporter, message } as const
      this.#plan({ kind: 'complaint', at, event })
    }
    for (const { at, host, sender } of world.removals) {
      this.#plan({ kind: 'delist', at, address: host.address, ip: host.ip, sender })
    }
  }

  /** Undefined at the end. A `try` has to be answered before the next step is asked for. */
  next(): Step | undefined {
    if (this.#open) throw new Error('the last try has not been answered')
    for (let due = this.#agenda.take(); due !== undefined; due = this.#agenda.take()) {
      const { at, item } = due
      if (at >= this.#end) return undefined
      const step = this.#happen(at, item)
      if (step) return step
    }
    return undefined
  }

  /** What was said to the last `try`. */
  answer(action: Action): void {
    if (!this.#open) throw new Error('there is nothing to answer')
    const { step, draft } = this.#open
    this.#open = undefined
    if (!draft) return
    if (action === 'pass') this.#arrive(step, draft)
    if (action === 'defer') this.#comeBack(step, draft)
    if (action === 'reject') this.#askForRemoval(step, draft)
  }

  #happen(at: number, item: Planned): Step | undefined {
    if (item.kind === 'step') return item.step
    if (item.kind === 'retry') return this.#try(item.draft, item.attempt, at)
    const { flow, random } = item
    item.sent++
    const step = this.#isIdle(flow, random)
      ? this.#connect(flow, at, random)
      : this.#try(flow.draft(at, random), 1, at)
    this.#follow(item, at)
    return step
  }

  #isIdle({ idle }: Flow, random: Random): boolean {
    return idle !== undefined && random.chance(idle.share)
  }

  #follow(item: Planned & { kind: 'flow' }, after: number): void {
    if (item.flow.most !== undefined && item.sent >= item.flow.most) return
    const at = nextArrival(item.flow, after, item.random)
    if (at < this.#end) this.#agenda.add(at, item)
  }

  #plan(step: ComplaintStep | DelistStep): void {
    if (step.at < this.#end) this.#agenda.add(step.at, { kind: 'step', step })
  }

  #try(draft: Draft, attempt: number, at: number): TryStep | undefined {
    // Whoever mends his server also empties its queue.
    if (!draft.wanted && attempt > 1 && isMended(draft, at)) return undefined
    const host = attempt > 1 ? (draft.nextHost?.(attempt) ?? draft.host) : draft.host
    const id = attempt === 1 ? draft.id : `${draft.id}.${attempt}`
    const event = messageOf(draft, host, id, at, this.#filterSays(draft.verdict, at))
    const glance = { ...glanceOf(host, at), mailFrom: draft.identity.mailFrom }
    const { sender, wanted, bornAt } = draft
    const truth = { sender, wanted, base: draft.id, attempt, bornAt }
    return this.#opened({ kind: 'try', at, glance, event, truth }, draft)
  }

  #connect(flow: Flow, at: number, random: Random): TryStep {
    const host = flow.idle?.host ?? hostOf({ family: 4, words: [0, 0, 0, 0] }, '', null)
    const glance = glanceOf(host, at)
    const id = random.hex(14)
    const truth = { sender: flow.sender, wanted: false, base: id, attempt: 1, bornAt: at }
    return this.#opened(
      { kind: 'try', at, glance, event: { type: 'connection', id, ...glance }, truth },
      undefined,
    )
  }

  #opened(step: TryStep, draft: Draft | undefined): TryStep {
    this.#open = { step, draft }
    return step
  }

  #filterSays(verdict: MailVerdict, at: number): MailVerdict {
    return this.outages.find(({ from, until }) => from <= at && at < until)?.verdict ?? verdict
  }

  #arrive({ at, event }: TryStep, draft: Draft): void {
    if (event.type !== 'message' || event.outcome !== 'accepted') return
    const kind = reportOf(draft, event.verdict ?? 'unknown')
    const [reporter] = draft.rcpt
    if (kind === undefined || reporter === undefined) return
    const reportedAt = at + draft.reportAfterMs
    const { address, ip, id, messageId } = event
    this.#plan({
      kind: 'complaint',
      at: reportedAt,
      event: {
        type: 'complaint',
        id: `c${id}`,
        at: reportedAt,
        address,
        ip,
        kind,
        reporter,
        message: id,
        messageId,
      },
    })
  }

  #comeBack({ at, truth }: TryStep, draft: Draft): void {
    const next = nextTry(draft, truth.attempt, at)
    if (next !== undefined) this.#agenda.add(next, { kind: 'retry', draft, attempt: truth.attempt + 1 })
  }

  /** An owner who knows of nothing bad, or has mended it, and is refused, comes to the portal, at most once a day. */
  #askForRemoval({ at, glance, truth }: TryStep, draft: Draft): void {
    const { sender, wanted } = truth
    if (!wanted || !asks(sender, at)) return
    const when = at + 2 * hour + Math.floor(draft.luck * hour)
    if ((this.#asksFrom.get(sender.key) ?? 0) > at || episodeAt(sender, when)) return
    this.#asksFrom.set(sender.key, at + 24 * hour)
    this.#plan({ kind: 'delist', at: when, address: glance.address, ip: glance.ip, sender })
  }
}

function isMended({ sender, bornAt }: Draft, at: number): boolean {
  const episode = episodeAt(sender, bornAt)
  return episode !== undefined && at >= episode.until
}

/** Nobody asks for an address that many share, nor where `turned` says that nobody does. */
const silent: ReadonlySet<Population> = new Set(['turned', 'shared', 'forwarder', 'esp-pool'])

function asks(sender: Sender, at: number): boolean {
  return !silent.has(sender.population) && !episodeAt(sender, at)
}
