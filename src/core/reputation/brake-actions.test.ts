import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testSettings, testStart, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute } from '../../base/clock.ts'
import type { MailVerdict, MessageEvent } from '../../access/mail-event.ts'
import { listAudit } from '../audit/actions.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings } from '../listings/actions.ts'
import { effectOf } from '../listings/listing.ts'
import { heldRules } from './brake-actions.ts'
import { Engine } from './engine-actions.ts'

const good = Array.from({ length: 12 }, (_, nth) => `192.0.2.${nth + 1}`)
const newcomer = '198.51.100.200'

function from(ip: string, at: number, verdict: MailVerdict): MessageEvent {
  const host = `mx${ip.replaceAll('.', '-')}.example`
  return message(ip, at, { ptr: host, mailFrom: host, verdict })
}

async function run(ctx: TestContext, engine?: Engine): Promise<Engine> {
  const judge = engine ?? (await Engine.open(ctx))
  while (await judge.step(ctx));
  return judge
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  describe(`The brake on ${kind}`, () => {
    it('makes the engine’s listings put off while it holds, over a restart, and is written down with its facts', async () => {
      const settings = testSettings({ reputation: { ...testSettings().reputation, mode: 'enforce' } })
      const ctx = testContext({ db: await open(), settings, actor: { kind: 'system', name: 'engine' } })
      const steady = good.flatMap((ip) =>
        Array.from({ length: 70 }, (_, nth) => from(ip, testStart - 70 * hour + nth * hour, 'ham')),
      )
      await takeEvents(ctx, 'mx1', steady)
      const engine = await run(ctx)
      ctx.clock.advance(minute)
      const now = ctx.clock.now()
      await takeEvents(
        ctx,
        'mx1',
        Array.from({ length: 25 }, (_, nth) => from(newcomer, now - minute + nth * 1000, 'spam')),
      )
      await run(ctx, engine)
      const { address } = from(newcomer, now, 'spam')
      const effects = async (): Promise<readonly string[]> =>
        (await coveringListings(ctx, address)).map((listing) => effectOf(listing, 'enforce'))
      assert.deepEqual(await effects(), ['refuse'])

      const mad = [1, 2, 3].flatMap((turn) => good.map((ip) => from(ip, now + turn, 'spam')))
      await takeEvents(ctx, 'mx1', mad)
      await run(ctx, engine)
      assert.deepEqual(await effects(), ['delay'])
      const [braked] = await heldRules(ctx)
      assert.deepEqual([braked?.rule, braked?.why], ['spam', 'filter'])
      const again = await run(ctx)
      assert.deepEqual(await effects(), ['delay'])

      ctx.clock.advance(10 * minute)
      const sane = [1, 2, 3, 4].flatMap((turn) => good.map((ip) => from(ip, ctx.clock.now() - turn, 'ham')))
      await takeEvents(ctx, 'mx1', sane)
      await run(ctx, again)
      assert.deepEqual(await heldRules(ctx), [])
      assert.deepEqual(await effects(), [], 'its listing rested on what the mad filter said')
      const records = await listAudit(ctx, { subject: 'reputation', limit: 9 })
      assert.deepEqual(
        records.map(({ action, facts }) => [action, facts['rule'], facts['why']]),
        [
          ['reputation.brake-off', 'spam', 'filter'],
          ['reputation.brake-on', 'spam', 'filter'],
        ],
      )
      assert.ok(ctx.clock.now() < testStart + day)
    })
  })
}
