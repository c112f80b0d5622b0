import { Refusal } from '../../base/refusal.ts'
import { isSameMailbox } from '../../standards/mail-address.ts'
import type { Calendar } from './calendar.ts'
import { heard, newCase, owesAnswer, resumed, withDue, type Case, type Targets } from './case.ts'
import type { Participant } from './participant.ts'

/** One case out of two, and two out of one. What was decided for somebody holds for them, and is shown to nobody else. */

/**
 * Whether two cases may become one. They have to be about the same address, for that is what a page shows; or of the same person, where one of
 * them is about no single address. Tests that a decision waits for were named to its readers alone: with others in the case they would be shown to
 * these, or be dropped.
 */
export function mayMerge(
  into: Case,
  from: Case,
  participants: readonly Pick<Participant, 'mailbox'>[],
): Refusal | undefined {
  if (into.id === from.id) return new Refusal('case.same')
  if (into.legal !== null || from.legal !== null) return new Refusal('case.legal-stays')
  const isOnePerson = participants.every(({ mailbox }) =>
    isSameMailbox(mailbox, participants[0]?.mailbox ?? ''),
  )
  const isOneAddress = into.about !== null && into.about === from.about
  if (!isOneAddress && !(isOnePerson && (into.about === null || from.about === null)))
    return new Refusal('case.other-subject')
  const tested = [into, from].filter(runsTests)
  const isAlike = namesOf(into) === namesOf(from)
  const isKept = tested.length === 0 || (isOnePerson && (tested.length === 1 || isAlike))
  return isKept ? undefined : new Refusal('case.conditional-stays')
}

/** Whether a decision of it waits for tests. */
export function runsTests({ conditionsEndAt }: Pick<Case, 'conditionsEndAt'>): boolean {
  return conditionsEndAt !== null
}

/** The tests by name: the same for decisions that wait for the same. */
export function namesOf({ conditions }: Pick<Case, 'conditions'>): string {
  return conditions
    .map(({ test }) => test)
    .toSorted()
    .join(' ')
}

type Tests = Pick<Case, 'conditions' | 'conditionsEndAt' | 'checkedAt' | 'toldAt'>

function testsOf({ conditions, conditionsEndAt, checkedAt, toldAt }: Case): Tests {
  return { conditions, conditionsEndAt, checkedAt, toldAt }
}

/**
 * One case out of two that go on, `from` as it was before it went into `into`. It is our turn if it was in either; who came first and has no
 * answer yet has waited for longest. An answer that was in time stays so. Tests that one of them waited for are run on, until the later end.
 */
export function mergedWith(into: Case, from: Case, now: number, calendar: Calendar): Case {
  const turned = from.state === 'open' ? heard(into, now, calendar) : into
  const it = { ...turned, ...carried(turned, from) }
  const owed = [it, from].filter(owesAnswer).map((each) => each.firstDueAt)
  const firstDueAt = it.answeredAt === null ? Math.min(it.firstDueAt, ...owed) : it.firstDueAt
  if (it.effectLeftMs !== null) {
    const left = Math.min(it.effectLeftMs, from.effectLeftMs ?? it.effectLeftMs)
    return withDue({ ...it, firstDueAt, effectLeftMs: left })
  }
  const effectDueAt = Math.min(it.effectDueAt, resumed(from, now, calendar).effectDueAt)
  const merged = withDue({ ...it, firstDueAt, effectDueAt })
  return merged.dueAt === null ? merged : { ...merged, dueAt: Math.min(merged.dueAt, ...owed) }
}

function carried(into: Case, from: Case): Tests {
  if (from.conditionsEndAt === null) return testsOf(into)
  if (into.conditionsEndAt === null) return testsOf(from)
  return { ...testsOf(into), conditionsEndAt: Math.max(into.conditionsEndAt, from.conditionsEndAt) }
}

/**
 * A case out of another for one of those who took part in it: our turn, by the clock that ran for them there. What stood while it was theirs
 * has not run out, and an answer that they had is owed no more. `isPromised`: the tests of its decision were named to them, so they are run on
 * for them, and the clock stands as it did.
 */
export function splitFrom(
  it: Case,
  about: Pick<Case, 'id' | 'openedBy'>,
  {
    now,
    targets,
    isPromised,
  }: { readonly now: number; readonly targets: Targets; readonly isPromised: boolean },
): Case {
  const { kind, severity, about: unit, openedAt, firstDueAt, answeredAt, ruledAt, handedAt } = it
  const { effectDueAt, waitedMs } = resumed(it, now, targets.calendar)
  const own = newCase({ kind, severity, about: unit, ...about }, openedAt, targets)
  const ours = withDue({ ...own, firstDueAt, answeredAt, ruledAt, handedAt, effectDueAt, waitedMs })
  if (!isPromised || !runsTests(it)) return ours
  if (it.state !== 'conditional') return { ...ours, ...testsOf(it) }
  const { state, askedUntilAt, effectLeftMs, waitingSinceAt } = it
  const stands = { state, askedUntilAt, effectLeftMs, waitingSinceAt, effectDueAt: it.effectDueAt }
  return withDue({ ...ours, ...testsOf(it), ...stands, waitedMs: it.waitedMs })
}

/** What is left when those have gone to whom the tests were named: nobody waits for these any more, and a person has to look. */
export function withoutTests(it: Case, now: number, calendar: Calendar): Case {
  if (!runsTests(it)) return it
  return heard({ ...it, conditions: [], conditionsEndAt: null }, now, calendar)
}
