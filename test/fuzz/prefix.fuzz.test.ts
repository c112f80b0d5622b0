import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fuzzCount, fuzzSeed } from '../support/fuzz.ts'
import { run } from './prefix.fuzz.ts'

describe('Fuzzed addresses and prefixes', () => {
  it('are read as a slow reader reads them, or refused with a code', (t) => {
    const options = { count: fuzzCount(), seed: fuzzSeed(1) }
    const start = performance.now()
    const figures = run(options)
    const seconds = (performance.now() - start) / 1000
    t.diagnostic(JSON.stringify({ ...options, ...figures, seconds: Number(seconds.toFixed(1)) }))
    assert.ok(figures.accepted > options.count / 20, 'too few inputs are still prefixes')
    assert.ok(
      options.count < 10_000 || Object.keys(figures.refused).length >= 6,
      'not every refusal was tried',
    )
  })
})
