import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testSettings, testStart } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { parseAddress } from '../../standards/ip.ts'
import { as, type Context } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings, endListing } from '../listings/actions.ts'
import { liftPassed, listByPolicy } from '../listings/policy-actions.ts'
import { standingsAfter, standingsHead } from '../standings/actions.ts'
import { Engine } from './engine-actions.ts'
import { engineFigures } from './figures-actions.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))

/** `count` messages a second apart, up to now. */
function burst(ctx: Context, count: number, fields: Partial<MessageEvent> = {}): readonly MessageEvent[] {
  const now = ctx.clock.now()
  return Array.from({ length: count }, (_, nth) =>
    message(ip, now - (count - nth) * second, { verdict: 'spam', ...fields }),
  )
}

async function run(ctx: Context, engine: Engine): Promise<void> {
  while (await engine.step(ctx));
}

async function standingOf(ctx: Context, key: string): Promise<string | undefined> {
  const { entries } = await standingsAfter(ctx, 0, 1000)
  return entries.findLast(([name]) => name === key)?.[1]?.kind
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  const begun = async () => {
    const ctx = testContext({ db: await open(), actor: { kind: 'system', name: 'engine' } })
    return { ctx, engine: await Engine.open(ctx) }
  }

  describe(`The engine on ${kind}`, () => {
    it('lists a burst once, with its evidence, and goes on after a restart', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 30))
      await run(ctx, engine)
      const [listing] = await coveringListings(ctx, address)
      assert.equal(listing?.cause, 'spam')
      assert.equal(listing?.actor, 'system:engine')
      assert.deepEqual(listing?.evidence, [
        { kind: 'messages', count: 20 },
        { kind: 'spam', count: 20 },
      ])
      const again = await Engine.open(ctx)
      await takeEvents(ctx, 'mx1', burst(ctx, 30))
      await run(ctx, again)
      assert.deepEqual(
        (await coveringListings(ctx, address)).map(({ id, endsAt }) => [id, endsAt]),
        [[listing?.id, listing?.endsAt]],
      )
      assert.equal(await engine.isCurrent(ctx), false)
    })

    it('says in the audit and to webhooks what its listing does, which is nothing while it only observes', async () => {
      for (const [mode, effect] of [
        ['observe', 'observe'],
        ['defer', 'defer'],
        ['enforce', 'refuse'],
      ] as const) {
        const settings = testSettings({ reputation: { ...testSettings().reputation, mode } })
        const ctx = testContext({ db: await open(), settings, actor: { kind: 'system', name: 'engine' } })
        await takeEvents(ctx, 'mx1', burst(ctx, 30))
        await run(ctx, await Engine.open(ctx))
        const rows = await ctx.db.queries.selectFrom('audit_records').select(['action', 'facts']).execute()
        const added = rows.find(({ action }) => action === 'listing.added')
        assert.equal((JSON.parse(added?.facts ?? '{}') as { effect?: string }).effect, effect, mode)
      }
    })

    it('remembers evidence over a restart in the middle of a burst', async () => {
      const { ctx, engine } = await begun()
      const events = burst(ctx, 30)
      await takeEvents(ctx, 'mx1', events.slice(0, 15))
      await run(ctx, engine)
      assert.deepEqual(await coveringListings(ctx, address), [])
      await takeEvents(ctx, 'mx1', events.slice(15))
      await run(ctx, await Engine.open(ctx))
      assert.equal((await coveringListings(ctx, address)).length, 1)
    })

    it('counts a message once that the mail server told of before a restart and the filter after it', async () => {
      const { ctx, engine } = await begun()
      const mail = burst(ctx, 19).map((event, nth) => ({ ...event, queueId: `Q${nth}` }))
      await takeEvents(ctx, 'mx1', mail, { roles: ['mta'] })
      await run(ctx, engine)
      await takeEvents(ctx, 'rspamd', mail, { roles: ['filter'] })
      await run(ctx, await Engine.open(ctx))
      assert.deepEqual(await coveringListings(ctx, address), [])
      const rows = await ctx.db.queries.selectFrom('evidence_hours').selectAll().execute()
      const sum = (kind: 'spam' | 'unjudged' | 'recipients'): number =>
        rows.reduce((all, row) => all + row[kind], 0)
      assert.deepEqual([sum('spam'), sum('unjudged'), sum('recipients')], [19, 0, 19])
    })

    it('lists nobody on what was before a removal by hand', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 30))
      await run(ctx, engine)
      const [listing] = await coveringListings(ctx, address)
      ctx.clock.advance(minute)
      await endListing(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }), {
        id: listing?.id ?? '',
      })
      ctx.clock.advance(minute)
      await run(ctx, engine)
      assert.equal(await standingOf(ctx, `${ip}/32`), 'free')
      const late = burst(ctx, 40).map((event) => ({ ...event, at: event.at - 10 * minute }))
      await takeEvents(ctx, 'mx1', late)
      for (const each of [engine, await Engine.open(ctx)]) {
        if (await each.isCurrent(ctx)) await run(ctx, each)
        assert.deepEqual(await coveringListings(ctx, address), [])
      }
    })

    it('forgets nothing when a policy listing ends with its test: a name may come and go', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 12))
      await run(ctx, engine)
      const before = engine.examine({ address, at: ctx.clock.now() })?.assessment.counts.spam ?? 0
      assert.ok(before > 11)
      for (let nth = 0; nth < 3; nth++) {
        ctx.clock.advance(minute)
        const prefix = orThrow(parseListable(ip))
        const endsAt = ctx.clock.now() + 24 * hour
        await listByPolicy(ctx, { prefix, cause: 'reverse-name', test: 'reverse-name', endsAt })
        const [listing] = await coveringListings(ctx, address)
        assert.ok(listing)
        ctx.clock.advance(minute)
        await liftPassed(ctx, listing)
        assert.deepEqual(await coveringListings(ctx, address), [])
        await run(ctx, engine)
      }
      const now = engine.examine({ address, at: ctx.clock.now() })?.assessment.counts.spam ?? 0
      assert.ok(now > 11, `${now} of ${before}`)
      await takeEvents(ctx, 'mx1', burst(ctx, 10))
      await run(ctx, engine)
      assert.equal((await coveringListings(ctx, address))[0]?.cause, 'spam')
    })

    it('builds standing of old logs and lists nobody for them', async () => {
      const { ctx, engine } = await begun()
      const old = Array.from({ length: 200 }, (_, nth) =>
        message(ip, testStart - 20 * 24 * hour + nth * hour, { verdict: nth < 100 ? 'spam' : 'ham' }),
      )
      await takeEvents(ctx, 'mx1', old, { backfill: true })
      await run(ctx, engine)
      await takeEvents(ctx, 'mx1', [message(ip, testStart, { verdict: 'ham' })])
      for (const each of [engine, await Engine.open(ctx)]) if (await each.isCurrent(ctx)) await run(ctx, each)
      assert.deepEqual(await coveringListings(ctx, address), [])
      const rows = await ctx.db.queries.selectFrom('evidence_hours').select(['unit', 'ham', 'spam']).execute()
      assert.equal(
        rows.reduce((sum, { ham, spam }) => sum + ham + spam, 0),
        201,
      )
      assert.ok(rows.every(({ unit }) => unit === formatPrefix(orThrow(parseListable(ip)))))
    })

    it('knows good senders of old logs on the first day: none of them has a budget', async () => {
      const { ctx, engine } = await begun()
      const good = Array.from({ length: 20 }, (_, nth) => `192.0.2.${nth + 1}`)
      const old = good.flatMap((from, sender) =>
        Array.from({ length: 60 }, (_, nth) =>
          message(from, testStart - 15 * 24 * hour + nth * 5 * hour, {
            ptr: sender % 2 ? `mx.good${sender}.example` : null,
            verdict: nth % 50 === 7 ? 'spam' : 'ham',
          }),
        ),
      )
      await takeEvents(ctx, 'mx1', old, { backfill: true })
      await run(ctx, engine)
      for (const from of good) assert.equal(await standingOf(ctx, `${from}/32`), 'free', from)
    })

    it('lists nobody when another core has judged meanwhile, and writes nothing down', async () => {
      const { ctx, engine: late } = await begun()
      const early = await Engine.open(ctx)
      await takeEvents(ctx, 'mx1', burst(ctx, 30))
      await run(ctx, early)
      const [listing] = await coveringListings(ctx, address)
      await endListing(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }), {
        id: listing?.id ?? '',
      })
      const audit = await ctx.db.queries.selectFrom('audit_records').select('seq').execute()
      const before = await ctx.db.queries.selectFrom('senders').selectAll().execute()
      // It has the same events before it, and would list for them.
      await assert.rejects(late.step(ctx), /somebody else has judged/)
      assert.deepEqual(await coveringListings(ctx, address), [])
      assert.deepEqual(await ctx.db.queries.selectFrom('senders').selectAll().execute(), before)
      assert.deepEqual(await ctx.db.queries.selectFrom('audit_records').select('seq').execute(), audit)
    })

    it('judges what several cores take in at once, each event once', async () => {
      const { ctx, engine } = await begun()
      const other = testContext({ db: await open({ sameAs: ctx.db }), clock: ctx.clock })
      const events = burst(ctx, 60, { verdict: 'ham' })
      await Promise.all(
        [ctx, other].map(async (core, nth) => {
          for (let from = nth * 30; from < nth * 30 + 30; from += 5)
            await takeEvents(core, 'mx1', events.slice(from, from + 5))
        }),
      )
      await run(ctx, engine)
      const rows = await ctx.db.queries.selectFrom('evidence_hours').select('ham').execute()
      assert.equal(
        rows.reduce((sum, { ham }) => sum + ham, 0),
        60,
      )
    })

    it('drops standings of senders that were not heard of for two weeks', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 8))
      await run(ctx, engine)
      assert.equal(await standingOf(ctx, `${ip}/32`), 'hourly')
      ctx.clock.advance(15 * 24 * hour)
      await run(ctx, engine)
      await run(ctx, engine)
      const { entries } = await standingsAfter(ctx, 0, 1000)
      assert.deepEqual(
        entries.filter(([key, standing]) => key === `${ip}/32` && standing !== null),
        [],
      )
    })

    it('measures what it does', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 30))
      ctx.clock.advance(5 * second)
      assert.deepEqual((await engineFigures(ctx)).behind, { events: 30, seconds: 5 })
      await run(ctx, engine)
      const figures = await engineFigures(ctx)
      assert.deepEqual([figures.behind, figures.judged], [{ events: 0, seconds: 0 }, 30])
      assert.deepEqual(figures.changes, [{ labels: { change: 'made', rule: 'spam' }, count: 1 }])
      assert.deepEqual([figures.now.senders, figures.now.brake], [1, 0])
      ctx.clock.advance(5 * minute)
      assert.equal((await engineFigures(ctx)).now.senders, undefined, 'another core judges')
    })

    it('tells the edges which domains are good, where the message door can hold mail to them, until they are not', async () => {
      for (const messageDoor of ['absent', 'installed'] as const) {
        const settings = { ...testSettings(), messageDoor }
        const ctx = testContext({ db: await open(), actor: { kind: 'system', name: 'engine' }, settings })
        const engine = await Engine.open(ctx)
        const send = async (
          mailFrom: string,
          spf: 'pass' | 'fail',
          verdict: 'ham' | 'spam',
        ): Promise<void> => {
          const now = ctx.clock.now()
          const mail = Array.from({ length: 60 }, (_, nth) =>
            message(`192.0.2.${nth % 12}`, now - nth * second, { mailFrom, spf, verdict, ptr: null }),
          )
          await takeEvents(ctx, 'mx1', mail)
          await run(ctx, engine)
        }
        await send('news.good.example', 'pass', 'ham')
        await send('forged.example', 'fail', 'ham')
        assert.equal(
          await standingOf(ctx, 'domain good.example'),
          messageDoor === 'installed' ? 'free' : undefined,
        )
        assert.equal(await standingOf(ctx, 'domain forged.example'), undefined)
        ctx.clock.advance(24 * hour)
        await send('news.good.example', 'pass', 'spam')
        assert.equal(await standingOf(ctx, 'domain good.example'), undefined)
      }
    })

    it('tells the edges what a sender may do, and that it holds', async () => {
      const { ctx, engine } = await begun()
      await takeEvents(ctx, 'mx1', burst(ctx, 8))
      await run(ctx, engine)
      assert.equal(await standingOf(ctx, `${ip}/32`), 'hourly')
      assert.notEqual(await standingOf(ctx, 'kind none'), undefined)
      assert.equal((await standingsHead(ctx)).confirmedAt, ctx.clock.now())
    })
  })
}
