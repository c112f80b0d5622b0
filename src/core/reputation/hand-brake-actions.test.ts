import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testSettings, testStart, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { listAudit } from '../audit/actions.ts'
import { as, type Context } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings } from '../listings/actions.ts'
import { effectOf } from '../listings/listing.ts'
import { Engine } from './engine-actions.ts'
import { brakeHeard, brakeState, turnBrake } from './hand-brake-actions.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))
const other = '198.51.100.9'

async function burst(ctx: TestContext, from: string): Promise<void> {
  const now = ctx.clock.now()
  const events = Array.from({ length: 30 }, (_, nth) =>
    message(from, now - (30 - nth) * 1000, { verdict: 'spam' }),
  )
  await takeEvents(ctx, 'mx1', events)
}

async function run(ctx: Context, engine: Engine): Promise<void> {
  while (await engine.step(ctx));
}

const isAlready = (error: unknown): boolean => error instanceof Refusal && error.code === 'brake.already'

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  const begun = async () => {
    const settings = testSettings({ reputation: { ...testSettings().reputation, mode: 'enforce' } })
    const ctx = testContext({ db: await open(), settings, actor: { kind: 'system', name: 'engine' } })
    const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] })
    const effects = async (): Promise<readonly string[]> =>
      (await coveringListings(ctx, address)).map((listing) => effectOf(listing, 'enforce'))
    return { ctx, ada, effects, engine: await Engine.open(ctx) }
  }

  describe(`The brake by hand on ${kind}`, () => {
    it('is heard by the engine: the rule lists nobody, its latest listings put off, over a restart, until it is let go', async () => {
      const { ctx, ada, effects, engine } = await begun()
      await burst(ctx, ip)
      await run(ctx, engine)
      assert.deepEqual(await effects(), ['refuse'])
      ctx.clock.advance(minute)
      await turnBrake(ada, { rule: 'spam', isOn: true })
      assert.deepEqual(await effects(), ['refuse'], 'the engine has not heard yet')
      await run(ctx, engine)
      assert.deepEqual(await effects(), ['delay'])
      const { held, wished } = await brakeHeard(ada, 'spam', 0)
      assert.deepEqual(
        [held.map(({ rule, why, by }) => [rule, why, by]), wished],
        [[['spam', 'hand', 'operator:ada']], []],
      )
      const again = await Engine.open(ctx)
      await burst(ctx, other)
      await run(ctx, again)
      assert.deepEqual(await coveringListings(ctx, orThrow(parseAddress(other))), [])
      ctx.clock.advance(minute)
      await turnBrake(ada, { rule: 'spam', isOn: false })
      await run(ctx, await Engine.open(ctx))
      assert.deepEqual(await effects(), ['refuse'], 'its evidence carries it')
      assert.deepEqual((await brakeState(ada)).held, [])
    })

    it('is kept while nobody judges, and done by whoever judges next', async () => {
      const { ctx, ada } = await begun()
      await turnBrake(ada, { rule: 'phish', isOn: true })
      assert.deepEqual((await brakeState(ada)).wished, [
        { rule: 'phish', isOn: true, by: 'operator:ada', at: testStart },
      ])
      await run(ctx, await Engine.open(ctx))
      const { held, wished } = await brakeState(ada)
      assert.deepEqual([held.length, wished], [1, []])
      ctx.clock.advance(day)
      await run(ctx, await Engine.open(ctx))
      assert.deepEqual((await brakeState(ada)).held, [], 'nothing holds for ever')
    })

    it('changes its mind before anybody has heard, and says where nothing would change', async () => {
      const { ctx, ada, engine } = await begun()
      await assert.rejects(turnBrake(ada, { rule: 'spam', isOn: false }), isAlready)
      await turnBrake(ada, { rule: 'spam', isOn: true })
      await assert.rejects(turnBrake(ada, { rule: 'spam', isOn: true }), isAlready)
      await turnBrake(ada, { rule: 'spam', isOn: false })
      await run(ctx, engine)
      assert.deepEqual(await brakeState(ada), { held: [], wished: [] })
    })

    it('is for those who may, and stands in the audit with who did it', async () => {
      const { ctx, ada, engine } = await begun()
      const reader = as(ctx, { kind: 'operator', name: 'rita', roles: ['viewer'] })
      const isDenied = (error: unknown): boolean =>
        error instanceof Refusal && error.code === 'permission.denied'
      await assert.rejects(turnBrake(reader, { rule: 'spam', isOn: true }), isDenied)
      await turnBrake(ada, { rule: 'spam', isOn: true })
      await run(ctx, engine)
      await turnBrake(ada, { rule: 'spam', isOn: false })
      await run(ctx, engine)
      const records = await listAudit(ctx, { subject: 'reputation', limit: 9 })
      assert.deepEqual(
        records.map(({ action, actor, facts }) => [
          action,
          actor,
          facts['rule'],
          facts['pulledBy'] ?? facts['releasedBy'],
        ]),
        [
          ['reputation.brake-off', 'system:engine', 'spam', 'operator:ada'],
          ['reputation.brake-release-asked', 'operator:ada', 'spam', undefined],
          ['reputation.brake-on', 'system:engine', 'spam', 'operator:ada'],
          ['reputation.brake-asked', 'operator:ada', 'spam', undefined],
        ],
      )
    })
  })
}
