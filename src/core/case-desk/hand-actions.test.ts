import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { listAudit } from '../audit/actions.ts'
import { openCase } from '../cases/actions.ts'
import { assignCase, listCases, showCase } from '../cases/desk-actions.ts'
import { as, transact } from '../context.ts'
import { addOperator, removeOperator } from '../operators/actions.ts'
import { changeRoles } from '../operators/role-actions.ts'
import { colleagues, handCase, takeBackCases } from './hand-actions.ts'

const ada = { kind: 'operator', name: 'ada', roles: ['case-agent'] } as const
const bob = { kind: 'operator', name: 'bob', roles: ['case-agent'] } as const

forEachDatabase((_name, open) => {
  describe('A case that is handed to a colleague', () => {
    it('is theirs, with who gave it in case, audit and webhook; only to somebody who works on cases', async () => {
      const settings = testSettings({ webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }] })
      const ctx = testContext({ db: await open(), settings })
      for (const [name, role] of [
        ['ada', 'case-agent'],
        ['bob', 'case-agent'],
        ['eve', 'viewer'],
        ['zoe', 'admin'],
      ] as const)
        await addOperator(ctx, { name, roles: [role] })
      const mailbox = orThrow(parseMailbox('hostmaster@example.org'))
      const by = { role: 'sender', mailbox, language: 'en' } as const
      const { id } = (
        await transact(ctx, async (tx) => await openCase(tx, { kind: 'mail', about: '192.0.2.66/32', by }))
      ).case
      const desk = as(ctx, ada)
      assert.deepEqual(await colleagues(desk), ['bob', 'zoe'])
      await assignCase(desk, { id, to: 'me' })
      await handCase(desk, { id, to: 'bob' })
      const { case: it_ } = await showCase(desk, id)
      assert.deepEqual(
        [it_.assignee, it_.assignedBy, it_.assignedAt],
        ['operator:bob', 'operator:ada', ctx.clock.now()],
      )
      const [theirs] = await listCases(as(ctx, bob), {
        states: ['open'],
        assigned: 'mine',
        offset: 0,
        limit: 9,
      })
      assert.equal(theirs?.id, id)
      const [record] = await listAudit(ctx, { subject: `case:${id}`, limit: 1 })
      assert.deepEqual(
        [record?.action, record?.actor, record?.facts],
        ['case.assigned', 'operator:ada', { from: 'operator:ada', to: 'operator:bob' }],
      )
      const told = await ctx.db.queries
        .selectFrom('webhook_deliveries')
        .select('body')
        .where('event', '=', 'case.assigned')
        .execute()
      // Taking it oneself tells nobody.
      assert.equal(told.length, 1)
      assert.match(told[0]?.body ?? '', /"assignee":"operator:bob","by":"operator:ada"/)
      await removeOperator(ctx, 'zoe')
      for (const to of ['eve', 'zoe', 'nobody'])
        await assert.rejects(
          handCase(desk, { id, to }),
          (error) => error instanceof Refusal && error.code === 'operator.not-found',
        )
      await assert.rejects(
        handCase(as(ctx, { kind: 'operator', name: 'eve', roles: ['viewer'] }), { id, to: 'bob' }),
        (error) => error instanceof Refusal && error.code === 'permission.denied',
      )
    })

    it('is nobody’s again once its holder has left or may not work on cases any more', async () => {
      const ctx = testContext({ db: await open() })
      for (const name of ['ada', 'bob', 'cyd']) await addOperator(ctx, { name, roles: ['case-agent'] })
      const mailbox = orThrow(parseMailbox('hostmaster@example.org'))
      const by = { role: 'sender', mailbox, language: 'en' } as const
      const held = new Map<string, string>()
      for (const name of ['ada', 'bob', 'cyd']) {
        const { case: opened } = await transact(
          ctx,
          async (tx) => await openCase(tx, { kind: 'mail', about: null, by }),
        )
        held.set(name, opened.id)
        await assignCase(as(ctx, { kind: 'operator', name, roles: ['case-agent'] }), {
          id: opened.id,
          to: 'me',
        })
      }
      assert.equal(await takeBackCases(ctx, 9), 0)
      await removeOperator(ctx, 'bob')
      await changeRoles(ctx, { name: 'cyd', roles: ['viewer'] })
      assert.deepEqual([await takeBackCases(ctx, 9), await takeBackCases(ctx, 9)], [2, 0])
      const free = await listCases(as(ctx, ada), {
        states: ['open'],
        assigned: 'nobody',
        offset: 0,
        limit: 9,
      })
      assert.deepEqual(new Set(free.map(({ id }) => id)), new Set([held.get('bob'), held.get('cyd')]))
      const [record] = await listAudit(ctx, { subject: `case:${held.get('bob')}`, limit: 1 })
      assert.deepEqual([record?.action, record?.facts], ['case.assigned', { from: 'operator:bob' }])
    })
  })
})
