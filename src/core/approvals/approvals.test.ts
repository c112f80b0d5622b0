import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { listAudit } from '../audit/actions.ts'
import { as } from '../context.ts'
import { addOperator, listOperators } from '../operators/actions.ts'
import { changeRoles, confirmRoles, declineRoles } from '../operators/role-actions.ts'
import { listAnswered, listApprovals, showApproval } from './actions.ts'

function refused(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === code
}

forEachDatabase((name, open) => {
  const world = async () => {
    const ctx = testContext({ db: await open() })
    await addOperator(ctx, { name: 'bob', roles: ['viewer'], password: 'correct horse battery' })
    const admin = (who: string) => ({
      ...as(ctx, { kind: 'operator', name: who, roles: ['admin'] }),
      clock: ctx.clock,
    })
    const rolesOfBob = async (): Promise<string | undefined> => (await listOperators(ctx))[0]?.roles.join(' ')
    return { ctx, ada: admin('ada'), alan: admin('alan'), rolesOfBob }
  }

  it(`a new administrator takes two administrators, once (${name})`, async () => {
    const { ctx, ada, alan, rolesOfBob } = await world()
    const waiting = await changeRoles(ada, { name: 'bob', roles: ['admin'] })
    assert.ok(waiting)
    assert.equal(await rolesOfBob(), 'viewer')
    await assert.rejects(changeRoles(alan, { name: 'bob', roles: ['admin'] }), refused('approval.waiting'))
    await assert.rejects(confirmRoles(ada, waiting.id), refused('approval.same-person'))
    const agent = as(ctx, { kind: 'operator', name: 'rob', roles: ['list-operator'] })
    await assert.rejects(confirmRoles(agent, waiting.id), refused('approval.not-found'))
    await assert.rejects(declineRoles(agent, waiting.id), refused('approval.not-found'))
    await assert.rejects(showApproval(agent, waiting.id), refused('approval.not-found'))
    assert.deepEqual(await listApprovals(agent), [])
    assert.equal((await listApprovals(alan)).length, 1)
    await confirmRoles(alan, waiting.id)
    assert.equal(await rolesOfBob(), 'admin')
    await assert.rejects(confirmRoles(alan, waiting.id), refused('approval.not-waiting'))
    const happened = await listAudit(ctx, { subject: 'operator:bob', limit: 3 })
    assert.deepEqual(
      happened.map(({ actor, action }) => `${actor} ${action}`),
      [
        'operator:alan operator.roles-changed',
        'operator:alan approval.confirmed',
        'operator:ada approval.proposed',
      ],
    )
  })

  it(`a proposal ends by a no, and by itself after three days (${name})`, async () => {
    const { ctx, ada, alan, rolesOfBob } = await world()
    const first = await changeRoles(ada, { name: 'bob', roles: ['admin'] })
    await declineRoles(ada, first?.id ?? '')
    // Whoever takes it back knows it.
    assert.deepEqual(await listAnswered(ada), [])
    await assert.rejects(confirmRoles(alan, first?.id ?? ''), refused('approval.not-waiting'))
    const second = await changeRoles(ada, { name: 'bob', roles: ['admin'] })
    ctx.clock.advance(3 * day)
    await assert.rejects(confirmRoles(alan, second?.id ?? ''), refused('approval.not-waiting'))
    assert.equal((await showApproval(alan, second?.id ?? '')).state, 'expired')
    assert.deepEqual(
      (await listAnswered(ada)).map(({ state, decidedBy }) => [state, decidedBy]),
      [['expired', null]],
    )
    assert.deepEqual(await listAnswered(alan), [])
    assert.ok(await changeRoles(ada, { name: 'bob', roles: ['admin'] }))
    assert.equal(await rolesOfBob(), 'viewer')
  })

  it(`whoever proposed it is told what became of it, for a week (${name})`, async () => {
    const { ada, alan } = await world()
    const waiting = await changeRoles(ada, { name: 'bob', roles: ['admin'] })
    assert.deepEqual(await listAnswered(ada), [])
    await declineRoles(alan, waiting?.id ?? '')
    const told = await listAnswered(ada)
    assert.deepEqual(
      told.map(({ id, state, decidedBy }) => [id, state, decidedBy]),
      [[waiting?.id, 'declined', 'operator:alan']],
    )
    ada.clock.advance(7 * day)
    assert.deepEqual(await listAnswered(ada), [])
  })

  it(`other roles, and the machine itself, take one person (${name})`, async () => {
    const { ctx, ada, rolesOfBob } = await world()
    assert.equal(await changeRoles(ada, { name: 'bob', roles: ['case-agent', 'auditor'] }), undefined)
    assert.equal(await rolesOfBob(), 'case-agent auditor')
    const machine = as(ctx, { kind: 'cli', name: 'root' })
    assert.equal(await changeRoles(machine, { name: 'bob', roles: ['admin'] }), undefined)
    assert.equal(await rolesOfBob(), 'admin')
  })
})
