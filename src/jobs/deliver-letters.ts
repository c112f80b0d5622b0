import { minute } from '../base/clock.ts'
import type { Context } from '../core/context.ts'
import {
  claimLetters,
  nextLetterAt,
  noteOutcome,
  type ClaimedLetter,
  type OutgoingMail,
  type SendOutcome,
} from '../core/outbox/deliver-actions.ts'
import { inParallel } from '../base/in-parallel.ts'
import { keepNoting } from './keep-noting.ts'
import type { Job } from './scheduler.ts'

const batch = 20
const connections = 4

/** Least pause while letters are due that somebody else has just taken. */
const leastPauseMs = 100

/** Sends the letters that are due: with `send`, or with `outbox` none leaves and all can be read on the outbox page. */
export function deliverLetters(send: ((mail: OutgoingMail) => Promise<SendOutcome>) | 'outbox'): Job {
  return {
    name: 'deliver-letters',
    everyMs: minute,
    wake: 'letters',
    async run(ctx, signal) {
      const letters = await claimLetters(ctx, batch)
      await inParallel(letters, connections, async (letter) => {
        const outcome =
          send === 'outbox' ? ({ outcome: 'kept', answer: '' } as const) : await trySend(ctx, send, letter)
        await keepNoting(async () => await noteOutcome(ctx, letter, outcome), signal)
      })
      const next = await nextLetterAt(ctx)
      return next === undefined ? undefined : Math.max(leastPauseMs, next - ctx.clock.now())
    },
  }
}

/** A letter that cannot even be composed is a fault of ours, and sending it again would not repair it. */
async function trySend(
  ctx: Context,
  send: (mail: OutgoingMail) => Promise<SendOutcome>,
  letter: ClaimedLetter,
): Promise<SendOutcome> {
  try {
    return await send(letter.mail)
  } catch (error) {
    ctx.log.error('letter.fault', { id: letter.id, kind: letter.kind, error })
    return { outcome: 'refused', answer: 'the letter could not be composed; see the log' }
  }
}
