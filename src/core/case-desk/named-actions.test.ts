import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forEachDatabase } from '../../../test/support/database.ts'
import { formCases } from '../../../test/support/form-cases.ts'
import { listCases } from '../cases/desk-actions.ts'
import { restrictCase } from '../cases/actions.ts'
import { as, transact } from '../context.ts'
import { withForms, type ListedCase } from './named-actions.ts'

const ada = { kind: 'operator', name: 'ada', roles: ['case-agent'] } as const

forEachDatabase((_name, open) => {
  describe('A case that no single address names', () => {
    it('is told from another by the addresses of its form or forecast, and not where it is restricted', async () => {
      const { ctx, form, warmUp, about } = formCases(await open())
      const desk = as(ctx, ada)
      const asked = await form('ops@example.org', '192.0.2.45\n198.51.100.0/25')
      ctx.clock.advance(1000)
      const forecast = await warmUp('new@example.org', '192.0.2.9\n192.0.2.10')
      const single = await about('one@example.org', '192.0.2.66/32')
      const listed = async (id: string): Promise<ListedCase | undefined> => {
        const all = await withForms(desk, await listCases(desk, { states: ['open'], offset: 0, limit: 9 }))
        return all.find((it) => it.id === id)
      }
      assert.deepEqual((await listed(asked))?.named, {
        kind: 'deliverability',
        prefixes: ['192.0.2.45/32', '198.51.100.0/25'],
      })
      assert.deepEqual((await listed(forecast))?.named, {
        kind: 'warm-up',
        prefixes: ['192.0.2.9/32', '192.0.2.10/32'],
      })
      assert.equal((await listed(single))?.named, undefined)
      const legal = {
        at: 0,
        by: 'operator:eve',
        participant: '',
        claim: '',
        prefix: '192.0.2.0/24',
        proof: 'txt',
        checkedAt: 0,
      }
      await transact(ctx, async (tx) => await restrictCase(tx, asked, legal))
      assert.equal((await listed(asked))?.named, undefined)
    })
  })
})
