import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hour, minute } from '../base/clock.ts'
import { address } from '../../test/support/listing-entries.ts'
import { Budgets } from './budgets.ts'

const start = 1_760_000_400_000
const sender = address('192.0.2.45')

describe('Budgets', () => {
  it('count messages of a unit: an IPv4 address, the /64 of an IPv6 one', () => {
    const budgets = new Budgets()
    budgets.notePassed(sender, start)
    budgets.notePassed(address('2001:db8::1'), start)
    budgets.notePassed(address('2001:db8::2'), start)
    assert.equal(budgets.of(sender, '', start).passed, 1)
    assert.equal(budgets.of(address('192.0.2.46'), '', start).passed, 0)
    assert.equal(budgets.of(address('2001:db8::3'), '', start).passed, 2)
    assert.equal(budgets.of(address('2001:db8:0:1::1'), '', start).passed, 0)
  })

  it('let what passed fade within the next hour, and know nothing of it after two', () => {
    const budgets = new Budgets()
    const onTheHour = Math.ceil(start / hour) * hour
    for (let nth = 0; nth < 40; nth++) budgets.notePassed(sender, onTheHour)
    const passed = (after: number) => budgets.of(sender, '', onTheHour + after).passed
    assert.equal(passed(59 * minute), 40)
    assert.equal(passed(90 * minute), 20)
    assert.equal(passed(2 * hour), 0)
  })

  it('remember first tries by the domain of the sender, the last eight', () => {
    const budgets = new Budgets()
    budgets.notePutOff(sender, 'example.org', start, hour)
    budgets.notePutOff(sender, 'example.org', start + minute, hour)
    assert.equal(budgets.of(sender, 'example.org', start + 2 * minute).triedMs, 2 * minute)
    assert.equal(budgets.of(sender, 'example.net', start + 2 * minute).triedMs, undefined)
    for (let nth = 0; nth < 8; nth++) budgets.notePutOff(sender, `${nth}.example`, start + minute, hour)
    assert.equal(budgets.of(sender, 'example.org', start + 2 * minute).triedMs, undefined)
    assert.equal(budgets.of(sender, '7.example', start + 2 * minute).triedMs, minute)
  })

  it('begin a first try anew once it has been forgotten', () => {
    const budgets = new Budgets()
    budgets.notePutOff(sender, 'example.org', start, hour)
    budgets.notePutOff(sender, 'example.org', start + 2 * hour, hour)
    assert.equal(budgets.of(sender, 'example.org', start + 2 * hour + minute).triedMs, minute)
  })

  it('count attempts in spans of ten minutes', () => {
    const budgets = new Budgets()
    const slot = Math.ceil(start / (10 * minute)) * 10 * minute
    for (let nth = 0; nth < 5; nth++) budgets.notePutOff(sender, '', slot + nth, hour)
    assert.equal(budgets.of(sender, '', slot + 9 * minute).attempts, 5)
    assert.equal(budgets.of(sender, '', slot + 10 * minute).attempts, 0)
  })

  it('are told once from a count on, and again to a core that has just come', () => {
    const budgets = new Budgets()
    const current = Math.floor(start / hour)
    budgets.notePassed(sender, start, 2)
    budgets.notePassed(address('2001:db8::1'), start, 1)
    budgets.noteRecipient(address('2001:db8::2'), start)
    assert.deepEqual(budgets.takeUntold(10), [['2001:db8::/64', current, 1, 1]])
    budgets.notePassed(sender, start, 2)
    assert.deepEqual(budgets.takeUntold(10), [['192.0.2.45/32', current, 2, 0]])
    assert.deepEqual(budgets.takeUntold(10), [])
    budgets.tellAgain(start)
    assert.deepEqual(budgets.takeUntold(1).length, 1)
    assert.deepEqual(budgets.takeUntold(10).length, 1)
  })

  it('count what passed at the other edges, and let it fade alike', () => {
    const budgets = new Budgets()
    const onTheHour = Math.ceil(start / hour) * hour
    const current = onTheHour / hour
    budgets.notePassed(sender, onTheHour)
    budgets.takeElsewhere([['192.0.2.45/32', current, 39, 80]])
    const seen = (after: number) => budgets.of(sender, '', onTheHour + after)
    assert.deepEqual([seen(0).passed, seen(0).recipients], [40, 80])
    assert.equal(seen(90 * minute).passed, 20)
    budgets.takeElsewhere([['192.0.2.45/32', current, 9, 9]])
    assert.equal(seen(0).passed, 10, 'an edge that has begun anew has forgotten')
    budgets.takeElsewhere([['192.0.2.45/32', current + 1, 4, 4]])
    assert.equal(seen(90 * minute).passed, 9)
  })

  it('forget the unit that was begun first when there are too many', () => {
    const budgets = new Budgets()
    for (let nth = 0; nth <= 1 << 17; nth++)
      budgets.notePassed({ family: 4, words: [0xc0000000 + nth, 0, 0, 0] }, start)
    assert.equal(budgets.of({ family: 4, words: [0xc0000000, 0, 0, 0] }, '', start).passed, 0)
    assert.equal(budgets.of({ family: 4, words: [0xc0000001, 0, 0, 0] }, '', start).passed, 1)
  })
})
