import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { orThrow } from '../../base/refusal.ts'
import type { Database } from '../../db/open.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { transact } from '../context.ts'
import { purge } from '../retention/actions.ts'
import { newClaim } from './actions.ts'
import { confirm, grant, noFacts, type Claim, type Owner } from './claim.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'
import * as tokenStore from './token-store.ts'

const at = (text: string) => orThrow(parseListable(text))
const box = (text: string) => orThrow(parseMailbox(text))
const term = 300 * day

async function world(db: Database) {
  const ctx = testContext({ db })
  const owner = async (mailbox: string): Promise<Owner> =>
    await store.putOwner(db.queries, {
      id: newId(),
      mailbox: box(mailbox),
      mailboxKey: mailbox.toLowerCase(),
      language: 'zh-CN',
      at: ctx.clock.now(),
    })
  const claim = async (of: Owner, range: string, change: (claim: Claim) => Claim = (same) => same) =>
    await transact(ctx, async (tx) => {
      const made = change(newClaim(tx, of, at(range)))
      await claimStore.insertClaim(tx.queries, made)
      return made
    })
  const granted = (ctx_: TestContext) => (each: Claim) => grant(each, 'txt', ctx_.clock.now(), term)
  return { ctx, queries: db.queries, owner, claim, granted: granted(ctx) }
}

const ranges = (claims: readonly Claim[]): readonly string[] =>
  claims.map(({ prefix }) => formatPrefix(prefix))

