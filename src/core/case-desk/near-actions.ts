import { formatPrefix } from '../../standards/prefix.ts'
import type { Case } from '../cases/case.ts'
import { besides, casesAboutUnits, casesOfThreads } from '../cases/desk-actions.ts'
import type { Context } from '../context.ts'
import { statedAddresses } from '../deliverability/actions.ts'
import { warmUpsFor } from '../forecasts/actions.ts'
import type { WarmUpState } from '../forecasts/warm-up.ts'
import type { FormState } from '../outbox/letter-words.ts'

/** What a form of another case says of an address that this case is about, too. */
export interface SaidElsewhere {
  /** The other case. */
  readonly caseId: string
  readonly unit: string
  readonly at: number
  readonly said:
    | { readonly of: 'form'; readonly state: FormState }
    | { readonly of: 'warm-up'; readonly state: WarmUpState }
}

export interface Near {
  /** Other cases that have to do with it, newest first. */
  readonly others: readonly Case[]
  /** What was said in them of the same addresses, where they are forms. */
  readonly elsewhere: readonly SaidElsewhere[]
}

/**
 * Other cases about the units that a case is about, however many: about one of them alone, or by a form or a forecast that names it. `known`: those
 * that are known already, by who takes part.
 */
export async function casesNear(
  ctx: Context,
  {
    id,
    units,
    known,
  }: { readonly id: string; readonly units: readonly string[]; readonly known: readonly Case[] },
): Promise<Near> {
  const [about, stated, warmUps] = await Promise.all([
    casesAboutUnits(ctx, units),
    statedAddresses(ctx, units),
    warmUpsFor(ctx, units),
  ])
  const cases = await casesOfThreads(ctx, [
    ...new Set([...stated, ...warmUps].map(({ participantId }) => participantId)),
  ])
  const others = besides(ctx, id, [...known, ...about, ...cases.values()])
  // Of a restricted one nothing is said but that it is there.
  const shown = new Set(others.filter(({ legal }) => legal === null).map((it) => it.id))
  const inCase = (thread: string): string => cases.get(thread)?.id ?? ''
  const elsewhere: readonly SaidElsewhere[] = [
    ...stated.map(({ participantId, prefix, state, changedAt: at }) => ({
      caseId: inCase(participantId),
      unit: formatPrefix(prefix),
      at,
      said: { of: 'form', state } as const,
    })),
    ...warmUps.flatMap(({ participantId, units: own, state, changedAt: at }) =>
      own
        .map(formatPrefix)
        .filter((unit) => units.includes(unit))
        .map((unit) => ({
          caseId: inCase(participantId),
          unit,
          at,
          said: { of: 'warm-up', state } as const,
        })),
    ),
  ]
  return { others, elsewhere: elsewhere.filter(({ caseId }) => shown.has(caseId)) }
}
