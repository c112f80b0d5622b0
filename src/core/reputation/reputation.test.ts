import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { added, message, send, sendMany, start, testReputation } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import type { Reputation } from './reputation.ts'

const burst = '198.51.100.7'

/** Ten senders with five days of good mail. */
function withGoodSenders(): {
  readonly judge: Reputation
  readonly good: readonly string[]
  readonly now: number
} {
  const judge = testReputation()
  const good = Array.from({ length: 10 }, (_, nth) => `192.0.2.${10 + nth}`)
  for (let at = start; at < start + 5 * day; at += 15 * minute)
    for (const [nth, ip] of good.entries())
      send(judge, message(ip, at + nth, { ptr: `mx.good${nth}.example`, mailFrom: `good${nth}.example` }))
  judge.takeNotes()
  return { judge, good, now: start + 5 * day }
}

describe('The judgement', () => {
  it('lists a burst from an unknown address with twenty messages of evidence, and says what it rests on', () => {
    const judge = testReputation()
    const tally = sendMany(judge, burst, start, 60, 10 * second, { verdict: 'spam' })
    assert.deepEqual(tally, { pass: 20, defer: 0, reject: 40 })
    const [note] = added(judge.takeNotes())
    assert.equal(note?.listing.cause, 'spam')
    assert.equal(note?.listing.class, 'self-service')
    assert.deepEqual(note?.evidence, { messages: 20, spam: 20, complaints: 0, traps: 0 })
  })

  it('frees a delisted sender at once, keeps it free on old evidence, and relists sooner and longer', () => {
    const judge = testReputation()
    sendMany(judge, burst, start, 60, 10 * second, { verdict: 'spam' })
    const [first] = added(judge.takeNotes())
    const at = start + hour / 2
    assert.equal(judge.delist(message(burst, at).address, at), 'done')
    assert.deepEqual(sendMany(judge, burst, at, 100, 30 * second), { pass: 100, defer: 0, reject: 0 })
    assert.deepEqual(added(judge.takeNotes()), [])
    const again = sendMany(judge, burst, at + 30 * day, 60, 10 * second, { verdict: 'spam' })
    const [second_] = added(judge.takeNotes())
    assert.ok(again.pass < 20, `passed ${again.pass}`)
    assert.ok(
      second_ &&
        first &&
        second_.listing.ends - second_.listing.since > first.listing.ends - first.listing.since,
    )
  })

  it('knows a sender of old logs as long, whether they come before its first live message or after it, the newest first', () => {
    const now = start + 40 * day
    const old = Array.from({ length: 160 }, (_, nth) =>
      message(burst, start + nth * 6 * hour, { verdict: undefined }),
    )
    const live = message(burst, now, { verdict: undefined })
    const standings = [
      [...old, live],
      [live, ...old],
      [live, ...old.toReversed()],
    ].map((events) => {
      const judge = testReputation()
      for (const event of events) judge.learn(event, now, { isOld: event !== live })
      const { sender } = judge.examine(live.address, now) ?? {}
      return { standing: judge.standingOf(live), since: sender?.since }
    })
    const [first] = standings
    assert.equal(first?.since, start)
    for (const each of standings) assert.deepEqual(each, first)
  })

  it('stops a turned sender within a few messages and lists it only with more than the filter’s word', () => {
    const { judge, good, now } = withGoodSenders()
    const [ip = ''] = good
    const tally = sendMany(judge, ip, now, 200, 20 * second, { verdict: 'spam' })
    assert.ok(tally.pass <= 40, `passed ${tally.pass}`)
    assert.ok(tally.defer + tally.reject >= 160)
  })

  it('refuses no good sender when the filter goes mad', () => {
    const { judge, good, now } = withGoodSenders()
    let refused = 0
    let deferred = 0
    for (let at = now; at < now + 3 * hour; at += 5 * minute) {
      for (const [nth, ip] of good.entries()) {
        const { action } = send(
          judge,
          message(ip, at + nth, { ptr: `mx.good${nth}.example`, verdict: 'spam' }),
        )
        if (action === 'reject') refused++
        if (action === 'defer') deferred++
      }
    }
    assert.equal(refused, 0)
    assert.ok(deferred < 10, `${deferred} were put off`)
    assert.ok(judge.takeNotes().some((note) => note.kind === 'brake' && note.turn.isOn))
  })

  it('lets no handful of reporters turn a good sender', () => {
    const { judge, good, now } = withGoodSenders()
    const [ip = ''] = good
    for (let nth = 0; nth < 200; nth++) {
      const event = message(ip, now + nth * minute)
      assert.notEqual(send(judge, event).action, 'reject')
      judge.complain({
        type: 'complaint',
        id: `c${nth}`,
        at: event.at + second,
        ip,
        address: event.address,
        kind: 'junk',
        reporter: `reporter-${nth % 5}`,
        message: event.id,
      })
    }
    assert.deepEqual(added(judge.takeNotes()), [])
  })

  it('lists a range of bad members, and lets its good member through at once', () => {
    const judge = testReputation()
    const good = '192.0.2.200'
    for (let at = start; at < start + 3 * day; at += hour)
      send(judge, message(good, at, { ptr: 'mx.good.example' }))
    const now = start + 3 * day
    // As while it only observes: everything reaches the filter.
    for (let member = 1; member <= 30; member++) {
      for (let nth = 0; nth < 4; nth++) {
        const at = now + member * hour + nth * 15 * minute
        judge.learn(message(`192.0.2.${member}`, at, { verdict: 'spam' }))
      }
    }
    const notes = judge.takeNotes()
    assert.ok(added(notes).some(({ listing }) => listing.prefix.length === 24))
    assert.ok(
      notes.some(
        (note) => note.kind === 'carved' && note.unit.words[0] === message(good, now).address.words[0],
      ),
    )
    assert.equal(send(judge, message(good, now + 31 * hour, { ptr: 'mx.good.example' })).action, 'pass')
  })

  it('lists nobody who is protected', () => {
    const judge = testReputation()
    assert.deepEqual(sendMany(judge, '203.0.113.9', start, 100, second, { verdict: 'malware' }), {
      pass: 100,
      defer: 0,
      reject: 0,
    })
    assert.deepEqual(judge.takeNotes(), [])
  })
})
