import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { Checks } from '../checks/actions.ts'
import { as } from '../context.ts'
import { startRequest } from '../delisting/actions.ts'
import { openReviewByMail } from '../delisting/review-actions.ts'
import { addListing } from '../listings/actions.ts'
import { explain } from '../senders/actions.ts'
import { ladderOfCheck, showLadder } from './actions.ts'
import { refusedNow, type Refused } from './ladder.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))
const visitor = (ctx: TestContext, client = '198.51.100.7/32') => as(ctx, { kind: 'visitor', client })

async function listed(db: TestContext['db'], listingClass: 'self-service' | 'investigate' = 'self-service') {
  const ctx = testContext({ db })
  await addListing(ctx, {
    prefix: orThrow(parseListable(ip)),
    cause: 'spam',
    class: listingClass,
    ends: '30d',
  })
  const refused = refusedNow(await explain(ctx, address, 'link'))
  assert.ok(refused)
  return { ctx, refused }
}

const states = async (ctx: TestContext, refused: Refused): Promise<string> =>
  (await showLadder(ctx, refused, address)).rungs.map(({ name, state }) => `${name} ${state}`).join(', ')

forEachDatabase((_name, open) => {
  describe('What was tried about an address', () => {
    it('is what the database knows: a check, a request, a case', async () => {
      const { ctx, refused } = await listed(await open(), 'investigate')
      assert.equal(
        await states(ctx, refused),
        'fix next, portal closed, case open, recipient open, owner open',
      )
      await new Checks().run(visitor(ctx), { domain: 'example.org', ip })
      const { tried } = await showLadder(ctx, { ...refused, domain: 'example.org' }, address)
      assert.deepEqual([tried.check?.domain, tried.check?.at], ['example.org', ctx.clock.now()])
      assert.ok((tried.check?.faults ?? 0) > 0, 'no name exists in this world')
      const asks = { mailbox: 'a@example.org', language: 'en', statement: true } as const
      await startRequest(visitor(ctx), { ...asks, ip })
      const asked = await showLadder(ctx, refused, address)
      assert.deepEqual([asked.tried.request?.state, asked.tried.request?.outcome], ['open', null])
      await openReviewByMail(ctx, {
        ...asks,
        mailbox: orThrow(parseMailbox(asks.mailbox)),
        address,
        note: 'Cleaned.',
      })
      assert.equal(
        await states(ctx, refused),
        'fix next, portal closed, case running, recipient open, owner open',
      )
      ctx.clock.advance(31 * day)
      assert.equal((await showLadder(ctx, refused, address)).tried.check, undefined)
    })

    it('is for nobody who has shown nothing', async () => {
      const { ctx, refused } = await listed(await open())
      await startRequest(visitor(ctx), { ip, mailbox: 'a@example.org', language: 'en', statement: true })
      assert.deepEqual((await showLadder(ctx, refused)).tried, {})
    })

    it('names no domain that somebody else checked with the address', async () => {
      const { ctx, refused } = await listed(await open())
      await new Checks().run(visitor(ctx), { domain: 'insult.example', ip })
      const { tried } = await showLadder(ctx, refused, address)
      assert.equal(tried.check?.domain, '')
      const known = await showLadder(ctx, { ...refused, domain: 'example.org' }, address)
      assert.equal(known.tried.check, undefined)
    })

    it('stands under a check of a refused address, with that check; not where nothing refuses', async () => {
      const { ctx } = await listed(await open())
      const report = await new Checks().run(visitor(ctx), { domain: 'example.org', ip })
      const ladder = await ladderOfCheck(visitor(ctx), report)
      assert.equal(ladder?.tried.check?.at, report.at)
      assert.equal(ladder?.refused.ip, ip)
      const free = await new Checks().run(visitor(ctx), { domain: 'example.org', ip: '198.51.100.9' })
      assert.equal(await ladderOfCheck(visitor(ctx), free), undefined)
      const own = await ladderOfCheck(visitor(ctx, `${ip}/32`), report)
      assert.equal(own?.tried.isOwned, false)
    })
  })
})
