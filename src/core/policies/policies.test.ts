import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { decisionRecord } from '../../../test/support/feed-edge.ts'
import { testContext, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { saveDecisions } from '../decisions/actions.ts'
import { addListing, coveringListings } from '../listings/actions.ts'
import { explain } from '../senders/actions.ts'
import type { WaysOut } from '../ways-out.ts'
import { PolicyWatch, recheckNow } from './actions.ts'
import { readPolicyTest } from './policy-test.ts'

const address = orThrow(parseAddress('2001:db8:1:2::45'))
const four = orThrow(parseAddress('192.0.2.45'))

/** A world whose reverse names, and TXT records, are as they are told to be. */
interface World {
  readonly ctx: TestContext
  names: Awaited<ReturnType<WaysOut['confirmedNames']>>
  texts: Awaited<ReturnType<WaysOut['txt']>>
  asked: number
}

async function world(db: TestContext['db'], told: number): Promise<World> {
  const here: World = {
    names: [],
    texts: [],
    asked: 0,
    ctx: testContext({
      db,
      out: testWaysOut({
        confirmedNames: async () => {
          here.asked++
          return here.names
        },
        txt: async () => here.texts,
      }),
    }),
  }
  const { ctx } = here
  const at = ctx.clock.now() - minute
  await saveDecisions(
    ctx,
    [
      decisionRecord({
        ip: '2001:db8:1:2::45',
        at,
        code: 450,
        status: '4.7.25',
        reason: 'no-reverse-name',
        listing: null,
        count: told,
      }),
    ],
    [],
  )
  return here
}

const listed = async ({ ctx }: World, ip = address) =>
  (await coveringListings(ctx, ip)).map((each) => [each.cause, each.class, each.test, each.actor])
const theListing = [['reverse-name', 'policy', 'reverse-name', 'system:policy']]

describe('A test of a policy', () => {
  it('is known by name, with a domain where it is about one', () => {
    assert.deepEqual(readPolicyTest('Reverse-Name'), { kind: 'reverse-name' })
    assert.deepEqual(readPolicyTest('dmarc:Example.org'), { kind: 'dmarc', domain: 'example.org' })
    for (const other of ['', null, 'spf', 'spf:', 'spf:a b', 'reverse-name:x', 'ptr-matches', 'dmarc:a:b'])
      assert.equal(readPolicyTest(other), undefined, String(other))
  })
})

forEachDatabase((dialect, open) => {
  describe(`The rule about reverse names in ${dialect}`, () => {
    it('lists who has none in two looks of ours an hour apart, and ends it when there is one', async () => {
      const here = await world(await open(), 3)
      const watch = new PolicyWatch()
      await watch.run(here.ctx)
      here.ctx.clock.advance(59 * minute)
      await watch.run(here.ctx)
      assert.equal(here.asked, 1, 'no more often than once an hour')
      assert.deepEqual(await listed(here), [])
      here.ctx.clock.advance(minute)
      await watch.run(here.ctx)
      assert.deepEqual(await listed(here), theListing)
      const { code, status, reason, ways } = await explain(here.ctx, address, 'link')
      assert.deepEqual([code, status, reason], [550, '5.7.25', 'reverse-name'])
      assert.deepEqual(ways?.[0], { kind: 'test', test: 'reverse-name' })
      here.names = ['mail.example.org']
      here.ctx.clock.advance(31 * minute)
      await watch.run(here.ctx)
      assert.deepEqual(await listed(here), [])
    })

    it('lists nobody on what DNS did not answer, who was told twice only, or who has a name by the second look', async () => {
      const silent = await world(await open(), 3)
      const rare = await world(await open(), 2)
      const mended = await world(await open(), 3)
      silent.names = 'temperror'
      for (const here of [silent, rare, mended]) {
        const watch = new PolicyWatch()
        for (let nth = 0; nth < 3; nth++) {
          await watch.run(here.ctx)
          here.ctx.clock.advance(hour)
          if (here === mended) here.names = ['mail.example.org']
        }
        assert.deepEqual(await listed(here), [])
      }
      assert.equal(rare.asked, 0)
    })
  })

  describe(`“Run this test now” in ${dialect}`, () => {
    it('runs the test of a listing by hand, and ends the listing when it passes', async () => {
      const here = await world(await open(), 1)
      const prefix = orThrow(parseListable('192.0.2.45'))
      await addListing(here.ctx, { prefix, cause: 'manual', class: 'policy', test: 'dmarc:example.org' })
      const check = async () => await recheckNow(here.ctx, four, '198.51.100.0/24')
      assert.deepEqual(await check(), { test: 'dmarc:example.org', outcome: 'fails' })
      here.texts = 'temperror'
      assert.equal((await check())?.outcome, 'unknown')
      here.texts = ['v=DMARC1; p=none']
      assert.equal((await check())?.outcome, 'passes')
      assert.deepEqual(await listed(here, four), [])
      assert.equal(await check(), undefined)
    })

    it('asks DNS no more often than its limits say', async () => {
      const here = await world(await open(), 1)
      const prefix = orThrow(parseListable('192.0.2.45'))
      await addListing(here.ctx, { prefix, cause: 'reverse-name' })
      const check = async () => await recheckNow(here.ctx, four, '198.51.100.0/24')
      for (let nth = 0; nth < 12; nth++) assert.equal((await check())?.outcome, 'fails')
      await assert.rejects(check, (error) => error instanceof Refusal && error.code === 'limit.exceeded')
      assert.equal(here.asked, 12)
    })
  })
})
