import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { BrakeRule } from '../../access/brake.ts'
import { Refusal } from '../../base/refusal.ts'
import { permit, recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { heldIn } from './brake-actions.ts'
import type { Braked } from './brake.ts'
import * as store from './brake-store.ts'

/**
 * The brake by hand. The engine may judge in another thread, on another core, or not at all at this moment: what a person wants is
 * written down, and the engine does it with its next step.
 */
export interface BrakeWish {
  readonly rule: BrakeRule
  readonly isOn: boolean
  /** Who wants it. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface BrakeState {
  readonly held: readonly Braked[]
  /** What the engine has not done yet. */
  readonly wished: readonly BrakeWish[]
}

type Queries = Tx['queries']

const written = z.object({ isOn: z.boolean(), by: z.string(), at: z.number() })

/** Between two looks whether the engine has heard. */
const lookMs = 100

/** Pulls the brake of a rule, or lets it go. Throws `brake.already` where nothing would change. */
export async function turnBrake(
  ctx: Context,
  { rule, isOn }: { readonly rule: BrakeRule; readonly isOn: boolean },
): Promise<void> {
  permit(ctx.actor, 'reputation.brake')
  await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const { held, wished } = await readState(tx.queries)
    const wish = wished.find((each) => each.rule === rule)
    if ((wish?.isOn ?? held.some((each) => each.rule === rule)) === isOn)
      throw new Refusal('brake.already', { rule, state: isOn ? 'on' : 'off' })
    const by = recordedName(tx.actor)
    await store.setBrakeWish(tx.queries, rule, JSON.stringify({ isOn, by, at: tx.clock.now() }))
    await record(tx, {
      action: isOn ? 'reputation.brake-asked' : 'reputation.brake-release-asked',
      subject: 'reputation',
      facts: { rule },
    })
    tx.afterCommit('events')
  })
}

/** What is held, and what a person has asked for that the engine has not done yet. */
export async function brakeState(ctx: Context): Promise<BrakeState> {
  permit(ctx.actor, 'console.read')
  return await readState(ctx.db.queries)
}

/** Waits until the engine has done what was asked for, or `longestMs`; gives how it stands then. */
export async function brakeHeard(ctx: Context, rule: BrakeRule, longestMs: number): Promise<BrakeState> {
  for (let waited = 0; ; waited += lookMs) {
    const state = await brakeState(ctx)
    if (waited >= longestMs || state.wished.every((wish) => wish.rule !== rule)) return state
    await sleep(lookMs)
  }
}

/** What the engine is asked for, with the text that it is written down as. */
export async function brakeWishes(
  queries: Queries,
): Promise<readonly (BrakeWish & { readonly text: string })[]> {
  const rows = await store.brakeWishes(queries)
  return rows.map(({ rule, text }) => ({ rule, text, ...written.parse(JSON.parse(text)) }))
}

async function readState(queries: Queries): Promise<BrakeState> {
  const held = await heldIn(queries)
  const wished = await brakeWishes(queries)
  return { held, wished: wished.map(({ text: _, ...wish }) => wish) }
}
