import type { PublicClock, Waits } from '../../core/public-clock/public-clock.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { publicClock } from './clock-schemas.ts'

/** The public clock for programs: the figures of the page, in seconds. */
export const clockEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/clock',
    permission: 'anyone',
    safe: true,
    summary:
      'How long people wait for a first answer and for an effect, what waits now, and how often appeals change something; rounded so that nobody is to be found in it',
    answer: publicClock,
    status: 200,
    handle: async ({ ctx, clockwork }) => answerOf(await clockwork.read(ctx)),
  }),
]

function answerOf(clock: PublicClock): unknown {
  return {
    at: new Date(clock.at).toISOString(),
    kinds: Object.fromEntries(
      Object.entries(clock.kinds).map(([kind, { recent, months, backlog }]) => [
        kind,
        {
          recent: { first: waitsOf(recent.first), effect: waitsOf(recent.effect) },
          months: months.map(({ month, first, effect }) => ({
            month,
            first: waitsOf(first),
            effect: waitsOf(effect),
          })),
          backlog,
        },
      ]),
    ),
    targets: clock.targets.map(({ severity, targetMs, due, kept }) => ({
      severity,
      targetSeconds: targetMs / 1000,
      due,
      kept,
    })),
    effectTargetSeconds: clock.effectTargetMs / 1000,
    appeals: clock.appeals,
    calendar: clock.calendar,
  }
}

function waitsOf({ count, medianMs, p95Ms, workingMedianMs }: Waits): unknown {
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000)
  return {
    count,
    medianSeconds: seconds(medianMs),
    p95Seconds: seconds(p95Ms),
    workingMedianSeconds: seconds(workingMedianMs),
  }
}
