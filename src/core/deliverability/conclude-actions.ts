import { formatPrefix } from '../../standards/prefix.ts'
import { closeCase } from '../cases/actions.ts'
import { lockCase, saveCase, targetsOf, tell } from '../cases/hold-actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { answered, onTests, takenUp, type AnswerBy, type Case } from '../cases/case.ts'
import { isSpokenTo } from '../cases/legal.ts'
import { takesPart, type Participant } from '../cases/participant.ts'
import { say } from '../cases/say-actions.ts'
import type { Tx } from '../context.ts'
import { turnOf, type Turn } from './review.ts'
import * as store from './store.ts'
import type { FormAddress } from './address.ts'

/**
 * After addresses have changed: one letter for all of them, and the clock of the case as it is now. Callers hold the case. It ends where nothing is
 * left to happen; whoever answers the letter opens it again, and then a person reads. `by`: what the rules say is no answer of a person, and that
 * they put an address before one is none at all.
 */
export async function conclude(
  tx: Tx,
  it: Case,
  participant: Participant,
  {
    changed,
    words,
    by,
  }: {
    readonly changed: readonly FormAddress[]
    readonly words?: string | undefined
    readonly by: AnswerBy
  },
): Promise<void> {
  const own = await store.addressesOf(tx.queries, [participant.id])
  await say(tx, participant, {
    says: 'states',
    states: changed.map(({ prefix, state }) => ({ prefix: formatPrefix(prefix), state })),
    text: words,
    until: untilOf(tx, turnAmong(own), own),
  })
  // What rules say of somebody's form moves nothing in a case that is spoken of with another.
  if (by === 'rules' && !isSpokenTo(it, participant)) return
  const all = await addressesOfCase(tx, it)
  // Somebody who sent no form is there too: what becomes of them a person says.
  const turn = all === undefined ? 'ours' : turnAmong(all)
  const until = untilOf(tx, turn, all ?? [])
  const now = tx.clock.now()
  // A message was added: the case is another one.
  const held = (await lockCase(tx, it.id)) ?? it
  const { calendar } = targetsOf(tx)
  const isHandedOn = turn === 'ours' && by === 'rules'
  const next = isHandedOn
    ? takenUp(held, now, calendar)
    : turn === 'tests'
      ? onTests(held, { now, untilAt: until ?? now, by }, calendar)
      : answered(held, now, calendar, until, by)
  if (!isHandedOn) await tell(tx, 'case.answered', next)
  if (turn === 'nobody') {
    const outcome = all?.some(({ state }) => state === 'mitigated') ? 'granted' : 'answered'
    await closeCase(tx, next, { outcome, answers: by })
  } else await saveCase(tx, next)
  tx.afterCommit('cases')
}

/** Of all forms in it; undefined where somebody takes part who sent none. */
async function addressesOfCase(tx: Tx, { id }: Case): Promise<readonly FormAddress[] | undefined> {
  const threads = (await participantsOf(tx, id)).filter(takesPart).map((each) => each.id)
  const forms = await store.formsOf(tx.queries, threads)
  return forms.length < threads.length ? undefined : await store.addressesOf(tx.queries, threads)
}

function turnAmong(addresses: readonly FormAddress[]): Turn {
  return turnOf(addresses.map(({ state }) => state))
}

/** By when an answer is wanted, or until when tests are run: who is asked for one address keeps the time that another has for its tests. */
function untilOf({ clock, settings }: Tx, turn: Turn, all: readonly FormAddress[]): number | undefined {
  if (turn === 'ours' || turn === 'nobody') return undefined
  const now = clock.now()
  const ends = all.flatMap(({ state, facts: { until } }) =>
    state === 'conditionally-mitigated' && until !== undefined ? [Date.parse(until)] : [],
  )
  const asked = turn === 'theirs' ? now + settings.support.askedMs : now
  return Math.max(asked, ...ends)
}
