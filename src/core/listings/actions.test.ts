import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import type { TableChange } from '../../access/listing-entry.ts'
import { changeFromJson } from '../../access/feed-frame.ts'
import type { Standing } from '../../access/standing.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { verifyChain } from '../audit/actions.ts'
import { as, type Context } from '../context.ts'
import { changesAfter } from '../edges/actions.ts'
import { putStandings, standingsAfter, standingsHead, standingsOf } from '../standings/actions.ts'
import {
  addListing,
  coveringListings,
  endExpired,
  endListing,
  findListing,
  searchListings,
  showListing,
} from './actions.ts'
import { exportListings, importListings, settleImports } from './import-actions.ts'
import type { ListingFields } from './listing.ts'
import { verifyListings } from './verify-actions.ts'

const spam = (ip: string, fields: Partial<ListingFields> = {}): ListingFields => ({
  prefix: orThrow(parseListable(ip)),
  cause: 'spam',
  ...fields,
})

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'fine'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

async function covering(ctx: Context, ip: string): Promise<readonly string[]> {
  return (await coveringListings(ctx, orThrow(parseAddress(ip)))).map((each) => formatPrefix(each.prefix))
}

/** What the edges were told, in order: `put 192.0.2.45/32`. */
async function told(ctx: Context): Promise<readonly string[]> {
  const changes = await changesAfter(ctx, 0, 1000)
  assert.deepEqual(
    changes.map((each) => each.seq),
    changes.map((_, index) => index + 1),
  )
  return changes.map(({ change }) => {
    const json: unknown = JSON.parse(change)
    if (typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'resync') return 'resync'
    const read = changeFromJson(json)
    return `${read.kind} ${aboutOf(read)}`
  })
}

function aboutOf(change: TableChange): string {
  if ('entry' in change) return formatPrefix(change.entry.prefix)
  if ('prefix' in change) return formatPrefix(change.prefix)
  return 'unit' in change ? formatPrefix(change.unit) : ''
}

async function sound(ctx: TestContext): Promise<void> {
  assert.equal((await verifyChain(ctx)).broken, undefined)
  assert.deepEqual(await verifyListings(ctx), [])
}

function dataOf(body = ''): unknown {
  return (JSON.parse(body) as { readonly data: unknown }).data
}

async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}

