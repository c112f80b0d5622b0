import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { solved } from '../../../test/support/challenge.ts'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { openLetter } from '../../../test/support/letters.ts'
import { message } from '../../../test/support/mail-events.ts'
import { holds } from '../../../test/support/owners.ts'
import { day, minute, second } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { verifyChain } from '../audit/actions.ts'
import { withdraw } from '../cases/page-actions.ts'
import { listCases, showCase } from '../cases/desk-actions.ts'
import { as } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { addListing, coveringListings, endListing } from '../listings/actions.ts'
import { Engine } from '../reputation/engine-actions.ts'
import { explain } from '../senders/actions.ts'
import type { ExternalRule } from '../settings.ts'
import { standingsOf } from '../standings/actions.ts'
import { askWarmUp, openWarmUp, warmUpOfPage, warmUpsOfCase } from './actions.ts'
import { decideWarmUp, type WarmUpDecision } from './desk-actions.ts'
import type { WarmUpInput } from './request.ts'
import { tendWarmUps } from './tend-actions.ts'

const ip = '192.0.2.45'
const key = `${ip}/32`
const address = orThrow(parseAddress(ip))
const input: WarmUpInput = {
  addresses: ip,
  domain: 'example.org',
  mail: 'newsletter',
  starts: '2026-05-04',
  days: '3',
  first: '24000',
  growth: '100',
  most: '72000',
  words: 'subscribers',
}

