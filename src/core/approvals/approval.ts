import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { actorName, type Actor, type Permission } from '../actor.ts'

/** An act so wide that one person’s word is not enough: it waits for a second one (security CON-6). */
export interface Approval {
  readonly id: string
  /** What is to be done; whoever proposes it knows how to do it. */
  readonly kind: ApprovalKind
  /** What it is done to, as the audit names it: `operator:ada`. */
  readonly subject: string
  /** What the deed needs, and what the second person must be shown. */
  readonly facts: Readonly<Record<string, string>>
  /** Needed of both people. */
  readonly permission: Permission
  readonly proposedBy: string
  readonly proposedAt: number
  readonly expiresAt: number
  readonly state: ApprovalState
  readonly decidedBy: string | null
  readonly decidedAt: number | null
}

/** A noun that proposes acts adds its kind here. */
export const approvalKinds = ['operator.roles', 'person.erase'] as const
export type ApprovalKind = (typeof approvalKinds)[number]

export type ApprovalState = 'proposed' | 'confirmed' | 'declined' | 'expired'

/** Over a weekend, and no longer: what was right on Friday need not be on Tuesday. */
export const approvalMs = 3 * day

/** For how long whoever proposed it is told what became of it. */
export const toldMs = 7 * day

/** Whether this actor may say yes: not the one who asked, and only while it waits. */
export function mayConfirm(
  approval: Pick<Approval, 'state' | 'expiresAt' | 'proposedBy'>,
  actor: Actor,
  now: number,
): Refusal | undefined {
  if (stateAt(approval, now) !== 'proposed') return new Refusal('approval.not-waiting')
  return approval.proposedBy === actorName(actor) ? new Refusal('approval.same-person') : undefined
}

/** What nobody has decided in time has expired, also where nobody has written that down yet. */
export function stateAt(
  { state, expiresAt }: Pick<Approval, 'state' | 'expiresAt'>,
  now: number,
): ApprovalState {
  return state === 'proposed' && expiresAt <= now ? 'expired' : state
}
