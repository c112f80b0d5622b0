import { z } from 'zod'
import { brakeWhys } from '../../access/brake.ts'
import { causeNames } from '../../access/reasons.ts'
import { record } from '../audit/actions.ts'
import type { EventFacts } from '../audit/fact-words.ts'
import type { Context, Tx } from '../context.ts'
import type { Braked, Turn } from './brake.ts'
import * as store from './brake-store.ts'

const written = z.array(
  z.object({
    rule: z.enum(causeNames),
    since: z.number(),
    why: z.enum(brakeWhys),
    again: z.number(),
    by: z.string().optional(),
  }),
)

/** Rules by which the engine lists nobody at present, in the order in which they were held. */
export async function heldRules(ctx: Context): Promise<readonly Braked[]> {
  return await heldIn(ctx.db.queries)
}

/** The same inside a transaction. */
export async function heldIn(queries: Tx['queries']): Promise<readonly Braked[]> {
  const text = await store.brakeState(queries)
  return text === undefined ? [] : written.parse(JSON.parse(text))
}

/** Writes down that the brake of a rule was pulled or lets go, and what is held now. */
export async function noteTurn(tx: Tx, turn: Turn, held: readonly Braked[]): Promise<void> {
  await store.setBrakeState(tx.queries, JSON.stringify(held))
  // What the edges say to suspicious senders depends on it.
  tx.afterCommit('standings')
  const action = turn.isOn ? 'reputation.brake-on' : 'reputation.brake-off'
  await record(tx, { action, subject: 'reputation', facts: factsOf(turn) })
}

/** What led to it: `count` of what was seen, and what is usual of it in an hour; or who did it. */
export function factsOf({ isOn, braked: { rule, why, since }, count, usual, by }: Turn): EventFacts {
  const seen = why === 'hand' ? {} : { count, usual }
  const hand = by === undefined ? {} : isOn ? { pulledBy: by } : { releasedBy: by }
  return { rule, why, since: new Date(since).toISOString(), ...seen, ...hand }
}