async function house(db: TestContext['db'], external: ExternalRule = 'form') {
  const { support } = testSettings()
  const ctx = testContext({ db, settings: testSettings({ support: { ...support, external } }) })
  const system = as(ctx, { kind: 'system', name: 'engine' })
  const visitor = as(ctx, { kind: 'visitor', client: '198.51.100.200/32' })
  const opened = async (more: Partial<WarmUpInput> = {}) => {
    const asked = await askWarmUp(visitor, {
      ...input,
      ...more,
      mailbox: 'ops@example.org',
      language: 'en',
      pow: await solved(ctx),
    })
    const link = await openLetter(ctx, 'confirm-form')
    const token = await openWarmUp(visitor, { link, secret: asked.secret })
    const [it] = await listCases(ctx, { states: ['open'], kind: 'form', offset: 0, limit: 1 })
    const id = it?.id ?? ''
    const [view] = await warmUpsOfCase(ctx, id)
    const participant = view?.warmUp.participantId ?? ''
    const decide = async (how: Partial<WarmUpDecision> = {}): Promise<void> =>
      await decideWarmUp(ctx, { id, participant, deed: 'agree', ...how })
    return { token, id, decide }
  }
  const run = async (engine: Engine): Promise<void> => {
    while (await engine.step(system));
  }
  const send = async (count: number, fields: Partial<MessageEvent> = {}): Promise<void> => {
    const now = ctx.clock.now()
    const events = Array.from({ length: count }, (_, nth) =>
      message(ip, now - (count - nth) * second, { ptr: 'mail.example.org', ...fields }),
    )
    await takeEvents(system, 'mx1', events)
  }
  const perHour = async (): Promise<number | undefined> => {
    const standing = (await standingsOf(ctx, [key])).get(key)
    return standing?.kind === 'hourly' ? standing.perHour : undefined
  }
  const stateOf = async (token: string): Promise<string> => {
    const view = await warmUpOfPage(ctx, token)
    return `${view?.warmUp.state ?? ''} ${view?.warmUp.why ?? ''}`.trim()
  }
  return { ctx, system, visitor, opened, run, send, perHour, stateOf }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

forEachDatabase((_name, open) => {
  describe('A warm-up', () => {
    it('opens one case once the mailbox has shown itself, and raises nothing before a person agrees', async () => {
      const { ctx, system, opened, run, send, perHour, stateOf } = await house(await open())
      const { token, id, decide } = await opened()
      assert.equal(await stateOf(token), 'asked')
      const engine = await Engine.open(system)
      await send(2)
      await run(engine)
      const own = (await perHour()) ?? 0
      assert.ok(own < 500)
      await decide()
      assert.equal(await stateOf(token), 'agreed')
      assert.equal((await showCase(ctx, id)).case.outcome, 'answered', 'nothing was lifted')
      ctx.clock.advance(minute)
      await run(engine)
      assert.equal(await perHour(), 1000)
      assert.equal(await codeOf(decide()), 'case.closed')
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('raises day by day, ends by itself, and leaves nothing behind, whichever core judges', async () => {
      const { ctx, system, opened, run, send, perHour, stateOf } = await house(await open())
      const { token, decide } = await opened()
      await decide()
      const engine = await Engine.open(system)
      await send(2)
      await run(engine)
      assert.equal(await perHour(), 1000)
      ctx.clock.advance(day)
      // Another core goes on.
      const other = await Engine.open(system)
      await run(other)
      assert.equal(await perHour(), 2000)
      ctx.clock.advance(day)
      await run(other)
      assert.equal(await perHour(), 3000)
      assert.equal(await tendWarmUps(ctx), 0)
      const said = await explain(ctx, address, 'operator')
      assert.deepEqual(said.forecast, { until: '2026-05-07T00:00:00.000Z', perDay: 72_000, perHour: 3000 })
      assert.equal(Object.keys((await explain(ctx, address, 'anyone')).forecast ?? {}).length, 0)
      ctx.clock.advance(day)
      // Nobody tended it yet, and another core begins: the day alone ends it.
      await run(await Engine.open(system))
      assert.notEqual(await perHour(), 3000)
      assert.ok(((await perHour()) ?? 0) < 500)
      assert.equal((await explain(ctx, address, 'operator')).forecast, undefined)
      assert.equal(await tendWarmUps(ctx), 1)
      assert.equal(await stateOf(token), 'over')
      const row = await ctx.db.queries
        .selectFrom('senders')
        .select('memory')
        .where('unit', '=', key)
        .executeTakeFirst()
      const { u = 0, f = 0 } = JSON.parse(row?.memory ?? '{}') as { u?: number; f?: number }
      assert.ok(Number(u) < 500 && Number(f) < 500, 'the raised budget is not what it earned')
    })

    it('raises nobody beside the address, not even where it is the one that its range is asked by', async () => {
      const { ctx, system, opened, run, send, perHour } = await house(await open())
      // The last address of a range stands for whoever is unknown in it.
      await (await opened({ addresses: '192.0.2.255 192.0.2.45' })).decide()
      const engine = await Engine.open(system)
      await send(2)
      await run(engine)
      assert.equal(await perHour(), 1000)
      const told = await standingsOf(ctx, ['192.0.2.0/24', 'org example.org', 'kind own'])
      for (const [of, standing] of told) assert.ok(standing.kind !== 'hourly' || standing.perHour < 500, of)
    })

    it('is held to what the operator allows at most, whatever was agreed', async () => {
      const { ctx, system, opened, send, perHour } = await house(await open())
      await (await opened()).decide()
      const { support } = ctx.settings
      const settings = {
        ...ctx.settings,
        support: { ...support, warmUp: { ...support.warmUp, perDay: 12_000 } },
      }
      const engine = await Engine.open({ ...system, settings })
      await send(2)
      while (await engine.step({ ...system, settings }));
      assert.equal(await perHour(), 500)
    })

    it('stops at once when its mail turns bad, for good and with a letter', async () => {
      const { ctx, system, opened, run, send, perHour, stateOf } = await house(await open())
      const { token, decide } = await opened()
      await decide()
      const engine = await Engine.open(system)
      await send(2)
      await run(engine)
      assert.equal(await perHour(), 1000)
      await send(40, { verdict: 'spam' })
      await run(engine)
      assert.ok(((await perHour()) ?? 0) < 500, 'before anybody tends it')
      const before = await ctx.db.queries.selectFrom('case_messages').select('id').execute()
      assert.equal(await tendWarmUps(ctx), 1)
      assert.match(await stateOf(token), /^stopped (listed|grade)$/)
      const after = await ctx.db.queries.selectFrom('case_messages').select('id').execute()
      assert.equal(after.length, before.length + 1)
      assert.equal(await tendWarmUps(ctx), 0)
      for (const { id } of await coveringListings(ctx, address)) await endListing(ctx, { id })
      ctx.clock.advance(minute)
      await run(engine)
      assert.ok(((await perHour()) ?? 0) < 500, 'it stays stopped when the listing has ended')
    })

    it('is stopped by a listing by hand, and lifts none', async () => {
      const { ctx, system, opened, run, send, perHour, stateOf } = await house(await open())
      const { token, decide } = await opened()
      await decide()
      const engine = await Engine.open(system)
      await send(2)
      await run(engine)
      await addListing(ctx, {
        prefix: orThrow(parseListable(ip)),
        cause: 'spam',
        class: 'investigate',
        ends: '30d',
      })
      assert.equal(await tendWarmUps(ctx), 1)
      assert.equal(await stateOf(token), 'stopped listed')
      ctx.clock.advance(minute)
      await run(engine)
      assert.ok(((await perHour()) ?? 0) < 500)
      assert.equal((await coveringListings(ctx, address)).length, 1)
      assert.equal((await explain(ctx, address, 'operator')).action, 'reject')
    })

    it('is agreed for less and never for more, refused with a reason, and stopped by a person', async () => {
      const { ctx, opened, stateOf } = await house(await open())
      const { token, decide, id } = await opened()
      for (const more of [{ days: '4' }, { most: '72001' }, { starts: '2026-05-03' }, { days: 'x' }])
        assert.equal(await codeOf(decide(more)), 'form.invalid')
      assert.equal(await codeOf(decide({ deed: 'refuse' })), 'case.reason-missing')
      assert.equal(await codeOf(decide({ deed: 'stop', words: 'no' })), 'warm-ups.decided')
      const stranger = as(ctx, { kind: 'visitor', client: '198.51.100.9/32' })
      const [view] = await warmUpsOfCase(ctx, id)
      const participant = view?.warmUp.participantId ?? ''
      assert.notEqual(await codeOf(decideWarmUp(stranger, { id, participant, deed: 'agree' })), 'done')
      assert.equal(await stateOf(token), 'asked')
      await decide({ days: '2', most: '30000', starts: '2026-05-05' })
      const { warmUp, days } = (await warmUpOfPage(ctx, token)) ?? {}
      assert.deepEqual([warmUp?.forecast.days, warmUp?.forecast.most, warmUp?.asked.days], [2, 30_000, 3])
      assert.deepEqual(
        days?.map(({ forecast }) => forecast),
        [24_000, 30_000],
      )
      await decide({ deed: 'stop', words: 'we have no room' })
      assert.equal(await stateOf(token), 'stopped operator')
      const elsewhere = await house(await open())
      const other = await elsewhere.opened()
      await other.decide({ deed: 'refuse', words: 'please prove the network first' })
      assert.equal(await elsewhere.stateOf(other.token), 'refused')
    })

    it('is not agreed to while an address is listed, and goes with a case that its sender closes', async () => {
      const { ctx, opened, stateOf } = await house(await open())
      const { token, decide } = await opened()
      const prefix = orThrow(parseListable(ip))
      await addListing(ctx, { prefix, cause: 'spam', class: 'investigate', ends: '30d' })
      assert.equal(await codeOf(decide()), 'warm-ups.unfit')
      await withdraw(ctx, token)
      await tendWarmUps(ctx)
      assert.equal(await stateOf(token), 'withdrawn')
    })

    it('shows nothing of what an address sends before it is agreed, and then each day beside the forecast', async () => {
      const { ctx, system, opened, run, send } = await house(await open())
      const engine = await Engine.open(system)
      await send(7)
      await run(engine)
      const { token, decide } = await opened()
      const seen = async () => (await warmUpOfPage(ctx, token))?.days.map((each) => each.seen)
      assert.deepEqual(await seen(), [null, null, null])
      await decide()
      assert.deepEqual(await seen(), [7, null, null])
    })

    it('is an owner’s only with the very mailbox of the owner', async () => {
      for (const [mailbox, outcome] of [
        ['OPS@example.org', 'done'],
        ['o.ps@example.org', 'case.not-opened'],
        ['ops+noc@example.org', 'case.not-opened'],
      ] as const) {
        const { ctx, opened } = await house(await open(), 'none')
        await holds(ctx, mailbox, ip, 'txt')
        assert.equal(await codeOf(opened()), outcome)
      }
    })

    it('opens no case for outsiders where they may not, whatever the form says', async () => {
      const { ctx, visitor } = await house(await open(), 'none')
      const asked = await askWarmUp(visitor, {
        ...input,
        mailbox: 'ops@example.org',
        language: 'en',
        pow: await solved(ctx),
      })
      const link = await openLetter(ctx, 'confirm-form')
      assert.equal(await codeOf(openWarmUp(visitor, { link, secret: asked.secret })), 'case.not-opened')
      assert.equal((await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })).length, 0)
    })
  })
})
