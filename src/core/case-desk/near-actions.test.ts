import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { formCases } from '../../../test/support/form-cases.ts'
import { restrictCase } from '../cases/actions.ts'
import { showCase } from '../cases/desk-actions.ts'
import { as, transact } from '../context.ts'
import { formsOfCase } from '../deliverability/actions.ts'
import { casesNear, type Near } from './near-actions.ts'

const ada = { kind: 'operator', name: 'ada', roles: ['case-agent'] } as const
const head = { kind: 'operator', name: 'eve', roles: ['admin'] } as const

function house(db: TestContext['db']) {
  const cases = formCases(db)
  const { ctx } = cases
  const near = async (
    id: string,
    units: readonly string[],
    by: typeof ada | typeof head = ada,
  ): Promise<Near> => {
    const desk = as(ctx, by)
    return await casesNear(desk, { id, units, known: (await showCase(desk, id)).others })
  }
  return { ...cases, near }
}

forEachDatabase((_name, open) => {
  describe('Beside a case stand the other cases', () => {
    it('about any of its addresses, alone, in another form, or in a forecast, with what is said there of each', async () => {
      const { ctx, form, warmUp, about, near } = house(await open())
      const own = await form('ops@example.org', '192.0.2.45 192.0.2.46')
      ctx.clock.advance(1000)
      const mail = await about('hostmaster@example.net', '192.0.2.46/32')
      ctx.clock.advance(1000)
      const other = await form('noc@example.net', '192.0.2.45 203.0.113.200')
      ctx.clock.advance(1000)
      const forecast = await warmUp('new@example.com', '192.0.2.45 192.0.2.99')
      ctx.clock.advance(1000)
      const elsewhere = await form('far@example.com', '192.0.2.200')

      const found = await near(own, ['192.0.2.45/32', '192.0.2.46/32'])
      assert.deepEqual(
        found.others.map(({ id }) => id),
        [forecast, other, mail],
      )
      assert.deepEqual(
        found.elsewhere.map(({ caseId, unit, said }) => [caseId, unit, `${said.of} ${said.state}`]),
        [
          [other, '192.0.2.45/32', 'form received'],
          [forecast, '192.0.2.45/32', 'warm-up asked'],
        ],
        'of its own addresses only, and nothing of itself',
      )
      // The case about the one address knows of the forms that name it as well.
      assert.deepEqual(
        (await near(mail, ['192.0.2.46/32'])).others.map(({ id }) => id),
        [own],
      )
      assert.deepEqual((await near(elsewhere, ['192.0.2.200/32'])).others, [])
      assert.equal((await formsOfCase(ctx, own)).length, 1)
    })

    it('but a restricted one only for whoever may open it, who learns here that it is there', async () => {
      const { ctx, form, near } = house(await open())
      const own = await form('ops@example.org', '192.0.2.45')
      ctx.clock.advance(1000)
      const other = await form('noc@example.net', '192.0.2.45')
      await transact(ctx, async (tx) => {
        await restrictCase(tx, other, {
          at: 1,
          by: 'eve',
          participant: 'p',
          claim: 'c',
          prefix: '192.0.2.0/24',
          proof: 'txt',
          checkedAt: 1,
        })
      })
      const units = ['192.0.2.45/32']
      assert.deepEqual(await near(own, units), { others: [], elsewhere: [] })
      const seen = await near(own, units, head)
      // What is in it a look shows, which is written down.
      assert.deepEqual(
        [seen.others.map(({ about, why }) => [about, why]), seen.elsewhere],
        [[[null, '']], []],
      )
    })
  })
})
