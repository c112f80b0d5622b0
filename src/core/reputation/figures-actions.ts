import { minute } from '../../base/clock.ts'
import type { Context } from '../context.ts'
import type { Note } from './notes.ts'
import * as store from './store.ts'

/** What is measured of the judgement, for `/metrics`. */

const judged = 'engine.judged'
const changes = 'engine.changes'
const gauges = ['senders', 'groups', 'standings', 'brake'] as const
type Gauge = (typeof gauges)[number]

/** What a core says that has not judged for so long is no longer so: another one does it. */
const freshMs = 2 * minute

export interface EngineFigures {
  /** Events that are not judged yet, and for how long the first of them has waited. */
  readonly behind: { readonly events: number; readonly seconds: number }
  /** Events judged by this core since it started. */
  readonly judged: number
  /** What this core's judgement did to the list since it started: `made`, `ended`, `carved`, by cause or why. */
  readonly changes: ReturnType<Context['tally']['read']>
  /** Undefined while another core judges. */
  readonly now: Readonly<Record<Gauge, number | undefined>>
}

/** Counts one step. */
export function countStep(
  ctx: Context,
  step: {
    readonly events: number
    readonly notes: readonly Note[]
    readonly now: Readonly<Record<Gauge, number>>
  },
): void {
  ctx.tally.add(judged, {}, step.events)
  for (const note of step.notes) {
    if (note.kind === 'added') ctx.tally.add(changes, { change: 'made', rule: note.listing.cause })
    if (note.kind === 'ended') ctx.tally.add(changes, { change: 'ended', rule: note.why })
    if (note.kind === 'carved') ctx.tally.add(changes, { change: 'carved', rule: 'range' })
  }
  for (const gauge of gauges) ctx.tally.measure(`engine.${gauge}`, step.now[gauge], ctx.clock.now())
}

export async function engineFigures(ctx: Context): Promise<EngineFigures> {
  const { queries } = ctx.db
  const { seq } = await store.judgedHead(queries)
  const last = await store.lastEvent(queries)
  const [next] = seq < last ? await store.eventsAfter(queries, seq, 1) : []
  const now = ctx.clock.now()
  const of = (gauge: Gauge): number | undefined => ctx.tally.measured(`engine.${gauge}`, now - freshMs)
  return {
    behind: {
      events: Math.max(0, last - seq),
      seconds: next === undefined ? 0 : Math.max(0, (now - next.received_at) / 1000),
    },
    judged: ctx.tally.read(judged)[0]?.count ?? 0,
    changes: ctx.tally.read(changes),
    now: { senders: of('senders'), groups: of('groups'), standings: of('standings'), brake: of('brake') },
  }
}
