import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { refuse } from '../../../test/support/refused.ts'
import type { DecisionRecord } from '../../access/decision-record.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { listAudit } from '../audit/actions.ts'
import { as } from '../context.ts'
import { addListing } from '../listings/actions.ts'
import type { Recipient } from '../recipients/recipient.ts'
import { activeVouches, endExpiredVouches, listOwnVouches, vouch, withdrawVouch } from './actions.ts'
import { countVouchesFor, listVouches, revokeVouch, showVouch } from './manage-actions.ts'
import type { Vouch } from './vouch.ts'

function recipient(mailbox: string, domains: readonly string[] = []): Recipient {
  return { id: '0'.repeat(26), mailbox: orThrow(parseMailbox(mailbox)), language: 'en', domains }
}

const ada = recipient('ada@provider.example')
const bob = recipient('bob@provider.example')
const idOf = ({ edge, boot, seq }: DecisionRecord): string => `${edge}:${boot}:${seq}`

/** Mail to ada is refused, and she vouches. */
async function vouched(ctx: TestContext, more: Partial<DecisionRecord> = {}, days = '30'): Promise<Vouch> {
  return await vouch(ctx, ada, { id: idOf(await refuse(ctx, [ada.mailbox], more)), days })
}

async function refused(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Refusal, String(error))
  return error.code
}

