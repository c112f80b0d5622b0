import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { forEachDatabase } from '../../../test/support/database.ts'
import {
  claimed,
  ownersWorld,
  proven,
  sent,
  signedIn,
  type OwnersWorld,
} from '../../../test/support/owners.ts'
import type { Database } from '../../db/open.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { addListing } from '../listings/actions.ts'
import { listClaims } from '../owners/manage-actions.ts'
import type { Claim, Owner } from '../owners/claim.ts'
import { parseListable } from '../../standards/prefix.ts'
import { exportFigures, readFigures, showFigures } from './actions.ts'

interface World {
  readonly doors: OwnersWorld
  readonly owner: Owner
  readonly claim: Claim
}

async function world(db: Database, range = '192.0.2.0/24', record?: string): Promise<World> {
  const doors = ownersWorld(db)
  const ada = await signedIn(doors, 'ada@example.org')
  await proven(doors, ada, range, record)
  const { claims } = await listClaims(doors.ctx, { limit: 1 })
  const [first] = claims
  assert.ok(first)
  doors.ctx.clock.advance(hour)
  return { doors, ...first }
}

async function figuresOf({ doors, owner, claim }: World) {
  return await showFigures(doors.ctx, owner, claim.id)
}

forEachDatabase((_name, open) => {
  describe('What a network sent, for its owner', () => {
    it('is summed by day and by address, with refused and deferred mail, and no traps', async () => {
      const it = await world(await open())
      const { doors } = it
      const at = doors.ctx.clock.now()
      await sent(doors, '192.0.2.45/32', at, { ham: 260, spam: 40, complaints: 3, traps: 9, refused: 42 })
      await sent(doors, '192.0.2.45/32', at + day, { ham: 20 })
      await sent(doors, '192.0.2.7/32', at + day, { ham: 5, deferred: 3 })
      await sent(doors, '192.0.3.7/32', at, { ham: 1000 })
      await addListing(doors.ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam', ends: '7d' })
      doors.ctx.clock.advance(day + 2 * hour)
      const { days, addresses, listings, isCut } = await figuresOf(it)
      assert.deepEqual(
        days.map(({ messages, refused, deferred, spamShare, complaintShare }) => [
          messages,
          refused,
          deferred,
          spamShare,
          complaintShare,
        ]),
        [
          [300, 50, 0, 0.13, 0.01],
          [30, 0, 10, null, null],
        ],
      )
      assert.deepEqual(
        addresses.map(({ unit, messages }) => [unit, messages]),
        [
          ['192.0.2.45/32', 320],
          ['192.0.2.7/32', 10],
        ],
      )
      assert.equal(listings.length, 1)
      assert.equal(isCut, false)
      assert.doesNotMatch(JSON.stringify({ days, addresses }), /trap/)
    })

    it('has nothing from before the proof, nor of the last hour (OWN-5, OWN-7)', async () => {
      const it = await world(await open())
      const { doors } = it
      const at = doors.ctx.clock.now()
      await sent(doors, '192.0.2.45/32', at - 2 * hour, { ham: 500, refused: 500 })
      doors.ctx.clock.advance(5 * hour)
      await sent(doors, '192.0.2.45/32', doors.ctx.clock.now(), { ham: 700, refused: 700 })
      assert.deepEqual((await figuresOf(it)).addresses, [])
      doors.ctx.clock.advance(2 * hour)
      assert.equal((await figuresOf(it)).addresses[0]?.messages, 700)
    })

    it('is read to the last address, page by page, in a file and by a program', async () => {
      const it = await world(await open())
      const { doors, owner, claim } = it
      const at = doors.ctx.clock.now()
      for (let n = 0; n < 250; n++) await sent(doors, `192.0.2.${n}/32`, at, { ham: 10, refused: n % 2 })
      doors.ctx.clock.advance(2 * hour)
      const rows: string[] = []
      for await (const { unit } of exportFigures(doors.ctx, owner, claim.id)) rows.push(unit)
      assert.equal(new Set(rows).size, 250)
      assert.equal(rows.length, 250)
      const pages: number[] = []
      let after: string | undefined
      do {
        const page = await readFigures(doors.ctx, owner, { network: '192.0.2.0/24', after })
        pages.push(page.figures.length)
        after = page.next
      } while (after !== undefined)
      assert.deepEqual(pages, [200, 50])
    })

    it('is of exactly the network, whatever its length', async () => {
      for (const [range, record, inside, outside] of [
        [
          '192.0.2.64/26',
          undefined,
          ['192.0.2.64/32', '192.0.2.127/32'],
          ['192.0.2.63/32', '192.0.2.128/32'],
        ],
        [
          '198.51.0.0/16',
          '_postern.51.198.in-addr.arpa',
          ['198.51.7.9/32'],
          ['198.5.1.1/32', '198.52.0.1/32'],
        ],
        [
          '2001:db8::/36',
          '_postern.0.8.b.d.0.1.0.0.2.ip6.arpa',
          ['2001:db8::/64', '2001:db8:fff:1::/64'],
          ['2001:db8:1000::/64', '2001:db80::/64'],
        ],
      ] as const) {
        const it = await world(await open(), range, record)
        const at = it.doors.ctx.clock.now()
        for (const unit of [...inside, ...outside]) await sent(it.doors, unit, at, { ham: 10, refused: 1 })
        it.doors.ctx.clock.advance(2 * hour)
        const { addresses } = await figuresOf(it)
        assert.deepEqual(addresses.map(({ unit }) => unit).toSorted(), [...inside].toSorted(), range)
      }
    })

    it('is not of a part that a claim of somebody else holds by another way, nor of what is claimed only', async () => {
      const it = await world(await open())
      const bob = await signedIn(it.doors, 'bob@example.org')
      await claimed(bob, '192.0.2.0/24')
      const { claims } = await listClaims(it.doors.ctx, { state: 'open', limit: 1 })
      const theirs = claims[0]
      assert.ok(theirs)
      await assert.rejects(showFigures(it.doors.ctx, theirs.owner, theirs.claim.id), /owners\.not-granted/)
      await assert.rejects(showFigures(it.doors.ctx, theirs.owner, it.claim.id), /owners\.not-found/)
    })
  })
})
