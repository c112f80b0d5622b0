import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testSettings, testStart, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { as } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings, endListing } from '../listings/actions.ts'
import { Engine } from './engine-actions.ts'
import { knownSender } from './explain-actions.ts'
import { daysOf } from './known-sender.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  /** Two days of mail, a third of it unwanted. */
  const begun = async (): Promise<{ readonly ctx: TestContext; readonly engine: Engine }> => {
    const ctx = testContext({ db: await open(), actor: { kind: 'system', name: 'engine' } })
    const events = Array.from({ length: 48 }, (_, nth) =>
      message(ip, testStart - (47 - nth) * hour, { verdict: nth % 3 === 0 ? 'spam' : 'ham' }),
    )
    await takeEvents(ctx, 'mx1', events)
    const engine = await Engine.open(ctx)
    while (await engine.step(ctx));
    return { ctx, engine }
  }

  describe(`What is known of a sender by what is written down, on ${kind}`, () => {
    it('is what the engine thinks: counters, bounds, line, prior, grade and standing', async () => {
      const { ctx, engine } = await begun()
      const known = await knownSender(ctx, address)
      const examined = engine.examine({ address, at: ctx.clock.now() })
      assert.ok(examined)
      const { assessment, standing } = examined
      for (const each of ['ham', 'spam', 'recipients'] as const)
        assert.ok(Math.abs(known.counts[each] - assessment.counts[each]) < 0.001, each)
      assert.deepEqual([known.line, known.grade], [assessment.line, assessment.grade])
      assert.ok(Math.abs(known.bounds.lower - assessment.limits.lower) < 0.02)
      assert.ok(Math.abs(known.prior.mean - assessment.prior.mean) < 0.02)
      assert.deepEqual([known.standing, known.standingKey], [standing, `${ip}/32`])
      assert.equal(known.isHeld, true)
      assert.equal(known.name.text, 'mx.sender.example')
      const days = daysOf(known.hours, ctx.clock.now(), 3)
      assert.deepEqual(
        [days.length, days.reduce((sum, each) => sum + each.wanted + each.unwanted, 0)],
        [3, 48],
      )
    })

    it('begins anew after a removal, with the listing as recurrence and a lower line', async () => {
      const { ctx } = await begun()
      const burst = Array.from({ length: 60 }, (_, nth) =>
        message('198.51.100.9', testStart - minute + nth * second, { verdict: 'spam' }),
      )
      await takeEvents(ctx, 'mx1', burst)
      const engine = await Engine.open(ctx)
      while (await engine.step(ctx));
      const bad = orThrow(parseAddress('198.51.100.9'))
      const before = await knownSender(ctx, bad)
      assert.deepEqual([before.grade, before.recurrence], ['bad', 0])
      const [listing] = await coveringListings(ctx, bad)
      ctx.clock.advance(minute)
      await endListing(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }), {
        id: listing?.id ?? '',
      })
      ctx.clock.advance(2 * minute)
      const known = await knownSender(ctx, bad)
      assert.deepEqual([known.counts.spam, known.recurrence], [0, 1])
      assert.ok(known.line < before.line)
      assert.equal(known.hours.length > 0, true, 'the days before are still shown')
    })

    it('is what its neighbours are, of an address that was never heard of', async () => {
      const { ctx } = await begun()
      const neighbours = [10, 11, 12].flatMap((last) =>
        Array.from({ length: 5 }, (_, nth) =>
          message(`198.51.100.${last}`, testStart - (nth + 1) * minute, { verdict: 'spam', ptr: undefined }),
        ),
      )
      const others = [20, 21, 22, 23].flatMap((last) =>
        Array.from({ length: 5 }, (_, nth) =>
          message(`203.0.113.${last}`, testStart - (nth + 1) * minute, { verdict: 'ham', ptr: undefined }),
        ),
      )
      await takeEvents(ctx, 'mx1', [...others, ...neighbours])
      const engine = await Engine.open(ctx)
      while (await engine.step(ctx));
      const near = await knownSender(ctx, orThrow(parseAddress('198.51.100.99')))
      const far = await knownSender(ctx, orThrow(parseAddress('192.0.2.200')))
      assert.ok(near.prior.mean > 0.5 && near.prior.mean > far.prior.mean)
      assert.deepEqual([near.since, near.standingKey], [null, '198.51.100.0/24'])
    })

    it('shows what each source said, and which one alone speaks for a listing that is held back', async () => {
      const { ctx } = await begun()
      assert.deepEqual((await knownSender(ctx, address)).sources, [])
      const lies = Array.from({ length: 400 }, (_, nth) =>
        message(ip, testStart - 30 * minute + nth * second, { verdict: 'malware' }),
      )
      await takeEvents(ctx, 'mx2', lies)
      const engine = await Engine.open(ctx)
      while (await engine.step(ctx));
      assert.deepEqual(await coveringListings(ctx, address), [])
      const { sources, onlySource } = await knownSender(ctx, address)
      assert.equal(onlySource, 'mx2')
      const mostSaid = sources.map(({ source, counts }) => [source, counts.ham > counts.malware])
      assert.deepEqual(mostSaid, [
        ['mx1', true],
        ['mx2', false],
      ])
    })

    it('says when nobody judges, and who is protected', async () => {
      const { ctx } = await begun()
      ctx.clock.advance(day)
      assert.equal((await knownSender(ctx, address)).isHeld, false)
      const networks = [orThrow(parseListable('192.0.2.0/24'))]
      const guarded = { ...ctx, settings: testSettings({ protected: { networks, names: [] } }) }
      assert.equal((await knownSender(guarded, address)).grade, 'trusted')
    })
  })
}
