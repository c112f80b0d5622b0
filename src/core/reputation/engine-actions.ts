import { minute } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import { readMailEvent, type MailEvent } from '../../access/mail-event.ts'
import type { Tables } from '../../db/schema.ts'
import { Conflict } from '../../db/open.ts'
import { record } from '../audit/actions.ts'
import { as, transact, type Context } from '../context.ts'
import { listingsBy, liftByEngine, listByEngine } from '../listings/engine-actions.ts'
import { reputationSettings } from './own-settings.ts'
import { Pending, type CountedHour } from './pending.ts'
import type { Note } from './notes.ts'
import { Reputation } from './reputation.ts'
import type { Attempt } from './senders.ts'
import { recallAll } from './recall-all-actions.ts'
import { reconsider } from './reconsider-actions.ts'
import { Teller } from './tell-actions.ts'
import { Tellings } from './tellings.ts'
import type { Sender } from './sender.ts'
import * as store from './store.ts'

/** Events judged in one step, and between two breaths: some milliseconds in which core does nothing else. */
const stepSize = 300
const sliceSize = 100
/** How much later than it says something may be seen. */
const overlapMs = minute
/** How long after a change of what was judged those who begin look at the listings again that it may have caught. */
const reconsiderMs = 10 * minute

/**
 * The judgement of a running core: follows the mail events in their order, counts, lists and forgives, and tells the edges what senders
 * may do. One core does it at a time; another that takes over remembers everything from the database.
 */
export class Engine {
  readonly #judge: Reputation
  readonly #pending = new Pending()
  readonly #tellings = new Tellings()
  #head: store.JudgedHead
  #telling = { source: '', isOld: false }
  readonly #teller: Teller
  #liftedUntil: number
  /** Listings that are known to have ended lately. */
  #lifted: ReadonlySet<string> = new Set()

