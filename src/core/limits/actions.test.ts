import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal } from '../../base/refusal.ts'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { transact, type Context } from '../context.ts'
import { left, spend, trySpend } from './actions.ts'
import { limitNames, limits } from './limits.ts'

const hour = 3_600_000

async function spendOne(
  ctx: Context,
  key: string,
  name: 'letters.mailbox.day' | 'delist.all.ten-minutes' = 'letters.mailbox.day',
): Promise<boolean> {
  try {
    await transact(ctx, async (tx) => await spend(tx, name, key))
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'limit.exceeded') return false
    throw error
  }
}

forEachDatabase((_name, open) => {
  describe('a limit', () => {
    it('lets its count pass, then says when there is room again', async () => {
      const ctx = testContext({ db: await open() })
      const begin = ctx.clock.now()
      for (let n = 0; n < 3; n++) {
        assert.equal(await left(ctx, 'letters.mailbox.day', 'a@example.org'), 3 - n)
        assert.equal(await spendOne(ctx, 'a@example.org'), true)
        ctx.clock.advance(hour)
      }
      await assert.rejects(
        transact(ctx, async (tx) => await spend(tx, 'letters.mailbox.day', 'a@example.org')),
        (error) => {
          assert.ok(error instanceof Refusal)
          const again = new Date(begin + 24 * hour).toISOString()
          assert.deepEqual(
            { code: error.code, facts: error.facts },
            { code: 'limit.exceeded', facts: { limit: 'letters.mailbox.day', again } },
          )
          return true
        },
      )
      ctx.clock.advance(21 * hour - 1)
      assert.equal(await spendOne(ctx, 'a@example.org'), false)
      ctx.clock.advance(1)
      assert.equal(await spendOne(ctx, 'a@example.org'), true)
      assert.equal(await spendOne(ctx, 'a@example.org'), false)
    })

    it('is each key’s own', async () => {
      const ctx = testContext({ db: await open() })
      for (let n = 0; n < 4; n++) await spendOne(ctx, 'a@example.org')
      assert.equal(await spendOne(ctx, 'b@example.org'), true)
      assert.equal(await left(ctx, 'letters.mailbox.month', 'a@example.org'), 10)
    })

    it('gives back what a transaction undoes', async () => {
      const ctx = testContext({ db: await open() })
      const undone = transact(ctx, async (tx) => {
        await spend(tx, 'letters.mailbox.day', 'a@example.org', 2)
        assert.equal(await left(tx, 'letters.mailbox.day', 'a@example.org'), 1)
        throw new Refusal('form.invalid')
      })
      await assert.rejects(undone, Refusal)
      assert.equal(await left(ctx, 'letters.mailbox.day', 'a@example.org'), 3)
    })

    it('is what the settings say', async () => {
      const settings = testSettings({ limits: { 'letters.mailbox.day': { count: 1, windowMs: hour } } })
      const ctx = testContext({ db: await open(), settings })
      assert.equal(await spendOne(ctx, 'x'), true)
      assert.equal(await spendOne(ctx, 'x'), false)
      ctx.clock.advance(hour)
      assert.equal(await spendOne(ctx, 'x'), true)
    })

    it('does not store whose it is', async () => {
      const ctx = testContext({ db: await open() })
      await spendOne(ctx, 'ada@example.org')
      const rows = await ctx.db.queries
        .selectFrom('limit_windows')
        .select(['key', 'spends', 'until_at'])
        .execute()
      assert.equal(rows.length, 1)
      assert.match(rows[0]?.key ?? '', /^letters\.mailbox\.day:[\w-]{22}$/)
      assert.equal(rows[0]?.until_at, ctx.clock.now() + 24 * hour)
    })

    it('is kept by eight handles at once', async () => {
      const db = await open()
      const settings = testSettings({
        limits: { 'delist.all.ten-minutes': { count: 50, windowMs: 600_000 } },
      })
      const handles = await Promise.all(Array.from({ length: 8 }, async () => await open({ sameAs: db })))
      const asked = await Promise.all(
        handles.map(async (handle) => {
          const ctx = testContext({ db: handle, settings })
          let got = 0
          for (let n = 0; n < 12; n++) if (await spendOne(ctx, 'all', 'delist.all.ten-minutes')) got++
          return got
        }),
      )
      assert.equal(
        asked.reduce((sum, got) => sum + got, 0),
        50,
      )
    })
  })

  describe('several costs', () => {
    it('are paid all or not at all', async () => {
      const ctx = testContext({ db: await open() })
      const costs = [
        { name: 'letters.mailbox.day', key: 'a' },
        { name: 'letters.mailbox.month', key: 'a' },
        { name: 'delist.unit.day', key: 'u' },
      ] as const
      const pay = async (): Promise<Refusal | undefined> =>
        await transact(ctx, async (tx) => await trySpend(tx, costs))
      assert.equal(await pay(), undefined)
      assert.equal((await pay())?.facts['limit'], 'delist.unit.day')
      assert.equal(await left(ctx, 'letters.mailbox.day', 'a'), 2)
      assert.equal(await left(ctx, 'letters.mailbox.month', 'a'), 9)
    })

    it('are paid by two at once in any order without an end to waiting', async () => {
      const db = await open()
      const contexts = [testContext({ db }), testContext({ db: await open({ sameAs: db }) })]
      const costs = [
        { name: 'delisting.proven.client.day', key: 'a' },
        { name: 'delisting.proven.client.day', key: 'b' },
      ] as const
      await Promise.all(
        contexts.flatMap((ctx, index) =>
          Array.from({ length: 10 }, async () => {
            await transact(ctx, async (tx) => await trySpend(tx, index ? costs : costs.toReversed()))
          }),
        ),
      )
      const [ctx] = contexts
      assert.ok(ctx)
      assert.equal(await left(ctx, 'delisting.proven.client.day', 'a'), 40)
      assert.equal(await left(ctx, 'delisting.proven.client.day', 'b'), 40)
    })
  })
})

describe('the registry of limits', () => {
  it('says why for each, and allows something', () => {
    for (const name of limitNames) {
      assert.match(name, /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/)
      assert.ok(limits[name].why.endsWith('.'))
      assert.ok(limits[name].count > 0 && limits[name].windowMs > 0)
    }
  })
})
