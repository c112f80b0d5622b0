import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { minute } from '../base/clock.ts'
import type { StandingsFrame } from '../access/standings-frame.ts'
import type { Standing, StandingEntry } from '../access/standing.ts'
import { address } from '../../test/support/listing-entries.ts'
import { Standings } from './standings.ts'

const now = 1_760_000_000_000
const sender = address('192.0.2.45')
const hourly = (perHour: number): Standing => ({ kind: 'hourly', perHour, reason: 'suspicious' })
const newcomer: Standing = { kind: 'hourly', perHour: 40, reason: 'new-sender' }

function frame(entries: readonly StandingEntry[], changes: Partial<StandingsFrame> = {}): StandingsFrame {
  return {
    type: 'standings',
    at: now,
    mode: 'enforce',
    rules: { newPerHour: 40, greyKeptMs: 0, stormAttempts: 60 },
    whole: false,
    more: false,
    seq: 1,
    entries,
    ...changes,
  }
}

function standings(...entries: readonly StandingEntry[]): Standings {
  const all = new Standings()
  all.take(frame(entries, { whole: true }), now)
  return all
}

describe('The standing of a sender', () => {
  const own: StandingEntry = ['192.0.2.45/32', hourly(1)]
  const organisation: StandingEntry = ['org example.org', hourly(2)]
  const range: StandingEntry = ['192.0.2.0/24', hourly(3)]
  const kind: StandingEntry = ['kind own', hourly(4)]

  it('is its own, else that of its organisation, its range, its kind of name, else that of anybody new', () => {
    const of = (...entries: readonly StandingEntry[]) => standings(...entries).of(sender, 'mail.example.org')
    assert.deepEqual(of(own, organisation, range, kind), hourly(1))
    assert.deepEqual(of(organisation, range, kind), hourly(2))
    assert.deepEqual(of(range, kind), hourly(3))
    assert.deepEqual(of(kind), hourly(4))
    assert.deepEqual(of(), newcomer)
  })

  it('is not that of an organisation whose access line it is on', () => {
    const all = standings(organisation, ['kind generic', hourly(5)])
    assert.deepEqual(all.of(sender, '192-0-2-45.dyn.example.org'), hourly(5))
    assert.deepEqual(all.of(sender, null), newcomer)
  })

  it('is by the /64 and the /56 in IPv6', () => {
    const all = standings(['2001:db8:0:ff01::/64', hourly(1)], ['2001:db8:0:ff00::/56', hourly(2)])
    assert.deepEqual(all.of(address('2001:db8:0:ff01::9'), undefined), hourly(1))
    assert.deepEqual(all.of(address('2001:db8:0:ff02::9'), undefined), hourly(2))
    assert.deepEqual(all.of(address('2001:db8:0:fe01::9'), undefined), newcomer)
  })

  it('changes and goes as core says, and keys that make no sense change nothing', () => {
    const all = standings(own, organisation)
    all.take(
      frame([
        ['192.0.2.45/32', null],
        ['nonsense', hourly(9)],
        ['192.0.2.0/28', hourly(9)],
      ]),
      now,
    )
    assert.deepEqual(all.of(sender, 'mail.example.org'), hourly(2))
    all.take(frame([['org example.org', null]]), now)
    assert.deepEqual(all.of(sender, 'mail.example.org'), newcomer)
  })
})

describe('A whole list', () => {
  it('takes the place of the old one when its last frame has come, not before', () => {
    const all = standings(['192.0.2.45/32', hourly(1)])
    all.take(frame([['192.0.2.46/32', hourly(2)]], { whole: true, more: true }), now)
    assert.deepEqual(all.of(sender, undefined), hourly(1))
    all.take(frame([['192.0.2.47/32', hourly(3)]]), now)
    assert.deepEqual(all.of(sender, undefined), newcomer)
    assert.deepEqual(all.of(address('192.0.2.46'), undefined), hourly(2))
    assert.equal(all.size, 2)
  })

  it('that was cut off leaves the old one', () => {
    const all = standings(['192.0.2.45/32', hourly(1)])
    all.take(frame([['192.0.2.46/32', hourly(2)]], { whole: true, more: true }), now)
    all.interrupt()
    all.take(frame([]), now)
    assert.deepEqual(all.of(sender, undefined), hourly(1))
  })
})

describe('Standings', () => {
  it('hold for a quarter of an hour after core has said that they are true', () => {
    const all = standings()
    assert.ok(all.isHeld(now + 15 * minute - 1))
    assert.ok(!all.isHeld(now + 15 * minute))
    assert.ok(!new Standings().isHeld(now))
  })

  it('hold no longer for a core whose clock is ahead', () => {
    const all = standings()
    all.take(frame([], { at: now + 60 * minute }), now)
    assert.ok(!all.isHeld(now + 15 * minute))
  })
})