  private constructor(ctx: Context, head: store.JudgedHead) {
    this.#head = head
    this.#liftedUntil = ctx.clock.now()
    this.#judge = new Reputation({
      ...reputationSettings(ctx.settings),
      onEvidence: (sender, kind, count, at) => this.#pending.count(sender, kind, count, at, this.#telling),
    })
    this.#teller = new Teller(this.#judge)
  }

  /** An engine that knows what was written down. */
  static async open(ctx: Context): Promise<Engine> {
    const head = await store.judgedHead(ctx.db.queries)
    const engine = new Engine(ctx, head)
    // Whoever judged while it was changed may have listed on what is gone.
    if (ctx.clock.now() - head.changedAt < reconsiderMs)
      await reconsider(ctx, { since: head.changedAt - minute })
    await recallAll(ctx, engine.#judge, engine.#tellings, head.seq)
    await engine.#teller.recall(ctx)
    engine.#pending.clear()
    engine.#judge.takeNotes()
    return engine
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
    let read = this.#head.seq
    let isMore = true
    for (let done = 0; isMore && done < stepSize; done += sliceSize) {
      const rows = await store.eventsAfter(ctx.db.queries, read, sliceSize)
      for (const row of rows) this.#judgeRow(row)
      read = rows.at(-1)?.seq ?? read
      isMore = rows.length === sliceSize
      await breathe()
    }
    this.#judge.tick(now)
    await this.#act(ctx, this.#judge.takeNotes())
    await this.#save(ctx, read)
    await this.#teller.tell(ctx, now)
    return isMore
  }

  /** What is known of an address, for people. */
  examine(attempt: Attempt): ReturnType<Reputation['examine']> {
    return this.#judge.examine(attempt.address, attempt.at)
  }

  #judgeRow({
    source,
    received_at: now,
    backfill,
    body,
  }: Awaited<ReturnType<typeof store.eventsAfter>>[number]): void {
    const event = readMailEvent(JSON.parse(body))
    if (typeof event === 'string') return
    this.#telling = { source, isOld: backfill === 1 }
    this.#judge.tick(now)
    this.#hear(event, now, backfill === 1)
  }

  #hear(event: MailEvent, now: number, isOld: boolean): void {
    if (event.type === 'complaint') {
      if (!isOld) this.#judge.complain(event, now)
      return
    }
    this.#teller.touch(event)
    if (event.type === 'connection') return
    // The mail server and the filter both tell of a message; it counts once.
    const told = this.#tellings.tell(event, this.#telling.source, now)
    if (event.isOurs) this.#judge.attempted(event)
    else if (!isOld && told.more === undefined) this.#judge.passed(event)
    this.#judge.learn(told.event, now, { isOld, more: told.more })
  }

  /** Does to the list what the judgement found. */
  async #act(ctx: Context, notes: readonly Note[]): Promise<void> {
    const engine = as(ctx, { kind: 'system', name: 'engine' })
    for (const note of notes) {
      switch (note.kind) {
        case 'added': {
          const { prefix, cause, class: listingClass, ends } = note.listing
          const { messages, spam, complaints, traps } = note.evidence
          const evidence = Object.entries({ messages, spam, complaints, traps })
            .filter(([, count]) => count > 0)
            .map(([kind, count]) => ({ kind, count }))
          await listByEngine(engine, { prefix, cause, class: listingClass, endsAt: ends, evidence })
          break
        }
        case 'ended':
          // What has expired is ended by the job for all listings.
          if (note.why !== 'expired')
            await liftByEngine(engine, note.prefix, note.why === 'evidence' ? 'evidence' : 'superseded')
          break
        case 'carved':
          await listByEngine(engine, { prefix: note.unit, effect: 'pass', within: note.range })
          break
        case 'brake':
          ctx.log.warn('reputation.brake', { on: note.isOn })
          await transact(engine, async (tx) => {
            await record(tx, {
              action: note.isOn ? 'reputation.brake-on' : 'reputation.brake-off',
              subject: 'reputation',
              facts: {},
            })
          })
      }
    }
  }

  /** Listings that somebody else has ended since the last step. */
  async #hearLifted(ctx: Context, now: number): Promise<void> {
    // What was ended a moment ago may be committed only now.
    const lifted = await listingsBy(ctx, { endedSince: this.#liftedUntil - overlapMs })
    this.#liftedUntil = now
    const heard = new Set(lifted.map(({ id }) => id))
    for (const { id, prefix, endedAt, endedWhy, endedBy } of lifted) {
      if (this.#lifted.has(id)) continue
      if (endedWhy === 'expired' || endedBy === 'system:engine' || endedAt === null) continue
      this.#judge.lifted(prefix, endedAt)
      this.#teller.touch({ at: now, address: prefix })
    }
    this.#lifted = heard
  }

  /** Evidence, senders and the place in the events, in one transaction. */
  async #save(ctx: Context, to: number): Promise<void> {
    const [hours, senders] = [this.#pending.hours(), this.#pending.senders()]
    if (to === this.#head.seq && hours.length === 0) return
    const now = ctx.clock.now()
    await transact(ctx, async (tx) => {
      if (!(await store.moveJudged(tx.queries, this.#head, to)))
        throw new Conflict('somebody else has judged')
      for (let from = 0; from < hours.length; from += 100)
        await store.addHours(tx.queries, hours.slice(from, from + 100).map(hourRow))
      for (let from = 0; from < senders.length; from += 500)
        await store.saveSenders(
          tx.queries,
          senders.slice(from, from + 500).map((sender) => senderRow(sender, this.#priorOf(sender, now))),
        )
    })
    this.#head = { ...this.#head, seq: to }
    this.#pending.clear()
  }

  #priorOf({ unit }: Sender, now: number): number | null {
    return this.#judge.examine(unit, now)?.assessment.prior.mean ?? null
  }
}

function hourRow({ unit, hour: when, source, era, counts }: CountedHour): Tables['evidence_hours'] {
  const { notJunk, ...same } = counts
  return { unit, hour: when, source, era, ...same, not_junk: notJunk }
}

function senderRow({ key, since, seenAt, name, home }: Sender, prior: number | null): Tables['senders'] {
  const ptr = name.kind === 'none' ? '' : (name.text ?? null)
  return { unit: key, since_at: since, seen_at: seenAt, ptr, home: home ?? null, prior }
}
