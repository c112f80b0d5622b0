import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { refuse } from '../../../test/support/refused.ts'
import { day } from '../../base/clock.ts'
import { saveDecisions } from './actions.ts'
import { findRefused, listRefused, type RefusedTo } from './recipient-actions.ts'

const ada = { mailbox: 'ada@provider.example' }

async function ips(ctx: TestContext, to: RefusedTo): Promise<readonly string[]> {
  return (await listRefused(ctx, to, { limit: 50 })).refused.map(({ ip }) => ip)
}

forEachDatabase((_name, open) => {
  describe('What was refused to a recipient', () => {
    it('is found by the mailbox alone, at every edge, newest first', async () => {
      const ctx = testContext({ db: await open() })
      await refuse(ctx, ['ada@provider.example'])
      ctx.clock.advance(1000)
      await refuse(ctx, ['bob@provider.example', 'ADA@provider.example'], { ip: '192.0.2.46', edge: 'mx2' })
      await refuse(ctx, ['bob@provider.example'], { ip: '192.0.2.47' })
      await refuse(ctx, ['ada+shop@provider.example'], { ip: '192.0.2.48' })
      assert.deepEqual(await ips(ctx, ada), ['192.0.2.46', '192.0.2.45'])
      assert.deepEqual(await ips(ctx, { mailbox: 'nobody@provider.example' }), [])
    })

    it('is of the domain for whoever looks after it, each record once', async () => {
      const ctx = testContext({ db: await open() })
      await refuse(ctx, ['ada@provider.example', 'bob@provider.example', 'cyd@other.example'])
      const { refused } = await listRefused(ctx, { domain: 'provider.example' }, { limit: 50 })
      assert.deepEqual(
        refused.map(({ count }) => count),
        [2],
      )
      assert.deepEqual(await ips(ctx, { domain: 'example' }), [])
    })

    it('leaves out what was only observed, and what is older than thirty days', async () => {
      const ctx = testContext({ db: await open() })
      await refuse(ctx, ['ada@provider.example'], { mode: 'observe' })
      await refuse(ctx, ['ada@provider.example'])
      ctx.clock.advance(30 * day)
      assert.deepEqual(await ips(ctx, ada), [])
    })

    it('names recipients that come with a later count, and the same batch twice changes nothing', async () => {
      const ctx = testContext({ db: await open() })
      const record = await refuse(ctx, ['bob@provider.example'])
      const { recipients } = await refuse(ctx, ['ada@provider.example'], { ip: '198.51.100.7' })
      const grown = { ...record, count: 2, recipients: [...record.recipients, ...recipients] }
      await saveDecisions(ctx, [grown], [])
      await saveDecisions(ctx, [grown], [])
      assert.deepEqual((await ips(ctx, ada)).toSorted(), ['192.0.2.45', '198.51.100.7'])
    })

    it('comes in pages, and one of it by its name only to whom it is about', async () => {
      const ctx = testContext({ db: await open() })
      for (let nth = 1; nth <= 5; nth++) {
        ctx.clock.advance(1)
        await refuse(ctx, ['ada@provider.example'], { ip: `192.0.2.${nth}` })
      }
      const first = await listRefused(ctx, ada, { limit: 3 })
      const second = await listRefused(ctx, ada, { limit: 3, after: first.next })
      assert.deepEqual(
        [...first.refused, ...second.refused].map(({ ip }) => ip),
        [5, 4, 3, 2, 1].map((nth) => `192.0.2.${nth}`),
      )
      assert.equal(second.next, undefined)
      const id = first.refused[0]?.id ?? ''
      assert.equal((await findRefused(ctx, ada, id))?.ip, '192.0.2.5')
      assert.equal(await findRefused(ctx, { mailbox: 'bob@provider.example' }, id), undefined)
      assert.equal(await findRefused(ctx, ada, `${id}0`), undefined)
      assert.equal(await findRefused(ctx, ada, '../../etc'), undefined)
    })
  })
})