forEachDatabase((_name, open) => {
  describe('Listings', () => {
    it('begin, are told to the edges, and end with their history', async () => {
      const ctx = testContext({ db: await open() })
      const listing = await addListing(
        ctx,
        spam('192.0.2.45', { note: 'burst', evidence: [{ kind: 'spam', count: 31 }] }),
      )
      assert.deepEqual(await covering(ctx, '192.0.2.45'), ['192.0.2.45/32'])
      await endListing(ctx, { id: listing.id, note: 'cleaned' })
      assert.deepEqual(await covering(ctx, '192.0.2.45'), [])
      const { listing: shown, history } = await showListing(ctx, listing.id)
      assert.deepEqual(
        [shown.state, shown.endedWhy, shown.evidence],
        ['ended', 'operator', [{ kind: 'spam', count: 31 }]],
      )
      assert.deepEqual(
        history.map((each) => each.action),
        ['listing.ended', 'listing.added'],
      )
      assert.deepEqual(await told(ctx), ['put 192.0.2.45/32', 'drop 192.0.2.45/32'])
      assert.equal(await refusalOf(endListing(ctx, { id: listing.id })), 'listing.already-ended')
      await sound(ctx)
    })

    it('are told to webhooks and kept in the audit in the words of the API', async () => {
      const webhooks = [{ url: 'https://hooks.provider.example/a', secret: 'plain words' }]
      const ctx = testContext({ db: await open(), settings: testSettings({ webhooks }) })
      const { id, endsAt } = await addListing(ctx, spam('192.0.2.45', { ends: '7d', note: 'burst' }))
      ctx.clock.advance(1)
      await endListing(ctx, { id })
      const [added, ended] = await ctx.db.queries
        .selectFrom('webhook_deliveries')
        .select('body')
        .orderBy('created_at')
        .execute()
      const listing = {
        id,
        ip: '192.0.2.45/32',
        reason: 'spam',
        class: 'self-service',
        effect: 'refuse',
        state: 'active',
        since: new Date(ctx.clock.now() - 1).toISOString(),
        ends: new Date(endsAt).toISOString(),
        recurrence: 0,
        note: 'burst',
        url: null,
        test: null,
        actor: 'cli:test',
        endedAt: null,
        endedWhy: null,
      }
      assert.deepEqual(dataOf(added?.body), { id, listing })
      const endedAt = new Date(ctx.clock.now()).toISOString()
      assert.deepEqual(dataOf(ended?.body), {
        id,
        listing: { ...listing, state: 'ended', endedAt, endedWhy: 'operator' },
      })
      const { history } = await showListing(ctx, id)
      assert.deepEqual(
        history.map(({ facts }) => [facts['ip'], facts['reason']]),
        [
          ['192.0.2.45/32', undefined],
          ['192.0.2.45/32', 'spam'],
        ],
      )
    })

    it('are sharpened, not doubled, when added again', async () => {
      const ctx = testContext({ db: await open() })
      const first = await addListing(ctx, spam('192.0.2.45', { ends: '7d' }))
      const again = await addListing(ctx, { ...spam('192.0.2.45', { ends: '1h' }), cause: 'malware' })
      assert.equal(again.id, first.id)
      assert.deepEqual([again.class, again.cause, again.endsAt], ['investigate', 'malware', first.endsAt])
      assert.equal((await searchListings(ctx, { limit: 10 })).listings.length, 1)
      await sound(ctx)
    })

    it('of one prefix stay one, however many add it at once', async () => {
      const ctx = testContext({ db: await open() })
      await Promise.all(Array.from({ length: 20 }, async () => await addListing(ctx, spam('2001:db8::1'))))
      const { listings } = await searchListings(ctx, { text: '2001:db8::/64', state: 'active', limit: 50 })
      assert.equal(listings.length, 1)
      await sound(ctx)
    })

    it('end by themselves, and come back for longer', async () => {
      const ctx = testContext({ db: await open() })
      const first = await addListing(ctx, spam('192.0.2.45'))
      ctx.clock.advance(day)
      assert.deepEqual(await covering(ctx, '192.0.2.45'), [])
      assert.equal(await endExpired(ctx), 1)
      assert.equal(await endExpired(ctx), 0)
      const second = await addListing(ctx, spam('192.0.2.45'))
      assert.equal(second.recurrence, 1)
      assert.ok(second.endsAt - second.sinceAt > first.endsAt - first.sinceAt)
      assert.equal((await showListing(ctx, first.id)).listing.endedWhy, 'expired')
      await sound(ctx)
    })

    it('are found by what covers an address, most specific first', async () => {
      const ctx = testContext({ db: await open() })
      for (const ip of ['192.0.2.0/24', '192.0.2.45', '192.0.2.0/25', '2001:db8::/48'])
        await addListing(ctx, spam(ip))
      assert.deepEqual(await covering(ctx, '192.0.2.45'), ['192.0.2.45/32', '192.0.2.0/25', '192.0.2.0/24'])
      assert.deepEqual(await covering(ctx, '192.0.2.200'), ['192.0.2.0/24'])
      assert.deepEqual(await covering(ctx, '2001:db8:0:9::1'), ['2001:db8::/48'])
      assert.equal((await findListing(ctx, '192.0.2.45')).prefix.length, 32)
    })

    it('are searched by prefix, state and cause, page by page', async () => {
      const ctx = testContext({ db: await open() })
      for (let host = 0; host < 25; host++) {
        await addListing(ctx, spam(`192.0.2.${host}`, { cause: host % 2 ? 'spam' : 'traps' }))
        ctx.clock.advance(1000)
      }
      await addListing(ctx, spam('198.51.100.1'))
      const seen: string[] = []
      for (let after: string | undefined; ;) {
        const page = await searchListings(ctx, { text: '192.0.2.0/24', state: 'active', after, limit: 10 })
        seen.push(...page.listings.map((each) => each.id))
        after = page.next
        if (after === undefined) break
      }
      assert.equal(new Set(seen).size, 25)
      assert.equal((await searchListings(ctx, { cause: 'traps', limit: 100 })).listings.length, 13)
      assert.equal(
        await refusalOf(searchListings(ctx, { text: 'no such thing', limit: 1 })),
        'address.not-an-address',
      )
    })

    it('wider than /17 wait for a second person', async () => {
      const ctx = testContext({ db: await open() })
      const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['admin'] })
      const bob = as(ctx, { kind: 'operator', name: 'bob', roles: ['list-operator'] })
      const proposed = await addListing(ada, spam('198.51.0.0/16'))
      assert.equal(proposed.state, 'proposed')
      assert.deepEqual(await covering(ctx, '198.51.100.1'), [])
      assert.equal(await refusalOf(addListing(ada, spam('198.51.0.0/16'))), 'prefix.two-people')
      assert.equal((await addListing(bob, spam('198.51.0.0/16'))).state, 'active')
      assert.deepEqual(await covering(ctx, '198.51.100.1'), ['198.51.0.0/16'])
      await sound(ctx)
    })

    it('as wide need two people too where one has put a hole first, and nobody agrees by asking for a hole', async () => {
      const ctx = testContext({ db: await open() })
      const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] })
      const bob = as(ctx, { kind: 'operator', name: 'bob', roles: ['list-operator'] })
      assert.equal((await addListing(ada, spam('198.51.0.0/16', { effect: 'pass' }))).state, 'active')
      assert.equal(await refusalOf(addListing(ada, spam('198.51.0.0/16'))), 'listing.other-effect')
      assert.equal((await addListing(ada, spam('198.51.0.0/16', { replace: true }))).state, 'proposed')
      assert.equal((await addListing(bob, spam('198.51.0.0/16', { effect: 'pass' }))).effect, 'pass')
      const [hole] = await coveringListings(ctx, orThrow(parseAddress('198.51.100.1')))
      assert.equal(hole?.effect, 'pass')
      const agreed = await addListing(bob, spam('198.51.0.0/16'))
      assert.deepEqual([agreed.state, agreed.effect], ['active', 'refuse'])
      assert.deepEqual(await told(ctx), [
        'put 198.51.0.0/16',
        'put 198.51.0.0/16',
        'drop 198.51.0.0/16',
        'put 198.51.0.0/16',
      ])
      await sound(ctx)
    })

    it('that were proposed so long ago that they would be over are proposed anew', async () => {
      const ctx = testContext({ db: await open() })
      const old = await addListing(ctx, spam('198.51.0.0/16', { ends: '1h' }))
      ctx.clock.advance(day)
      const anew = await addListing(ctx, spam('198.51.0.0/16', { ends: '1h' }))
      assert.deepEqual([anew.state, anew.id === old.id], ['proposed', false])
      assert.equal((await showListing(ctx, old.id)).listing.endedWhy, 'expired')
      await sound(ctx)
    })

    it('are not turned into a hole, or back, unless somebody says so; then the old one ends as replaced', async () => {
      const ctx = testContext({ db: await open() })
      const first = await addListing(ctx, spam('192.0.2.45', { class: 'investigate', ends: '30d' }))
      assert.equal(
        await refusalOf(addListing(ctx, spam('192.0.2.45', { effect: 'pass' }))),
        'listing.other-effect',
      )
      assert.equal((await findListing(ctx, '192.0.2.45')).version, first.version)
      const hole = await addListing(ctx, spam('192.0.2.45', { effect: 'pass', ends: '1h', replace: true }))
      assert.deepEqual(
        [hole.effect, hole.class, hole.endsAt, hole.id === first.id],
        ['pass', 'self-service', ctx.clock.now() + hour, false],
      )
      assert.equal((await showListing(ctx, first.id)).listing.endedWhy, 'superseded')
      assert.equal(await refusalOf(addListing(ctx, spam('192.0.2.45'))), 'listing.other-effect')
      ctx.clock.advance(2 * hour)
      // Over, though the job has not ended it yet: it stands in nobody's way.
      assert.equal((await addListing(ctx, spam('192.0.2.45'))).effect, 'refuse')
      assert.equal((await showListing(ctx, hole.id)).listing.endedWhy, 'expired')
      await sound(ctx)
    })

    it('that were only proposed are withdrawn by their prefix too, with a record; the one in force comes first', async () => {
      const ctx = testContext({ db: await open() })
      const proposed = await addListing(ctx, spam('198.51.0.0/16'))
      assert.equal((await findListing(ctx, '198.51.0.0/16')).id, proposed.id)
      await endListing(ctx, { id: proposed.id, note: 'a mistake' })
      assert.deepEqual(
        (await showListing(ctx, proposed.id)).history.map(({ action }) => action),
        ['listing.ended', 'listing.proposed'],
      )
      const hole = await addListing(ctx, spam('198.51.0.0/16', { effect: 'pass' }))
      await addListing(ctx, spam('198.51.0.0/16', { replace: true }))
      assert.equal((await findListing(ctx, '198.51.0.0/16')).id, hole.id)
      await sound(ctx)
    })

    it('that were only proposed end without a word to the edges, which may know another entry of the prefix', async () => {
      const ctx = testContext({ db: await open() })
      const proposed = await addListing(ctx, spam('198.51.0.0/16'))
      assert.equal((await endListing(ctx, { id: proposed.id })).state, 'ended')
      assert.deepEqual(await told(ctx), [])
      await sound(ctx)
    })

    it('that somebody ends leave nothing at the edges that the sender would still be put off by; those whose time is over do', async () => {
      const ctx = testContext({ db: await open() })
      const key = '192.0.2.45/32'
      const held: Standing = { kind: 'hourly', perHour: 2, reason: 'suspicious' }
      const ended = async (end: (id: string) => Promise<unknown>) => {
        const { id } = await addListing(ctx, spam('192.0.2.45', { ends: '1h' }))
        await putStandings(ctx, [{ key, standing: held }])
        const { seq } = await standingsHead(ctx)
        await end(id)
        const after = await standingsAfter(ctx, seq, 10)
        return { told: (await standingsOf(ctx, [key])).get(key), after: after.entries }
      }
      assert.deepEqual(await ended(async (id) => await endListing(ctx, { id })), {
        told: undefined,
        after: [[key, null]],
      })
      const expire = async () => {
        ctx.clock.advance(2 * hour)
        await endExpired(ctx)
      }
      assert.deepEqual(await ended(expire), { told: held, after: [] })
      // Nothing is said of whom nothing was said.
      await putStandings(ctx, [{ key, standing: null }])
      const { id } = await addListing(ctx, spam('192.0.2.45'))
      const { seq } = await standingsHead(ctx)
      await endListing(ctx, { id })
      assert.equal((await standingsHead(ctx)).seq, seq)
    })

    it('are not for everybody to change', async () => {
      const ctx = testContext({ db: await open() })
      const reader = as(ctx, { kind: 'operator', name: 'rea', roles: ['viewer'] })
      const visitor = as(ctx, { kind: 'visitor', client: '192.0.2.1/32' })
      for (const nobody of [reader, visitor])
        assert.equal(await refusalOf(addListing(nobody, spam('192.0.2.45'))), 'permission.denied')
      assert.deepEqual(await told(ctx), [])
    })
  })

  describe('An import', () => {
    it('puts good lines in force in one step and names the bad ones', async () => {
      const ctx = testContext({ db: await open() })
      const active = await addListing(ctx, spam('192.0.2.1', { ends: '7d', class: 'investigate' }))
      const answer = await importListings(ctx, {
        format: 'ndjson',
        defaults: {},
        lines: lines(
          '{"ip":"192.0.2.1","reason":"spam"}',
          '{"ip":"192.0.2.45","reason":"complaints","ends":"24h"}',
          '{"ip":"192.0.2.45","reason":"complaints","ends":"48h"}',
          '{"ip":"010.0.0.1","reason":"spam"}',
          '{"ip":"203.0.113.9","reason":"spam"}',
          'not json',
          '',
          '{"ip":"2001:db8::/64","reason":"traps"}',
        ),
      })
      assert.deepEqual([answer.added, answer.lines, answer.refusedCount], [3, 8, 3])
      assert.deepEqual(
        answer.refused.map((each) => [each.line, each.code]),
        [
          [4, 'address.leading-zero'],
          [5, 'address.protected'],
          [6, 'form.invalid'],
        ],
      )
      const now = await findListing(ctx, '192.0.2.1')
      assert.deepEqual([now.class, now.endsAt, now.id === active.id], ['investigate', active.endsAt, false])
      assert.equal((await findListing(ctx, '192.0.2.45')).endsAt, ctx.clock.now() + 48 * hour)
      assert.equal((await told(ctx)).at(-1), 'resync')
      await sound(ctx)
    })

    it('turns no listing into its opposite unless told to', async () => {
      const ctx = testContext({ db: await open() })
      await addListing(ctx, spam('192.0.2.9'))
      const bring = async (replace: boolean): Promise<readonly (readonly [number, string])[]> =>
        (
          await importListings(ctx, {
            format: 'rbldnsd',
            defaults: { cause: 'spam', replace },
            lines: lines('192.0.2.8', '!192.0.2.9'),
          })
        ).refused.map(({ line, code }) => [line, code] as const)
      assert.deepEqual(await bring(false), [[2, 'listing.other-effect']])
      assert.equal((await findListing(ctx, '192.0.2.9')).effect, 'refuse')
      assert.deepEqual(await bring(true), [])
      assert.equal((await findListing(ctx, '192.0.2.9')).effect, 'pass')
      await sound(ctx)
    })

    it('whose file breaks off leaves nothing', async () => {
      const ctx = testContext({ db: await open() })
      async function* dying(): AsyncGenerator<string> {
        for (let host = 0; host < 1200; host++)
          yield `{"ip":"192.0.${host >> 8}.${host & 255}","reason":"spam"}`
        throw new Error('killed')
      }
      await assert.rejects(importListings(ctx, { format: 'ndjson', defaults: {}, lines: dying() }), /killed/)
      assert.equal((await searchListings(ctx, { limit: 5 })).listings.length, 0)
      assert.deepEqual(await ctx.db.queries.selectFrom('import_lines').select('prefix').execute(), [])
      await sound(ctx)
    })

    it('that is killed anywhere happens as a whole or not at all, and the next core sees to it', async () => {
      const count = 450
      const texts = Array.from(
        { length: count },
        (_, nth) => `{"ip":"2001:db8:0:${nth.toString(16)}::","reason":"spam","ends":"30d"}`,
      )
      const outcomes: string[] = []
      for (let dies = 1; outcomes.at(-1) !== 'survived'; dies++) {
        const ctx = testContext({ db: await open() })
        const old = await addListing(ctx, spam('2001:db8:0:7::', { class: 'investigate' }))
        let transactions = 0
        const transaction: typeof ctx.db.transaction = async (work) => {
          if (++transactions >= dies) throw new Error('killed')
          return await ctx.db.transaction(work)
        }
        const dying = { ...ctx, db: { ...ctx.db, queries: ctx.db.queries, transaction } }
        const answer = await importListings(dying, {
          format: 'ndjson',
          defaults: {},
          lines: lines(...texts),
        }).catch(() => undefined)
        // With several cores nobody knows before a day has passed that nobody carries on.
        ctx.clock.advance(2 * day)
        await settleImports(ctx, ctx.clock.now(), new AbortController().signal)
        const active = (await searchListings(ctx, { state: 'active', cause: 'spam', limit: 1000 })).listings
        const isDone = active.length === count
        outcomes.push(answer ? 'survived' : isDone ? 'finished later' : 'never was')
        assert.ok(isDone || active.length === 1, `${active.length} of ${count} are in force`)
        assert.deepEqual(
          await told(ctx),
          isDone ? ['put 2001:db8:0:7::/64', 'resync'] : ['put 2001:db8:0:7::/64'],
        )
        assert.equal(
          active.find(({ prefix }) => formatPrefix(prefix) === '2001:db8:0:7::/64')?.class,
          'investigate',
        )
        assert.equal((await showListing(ctx, old.id)).listing.state, isDone ? 'ended' : 'active')
        assert.deepEqual(await ctx.db.queries.selectFrom('import_lines').select('prefix').execute(), [])
        await sound(ctx)
      }
      assert.deepEqual([...new Set(outcomes)], ['never was', 'finished later', 'survived'])
    })

    it('reads back what an export wrote, in every format', async () => {
      for (const format of ['ndjson', 'csv', 'rbldnsd'] as const) {
        const [from, to] = [testContext({ db: await open() }), testContext({ db: await open() })]
        await addListing(from, spam('192.0.2.45', { note: '=cmd|"x", y' }))
        await addListing(from, spam('192.0.2.0/24', { ends: '3d' }))
        await addListing(from, spam('2001:db8:7::/48', { cause: 'harvest' }))
        await addListing(from, spam('192.0.2.9', { effect: 'pass' }))
        const texts = await Array.fromAsync(exportListings(from, format))
        if (format === 'csv') assert.equal(texts[0], 'ip,reason,class,ends,note,url,test,effect')
        const answer = await importListings(to, {
          format,
          defaults: { cause: 'spam' },
          lines: lines(...texts),
        })
        assert.deepEqual([answer.added, answer.refusedCount], [4, 0], format)
        assert.deepEqual(await covering(to, '192.0.2.45'), ['192.0.2.45/32', '192.0.2.0/24'], format)
        assert.equal((await findListing(to, '192.0.2.9')).effect, 'pass', format)
        if (format !== 'rbldnsd')
          assert.equal((await findListing(to, '192.0.2.45')).note, '=cmd|"x", y', format)
      }
    })

    it('reads CSV with the heading of an export, as a spreadsheet saves it, and without', async () => {
      const line = '"192.0.2.45","spam"'
      for (const heading of [[], ['ip,reason'], ['"ip","reason"'], ['\ufeffip,reason'], ['IP']]) {
        const ctx = testContext({ db: await open() })
        const answer = await importListings(ctx, {
          format: 'csv',
          defaults: {},
          lines: lines(...heading, line),
        })
        assert.deepEqual([answer.added, answer.refusedCount], [1, 0], heading[0] ?? 'none')
      }
    })
  })
})
