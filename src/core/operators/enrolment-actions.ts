import { hour } from '../../base/clock.ts'
import { randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { actorName, permit, type Role } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { as, transact, type Context } from '../context.ts'
import { spendAll } from '../limits/actions.ts'
import { addKeylessOperator } from './actions.ts'
import { rolesOf } from './operator.ts'
import { openSession, type SessionSecret } from './session-actions.ts'
import * as store from './store.ts'

/** Long enough to be carried to a desk, short enough not to lie about. */
const linkMs = hour

/**
 * A link that lets an operator in once, within an hour, to set up a passkey or their account at a provider: for the first day, and for
 * the day on which everything else is lost (security CON-1). Whoever holds it is that operator. With `roles` the operator is made first, without a
 * password.
 */
export async function makeEnrolment(
  ctx: Context,
  { name, roles }: { readonly name: string; readonly roles?: readonly Role[] | undefined },
): Promise<{ readonly name: string; readonly path: string; readonly expiresAt: number }> {
  permit(ctx.actor, 'operator.manage')
  const secret = randomId(32)
  const expiresAt = ctx.clock.now() + linkMs
  await transact(ctx, async (tx) => {
    if (roles !== undefined) await addKeylessOperator(tx, { name, roles })
    else if (!(await store.operatorByName(tx.queries, name)))
      throw new Refusal('operator.not-found', { name: name.slice(0, 40) })
    await store.insertEnrolment(tx.queries, {
      hash: hashOf(tx, secret),
      operator: name,
      made_by: actorName(tx.actor),
      created_at: tx.clock.now(),
      expires_at: expiresAt,
    })
    await record(tx, { action: 'operator.link-made', subject: `operator:${name}`, facts: {} })
  })
  return { name, path: `/enrol/${secret}`, expiresAt }
}

/** Signs in by such a link, which is used up by it. Throws `operator.link-invalid`. */
export async function useEnrolment(
  ctx: Context,
  input: { readonly secret: string; readonly client: string },
): Promise<SessionSecret> {
  await transact(ctx, async (tx) => await spendAll(tx, [{ name: 'sign-in.client', key: input.client }]))
  const hash = hashOf(ctx, input.secret.slice(0, 100))
  const named = await store.enrolmentByHash(ctx.db.queries, hash)
  const operator = named && (await store.operatorByName(ctx.db.queries, named.operator))
  if (!operator) throw new Refusal('operator.link-invalid')
  const { name } = operator
  return await transact(as(ctx, { kind: 'operator', name, roles: rolesOf(operator) }), async (tx) => {
    if (!(await store.takeEnrolment(tx.queries, hash, tx.clock.now())))
      throw new Refusal('operator.link-invalid')
    return await openSession(tx, { name, way: 'link' })
  })
}

function hashOf(ctx: Context, secret: string): string {
  return mac(ctx.keys.hashes, `enrolment\0${secret}`).toString('base64url')
}
