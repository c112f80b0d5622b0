import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { transact } from '../context.ts'
import { claimRange, giveUp, listOwnClaims, newClaim } from './actions.ts'
import { grant, mostClaims, type Owner } from './claim.ts'
import { givePart } from './part-actions.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

const receiver = 'bob@example.org'

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

forEachDatabase((_name, open) => {
  describe('Parts of a network', () => {
    it('are given to one mailbox up to a number, and take no room for what it claims itself', async () => {
      const ctx = testContext({ db: await open() })
      const owner = async (mailbox: string): Promise<Owner> =>
        await store.putOwner(ctx.db.queries, {
          id: newId(),
          mailbox: orThrow(parseMailbox(mailbox)),
          mailboxKey: mailbox.toLowerCase(),
          language: 'en',
          at: ctx.clock.now(),
        })
      const proven = async (of: Owner, range: string): Promise<string> =>
        await transact(ctx, async (tx) => {
          const claim = newClaim(tx, of, orThrow(parseListable(range)))
          await claimStore.insertClaim(tx.queries, grant(claim, 'txt', ctx.clock.now(), 300 * day))
          return claim.id
        })
      const [ada, cyd, bob] = [
        await owner('ada@example.org'),
        await owner('cyd@example.org'),
        await owner(receiver),
      ]
      const [id, other] = [await proven(ada, '198.51.0.0/16'), await proven(cyd, '192.0.2.0/24')]
      const part = (nth: number) => ({ id, range: `198.51.${nth}.0/24`, mailbox: receiver })
      for (let nth = 0; nth < mostClaims; nth++) {
        // Fifty of a day.
        if (nth % 50 === 49) ctx.clock.advance(day + 1)
        await givePart(ctx, ada, part(nth))
      }
      ctx.clock.advance(day + 1)
      const more = { id: other, range: '192.0.2.0/28', mailbox: receiver.toUpperCase() }
      assert.equal(await codeOf(givePart(ctx, ada, part(mostClaims))), 'owners.part-full')
      assert.equal(await codeOf(givePart(ctx, cyd, more)), 'owners.part-full')
      // The same part again changes nothing, and another mailbox has room.
      assert.equal(await codeOf(givePart(ctx, ada, part(0))), 'done')
      assert.equal(await codeOf(givePart(ctx, cyd, { ...more, mailbox: 'eve@example.org' })), 'done')
      // What others give keeps nobody from claiming what is theirs.
      assert.equal(await codeOf(claimRange(ctx, bob, '203.0.113.0/24')), 'done')
      const [first] = await listOwnClaims(ctx, bob)
      await giveUp(ctx, bob, first?.id ?? '')
      assert.equal(await codeOf(givePart(ctx, cyd, more)), 'done')
      assert.equal(await codeOf(givePart(ctx, ada, part(mostClaims))), 'owners.part-full')
    })
  })
})
