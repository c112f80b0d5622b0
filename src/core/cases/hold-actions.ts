import { Refusal } from '../../base/refusal.ts'
import { Conflict } from '../../db/open.ts'
import type { Context, Tx } from '../context.ts'
import { queueWebhook } from '../outbox/actions.ts'
import type { Case, Targets } from './case.ts'
import * as store from './store.ts'

/** Holding a case: whoever changes one locks it first, after its own turn and before the audit, saves it, and tells the webhooks. */

export function targetsOf({ settings }: Pick<Context, 'settings'>): Targets {
  const { calendar, firstMs, effectMs } = settings.support
  return { calendar, firstMs, effectMs }
}

/** The case, for this transaction alone until it ends. */
export async function lockCase(tx: Tx, id: string): Promise<Case | undefined> {
  return await store.lockCase(tx.queries, id)
}

export async function mustLock(tx: Tx, id: string): Promise<Case> {
  const it = await store.lockCase(tx.queries, id)
  if (!it) throw new Refusal('case.not-found')
  return it
}

/** Saves by compare and swap; somebody else's change makes the transaction start again. */
export async function saveCase(tx: Tx, it: Case): Promise<void> {
  if (!(await store.updateCase(tx.queries, it)))
    throw new Conflict(`case ${it.id} was changed by somebody else`)
}

/** What was decided, by a person or by tests that passed, or did not in time. */
export type CaseDecision = 'granted' | 'conditional' | 'refused' | 'not-needed'

/** Tells the webhooks of a change. No words and no mailbox leave this way. */
export async function tell(
  tx: Tx,
  event: 'case.opened' | 'case.heard' | 'case.answered' | 'case.assigned' | 'case.decided' | 'case.closed',
  it: Case,
  decision?: CaseDecision,
): Promise<void> {
  const due = it.dueAt === null ? {} : { due: new Date(it.dueAt).toISOString() }
  await queueWebhook(tx, event, {
    case: it.id,
    kind: it.kind,
    severity: it.severity,
    state: it.state,
    about: it.legal === null ? it.about : null,
    outcome: it.outcome,
    ...(event === 'case.assigned' && { assignee: it.assignee, by: it.assignedBy }),
    ...(decision !== undefined && { decision }),
    ...due,
  })
}
