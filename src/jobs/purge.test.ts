import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { purgeOld } from './purge.ts'

const day = 86_400_000

describe('the purge job', () => {
  const { open, close } = databases('SQLite')
  after(close)

  it('waits for two runs whose clocks agree', async () => {
    const ctx = testContext({ db: await open() })
    let elapsed = 0
    const purging = { ...ctx, clock: { ...ctx.clock, elapsed: () => elapsed } }
    const { run } = purgeOld()
    const never = new AbortController().signal
    const left = async (): Promise<number> =>
      (await ctx.db.queries.selectFrom('spent_challenges').select('id').execute()).length
    await ctx.db.queries
      .insertInto('spent_challenges')
      .values({ id: 'x', expires_at: ctx.clock.now() + 100 * day })
      .execute()
    await run(purging, never)
    // The wall clock jumps a year ahead: everything looks old.
    ctx.clock.advance(365 * day)
    elapsed += 600_000
    await run(purging, never)
    assert.equal(await left(), 1)
    ctx.clock.advance(600_000)
    elapsed += 600_000
    await run(purging, never)
    assert.equal(await left(), 0)
  })
})
