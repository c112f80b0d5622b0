import { formatPrefix } from '../../standards/prefix.ts'
import { closeCase, lockCase, saveCase, targetsOf, tell } from '../cases/actions.ts'
import { answered, type Case } from '../cases/case.ts'
import type { Participant } from '../cases/participant.ts'
import { say } from '../cases/say-actions.ts'
import type { Tx } from '../context.ts'
import { turnOf } from './review.ts'
import * as store from './store.ts'
import type { FormAddress } from './address.ts'

/**
 * After addresses have changed: one letter for all of them, and the clock of the case as it is now. Callers hold the case. It ends where nothing is
 * left to happen; whoever answers the letter opens it again, and then a person reads.
 */
export async function conclude(
  tx: Tx,
  it: Case,
  participant: Participant,
  { changed, words }: { readonly changed: readonly FormAddress[]; readonly words?: string | undefined },
): Promise<void> {
  const all = await store.addressesOf(tx.queries, [participant.id])
  const turn = turnOf(all.map(({ state }) => state))
  const now = tx.clock.now()
  const until =
    turn === 'theirs'
      ? now + tx.settings.support.askedMs
      : turn === 'tests'
        ? lastTestAt(all, now)
        : undefined
  await say(tx, participant, {
    says: 'states',
    states: changed.map(({ prefix, state }) => ({ prefix: formatPrefix(prefix), state })),
    text: words,
    until,
  })
  // A message was added: the case is another one.
  const held = (await lockCase(tx, it.id)) ?? it
  const next = answered(held, now, targetsOf(tx).calendar, until)
  await tell(tx, 'case.answered', next)
  if (turn === 'nobody') {
    const outcome = all.some(({ state }) => state === 'mitigated') ? 'granted' : 'answered'
    await closeCase(tx, next, { outcome })
  } else await saveCase(tx, next)
  tx.afterCommit('cases')
}

/** When the last condition runs out. */
function lastTestAt(all: readonly FormAddress[], now: number): number {
  const ends = all.flatMap(({ facts }) => (facts.until === undefined ? [] : [Date.parse(facts.until)]))
  return Math.max(now, ...ends)
}
