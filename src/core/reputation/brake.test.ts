import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { added, message, send, start, testReputation } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import type { MailVerdict } from '../../access/mail-event.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { Brake, type Turn } from './brake.ts'
import type { Note } from './notes.ts'
import type { Reputation } from './reputation.ts'

const named = (turns: readonly Turn[]): readonly string[] =>
  turns.map(({ isOn, braked }) => `${braked.rule} ${isOn ? braked.why : 'off'}`)

describe('The brake', () => {
  it('is pulled for the rule that the filter speaks for when it turns on steady good senders, and for no other', () => {
    const brake = new Brake()
    const turns = Array.from({ length: 40 }, (_, nth) =>
      brake.hear(`s${nth % 8}`, nth < 16 ? undefined : 'phish', start + nth * minute),
    )
    assert.deepEqual(named(turns.flat()), ['phish filter'])
    assert.ok(brake.holds('phish') && brake.doubts('phish') && !brake.holds('spam'))
    assert.deepEqual(
      brake.state.map(({ rule, why, again }) => [rule, why, again]),
      [['phish', 'filter', 0]],
    )
    const better = Array.from({ length: 60 }, (_, nth) =>
      brake.hear(`s${nth % 12}`, undefined, start + hour + nth * minute),
    )
    assert.deepEqual(named(better.flat()), ['phish off'])
  })

  it('is pulled by hand for one rule, and lets go by itself after a day', () => {
    const brake = new Brake()
    assert.deepEqual(named(brake.pull('spam', 'operator:ada', start)), ['spam hand'])
    assert.deepEqual(brake.pull('spam', 'operator:bob', start + minute), [], 'it is held already')
    assert.ok(brake.holds('spam') && !brake.holds('phish'))
    assert.ok(!brake.doubts('spam') && !brake.isFilterMad, 'what the filter says still counts')
    assert.equal(brake.state[0]?.by, 'operator:ada')
    const kept = new Brake()
    kept.read(JSON.parse(JSON.stringify(brake.toJSON())) as ReturnType<Brake['toJSON']>)
    assert.deepEqual(kept.state, brake.state)
    assert.deepEqual(named(brake.tick(start + day - 1)), [])
    assert.deepEqual(named(brake.tick(start + day)), ['spam off'])
  })

  it('is let go by hand whatever pulled it, and only what comes from then on can pull it again', () => {
    const brake = new Brake()
    const madness = (from: number): readonly string[] =>
      named(
        Array.from({ length: 20 }, (_, nth) => brake.hear(`s${nth % 8}`, 'spam', from + nth * 1000)).flat(),
      )
    assert.deepEqual(madness(start), ['spam filter'])
    const [turn] = brake.release('spam', 'operator:ada', start + minute)
    assert.deepEqual([turn?.isOn, turn?.by, turn?.braked.why], [false, 'operator:ada', 'filter'])
    assert.deepEqual(brake.release('spam', 'operator:ada', start + minute), [])
    assert.deepEqual(brake.hear('s1', 'spam', start + minute), [])
    assert.deepEqual(madness(start + 2 * minute), ['spam filter'])
  })

  it('is not pulled for one loud sender, nor for a few', () => {
    const brake = new Brake()
    for (let nth = 0; nth < 200; nth++) {
      brake.hear(`good${nth % 10}`, undefined, start + nth * minute)
      for (const loud of ['a', 'b', 'c', 'd']) brake.hear(loud, 'spam', start + nth * minute)
    }
    assert.deepEqual(brake.state, [])
  })

  it('is pulled when a rule lists good senders as it never did, and is let go after a time that doubles', () => {
    const brake = new Brake()
    const list = (from: number): readonly string[] =>
      named(
        Array.from({ length: 6 }, (_, nth) => brake.refused(`s${nth}`, 'traps', from + nth * minute)).flat(),
      )
    assert.deepEqual(list(start), ['traps refusals'])
    assert.deepEqual(named(brake.tick(start + hour)), [])
    assert.deepEqual(named(brake.tick(start + 3 * hour)), ['traps off'])
    assert.deepEqual(list(start + 4 * hour), ['traps refusals'])
    assert.deepEqual(named(brake.tick(start + 7 * hour)), [], 'it was let go too early before')
    assert.deepEqual(named(brake.tick(start + 9 * hour)), ['traps off'])
  })

  it('measures requests by its own history: what is usual is no jump', () => {
    const brake = new Brake()
    let at = start
    // Six ranges an hour for a month.
    for (; at < start + 30 * day; at += 10 * minute)
      assert.deepEqual(brake.asked(`range${(at / (10 * minute)) % 97}`, 'spam', at), [])
    const twice = Array.from({ length: 12 }, (_, nth) => brake.asked(`new${nth}`, 'spam', at + nth * second))
    assert.deepEqual(named(twice.flat()), [])
    const jump = Array.from({ length: 40 }, (_, nth) =>
      brake.asked(`more${nth}`, 'spam', at + minute + nth * second),
    )
    assert.deepEqual(named(jump.flat()), ['spam requests'])
    const [turn] = jump.flat()
    assert.ok(turn && turn.count > 20 && turn.usual > 4 && turn.usual < 8, JSON.stringify(turn))
  })

  it('is pulled when a rule lists more in a minute than it may, and for no slow stream of listings', () => {
    const brake = new Brake(100)
    const slow = Array.from({ length: 500 }, (_, nth) => brake.listed('spam', start + nth * second))
    assert.deepEqual(named(slow.flat()), [])
    const fast = Array.from({ length: 150 }, (_, nth) => brake.listed('spam', start + hour + nth))
    assert.deepEqual(named(fast.flat()), ['spam flood'])
    assert.deepEqual(named(brake.tick(start + 4 * hour)), ['spam off'])
  })

  it('is pulled for every rule that listed when all together list more in an hour than they may, over a restart too', () => {
    const before = new Brake(Infinity, 100)
    for (let nth = 0; nth < 40; nth++) {
      assert.deepEqual(before.listed('spam', start + nth * 30 * second), [])
      assert.deepEqual(before.listed('traps', start + nth * 30 * second), [])
    }
    const brake = new Brake(Infinity, 100)
    brake.read(JSON.parse(JSON.stringify(before)) as ReturnType<Brake['toJSON']>)
    const at = start + 30 * minute
    const turns = Array.from({ length: 25 }, (_, nth) => brake.listed('spam', at + nth)).flat()
    assert.deepEqual(named(turns), ['spam flood', 'traps flood'])
    assert.deepEqual(
      turns.map(({ count }) => count),
      [60, 40],
    )
    assert.deepEqual(named(brake.listed('harvest', at + second)), ['harvest flood'])
    assert.equal(brake.holds('spam') && brake.holds('traps') && brake.holds('harvest'), true)
  })

  it('is not pulled when each hour lists less than may be listed in one', () => {
    const brake = new Brake(Infinity, 100)
    const turns = Array.from({ length: 500 }, (_, nth) => brake.listed('spam', start + nth * minute))
    assert.deepEqual(named(turns.flat()), [])
  })

  it('counts one owner of many addresses in a range once', () => {
    const brake = new Brake()
    for (let nth = 0; nth < 100; nth++) assert.deepEqual(brake.asked('192.0.2.0/24', 'spam', start + nth), [])
  })

  it('holds over a restart until something is known of the filter', () => {
    const brake = new Brake()
    brake.recall([{ rule: 'spam', since: start - 3 * hour, why: 'filter', again: 0 }], start)
    assert.deepEqual(brake.tick(start + minute), [])
    const turns = Array.from({ length: 10 }, (_, nth) =>
      brake.hear(`s${nth}`, undefined, start + nth * minute),
    )
    assert.deepEqual(named(turns.flat()), ['spam off'])
  })
})

