import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fuzzCount, fuzzSeed } from '../support/fuzz.ts'
import { run } from './policy.fuzz.ts'

describe('Fuzzed policy requests', () => {
  it('are read the same however they are cut, and break nothing', (t) => {
    const options = { count: fuzzCount(), seed: fuzzSeed(1) }
    run({ seed: options.seed, count: Math.min(2000, options.count) })
    const before = process.memoryUsage().heapUsed
    const start = performance.now()
    const figures = run(options)
    const seconds = (performance.now() - start) / 1000
    const grownMiB = (process.memoryUsage().heapUsed - before) / 2 ** 20
    t.diagnostic(
      JSON.stringify({
        ...options,
        ...figures,
        seconds: Number(seconds.toFixed(1)),
        grownMiB: Math.round(grownMiB),
      }),
    )
    assert.ok(grownMiB < 128, `the heap grew by ${grownMiB} MiB`)
    assert.ok(figures.requests > options.count / 10, 'too few inputs still hold requests')
    assert.ok(
      options.count < 10_000 || Object.keys(figures.breaches).length === 6,
      'not every breach was tried',
    )
  })
})