forEachDatabase((_name, open) => {
  describe('What is kept of owners', () => {
    it('comes back as it was', async () => {
      const { ctx, queries, owner, claim } = await world(await open())
      const ada = await owner('ada@example.org')
      const facts = { registered: 'NET|ORG', holes: [at('192.0.2.64/26')] }
      const made = await claim(ada, '192.0.2.0/24', (each) =>
        confirm(each, { proof: 'rdap', contact: box('abuse@hosting.example'), facts }, ctx.clock.now(), term),
      )
      assert.deepEqual(await claimStore.ownClaim(queries, ada.id, made.id), made)
      assert.deepEqual(await claimStore.anyClaim(queries, made.id), made)
      assert.deepEqual(await store.ownerById(queries, ada.id), ada)
    })

    it('is one owner for a mailbox, whatever its letters', async () => {
      const { ctx, queries, owner } = await world(await open())
      const ada = await owner('ada@example.org')
      ctx.clock.advance(day)
      assert.equal((await owner('ADA@example.org')).id, ada.id)
      assert.notEqual((await owner('ada+x@example.org')).id, ada.id)
      const { seen_at } = await queries
        .selectFrom('owners')
        .select('seen_at')
        .where('id', '=', ada.id)
        .executeTakeFirstOrThrow()
      assert.equal(seen_at, ctx.clock.now())
    })

    it('is nobody else’s to read, by whatever id (OWN-6)', async () => {
      const { ctx, queries, owner, claim, granted } = await world(await open())
      const [ada, bob] = [await owner('ada@example.org'), await owner('bob@example.org')]
      const made = await claim(ada, '192.0.2.0/24', granted)
      const now = ctx.clock.now()
      assert.equal(await claimStore.ownClaim(queries, bob.id, made.id), undefined)
      for (const id of ['', 'x', `${made.id}'`, `' or 1=1 --`, made.id.toUpperCase()])
        assert.equal(await claimStore.ownClaim(queries, ada.id, id), undefined, id)
      assert.deepEqual(await claimStore.ownClaims(queries, bob.id, 0), [])
      assert.equal(await claimStore.heldClaim(queries, bob.id, made.prefix), undefined)
      const token = { id: newId(), name: 'x', createdAt: now, lastUsedAt: null, expiresAt: now + day }
      await tokenStore.insertToken(queries, ada.id, token, 'hash')
      assert.deepEqual(await tokenStore.ownTokens(queries, bob.id, now), [])
      assert.equal(await tokenStore.deleteToken(queries, bob.id, token.id), false)
      assert.equal((await tokenStore.tokenOwner(queries, 'hash', now))?.owner.id, ada.id)
      assert.equal(await tokenStore.tokenOwner(queries, 'hash', now + day), undefined)
      await tokenStore.noteTokenUsed(queries, token.id, now + hour)
      assert.equal((await tokenStore.ownTokens(queries, ada.id, now))[0]?.lastUsedAt, now + hour)
      assert.equal(await tokenStore.deleteToken(queries, ada.id, token.id), true)
    })

    it('lets one network be held once by an owner, and by several owners', async () => {
      const { queries, owner, claim, granted } = await world(await open())
      const [ada, bob] = [await owner('ada@example.org'), await owner('bob@example.org')]
      const first = await claim(ada, '192.0.2.0/24', granted)
      await claim(bob, '192.0.2.0/24', granted)
      await assert.rejects(claim(ada, '192.0.2.0/24'))
      await claimStore.updateClaim(queries, { ...first, state: 'ended', endedAt: 1, endedWhy: 'given-up' })
      await claim(ada, '192.0.2.0/24')
    })

    it('is changed by whoever read it last', async () => {
      const { queries, owner, claim } = await world(await open())
      const made = await claim(await owner('ada@example.org'), '192.0.2.0/24')
      const answers = await Promise.all([1, 2].map(async () => await claimStore.updateClaim(queries, made)))
      assert.equal(answers.filter(Boolean).length, 1)
    })

    it('is found by what it covers, the narrowest first, without what is over, open, or of others', async () => {
      const { ctx, queries, owner, claim, granted } = await world(await open())
      const ada = await owner('ada@example.org')
      for (const range of ['192.0.0.0/16', '192.0.2.0/24', '192.0.2.64/26', '2001:db8::/32', '192.0.3.0/24'])
        await claim(ada, range, granted)
      await claim(ada, '192.0.2.0/25')
      await claim(ada, '192.0.2.0/26', (each) => ({ ...granted(each), expiresAt: ctx.clock.now() }))
      const hole = { ...noFacts, holes: [at('192.0.2.70')] }
      await claim(ada, '192.0.2.64/27', (each) => ({ ...granted(each), facts: hole }))
      const over = async (text: string) =>
        ranges(await claimStore.grantsOver(queries, at(text), ctx.clock.now()))
      assert.deepEqual(await over('192.0.2.7'), ['192.0.2.0/24', '192.0.0.0/16'])
      assert.deepEqual(await over('192.0.2.71'), [
        '192.0.2.64/27',
        '192.0.2.64/26',
        '192.0.2.0/24',
        '192.0.0.0/16',
      ])
      assert.deepEqual(await over('192.0.2.70'), ['192.0.2.64/26', '192.0.2.0/24', '192.0.0.0/16'])
      assert.deepEqual(await over('192.0.2.0/23'), ['192.0.0.0/16'])
      assert.deepEqual(await over('2001:db8:9::1'), ['2001:db8::/32'])
      assert.deepEqual(await over('198.51.100.1'), [])
    })

    it('is due for a look by how it was proven, those longest ago first', async () => {
      const { ctx, queries, owner, claim, granted } = await world(await open())
      const ada = await owner('ada@example.org')
      const now = ctx.clock.now()
      const by =
        (proof: Claim['proof'], days: number, more: Partial<Claim> = {}) =>
        (each: Claim) => ({
          ...granted(each),
          proof,
          checkedAt: now - days * day,
          ...more,
        })
      await claim(ada, '192.0.2.1', by('txt', 2))
      await claim(ada, '192.0.2.2', by('http', 0))
      await claim(ada, '192.0.2.3', by('rdap', 3))
      await claim(ada, '192.0.2.4', by('rdap', 8))
      await claim(ada, '192.0.2.5', by('rdap', 4, { failedAt: now - 4 * day }))
      await claim(ada, '192.0.2.6', by('mail', 1))
      await claim(ada, '192.0.2.7', by('delegation', 90))
      const due = await claimStore.dueForLook(queries, { usual: now - day, registry: now - 7 * day }, 9)
      assert.deepEqual(ranges(due), ['192.0.2.4/32', '192.0.2.5/32', '192.0.2.1/32', '192.0.2.6/32'])
    })

    it('is due for a reminder where a contact confirmed it and nobody was told', async () => {
      const { ctx, queries, owner, claim, granted } = await world(await open())
      const ada = await owner('ada@example.org')
      const now = ctx.clock.now()
      const ends =
        (proof: Claim['proof'], days: number, remindedAt: number | null = null) =>
        (each: Claim) => ({
          ...granted(each),
          proof,
          expiresAt: now + days * day,
          remindedAt,
        })
      await claim(ada, '192.0.2.1', ends('rdap', 10))
      await claim(ada, '192.0.2.2', ends('mail', 20))
      await claim(ada, '192.0.2.3', ends('mail', 20, now))
      await claim(ada, '192.0.2.4', ends('txt', 1))
      await claim(ada, '192.0.2.5', ends('rdap', 40))
      const due = await claimStore.dueForReminder(queries, now + 30 * day, 9)
      assert.deepEqual(ranges(due), ['192.0.2.1/32', '192.0.2.2/32'])
    })

    it('of a session ends with its time', async () => {
      const { ctx, queries, owner } = await world(await open())
      const ada = await owner('ada@example.org')
      const now = ctx.clock.now()
      await store.insertSession(queries, { hash: 'h', ownerId: ada.id, at: now, until: now + hour })
      assert.deepEqual(await store.sessionOwner(queries, 'h', now + hour - 1), ada)
      assert.equal(await store.sessionOwner(queries, 'h', now + hour), undefined)
      await store.deleteSession(queries, 'h')
      assert.equal(await store.sessionOwner(queries, 'h', now), undefined)
    })

    it('goes when it is over: sessions, tokens, ended claims, and last the owner', async () => {
      const { ctx, queries, owner, claim } = await world(await open())
      const [ada, bob] = [await owner('ada@example.org'), await owner('bob@example.org')]
      const now = ctx.clock.now()
      const token = { name: 'x', createdAt: now, lastUsedAt: null }
      await tokenStore.insertToken(
        queries,
        ada.id,
        { id: newId(), ...token, expiresAt: now + 400 * day },
        'a',
      )
      await tokenStore.insertToken(queries, bob.id, { id: newId(), ...token, expiresAt: now + day }, 'b')
      await store.insertSession(queries, { hash: 'h', ownerId: ada.id, at: now, until: now + hour })
      await claim(ada, '192.0.2.1', (each) => ({
        ...each,
        state: 'ended',
        endedAt: now,
        endedWhy: 'expired',
      }))
      await claim(bob, '192.0.2.2')
      assert.deepEqual(await purge(ctx), {})
      ctx.clock.advance(2 * day)
      assert.deepEqual(await purge(ctx), { owner_sessions: 1, owner_tokens: 1 })
      ctx.clock.advance(90 * day)
      assert.deepEqual(await purge(ctx), { owner_claims: 1, owners: 1 })
      // Nobody is left whose token it was.
      assert.deepEqual(await purge(ctx), { owner_tokens: 1 })
      assert.deepEqual(await store.ownerById(queries, bob.id), bob)
    })

    it('is shown to operators in pages, newest first', async () => {
      const { ctx, queries, owner, claim, granted } = await world(await open())
      const ada = await owner('ada@example.org')
      for (let n = 1; n <= 5; n++) {
        await claim(ada, `192.0.2.${n}`, n % 2 === 0 ? granted : undefined)
        ctx.clock.advance(1)
      }
      const first = await claimStore.listClaims(queries, { limit: 2 })
      const last = first.at(-1)?.claim
      assert.ok(last)
      const rest = await claimStore.listClaims(queries, { after: last, limit: 9 })
      assert.deepEqual(
        [...first, ...rest].map(({ claim: each }) => formatPrefix(each.prefix)),
        ['192.0.2.5/32', '192.0.2.4/32', '192.0.2.3/32', '192.0.2.2/32', '192.0.2.1/32'],
      )
      assert.equal((await claimStore.listClaims(queries, { state: 'granted', limit: 9 })).length, 2)
    })
  })
})
