import { Refusal } from '../../base/refusal.ts'
import { permit, type Role } from '../actor.ts'
import { confirmAct, declineAct, proposeAct, type Approval } from '../approvals/actions.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { formerRole, readRoles, rolesOf } from './operator.ts'
import * as store from './store.ts'

/**
 * Gives an operator other roles; their sessions have them from the next page on. To make somebody an administrator takes a second one
 * (security CON-6): then it waits, and the answer is what waits. At the machine itself, where the first one is made, it does not.
 */
export async function changeRoles(
  ctx: Context,
  input: { readonly name: string; readonly roles: readonly Role[] },
): Promise<Approval | undefined> {
  permit(ctx.actor, 'operator.manage')
  const { name, roles } = input
  return await transact(ctx, async (tx) => {
    const row = await store.operatorByName(tx.queries, name)
    if (!row) throw new Refusal('operator.not-found', { name: name.slice(0, 40) })
    const isPromotion = roles.includes('admin') && !rolesOf(row).includes('admin')
    if (!isPromotion || tx.actor.kind !== 'operator') {
      await setRoles(tx, name, roles)
      return undefined
    }
    return await proposeAct(tx, {
      kind: 'operator.roles',
      subject: `operator:${name}`,
      facts: { name, roles: roles.join(' ') },
      permission: 'operator.manage',
    })
  })
}

/** The second administrator says yes. */
export async function confirmRoles(ctx: Context, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const { facts } = await confirmAct(tx, { id, kind: 'operator.roles' })
    const roles = readRoles(facts['roles']?.split(' ') ?? [])
    if (roles === undefined) throw new Error(`approval ${id} has no roles`)
    await setRoles(tx, facts['name'] ?? '', roles)
  })
}

/** Somebody says no. */
export async function declineRoles(ctx: Context, id: string): Promise<void> {
  await transact(ctx, async (tx) => void (await declineAct(tx, { id, kind: 'operator.roles' })))
}

async function setRoles(tx: Tx, name: string, roles: readonly Role[]): Promise<void> {
  const change = { name, role: formerRole(roles), roles: roles.join(' ') }
  if (!(await store.setRoles(tx.queries, change))) throw new Refusal('operator.not-found', { name })
  await record(tx, {
    action: 'operator.roles-changed',
    subject: `operator:${name}`,
    facts: { roles: roles.join(' ') },
  })
}
