import { day, hour } from '../../base/clock.ts'
import { randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { inSteps } from '../../base/steps.ts'
import { readMailEvent, type MailEvent } from '../../access/mail-event.ts'
import { actorName, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import type { EventFacts } from '../audit/fact-words.ts'
import type { AuditAction } from '../audit/names.ts'
import { transact, type Context } from '../context.ts'
import { recallAsOf } from './dry-run-start-actions.ts'
import { DryRun, type DryRunResult } from './dry-run.ts'
import { reputationSettings } from './own-settings.ts'
import * as store from './store.ts'
import { thresholdNames, thresholds, tuningWith, type ThresholdName } from './tuning.ts'

/** Days that may be replayed: mail events are kept no longer by default. */
export const mostDryRunDays = 7

export interface DryRunWish {
  readonly days: number
  /** Thresholds that differ from those in force, by name. */
  readonly changes: Partial<Readonly<Record<ThresholdName, number>>>
}

/** How far a dry run is. Times in milliseconds since 1970. */
export interface DryRunState {
  readonly id: string
  readonly wish: DryRunWish
  readonly by: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly state: 'running' | 'done' | 'cancelled' | 'failed'
  /** Events judged so far. */
  readonly done: number
  readonly result: DryRunResult | null
}

/** Events read at once. */
const pageSize = 500

/**
 * Replays of this core, one at a time: a slice of two milliseconds, then the doors have their turn. What it finds is kept here until the
 * next one, and gone with the process; nothing of it acts.
 */
export class DryRuns {
  #state: DryRunState | undefined
  #running: Promise<void> = Promise.resolve()

  show(ctx: Context): DryRunState | undefined {
    permit(ctx.actor, 'reputation.dry-run')
    return this.#state
  }

  /** Throws `reputation.dry-run-busy` while another runs, and `form.invalid`. */
  async start(ctx: Context, wish: DryRunWish): Promise<DryRunState> {
    permit(ctx.actor, 'reputation.dry-run')
    check(wish)
    if (this.#state?.state === 'running') throw new Refusal('reputation.dry-run-busy', {})
    const state: DryRunState = {
      id: randomId(10),
      wish,
      by: actorName(ctx.actor),
      startedAt: ctx.clock.now(),
      endedAt: null,
      state: 'running',
      done: 0,
      result: null,
    }
    this.#state = state
    try {
      await audit(ctx, 'reputation.dry-run', { days: wish.days, ...wish.changes })
    } catch (error) {
      this.#state = undefined
      throw error
    }
    this.#running = this.#run(ctx, state)
    return state
  }

  /** Stops what runs, if anything does. */
  async cancel(ctx: Context): Promise<void> {
    permit(ctx.actor, 'reputation.dry-run')
    const state = this.#state
    if (state?.state !== 'running') return
    this.#state = { ...state, state: 'cancelled', endedAt: ctx.clock.now() }
    await audit(ctx, 'reputation.dry-run-cancelled', { done: state.done })
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(ctx: Context, { id, wish, startedAt }: DryRunState): Promise<void> {
    try {
      const now = reputationSettings(ctx.settings)
      const tuning = tuningWith({ ...ctx.settings.reputation.tuning, ...wish.changes })
      // Whole hours: what was counted before is known by the hour.
      const start = Math.floor((startedAt - wish.days * day) / hour) * hour
      const tried = { ...now, tuning, rules: { ...now.rules, newPerHour: tuning.newBudget } }
      const run = new DryRun(now, tried, start)
      const known = new Set<string>()
      const first = await store.firstSince(ctx.db.queries, start)
      const { seq: last } = await store.judgedHead(ctx.db.queries)
      for (let after = (first ?? last + 1) - 1; after < last;) {
        const page = await store.eventsAfter(ctx.db.queries, after, pageSize)
        await recallAsOf(ctx, run.judges, eventsOf(page), start, known)
        await inSteps(judged(run, page), ctx.clock.elapsed)
        if (!this.#isOn(id)) return
        const end = page.at(-1)
        if (end === undefined) break
        after = end.seq
        this.#change(id, { done: (this.#state?.done ?? 0) + page.length })
      }
      this.#change(id, { state: 'done', endedAt: ctx.clock.now(), result: run.result() })
    } catch (error) {
      ctx.log.error('reputation.dry-run-failed', { error })
      this.#change(id, { state: 'failed', endedAt: ctx.clock.now() })
    }
  }

  #isOn(id: string): boolean {
    return this.#state?.id === id && this.#state.state === 'running'
  }

  #change(id: string, more: Partial<DryRunState>): void {
    if (this.#state && this.#isOn(id)) this.#state = { ...this.#state, ...more }
  }
}

function eventsOf(page: Awaited<ReturnType<typeof store.eventsAfter>>): readonly MailEvent[] {
  return page.flatMap(({ body }) => {
    const event = readMailEvent(JSON.parse(body))
    return typeof event === 'string' ? [] : [event]
  })
}

function* judged(run: DryRun, page: Awaited<ReturnType<typeof store.eventsAfter>>): Generator<void, void> {
  for (const { received_at: receivedAt, backfill, source, body } of page) {
    const event = readMailEvent(JSON.parse(body))
    if (typeof event !== 'string') run.push(event, receivedAt, backfill === 1, source)
    yield
  }
}

function check({ days, changes }: DryRunWish): void {
  if (!Number.isInteger(days) || days < 1 || days > mostDryRunDays)
    throw new Refusal('form.invalid', { field: 'days', why: 'range' })
  for (const [name, value] of Object.entries(changes)) {
    const isKnown = thresholdNames.some((each) => each === name)
    if (!isKnown || !Number.isFinite(value) || value < 0 || value > 1_000_000)
      throw new Refusal('form.invalid', { field: name, why: 'range' })
  }
}

async function audit(
  ctx: Context,
  action: AuditAction,
  facts: Pick<EventFacts, 'days' | 'done'> & DryRunWish['changes'],
): Promise<void> {
  await transact(ctx, async (tx) => {
    await record(tx, { action, subject: 'reputation', facts })
  })
}

/** Thresholds as they are in force, with what is said about each. */
export function thresholdsInForce(ctx: Context): readonly ThresholdInForce[] {
  permit(ctx.actor, 'reputation.dry-run')
  const tuning = tuningWith(ctx.settings.reputation.tuning)
  return thresholdNames.map((name) => {
    const { unit, why, isPublic } = thresholds[name]
    return { name, value: tuning[name], unit, why, isPublic }
  })
}

export interface ThresholdInForce {
  readonly name: ThresholdName
  readonly value: number
  readonly unit: string
  readonly why: string
  readonly isPublic: boolean
}
