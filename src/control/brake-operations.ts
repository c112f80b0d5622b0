import { z } from 'zod'
import { brakeRules } from '../access/brake.ts'
import { brakeHeard, brakeState, turnBrake, type BrakeState } from '../core/reputation/hand-brake-actions.ts'
import type { Operation } from './operation.ts'

const rule = z.enum(brakeRules)
const turnInput = z.object({ rule, isOn: z.boolean() })
const showInput = z.object({ rule: rule.optional() })

/** The engine looks each second; without one running nobody waits for longer. */
const longestWaitMs = 3000

/** The self-incident brake of the judgement's rules. */
export const brakeOperations: readonly Operation[] = [
  {
    name: 'brake.turn',
    run: async (ctx, { input, emit }) => {
      const wish = turnInput.parse(input)
      await turnBrake(ctx, wish)
      emit(ofRule(wish.rule, await brakeHeard(ctx, wish.rule, longestWaitMs)))
    },
  },
  {
    name: 'brake.show',
    run: async (ctx, { input, emit }) => {
      const wanted = showInput.parse(input)
      const state = await brakeState(ctx)
      for (const each of wanted.rule === undefined ? brakeRules : [wanted.rule]) emit(ofRule(each, state))
    },
  },
]

function ofRule(which: (typeof brakeRules)[number], { held, wished }: BrakeState): object {
  const braked = held.find((each) => each.rule === which)
  const wish = wished.find((each) => each.rule === which)
  return {
    rule: which,
    brake: braked === undefined ? 'off' : 'on',
    ...(braked === undefined ? {} : { why: braked.why, since: new Date(braked.since).toISOString() }),
    ...(braked?.by === undefined ? {} : { by: braked.by }),
    // Nobody has judged since: it will be done by whoever judges next.
    ...(wish === undefined ? {} : { asked: wish.isOn ? 'on' : 'off', askedBy: wish.by }),
  }
}
