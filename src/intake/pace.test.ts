import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Pace, paceLimits } from './pace.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('The pace of a client', () => {
  it('gives thirty seconds for the first line, whatever drips in meanwhile', () => {
    const pace = new Pace(paceLimits, 0)
    for (let at = 0; at <= 30_000; at += 1000) pace.receive(bytes('E'), at)
    assert.equal(pace.isTooSlow(30_000), false)
    assert.equal(pace.isTooSlow(30_001), true)
  })
  it('gives a minute for every further line, from our answer on', () => {
    const pace = new Pace(paceLimits, 0)
    pace.receive(bytes('EHLO x\r\n'), 29_000)
    pace.reply(30_000)
    pace.receive(bytes('MAIL FR'), 80_000)
    assert.equal(pace.isTooSlow(90_000), false)
    assert.equal(pace.isTooSlow(90_001), true)
  })
  it('gives five minutes for a message, however busy the talk before it', () => {
    const pace = new Pace(paceLimits, 0)
    for (let at = 0; at <= 300_000; at += 5000) {
      pace.receive(bytes('NOOP\r\n'), at)
      pace.reply(at)
    }
    assert.equal(pace.isTooSlow(300_000), false)
    assert.equal(pace.isTooSlow(300_001), true)
    pace.beginData(100_000)
    pace.receive(Buffer.alloc(10 << 20), 299_000)
    assert.equal(pace.isTooSlow(300_001), true)
  })
  it('lets a message be slow for thirty seconds and then wants a kilobyte a second', () => {
    const pace = new Pace(paceLimits, 0)
    pace.beginData(0)
    assert.equal(pace.isTooSlow(30_000), false)
    assert.equal(pace.isTooSlow(30_001), true)
    pace.receive(Buffer.alloc(40 * 1024), 31_000)
    assert.equal(pace.isTooSlow(40_000), false)
    assert.equal(pace.isTooSlow(40_001), true)
  })
  it('does not hold the time against the client that we take to answer', () => {
    const pace = new Pace(paceLimits, 0)
    pace.beginData(1000)
    pace.endData()
    assert.equal(pace.isTooSlow(500_000), false)
    pace.endMessage(500_000)
    assert.equal(pace.isTooSlow(560_000), false)
    assert.equal(pace.isTooSlow(560_001), true)
  })
  it('sees a CR or LF that stands alone, and nothing else, however the bytes are cut', () => {
    const text = fc
      .array(fc.constantFrom('\r', '\n', '\r\n', 'a', '.'), { maxLength: 12 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (sent, size) => {
        const pace = new Pace(paceLimits, 0)
        for (let at = 0; at < sent.length; at += size) pace.receive(bytes(sent.slice(at, at + size)), 0)
        // A CR at the very end may still be followed by its LF.
        const isBare = /(?<!\r)\n|\r(?!\n|$)/.test(sent)
        assert.equal(pace.takeBareNewline(), isBare)
        assert.equal(pace.takeBareNewline(), false)
      }),
    )
  })
})