/** Twenty senders with five days of good mail. */
function withGoodSenders(): {
  readonly judge: Reputation
  readonly good: readonly string[]
  readonly now: number
} {
  const judge = testReputation()
  const good = Array.from({ length: 20 }, (_, nth) => `192.0.2.${10 + nth}`)
  for (let at = start; at < start + 5 * day; at += 30 * minute)
    for (const [nth, ip] of good.entries()) send(judge, of(ip, at + nth, 'ham'))
  judge.takeNotes()
  return { judge, good, now: start + 5 * day }
}

function of(ip: string, at: number, verdict: MailVerdict) {
  const host = `mx${ip.replaceAll('.', '-')}`
  return message(ip, at, { ptr: `${host}.example`, mailFrom: `${host}.example`, verdict })
}

const about = (notes: readonly Note[], kind: Note['kind'], ip: string): number =>
  notes.filter((note) => note.kind === kind && 'prefix' in note && formatPrefix(note.prefix) === `${ip}/32`)
    .length

describe('The judgement with its brake', () => {
  /** A burst of a bad sender, then a filter that calls everything spam, from which a newcomer suffers too. */
  function madness(): {
    judge: Reputation
    good: readonly string[]
    bad: string
    newcomer: string
    now: number
    notes: Note[]
  } {
    const { judge, good, now: from } = withGoodSenders()
    const [bad, newcomer] = ['198.51.100.7', '198.51.100.200']
    const notes: Note[] = []
    let now = from
    for (let nth = 0; nth < 26; nth++) send(judge, of(newcomer, (now = from + nth * 5 * second), 'spam'))
    // Of before the filter went mad, but heard only now.
    for (let nth = 0; nth < 30; nth++) judge.learn(of(bad, from - 3 * hour + nth, 'spam'), now)
    notes.push(...judge.takeNotes())
    for (let turn = 0; turn < 4; turn++)
      for (const ip of good) send(judge, of(ip, (now += 20 * second), 'spam'))
    notes.push(...judge.takeNotes())
    return { judge, good, bad, newcomer, now, notes }
  }

  it('puts off on what it listed lately instead of refusing, and lists nobody more on that rule', () => {
    const { judge, newcomer, good, now, notes } = madness()
    assert.deepEqual(
      judge.braked.map(({ rule, why }) => [rule, why]),
      [['spam', 'filter']],
    )
    assert.equal(about(notes, 'degraded', newcomer), 1)
    assert.equal(about(notes, 'ended', newcomer), 0)
    assert.deepEqual(
      { ...send(judge, of(newcomer, now + second, 'spam')), grade: undefined },
      { action: 'defer', reason: 'own-trouble', grade: undefined },
    )
    for (let nth = 0; nth < 60; nth++) send(judge, of('198.51.100.99', now + nth * second, 'spam'))
    assert.deepEqual(added(judge.takeNotes()), [])
    for (const ip of good) assert.equal(send(judge, of(ip, now + 2 * minute, 'spam')).action, 'pass')
  })

  it('judges anew what it degraded when the filter is sane: what rested on the mad time ends, the rest refuses again', () => {
    const { judge, good, bad, newcomer, now } = madness()
    assert.equal(send(judge, of(bad, now + second, 'spam')).action, 'defer')
    const notes: Note[] = []
    for (let at = now + minute; judge.braked.length > 0 && at < now + hour; at += minute) {
      for (const ip of good) send(judge, of(ip, at, 'ham'))
      notes.push(...judge.takeNotes())
    }
    assert.deepEqual(judge.braked, [])
    assert.equal(about(notes, 'ended', newcomer), 1)
    assert.equal(about(notes, 'restored', bad), 1)
  })

  it('lists no more than a thousand in a minute, whatever goes wrong', () => {
    const judge = testReputation()
    for (let nth = 0; nth < 1500; nth++) {
      const ip = `198.51.${100 + (nth >> 8)}.${nth & 255}`
      for (let again = 0; again < 6; again++)
        judge.learn({ ...of(ip, start + nth, 'phish'), trapRecipients: 1 }, start + nth)
    }
    const notes = judge.takeNotes()
    const senders = added(notes).filter(({ listing }) => listing.prefix.length === 32)
    const causes = new Set(senders.map(({ listing }) => listing.cause))
    assert.ok(senders.length >= 1000 && senders.length <= 1000 * causes.size, `${senders.length}`)
    assert.ok(judge.braked.some(({ why }) => why === 'flood'))
    assert.equal(send(judge, of('198.51.100.0', start + minute, 'phish')).action, 'defer')
  })

  it('is pulled for traps when it lists long-good senders for them one after the other', () => {
    const { judge, good, now: from } = withGoodSenders()
    let now = from
    const trapped = (ip: string): void => {
      for (let nth = 0; nth < 60; nth++)
        judge.learn({ ...of(ip, (now += second), 'phish'), trapRecipients: 1 }, now)
    }
    for (const ip of good.slice(0, 8)) trapped(ip)
    const listed = added(judge.takeNotes())
    assert.ok(listed.length < 8, `${listed.length} were listed`)
    assert.deepEqual(
      judge.braked.map(({ why }) => why),
      ['refusals'],
    )
  })
})
