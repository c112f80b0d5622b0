import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from './duration.ts'

describe('Durations', () => {
  it('are a whole number and a unit', () => {
    assert.equal(parseDuration('90s'), 90_000)
    assert.equal(parseDuration('30m'), 1_800_000)
    assert.equal(parseDuration('24h'), 86_400_000)
    assert.equal(parseDuration('7d'), 604_800_000)
    assert.equal(parseDuration('0s'), 0)
  })

  it('are nothing else', () => {
    for (const text of [
      '',
      'd',
      '7',
      '7 d',
      ' 7d',
      '7d ',
      '7D',
      '-7d',
      '+7d',
      '07d',
      '1.5h',
      '1e3s',
      '7w',
      '7ms',
      '1h30m',
      '1000000s',
      '7d\n',
      '٧d',
    ]) {
      assert.equal(parseDuration(text), undefined, JSON.stringify(text))
    }
  })

  it('are written with the largest unit that divides them, parts of a second rounded up', () => {
    assert.equal(formatDuration(86_400_000), '1d')
    assert.equal(formatDuration(5_400_000), '90m')
    assert.equal(formatDuration(90_000), '90s')
    assert.equal(formatDuration(1), '1s')
    assert.equal(formatDuration(0), '0s')
  })

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.nat(999_999), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
        const ms = parseDuration(`${count}${unit}`)
        assert.ok(ms !== undefined)
        assert.equal(parseDuration(formatDuration(ms)), ms)
      }),
    )
  })
})
