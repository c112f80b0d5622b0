import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { holdLease, releaseLease } from './actions.ts'

forEachDatabase((_name, open) => {
  describe('a lease', () => {
    it('is one holder’s until it ends, is given back, or is prolonged', async () => {
      const ctx = testContext({ db: await open() })
      assert.equal(await holdLease(ctx, 'purge', 'a', 1000), true)
      assert.equal(await holdLease(ctx, 'purge', 'b', 1000), false)
      assert.equal(await holdLease(ctx, 'other', 'b', 1000), true)
      ctx.clock.advance(900)
      assert.equal(await holdLease(ctx, 'purge', 'a', 1000), true)
      ctx.clock.advance(999)
      assert.equal(await holdLease(ctx, 'purge', 'b', 1000), false)
      ctx.clock.advance(1)
      assert.equal(await holdLease(ctx, 'purge', 'b', 1000), true)
      await releaseLease(ctx, 'purge', 'a')
      assert.equal(await holdLease(ctx, 'purge', 'a', 1000), false)
      await releaseLease(ctx, 'purge', 'b')
      assert.equal(await holdLease(ctx, 'purge', 'a', 1000), true)
    })

    it('goes to one of eight who ask at once', async () => {
      const db = await open()
      const handles = await Promise.all(Array.from({ length: 8 }, async () => await open({ sameAs: db })))
      const answers = await Promise.all(
        handles.map(
          async (handle, index) =>
            await holdLease(testContext({ db: handle }), 'purge', `core-${index}`, 1000),
        ),
      )
      assert.equal(answers.filter(Boolean).length, 1)
    })
  })
})
