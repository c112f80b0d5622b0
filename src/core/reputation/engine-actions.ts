import { day, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import { recallMailEvent, type MailEvent } from '../../access/mail-event.ts'
import type { Tables } from '../../db/schema.ts'
import { formatPrefix, parsePrefix, type Prefix } from '../../standards/prefix.ts'
import { as, transact, type Context, type Tx } from '../context.ts'
import { degradeByEngine, listingsBy, liftByEngine, listByEngine } from '../listings/engine-actions.ts'
import { agreedForecasts } from '../forecasts/actions.ts'
import { factsOf, heldRules, noteTurn } from './brake-actions.ts'
import { tellBrake } from './tell-brake-actions.ts'
import { brakeWishes } from './hand-brake-actions.ts'
import { reputationSettings } from './own-settings.ts'
import { Pending, type CountedHour } from './pending.ts'
import type { Note } from './notes.ts'
import type { ReputationMemory } from './memory.ts'
import { Reputation } from './reputation.ts'
import type { Witness } from './witness.ts'
import type { Attempt } from './senders.ts'
import { countStep } from './figures-actions.ts'
import { recallListing } from './recall-actions.ts'
import { recallMessages } from './recall-messages-actions.ts'
import type { ReporterMemory } from './reporters.ts'
import { recallFor, recallGroups, recallMembers, recallUnits } from './memory-actions.ts'
import type { Group } from './group.ts'
import { engineName, isRange, policyName, type Listing } from '../listings/listing.ts'
import { reconsider } from './reconsider-actions.ts'
import { Teller } from './tell-actions.ts'
import { Tellings } from './tellings.ts'
import type { Sender } from './sender.ts'
import * as brakeStore from './brake-store.ts'
import * as store from './store.ts'

/** Events judged in one step: the more, the less each of them costs to write down. */
const [leastInStep, mostInStep] = [300, 1800]
/** Writing down a step may take so long, milliseconds: pages and intake wait for it. The next step is as large as fits. */
const writingMs = 10
/** While there is much more the edges are told so often, milliseconds: what they are told has to be on the disk, and others wait for that. */
const tellEveryMs = 500
/** Events judged between two breaths: some milliseconds in which this thread does nothing else. */
const sliceSize = 100
/** How much later than it says something may be seen. */
const overlapMs = minute
/** How long after a change of what was judged those who begin look at the listings again that it may have caught. */
const reconsiderMs = 10 * minute
/** How often forecasts are read. */
const forecastsEveryMs = 10_000
/** How far back listings count. */
const rememberedMs = 60 * day
/** Listings begun or ended in one transaction. */
const mostNotes = 50

type EventRow = Awaited<ReturnType<typeof store.eventsAfter>>[number]

/**
 * The judgement of a running core: follows the mail events in their order, counts, lists and forgives, and tells the edges what senders
 * may do. One core does it at a time; another that takes over remembers everything from the database.
 */
export class Engine {
  readonly #judge: Reputation
  readonly #pending = new Pending()
  readonly #tellings = new Tellings()
  #head: store.JudgedHead
  readonly #teller: Teller
  #liftedUntil: number
  #toldAt = -Infinity
  #forecastsAt = -Infinity
  /** Events that the next step takes at most. */
  #room = leastInStep
  /** Listings that are known to have ended lately. */
  #lifted: ReadonlySet<string> = new Set()

  /** Listed ranges whose good members are still to be let through, with the time of the listing. */
  readonly #ranges: { readonly range: Prefix; readonly at: number }[] = []
  /** What a person wants of the brake, to be dropped with the next word that is written down. */
  #wishes: Awaited<ReturnType<typeof brakeWishes>> = []
  /** As it is written down. */
  #memory = ''

  private constructor(ctx: Context, head: store.JudgedHead) {
    this.#head = head
    this.#liftedUntil = ctx.clock.now()
    this.#judge = new Reputation({
      ...reputationSettings(ctx.settings),
      onEvidence: (sender, kind, count, at, witness) => this.#pending.count(sender, kind, count, at, witness),
      writing: {
        onSender: (sender) => this.#pending.noteSender(sender),
        onGroup: (key, group) => this.#pending.noteGroup(key, group),
        onRange: (range, at) => void this.#ranges.push({ range, at }),
      },
    })
    this.#teller = new Teller(this.#judge, async (tx) => await hold(tx, this.#head))
  }

  /** An engine that knows what was written down. Senders come to its mind when they are heard of. */
  static async open(ctx: Context): Promise<Engine> {
    const head = await store.judgedHead(ctx.db.queries)
    const engine = new Engine(ctx, head)
    // Whoever judged while it was changed may have listed on what is gone.
    if (ctx.clock.now() - head.changedAt < reconsiderMs) {
      const ended = await reconsider(ctx, { since: head.changedAt - minute })
      for (const { prefix } of ended) await store.forgetMemory(ctx.db.queries, [formatPrefix(prefix)], [])
    }
    await engine.#recall(ctx)
    await recallMessages(ctx, engine.#judge, engine.#tellings, head.seq)
    engine.#judge.takeNotes()
    return engine
  }

  async #recall(ctx: Context): Promise<void> {
    const now = ctx.clock.now()
    const text = await store.readMemory(ctx.db.queries)
    const memory = text === undefined ? undefined : (JSON.parse(text) as EngineMemory)
    const units = new Map<string, Prefix>()
    if (memory?.generation === this.#head.generation) {
      this.#judge.read(memory.judgement)
      for (const key of memory.judgement.onTrial) units.set(key, orThrow(parsePrefix(key)))
    } else this.#judge.recallBrake(await heldRules(ctx), now)
    await recallGroups(ctx, this.#judge, this.#judge.rangeGroups())
    this.#liftedUntil = memory?.liftedUntil ?? now
    this.#lifted = new Set(memory?.lifted)
    for (const listing of await listingsBy(ctx, { endedSince: now - rememberedMs, ofEngine: true })) {
      // One that should never have been leaves nothing behind.
      if (listing.effect !== 'refuse' || listing.endedWhy === 'evidence') continue
      if (!isRange(listing)) {
        if (listing.state === 'active') units.set(formatPrefix(listing.prefix), listing.prefix)
      } else if (memory?.generation !== this.#head.generation) recallListing(this.#judge, listing)
    }
    await recallUnits(ctx, this.#judge, units, now)
  }

  /** Whether nobody else has judged since; else it has to be opened anew. */
  async isCurrent(ctx: Context): Promise<boolean> {
    const { seq, generation } = await store.judgedHead(ctx.db.queries)
    return seq === this.#head.seq && generation === this.#head.generation
  }

  /** Judges what has come; gives whether there is more. */
  async step(ctx: Context): Promise<boolean> {
    const now = ctx.clock.now()
    await this.#hearLifted(ctx, now)
    await this.#hearWishes(ctx, now)
    await this.#hearForecasts(ctx, now)
    let read = this.#head.seq
    let isMore = true
    for (let done = 0; isMore && done < this.#room; done += sliceSize) {
      const rows = await store.eventsAfter(ctx.db.queries, read, sliceSize)
      await this.#judgeRows(ctx, rows)
      read = rows.at(-1)?.seq ?? read
      isMore = rows.length === sliceSize
      await breathe()
    }
    this.#judge.tick(now)
    const before = this.#head.seq
    const notes = await this.#save(ctx, read)
    if (!isMore || ctx.clock.elapsed() - this.#toldAt >= tellEveryMs) await this.tell(ctx)
    const { size: senders, groups, isBraked } = this.#judge
    const measured = { senders, groups, standings: this.#teller.told, brake: isBraked ? 1 : 0 }
    countStep(ctx, { events: read - before, notes, now: measured })
    return isMore
  }

  /** Tells the edges what follows of what was judged. */
  async tell(ctx: Context): Promise<void> {
    await this.#teller.tell(ctx, ctx.clock.now())
    this.#toldAt = ctx.clock.elapsed()
    // Nobody goes before the edges were told of it. Who was made of hourly counters while telling is written down with the next step.
    if (this.#pending.isEmpty) this.#judge.shrink()
  }

  /** What is known of an address, for people. */
  examine(attempt: Attempt): ReturnType<Reputation['examine']> {
    return this.#judge.examine(attempt.address, attempt.at)
  }

  /** Whom they are about is recalled for many at once; of a complaint only after the messages before it, for it may be about one of them. */
  async #judgeRows(ctx: Context, rows: readonly EventRow[]): Promise<void> {
    const heard = rows.flatMap((row) => {
      const event = recallMailEvent(row.body)
      return event === undefined ? [] : [{ row, event }]
    })
    for (let from = 0; from < heard.length;) {
      const next = heard.findIndex(({ event }, nth) => nth >= from && event.type === 'complaint')
      const to = next === from ? from + 1 : next === -1 ? heard.length : next
      const some = heard.slice(from, to)
      await recallFor(
        ctx,
        this.#judge,
        some.map(({ event }) => event),
        some[0]?.row.received_at ?? 0,
      )
      for (const { row, event } of some) {
        this.#judge.tick(row.received_at)
        this.#hear(event, row.received_at, { source: row.source, isOld: row.backfill === 1 })
        if (this.#ranges.length > 0) await this.#spareMembers(ctx)
      }
      from = to
    }
  }

  /** Good members of ranges that were just listed are let through at once. */
  async #spareMembers(ctx: Context): Promise<void> {
    for (const { range, at } of this.#ranges.splice(0)) {
      for (const unit of await recallMembers(ctx, this.#judge, range, at)) this.#judge.spareMember(unit, at)
    }
  }

  #hear(event: MailEvent, now: number, witness: Witness): void {
    const { source, isOld } = witness
    if (event.type === 'complaint') {
      if (!isOld) this.#judge.complain(event, now, source)
      return
    }
    this.#teller.touch(event)
    if (event.type === 'connection') return
    // The mail server and the filter both tell of a message; it counts once.
    const told = this.#tellings.tell(event, source, now)
    if (event.isOurs) this.#judge.attempted(event)
    else if (!isOld && told.more === undefined) this.#judge.passed(event)
    this.#judge.learn(told.event, now, { ...witness, more: told.more })
  }

  /** Does to the list what the judgement found. */
  async #act(tx: Tx, note: Note): Promise<void> {
    switch (note.kind) {
      case 'added': {
        const { prefix, cause, class: listingClass, ends } = note.listing
        const { messages, spam, complaints, traps } = note.evidence
        const evidence = Object.entries({ messages, spam, complaints, traps })
          .filter(([, count]) => count > 0)
          .map(([kind, count]) => ({ kind, count }))
        await listByEngine(tx, { prefix, cause, class: listingClass, endsAt: ends, evidence })
        break
      }
      case 'ended':
        // What has expired is ended by the job for all listings.
        if (note.why !== 'expired')
          await liftByEngine(tx, note.prefix, note.why === 'evidence' ? 'evidence' : 'superseded')
        break
      case 'carved':
        await listByEngine(tx, { prefix: note.unit, effect: 'pass', within: note.range })
        break
      case 'degraded':
      case 'restored':
        await degradeByEngine(tx, note.prefix, note.kind === 'degraded')
        break
      case 'brake':
        await noteTurn(tx, note.turn, this.#judge.braked)
        await tellBrake(tx, note.turn)
    }
  }

  /** What a person wants of the brake. */
  async #hearWishes(ctx: Context, now: number): Promise<void> {
    this.#wishes = await brakeWishes(ctx.db.queries)
    for (const wish of this.#wishes) this.#judge.turnBrake(wish, now)
  }

  /** Forecasts that were agreed or have ended. */
  async #hearForecasts(ctx: Context, now: number): Promise<void> {
    if (Math.abs(now - this.#forecastsAt) < forecastsEveryMs) return
    this.#forecastsAt = now
    this.#judge.setForecasts(await agreedForecasts(ctx, now))
  }

  /** Listings that somebody else has ended since the last step. */
  async #hearLifted(ctx: Context, now: number): Promise<void> {
    // What was ended a moment ago may be committed only now.
    const lifted = await listingsBy(ctx, { endedSince: this.#liftedUntil - overlapMs })
    this.#liftedUntil = now
    const heard = new Set(lifted.map(({ id }) => id))
    for (const listing of lifted) {
      const { id, prefix, endedAt, endedWhy } = listing
      if (this.#lifted.has(id) || endedAt === null || !isForgiveness(listing)) continue
      await recallUnits(ctx, this.#judge, new Map([[formatPrefix(prefix), prefix]]), now)
      this.#judge.lifted(prefix, endedAt, endedWhy === 'delist')
      this.#teller.touch({ at: now, address: prefix })
    }
    this.#lifted = heard
  }

  /**
   * Everything that was judged, what follows of it for the list, and the place in the events, in one transaction: whoever has lost the
   * judgement to another core does none of it. Gives what followed.
   */
  async #save(ctx: Context, to: number): Promise<readonly Note[]> {
    const engine = as(ctx, { kind: 'system', name: 'engine' })
    const notes = this.#judge.takeNotes()
    const judgement = this.#judge.toJSON()
    const memory = JSON.stringify({ generation: this.#head.generation, judgement })
    const [hours, senders, groups] = [this.#pending.hours(), this.#pending.senders(), this.#pending.groups()]
    const reporters = this.#judge.takeReporters()
    const isSame = to === this.#head.seq && notes.length === 0 && memory === this.#memory
    const isHeard = this.#wishes.length === 0
    if (isSame && isHeard && hours.length + senders.length + groups.length + reporters.length === 0) return []
    const now = ctx.clock.now()
    // A filter gone mad may have listed thousands: others do not wait for all of them.
    const early = notes.slice(0, Math.max(0, notes.length - mostNotes))
    for (let from = 0; from < early.length; from += mostNotes) {
      await transact(engine, async (tx) => {
        await hold(tx, this.#head)
        for (const note of early.slice(from, from + mostNotes)) await this.#act(tx, note)
      })
    }
    const text = JSON.stringify({
      generation: this.#head.generation,
      judgement,
      liftedUntil: this.#liftedUntil,
      lifted: [...this.#lifted],
    } satisfies EngineMemory)
    const hourRows = hours.map(hourRow).toSorted(byUnit)
    const groupRows = groups.map(groupRow).toSorted(byKey)
    const senderRows = senders
      .map((sender) => senderRow(sender, this.#judge.expectedOf(sender, now)))
      .toSorted(byUnit)
    // Whoever is told of something waits for the disk before; what is lost of the rest with the machine's power is judged again.
    const isLazy = notes.length === 0
    let begunAt = 0
    const save = async (tx: Tx): Promise<void> => {
      begunAt = ctx.clock.elapsed()
      const { queries } = tx
      if (!(await store.moveJudged(queries, this.#head, to))) throw new Overtaken()
      await store.addHours(queries, hourRows)
      await store.saveSenders(queries, senderRows)
      await store.saveGroups(queries, groupRows)
      await store.saveReporters(queries, reporters.map(reporterRow))
      await store.saveMemory(queries, text)
      for (const { rule, text: wish } of this.#wishes) await brakeStore.dropBrakeWish(queries, rule, wish)
      for (const note of notes.slice(early.length)) await this.#act(tx, note)
    }
    await transact(engine, save, { isLazy })
    this.#room = roomAfter(this.#room, to - this.#head.seq, ctx.clock.elapsed() - begunAt)
    for (const note of notes)
      if (note.kind === 'brake')
        ctx.log.warn('reputation.brake', { on: note.turn.isOn, ...factsOf(note.turn) })
    this.#head = { ...this.#head, seq: to }
    this.#memory = memory
    this.#wishes = []
    this.#pending.clear()
    return notes
  }
}

/**
 * Whether the end of a listing says that what came before is past. What ended by itself, by the engine's own judgement, or because a test
 * passes says nothing of the mail; and who was let through is not let through any more.
 */
function isForgiveness({ effect, endedWhy, endedBy }: Listing): boolean {
  return effect !== 'pass' && endedWhy !== 'expired' && endedBy !== engineName && endedBy !== policyName
}

/** Whoever has judged meanwhile goes on; what was found here is found there. */
class Overtaken extends Error {
  constructor() {
    super('somebody else has judged')
    this.name = 'Overtaken'
  }
}

/** Events in the next step, when writing down so many of the last took so long; a small step says nothing about a large one. */
function roomAfter(room: number, events: number, tookMs: number): number {
  const fitting = Math.floor((events * writingMs) / Math.max(1, tookMs))
  if (events < room && fitting >= room) return room
  return Math.min(mostInStep, Math.max(leastInStep, Math.min(room * 2, fitting)))
}

/** Nobody else judges until the transaction ends. */
async function hold(tx: Tx, head: store.JudgedHead): Promise<void> {
  if (!(await store.holdJudged(tx.queries, head))) throw new Overtaken()
}

/** What is written down besides senders, groups and reporters. */
interface EngineMemory {
  /** Of what was judged, when it was written. */
  readonly generation: number
  readonly judgement: ReputationMemory
  /** Up to when the ends of listings were heard, and which of the last of them. */
  readonly liftedUntil: number
  readonly lifted: readonly string[]
}

/** Neighbours in the table are written one after the other. */
function byUnit(a: { readonly unit: string }, b: { readonly unit: string }): number {
  return inOrder(a.unit, b.unit)
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return inOrder(a.key, b.key)
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function hourRow({ unit, hour: when, source, era, counts }: CountedHour): Tables['evidence_hours'] {
  const { notJunk, ...same } = counts
  return { unit, hour: when, source, era, ...same, not_junk: notJunk }
}

function senderRow(sender: Sender, prior: number): Tables['senders'] {
  const { key, since, seenAt, name, home } = sender
  const ptr = name.kind === 'none' ? '' : (name.text ?? null)
  const memory = JSON.stringify(sender)
  return { unit: key, since_at: since, seen_at: seenAt, ptr, home: home ?? null, prior, memory }
}

function groupRow([key, group]: readonly [string, Group]): Tables['sender_groups'] {
  return { key, seen_at: group.seenAt, memory: JSON.stringify(group) }
}

function reporterRow([name, memory]: readonly [string, ReporterMemory]): Tables['reporters'] {
  return { name, seen_at: memory.day * day, memory: JSON.stringify(memory) }
}
