import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hour, minute } from '../base/clock.ts'
import { address } from '../../test/support/listing-entries.ts'
import { Spent } from './spent.ts'

const sender = address('192.0.2.45')

describe('messages to exempt mailboxes', () => {
  it('are counted by /32 and by /64', () => {
    const spent = new Spent()
    spent.add(sender, 0)
    spent.add(address('2001:db8::1'), 0)
    assert.equal(spent.of(sender, 0), 1)
    assert.equal(spent.of(address('192.0.2.46'), 0), 0)
    assert.equal(spent.of(address('2001:db8::ffff:2'), 0), 1)
    assert.equal(spent.of(address('2001:db8:0:1::1'), 0), 0)
  })

  it('never exceed a budget in any hour, and are all forgotten within an hour and a half', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 40 * minute }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: hour }), (pauses, start) => {
        const spent = new Spent()
        const budget = 3
        const sent: number[] = []
        let now = start
        for (const pause of pauses) {
          now += pause
          if (spent.of(sender, now) < budget) {
            spent.add(sender, now)
            sent.push(now)
          }
          assert.ok(sent.filter((at) => at > now - hour).length <= budget)
        }
        assert.equal(spent.of(sender, now + 1.5 * hour), 0)
      }),
    )
  })
})
