import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { forgetConnections, listEdges, noteEdge } from './actions.ts'

const minute = 60_000

async function note(ctx: TestContext, name: string, connected: boolean): Promise<void> {
  await noteEdge(ctx, { name, version: '1', seq: 1, connected })
}

async function connected(ctx: TestContext): Promise<readonly string[]> {
  return (await listEdges(ctx)).filter((edge) => edge.connected).map(({ name }) => name)
}

forEachDatabase((_name, open) => {
  describe('edges of two cores on one database', () => {
    const cores = async (): Promise<readonly [TestContext, TestContext]> => {
      const db = await open()
      const a = testContext({ db, core: 'a' })
      return [a, testContext({ db, core: 'b', clock: a.clock })]
    }

    it('are all connected, and a core that starts forgets its own alone', async () => {
      const [a, b] = await cores()
      await note(a, 'mx1', true)
      await note(b, 'mx2', true)
      assert.deepEqual(await connected(a), ['mx1', 'mx2'])
      await forgetConnections(b)
      assert.deepEqual(await connected(b), ['mx1'])
      await forgetConnections(a)
      assert.deepEqual(await connected(a), [])
    })

    it('are not said to be gone by the core that they have left for the other', async () => {
      const [a, b] = await cores()
      await note(a, 'mx1', true)
      await note(b, 'mx1', true)
      await note(a, 'mx1', false)
      assert.deepEqual(await connected(a), ['mx1'])
      await note(b, 'mx1', false)
      assert.deepEqual(await connected(a), [])
    })

    it('of a core that has died are not waited for after two minutes; a core knows its own', async () => {
      const [a, b] = await cores()
      await note(a, 'mx1', true)
      await note(b, 'mx2', true)
      a.clock.advance(2 * minute + 1)
      assert.deepEqual(await connected(a), ['mx1'])
      assert.deepEqual(await connected(b), ['mx2'])
      await note(b, 'mx2', true)
      assert.deepEqual(await connected(a), ['mx1', 'mx2'])
    })

    it('that were noted before cores had names are nobody’s, and forgotten by whoever starts', async () => {
      const [a, b] = await cores()
      await note(a, 'mx1', true)
      await a.db.queries.updateTable('edges').set({ core: null }).execute()
      await forgetConnections(b)
      assert.deepEqual(await connected(a), [])
    })
  })
})
