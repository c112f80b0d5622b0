import { Refusal } from '../../base/refusal.ts'
import { may, type Actor } from '../actor.ts'
import type { Case } from './case.ts'
import type { Participant } from './participant.ts'

/**
 * The legal contact (SUP-4): a case of which only the owner of the address space is spoken to. That there is such a case everybody at the
 * desk may know; what is in it only who has the permission `case.legal`, and each of their looks is written down.
 */

/** Whether this actor may do anything with the case. */
export function mayHandle(actor: Actor, it: Pick<Case, 'legal'>): Refusal | undefined {
  return it.legal === null || may(actor, 'case.legal') ? undefined : new Refusal('case.restricted')
}

/** Whether the case is spoken of with this participant. */
export function isSpokenTo(it: Pick<Case, 'legal'>, { id }: Pick<Participant, 'id'>): boolean {
  return it.legal === null || it.legal.participant === id
}

/** What the desk sees of it without looking inside: that it is there, whose turn it is and by when. */
export function masked(it: Case): Case {
  if (it.legal === null) return it
  const { at, by, checkedAt } = it.legal
  const legal = { at, by, checkedAt, participant: '', claim: '', prefix: '', proof: '' }
  return { ...it, legal, about: null, conditions: [], why: '', openedBy: '', unverified: 0 }
}
