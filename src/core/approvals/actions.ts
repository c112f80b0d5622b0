import { randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { actorName, may, permissions, permit, type Permission } from '../actor.ts'
import { record } from '../audit/actions.ts'
import type { Context, Tx } from '../context.ts'
import {
  approvalKinds,
  approvalMs,
  mayConfirm,
  stateAt,
  toldMs,
  type Approval,
  type ApprovalKind,
} from './approval.ts'
import * as store from './store.ts'

export type { Approval } from './approval.ts'

/** Lets an act wait for a second person, three days at most. Throws `approval.waiting` when one of its kind waits for the subject. */
export async function proposeAct(
  tx: Tx,
  wish: Pick<Approval, 'kind' | 'subject' | 'facts' | 'permission'>,
): Promise<Approval> {
  permit(tx.actor, wish.permission)
  const now = tx.clock.now()
  await store.expire(tx.queries, { ...wish, now })
  const approval: Approval = {
    ...wish,
    id: randomId(16),
    proposedBy: actorName(tx.actor),
    proposedAt: now,
    expiresAt: now + approvalMs,
    state: 'proposed',
    decidedBy: null,
    decidedAt: null,
  }
  const isNew = await store.insertApproval(tx.queries, {
    id: approval.id,
    kind: approval.kind,
    subject: approval.subject,
    facts: JSON.stringify(approval.facts),
    permission: approval.permission,
    proposed_by: approval.proposedBy,
    proposed_at: now,
    expires_at: approval.expiresAt,
    state: 'proposed',
    decided_by: null,
    decided_at: null,
  })
  if (!isNew) throw new Refusal('approval.waiting')
  await record(tx, {
    action: 'approval.proposed',
    subject: wish.subject,
    facts: { kind: wish.kind, ...wish.facts },
  })
  return approval
}

/**
 * The second person says yes: gives what is to be done, in the transaction that does it. Throws `approval.not-found`,
 * `approval.not-waiting` or `approval.same-person`.
 */
export async function confirmAct(
  tx: Tx,
  { id, kind }: { readonly id: string; readonly kind: ApprovalKind },
): Promise<Approval> {
  const approval = await load(tx, id)
  if (approval.kind !== kind) throw new Refusal('approval.not-found')
  const now = tx.clock.now()
  const refusal = mayConfirm(approval, tx.actor, now)
  if (refusal) throw refusal
  const by = actorName(tx.actor)
  if (!(await store.decide(tx.queries, { id, state: 'confirmed', by, now })))
    throw new Refusal('approval.not-waiting')
  await record(tx, {
    action: 'approval.confirmed',
    subject: approval.subject,
    facts: { kind: approval.kind, proposedBy: approval.proposedBy },
  })
  return approval
}

/**
 * Somebody says no; whoever proposed it may take it back so. Gives what was to be done, in the transaction that ends it. Throws
 * `approval.not-found`, `approval.not-waiting`.
 */
export async function declineAct(
  tx: Tx,
  { id, kind }: { readonly id: string; readonly kind: ApprovalKind },
): Promise<Approval> {
  const approval = await load(tx, id)
  if (approval.kind !== kind) throw new Refusal('approval.not-found')
  const decision = { id, state: 'declined', by: actorName(tx.actor), now: tx.clock.now() } as const
  if (!(await store.decide(tx.queries, decision))) throw new Refusal('approval.not-waiting')
  await record(tx, {
    action: 'approval.declined',
    subject: approval.subject,
    facts: { kind: approval.kind, proposedBy: approval.proposedBy },
  })
  return approval
}

export async function showApproval(ctx: Context, id: string): Promise<Approval> {
  return visible(ctx, await store.approvalById(ctx.db.queries, id))
}

/** What waits for somebody with the permissions of whoever asks, oldest first. */
export async function listApprovals(ctx: Context): Promise<readonly Approval[]> {
  const rows = await store.waiting(ctx.db.queries, ctx.clock.now())
  return rows
    .map((row) => approvalOf(row, ctx.clock.now()))
    .filter((approval) => may(ctx.actor, approval.permission))
}

/** What became lately of what the actor has proposed: decided by somebody else, or by nobody in time. The latest first. */
export async function listAnswered(ctx: Context): Promise<readonly Approval[]> {
  const now = ctx.clock.now()
  const own = actorName(ctx.actor)
  const rows = await store.proposedBy(ctx.db.queries, own, now - approvalMs - toldMs)
  return rows
    .map((row) => approvalOf(row, now))
    .filter(({ state, decidedBy }) => state !== 'proposed' && decidedBy !== own)
    .filter(({ decidedAt, expiresAt }) => (decidedAt ?? expiresAt) > now - toldMs)
}

async function load(tx: Tx, id: string): Promise<Approval> {
  return visible(tx, await store.approvalById(tx.queries, id))
}

/** Whoever may not decide it does not learn that it is there. */
function visible({ actor, clock }: Context, row: store.ApprovalRow | undefined): Approval {
  const approval = row && approvalOf(row, clock.now())
  if (!approval || !may(actor, approval.permission)) throw new Refusal('approval.not-found')
  return approval
}

function approvalOf(row: store.ApprovalRow, now: number): Approval {
  const kind = approvalKinds.find((name) => name === row.kind)
  if (kind === undefined || !isPermission(row.permission))
    throw new Error(`approval ${row.id} is of a kind or for a permission which there is not`)
  return {
    id: row.id,
    kind,
    subject: row.subject,
    facts: JSON.parse(row.facts) as Readonly<Record<string, string>>,
    permission: row.permission,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
    state: stateAt({ state: row.state as Approval['state'], expiresAt: row.expires_at }, now),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
  }
}

function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissions, text)
}
