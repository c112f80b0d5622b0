import { strict as assert } from 'node:assert'
import { after, it } from 'node:test'
import { testContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { fixedClock } from '../base/clock.ts'
import { coreMetrics, countedSeldom } from './metrics.ts'

it('Figures are counted once in five seconds, however many ask, and again after a failure', async () => {
  const clock = fixedClock(0)
  let counted = 0
  let isAway = false
  const figures = countedSeldom(clock, async () => {
    counted++
    if (isAway) throw new Error('the database is away')
    return `figures ${counted}\n`
  })
  const asked = await Promise.all([figures(), figures(), figures()])
  assert.deepEqual([new Set(asked).size, counted], [1, 1])
  clock.advance(4999)
  assert.equal(await figures(), 'figures 1\n')
  clock.advance(1)
  isAway = true
  await assert.rejects(figures())
  isAway = false
  assert.equal(await figures(), 'figures 3\n')
})

it('The judgement says how far behind it is, and what it knows of itself only on the core that judges', async () => {
  const { open, close } = databases('SQLite')
  after(close)
  const ctx = testContext({ db: await open() })
  const lines = async (): Promise<readonly string[]> =>
    (await coreMetrics(ctx)).split('\n').filter((line) => line.startsWith('postern_engine_'))
  assert.deepEqual(await lines(), [
    'postern_engine_behind_events 0',
    'postern_engine_behind_seconds 0',
    'postern_engine_events_total 0',
  ])
  ctx.tally.measure('engine.senders', 7, ctx.clock.now())
  ctx.tally.add('engine.changes', { change: 'made', rule: 'spam' })
  assert.deepEqual((await lines()).slice(3), [
    'postern_engine_listings_total{change="made",rule="spam"} 1',
    'postern_engine_senders 7',
  ])
})
