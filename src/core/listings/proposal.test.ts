import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseListable } from '../../standards/prefix.ts'
import { testContext, testSettings, testStart, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { listAudit } from '../audit/actions.ts'
import { as, type Context } from '../context.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { addListing, endExpired, previewImpact, showListing } from './actions.ts'
import { importListings } from './import-actions.ts'
import type { ListingFields } from './listing.ts'

const spam = (ip: string, fields: Partial<ListingFields> = {}): ListingFields => ({
  prefix: orThrow(parseListable(ip)),
  cause: 'spam',
  ...fields,
})

const zeros = { bulk: 0, phish: 0, malware: 0, unjudged: 0, recipients: 0, unknown: 0, traps: 0 }

/** So many wanted and unwanted messages of a sender, some hours ago. */
async function heard(ctx: Context, unit: string, ham: number, spamCount = 0, hoursAgo = 1): Promise<void> {
  const which = Math.floor(testStart / hour) - hoursAgo
  const row = { unit, hour: which, source: 'mx1', era: 0, ham, spam: spamCount }
  await ctx.db.queries
    .insertInto('evidence_hours')
    .values({ ...zeros, ...row, complaints: 0, not_junk: 0 })
    .execute()
}

function people(ctx: TestContext): readonly [ada: Context, bob: Context] {
  const roles = ['admin'] as const
  return [
    as(ctx, { kind: 'operator', name: 'ada', roles: [...roles] }),
    as(ctx, { kind: 'operator', name: 'bob', roles: [...roles] }),
  ]
}

/** The share alone decides: nobody is large. */
const shareOnly = testSettings()
const settings = {
  ...shareOnly,
  listing: { ...shareOnly.listing, impact: { share: 0.001, senders: 0 } },
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'fine'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

forEachDatabase((_, open) => {
  it('a range from which much wanted mail came waits for a second person, and the operator is told once', async () => {
    const ctx = testContext({ db: await open(), settings })
    const [ada, bob] = people(ctx)
    await heard(ctx, '198.51.100.7/32', 100_000)
    await heard(ctx, '192.0.2.5/32', 150, 3)
    await heard(ctx, '192.0.2.6/32', 50, 0, 71)
    await heard(ctx, '192.0.2.7/32', 5000, 0, 73)
    const proposed = await addListing(ada, spam('192.0.2.0/24'))
    assert.equal(proposed.state, 'proposed')
    const impact = { senders: 2, messages: 203, wanted: 200, wantedOfAll: 100_200, large: 0 }
    assert.deepEqual(await previewImpact(ada, proposed.prefix), impact)
    const [record] = await listAudit(ada, { subject: `listing:${proposed.id}`, limit: 5 })
    assert.deepEqual([record?.action, record?.facts['wanted']], ['listing.proposed', 200])
    const { letters } = await listLetters(ada, { limit: 10 })
    assert.deepEqual(
      letters.map(({ kind }) => kind),
      ['proposal-notice'],
    )
    assert.equal(await refusalOf(addListing(ada, spam('192.0.2.0/24'))), 'prefix.two-people')
    assert.equal((await addListing(bob, spam('192.0.2.0/24'))).state, 'active')
  })

  it('a range of little wanted mail acts at once, as does one address, and whatever lets mail through', async () => {
    const ctx = testContext({ db: await open(), settings })
    const [ada] = people(ctx)
    await heard(ctx, '198.51.100.7/32', 100_000)
    await heard(ctx, '192.0.2.5/32', 100, 4000)
    await heard(ctx, '2001:db8:0:5::/64', 4000)
    assert.equal((await addListing(ada, spam('192.0.2.0/24'))).state, 'active')
    assert.equal((await addListing(ada, spam('198.51.100.7'))).state, 'active')
    assert.equal((await addListing(ada, spam('2001:db8::/48', { effect: 'pass' }))).state, 'active')
    assert.equal((await addListing(ada, spam('2001:db8::/47'))).state, 'proposed')
  })

  it('a range with one of the largest senders waits, however small the share', async () => {
    const ctx = testContext({
      db: await open(),
      settings: { ...settings, listing: { ...settings.listing, impact: { share: 1, senders: 2 } } },
    })
    const [ada] = people(ctx)
    for (const [unit, count] of [
      ['198.51.100.7/32', 900],
      ['192.0.2.5/32', 30],
      ['192.0.2.200/32', 20],
    ] as const)
      await heard(ctx, unit, count)
    assert.equal((await addListing(ada, spam('192.0.2.128/25'))).state, 'active')
    assert.equal((await addListing(ada, spam('192.0.2.0/25'))).state, 'proposed')
  })

  it('an emergency acts at once, and the audit says so; a wide prefix waits all the same', async () => {
    const ctx = testContext({ db: await open(), settings })
    const [ada] = people(ctx)
    await heard(ctx, '192.0.2.5/32', 50)
    const { id, state } = await addListing(ada, spam('192.0.2.0/24', { emergency: true }))
    assert.equal(state, 'active')
    const { history } = await showListing(ada, id)
    assert.deepEqual([history[0]?.facts['emergency'], history[0]?.facts['wanted']], ['yes', 50])
    assert.equal((await addListing(ada, spam('198.51.0.0/16', { emergency: true }))).state, 'proposed')
  })

  it('a proposal ends by itself after three days, and then a new one begins', async () => {
    const ctx = testContext({ db: await open(), settings })
    const [ada, bob] = people(ctx)
    await heard(ctx, '192.0.2.5/32', 50, 0, 0)
    const { id } = await addListing(ada, spam('192.0.2.0/24', { ends: '30d' }))
    ctx.clock.advance(3 * day - minute)
    assert.equal(await endExpired(ctx), 0)
    ctx.clock.advance(minute)
    assert.equal(await endExpired(ctx), 1)
    const { listing } = await showListing(bob, id)
    assert.deepEqual([listing.state, listing.endedWhy], ['ended', 'expired'])
  })

  it('no mistake goes live by one person alone, by hand or by file', async () => {
    const ctx = testContext({ db: await open() })
    const [ada] = people(ctx)
    for (let nth = 0; nth < 8; nth++) await heard(ctx, `198.51.${nth}.9/32`, 1 + nth)
    for (let nth = 0; nth < 8; nth++)
      assert.equal((await addListing(ada, spam(`198.51.${nth}.0/24`))).state, 'proposed')
    const lines = (async function* () {
      for (let nth = 0; nth < 8; nth++) yield `198.51.${nth}.0/25`
      yield '192.0.2.0/24'
    })()
    const { added, refused } = await importListings(ada, {
      lines,
      format: 'rbldnsd',
      defaults: { cause: 'spam' },
    })
    assert.equal(added, 1)
    assert.deepEqual(new Set(refused.map(({ code }) => code)), new Set(['prefix.two-people']))
  })
})
