import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forEachDatabase } from '../../../test/support/database.ts'
import { testContext, testSettings, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import { listAudit } from '../audit/actions.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { OwnListingWatch, ownStanding } from './actions.ts'

/** Records by name; `silent` does not answer. */
type Zone = Map<string, { readonly a: string; readonly txt?: string } | 'silent'>

const bl = 'bl.lists.example'
const test = (zone: string): Zone => new Map([[`2.0.0.127.${zone}`, { a: '127.0.0.2' }]])

function watching(
  db: TestContext['db'],
  zone: Zone,
  lists = [bl],
): { readonly ctx: TestContext; readonly asked: string[] } {
  const asked: string[] = []
  const settings = testSettings({
    standing: {
      lists: lists.map((each) => ({ zone: each, name: each, url: `https://${each}/` })),
      networks: [orThrow(parsePrefix('203.0.113.16/28'))],
      everyMs: hour,
    },
  })
  const out = testWaysOut({
    lookup: async (name, type) => {
      asked.push(`${type} ${name}`)
      const found = zone.get(name)
      if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
      if (found === 'silent') throw Object.assign(new Error(name), { code: 'ETIMEOUT' })
      if (type === 'TXT') return found.txt === undefined ? [] : [[found.txt]]
      return [found.a]
    },
  })
  return { ctx: testContext({ db, settings, out }), asked }
}

/** One round to its end. */
async function round(ctx: TestContext, watch: OwnListingWatch): Promise<void> {
  while ((await watch.run(ctx)) < hour / 2) ctx.clock.advance(1000)
  ctx.clock.advance(hour)
}

async function notices(ctx: TestContext): Promise<number> {
  const { letters } = await listLetters(ctx, { limit: 50 })
  return letters.filter(({ kind }) => kind === 'own-listing-notice').length
}

forEachDatabase((_name, open) => {
  describe('The watch over our own addresses', () => {
    it('tells once when a listing begins and once when it ends, and keeps both', async () => {
      const zone = test(bl)
      const { ctx } = watching(await open(), zone)
      const watch = new OwnListingWatch()
      for (const last of [20, 21])
        zone.set(`${last}.113.0.203.${bl}`, { a: '127.0.0.4', txt: 'Spam was seen' })
      await round(ctx, watch)
      await round(ctx, watch)
      const { now, lists, addresses } = await ownStanding(ctx)
      assert.deepEqual(
        now.map(({ address, code, said }) => [address, code, said]),
        [
          ['203.0.113.20', '127.0.0.4', 'Spam was seen'],
          ['203.0.113.21', '127.0.0.4', 'Spam was seen'],
        ],
      )
      assert.deepEqual([lists[0]?.last?.result, addresses], ['answers', 16])
      assert.equal(await notices(ctx), 1)
      zone.delete(`20.113.0.203.${bl}`)
      await round(ctx, watch)
      await round(ctx, watch)
      const later = await ownStanding(ctx)
      assert.deepEqual([later.now.length, later.ended.map(({ address }) => address)], [1, ['203.0.113.20']])
      assert.equal(await notices(ctx), 2)
      assert.deepEqual(
        (await listAudit(ctx, { limit: 20 }))
          .map(({ action }) => action)
          .filter((action) => /own/.test(action)),
        ['own-listing.ended', 'own-listing.began', 'own-listing.began'],
      )
    })

    it('takes no refusal, no silence and no dead list for a listing, nor for the end of one', async () => {
      const zone = test(bl)
      zone.set(`20.113.0.203.${bl}`, { a: '127.0.0.2' })
      const { ctx } = watching(await open(), zone)
      const watch = new OwnListingWatch()
      await round(ctx, watch)
      const result = async (): Promise<unknown> => {
        await round(ctx, watch)
        const { now, lists } = await ownStanding(ctx)
        return [now.map(({ address }) => address), lists[0]?.last?.result, lists[0]?.last?.code]
      }
      const only = ['203.0.113.20']
      const refusal = { a: '127.255.255.254' }
      // Of the whole zone, and in the middle of a round.
      zone.set(`2.0.0.127.${bl}`, refusal)
      assert.deepEqual(await result(), [only, 'refused', '127.255.255.254'])
      zone.set(`2.0.0.127.${bl}`, { a: '127.0.0.2' })
      for (let last = 16; last < 32; last++) zone.set(`${last}.113.0.203.${bl}`, refusal)
      assert.deepEqual(await result(), [only, 'refused', '127.255.255.254'])
      for (let last = 16; last < 32; last++) zone.set(`${last}.113.0.203.${bl}`, 'silent')
      assert.deepEqual(await result(), [only, 'silent', ''])
      zone.clear()
      assert.deepEqual(await result(), [only, 'no-list', ''])
      // A parked domain answers every question with its web server.
      zone.set(`2.0.0.127.${bl}`, { a: '198.51.100.80' })
      assert.deepEqual(await result(), [only, 'no-list', '198.51.100.80'])
      for (const last of [1, 2]) zone.set(`${last}.0.0.127.${bl}`, { a: '127.0.0.2' })
      assert.deepEqual(await result(), [only, 'everything', '127.0.0.2'])
      assert.equal(await notices(ctx), 1)
    })

    it('asks a handful at a time, each address once in a round, and leaves a list alone that refuses', async () => {
      const { ctx, asked } = watching(await open(), test(bl), ['away.example', bl])
      const watch = new OwnListingWatch()
      let most = 0
      for (;;) {
        const before = asked.length
        const pause = await watch.run(ctx)
        most = Math.max(most, asked.length - before)
        if (pause > hour / 2) break
        assert.ok(pause >= 1000)
        ctx.clock.advance(pause)
      }
      assert.equal(asked.filter((each) => each.endsWith('away.example')).length, 2)
      assert.equal(asked.filter((each) => each.startsWith('A ') && each.endsWith(bl)).length, 2 + 16)
      assert.ok(most <= 11)
    })

    it('forgets what is not asked any more, and tells nobody that it ended', async () => {
      const db = await open()
      const zone = test(bl)
      zone.set(`20.113.0.203.${bl}`, { a: '127.0.0.2' })
      await round(watching(db, zone).ctx, new OwnListingWatch())
      const { ctx } = watching(db, new Map(), ['other.example'])
      await round(ctx, new OwnListingWatch())
      const { now, ended } = await ownStanding(ctx)
      assert.deepEqual([now.length, ended.length], [0, 1])
      assert.equal(await notices(ctx), 1)
    })
  })
})
