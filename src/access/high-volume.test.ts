import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day } from '../base/clock.ts'
import { defaultHighVolume, failedTests, judgeHighVolume, modeAt } from './high-volume.ts'

const now = 20_000 * day
const good = { spf: 'pass', dkim: ['example.org'], dmarc: 'pass' } as const

describe('The tests of a message', () => {
  it('all pass, or are named in their order', () => {
    assert.deepEqual(failedTests(good), [])
    assert.deepEqual(failedTests({ spf: 'softfail', dkim: [], dmarc: 'none' }), ['spf', 'dkim', 'dmarc'])
    assert.deepEqual(failedTests({ ...good, dmarc: 'fail' }), ['dmarc'])
    for (const spf of ['fail', 'softfail', 'neutral', 'none', 'permerror'])
      assert.deepEqual(failedTests({ ...good, spf }), ['spf'])
  })

  it('count against nobody when the result is not known', () => {
    assert.deepEqual(failedTests({}), [])
    assert.deepEqual(failedTests({ ...good, spf: 'temperror', dmarc: 'temperror' }), [])
  })
})

describe('What holds', () => {
  const rule = { ...defaultHighVolume, mode: 'reject' } as const

  it('is the mode at once, where no day is given', () => {
    for (const mode of ['observe', 'junk', 'reject'] as const)
      assert.equal(modeAt({ ...rule, mode }, now), mode)
  })

  it('is observed until its day, or junk where that was announced first', () => {
    assert.equal(modeAt({ ...rule, rejectSince: now + 1 }, now), 'observe')
    assert.equal(modeAt({ ...rule, rejectSince: now }, now), 'reject')
    assert.equal(modeAt({ ...rule, junkSince: now, rejectSince: now + day }, now), 'junk')
    assert.equal(modeAt({ ...rule, mode: 'junk', junkSince: now + 1 }, now), 'observe')
    assert.equal(modeAt({ ...rule, mode: 'junk', rejectSince: now }, now), 'junk')
    assert.equal(modeAt({ ...rule, mode: 'observe', junkSince: now, rejectSince: now }, now), 'observe')
  })

  it('is asked of high-volume domains alone', () => {
    const none = { spf: 'none', dkim: [], dmarc: 'none' }
    assert.deepEqual(judgeHighVolume(false, none, rule, now), { action: 'pass', failed: [] })
    assert.deepEqual(judgeHighVolume(true, good, rule, now), { action: 'pass', failed: [] })
    assert.equal(judgeHighVolume(true, { ...good, dkim: [] }, rule, now).action, 'reject')
  })
})