forEachDatabase((_name, open) => {
  describe('A recipient', () => {
    it('vouches for the domain from the network of a refusal, for days, and edges are told', async () => {
      const ctx = testContext({ db: await open() })
      const made = await vouched(ctx, { mailFrom: 'Shop.example' })
      assert.equal(made.domain, 'shop.example')
      assert.equal(made.network && formatPrefix(made.network), '192.0.2.0/24')
      assert.equal(made.endsAt, ctx.clock.now() + 30 * day)
      const [acting] = await activeVouches(ctx)
      assert.deepEqual(acting, { hash: made.hash, network: made.network, until: made.endsAt })
      assert.ok(ctx.woken.includes('feed'))
      const records = await listAudit(ctx, { limit: 1 })
      assert.equal(records[0]?.action, 'vouch.made')
      assert.doesNotMatch(JSON.stringify(records[0]), /ada@/)
    })

    it('vouches at the message stage for a domain that signed, and chooses where there are several', async () => {
      const ctx = testContext({ db: await open() })
      const late = { stage: 'message', reason: 'authentication', mailFrom: 'bank.example' } as const
      const one = await vouched(ctx, { ...late, signedBy: ['lists.example'] })
      assert.deepEqual([one.domain, one.network], ['lists.example', null])
      const id = idOf(await refuse(ctx, [ada.mailbox], { ...late, signedBy: ['a.example', 'b.example'] }))
      assert.equal(await refused(vouch(ctx, ada, { id, days: '7' })), 'vouches.domain')
      assert.equal(
        await refused(vouch(ctx, ada, { id, days: '7', domain: 'bank.example' })),
        'vouches.domain',
      )
      assert.equal((await vouch(ctx, ada, { id, days: '7', domain: 'b.example' })).domain, 'b.example')
      assert.equal(await refused(vouched(ctx, late)), 'vouches.unsigned')
    })

    it('cannot vouch for what was not refused to that very mailbox', async () => {
      const ctx = testContext({ db: await open() })
      const id = idOf(await refuse(ctx, [bob.mailbox]))
      assert.equal(await refused(vouch(ctx, ada, { id, days: '7' })), 'recipients.not-found')
      assert.equal(
        await refused(vouch(ctx, ada, { id, mailbox: bob.mailbox, days: '7' })),
        'recipients.not-theirs',
      )
      assert.equal(
        await refused(vouch(ctx, ada, { id: 'mx1:b1:99999999', days: '7' })),
        'recipients.not-found',
      )
      const observed = idOf(await refuse(ctx, [ada.mailbox], { mode: 'observe' }))
      assert.equal(await refused(vouch(ctx, ada, { id: observed, days: '7' })), 'recipients.not-found')
      assert.deepEqual(await activeVouches(ctx), [])
    })

    it('is helped by whoever looks after the domain, for a mailbox by its name', async () => {
      const ctx = testContext({ db: await open() })
      const admin = recipient('root@provider.example', ['provider.example'])
      const id = idOf(await refuse(ctx, [ada.mailbox]))
      const made = await vouch(ctx, admin, { id, mailbox: 'ada@provider.example', days: '7' })
      assert.equal(made.mailbox, ada.mailbox)
      assert.equal(await refused(vouch(ctx, admin, { id, days: '7' })), 'recipients.not-found')
      const { vouches } = await listOwnVouches(ctx, ada)
      assert.equal(vouches.length, 1)
      await withdrawVouch(ctx, ada, made.id)
    })

    it('never vouches for malware or phishing, also where the line said something milder', async () => {
      const ctx = testContext({ db: await open() })
      assert.equal(await refused(vouched(ctx, { reason: 'investigate', status: '5.7.511' })), 'vouches.never')
      const listing = await addListing(ctx, {
        prefix: orThrow(parseListable('192.0.2.45')),
        cause: 'phish',
      })
      const mild = { reason: 'own-trouble', code: 451, status: '4.7.700', listing: listing.id } as const
      assert.equal(await refused(vouched(ctx, mild)), 'vouches.never')
      assert.equal(await refused(vouched(ctx, { mailFrom: '' })), 'vouches.no-sender')
      assert.equal(await refused(vouched(ctx, { mailFrom: null })), 'vouches.no-sender')
      assert.equal(await refused(vouched(ctx, { mailFrom: 'a b<script>' })), 'vouches.no-sender')
    })

    it('has so many days and so many vouches, and a day so many changes', async () => {
      const vouches = { ...testSettings().vouches, most: 2 }
      const limits = { 'vouches.mailbox.day': { count: 4, windowMs: day } }
      const ctx = testContext({ db: await open(), settings: testSettings({ vouches, limits }) })
      for (const days of ['0', '91', '-1', '1.5', '', 'x'])
        assert.equal(await refused(vouched(ctx, {}, days)), 'vouches.days', days)
      await vouched(ctx, { mailFrom: 'a.example' })
      await vouched(ctx, { mailFrom: 'b.example' })
      assert.equal(await refused(vouched(ctx, { mailFrom: 'c.example' })), 'vouches.too-many')
      await vouched(ctx, { mailFrom: 'a.example' }, '1')
      await vouched(ctx, { mailFrom: 'a.example' }, '2')
      assert.equal(await refused(vouched(ctx, { mailFrom: 'a.example' })), 'limit.exceeded')
      const active = await activeVouches(ctx)
      assert.equal(active.length, 2)
      ctx.clock.advance(3 * day)
      assert.equal((await activeVouches(ctx)).length, 1)
      await vouched(ctx, { mailFrom: 'c.example' })
    })

    it('takes one back at any time, and nobody else’s', async () => {
      const ctx = testContext({ db: await open() })
      const made = await vouched(ctx)
      assert.equal(await refused(withdrawVouch(ctx, bob, made.id)), 'vouches.not-found')
      assert.equal(await refused(withdrawVouch(ctx, bob, 'x')), 'vouches.not-found')
      await withdrawVouch(ctx, ada, made.id)
      assert.deepEqual(await activeVouches(ctx), [])
      assert.equal(await refused(withdrawVouch(ctx, ada, made.id)), 'vouches.ended')
      assert.equal((await vouched(ctx)).hash, made.hash)
    })

    it('sees how often a vouch let mail pass', async () => {
      const ctx = testContext({ db: await open() })
      await vouched(ctx)
      const passed = { mode: 'observe', isVouched: true, at: ctx.clock.now() } as const
      await refuse(ctx, [ada.mailbox], { ...passed, ip: '192.0.2.77' })
      await refuse(ctx, [ada.mailbox], { ...passed, mailFrom: 'else.example' })
      await refuse(ctx, [bob.mailbox], passed)
      const { vouches } = await listOwnVouches(ctx, ada)
      assert.deepEqual(
        vouches.map((each) => [each.passed, each.lastAt]),
        [[1, ctx.clock.now()]],
      )
    })

    it('cannot vouch where that is switched off', async () => {
      const vouches = { ...testSettings().vouches, mode: 'off' } as const
      const ctx = testContext({ db: await open(), settings: testSettings({ vouches }) })
      assert.equal(await refused(vouched(ctx)), 'vouches.off')
    })
  })

  describe('A vouch', () => {
    it('ends by itself, is written down as ended, and can be given anew', async () => {
      const ctx = testContext({ db: await open() })
      const made = await vouched(ctx, {}, '1')
      ctx.clock.advance(day)
      assert.deepEqual(await activeVouches(ctx), [])
      const again = await vouched(ctx)
      assert.notEqual(again.id, made.id)
      assert.equal((await showVouch(ctx, made.id)).endedWhy, 'expired')
      ctx.clock.advance(30 * day + hour)
      assert.equal(await endExpiredVouches(ctx, 10), 1)
      assert.equal(await endExpiredVouches(ctx, 10), 0)
      const records = await listAudit(ctx, { limit: 1 })
      assert.equal(records[0]?.action, 'vouch.expired')
    })

    it('is revoked by an operator, and cannot be made again for a month', async () => {
      const ctx = testContext({ db: await open() })
      const made = await vouched(ctx)
      const ops = as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] })
      const address = orThrow(parseAddress('192.0.2.9'))
      assert.equal(await countVouchesFor(ctx, address), 1)
      assert.equal((await listVouches(ops, { isActive: true, about: address, limit: 5 })).vouches.length, 1)
      const viewer = as(ctx, { kind: 'operator', name: 'eve', roles: ['abuse-agent'] })
      assert.equal(await refused(listVouches(viewer, { isActive: true, limit: 5 })), 'permission.denied')
      assert.equal(await refused(revokeVouch(viewer, made.id)), 'permission.denied')
      await revokeVouch(ops, made.id)
      assert.deepEqual(await activeVouches(ctx), [])
      assert.equal(await countVouchesFor(ctx, address), 0)
      assert.equal(await refused(vouched(ctx)), 'vouches.revoked')
      ctx.clock.advance(31 * day)
      await vouched(ctx)
    })

    it('made twice at the same moment is one', async () => {
      const ctx = testContext({ db: await open() })
      const id = idOf(await refuse(ctx, [ada.mailbox]))
      await Promise.all(['10', '20', '30'].map(async (days) => await vouch(ctx, ada, { id, days })))
      const { vouches } = await listVouches(ctx, { isActive: true, limit: 5 })
      assert.equal(vouches.length, 1)
    })
  })
})
