import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { fixedClock } from '../base/clock.ts'
import { countedSeldom } from './metrics.ts'

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
