import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { start } from '../../../test/support/mail-events.ts'
import { testSettings } from '../../../test/support/context.ts'
import { hour, minute, second } from '../../base/clock.ts'
import { reputationSettings } from './own-settings.ts'
import { Replay } from './replay.ts'

const burst = '192.0.2.45'
const iso = (at: number): string => new Date(at).toISOString()

function event(ip: string, at: number, more: object = {}): object {
  const fields = { helo: 'mx.sender.example', ptr: 'mx.sender.example', mailFrom: 'sender.example' }
  return { v: 1, id: `${ip} ${at}`, at: iso(at), type: 'message', ip, ...fields, verdict: 'ham', ...more }
}

/** `count` messages, ten seconds apart. */
function events(ip: string, from: number, count: number, more: object = {}): object[] {
  return Array.from({ length: count }, (_, nth) => event(ip, from + nth * 10 * second, more))
}

const delist = (ip: string, at: number): object => ({ type: 'delist', at: iso(at), ip })

/** The lines, each as it is printed. */
function replay(input: readonly object[], lagMs = 0): readonly string[] {
  const run = new Replay(reputationSettings(testSettings()), lagMs)
  return input.flatMap((value) => {
    const lines = run.push(value)
    if (typeof lines === 'string') assert.fail(lines)
    return lines.map((line) => JSON.stringify(line))
  })
}

/** All lines but those of events. */
const besides = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => !line.startsWith('{"id"'))

const spam = { verdict: 'spam' }
/** The twentieth message lists. */
const listedAt = start + 190 * second

describe('The replay', () => {
  it('prints a line for each message and connection and none for a complaint, in these words', () => {
    const input = [
      event(burst, start),
      { v: 1, id: 'c', at: iso(start + second), type: 'connection', ip: burst },
      {
        v: 1,
        id: 'r',
        at: iso(start + minute),
        type: 'complaint',
        ip: burst,
        kind: 'junk',
        message: `${burst} ${start}`,
      },
    ]
    assert.deepEqual(replay(input), [
      `{"id":"${burst} ${start}","ip":"${burst}","at":"${iso(start)}","action":"pass","reason":null,"grade":"new"}`,
      `{"id":"c","ip":"${burst}","at":"${iso(start + second)}","action":"pass","reason":null,"grade":"new"}`,
    ])
  })

  it('prints a listing between the event that made it and the next, and its end before the first event after it', () => {
    const lines = replay([
      ...events(burst, start, 21, spam),
      event('198.51.100.7', listedAt + hour, { ptr: 'mx.other.example' }),
    ])
    assert.deepEqual(lines.slice(20), [
      `{"listing":"added","ip":"${burst}/32","at":"${iso(listedAt)}","reason":"spam","class":"self-service","ends":"${iso(listedAt + hour)}","evidence":{"messages":20,"spam":20,"complaints":0,"traps":0}}`,
      `{"id":"${burst} ${start + 200 * second}","ip":"${burst}","at":"${iso(start + 200 * second)}","action":"reject","reason":"spam","grade":"bad"}`,
      `{"listing":"ended","ip":"${burst}/32","at":"${iso(listedAt + hour)}","why":"expired"}`,
      `{"id":"198.51.100.7 ${listedAt + hour}","ip":"198.51.100.7","at":"${iso(listedAt + hour)}","action":"pass","reason":null,"grade":"new"}`,
    ])
    assert.deepEqual(besides(replay(events(burst, start, 21, spam))).length, 1, 'no end after the last event')
  })

  it('prints a line for an id that comes again, and learns nothing from it', () => {
    const lines = replay(Array.from({ length: 60 }, () => event(burst, start, spam)))
    assert.equal(lines.length, 60)
    assert.deepEqual(besides(lines), [])
  })

  it('answers a removal: done once, then that nothing is listed, and cool-down when it is listed again within the day', () => {
    const at = listedAt + minute
    const again = at + 10 * minute
    const lines = replay([
      ...events(burst, start, 20, spam),
      delist(burst, at),
      delist(burst, at + second),
      ...events(burst, again, 60, spam),
      delist(burst, again + hour / 2),
    ])
    assert.deepEqual(
      besides(lines).filter((line) => !line.startsWith('{"listing":"added"')),
      [
        `{"listing":"ended","ip":"${burst}/32","at":"${iso(at)}","why":"delist"}`,
        `{"delist":"done","ip":"${burst}","at":"${iso(at)}"}`,
        `{"delist":"refused","ip":"${burst}","at":"${iso(at + second)}","why":"not-listed"}`,
        `{"delist":"refused","ip":"${burst}","at":"${iso(again + hour / 2)}","why":"cool-down"}`,
      ],
    )
  })

  it('refuses a removal of what only a person ends', () => {
    const lines = replay([
      ...events(burst, start, 20, { verdict: 'malware' }),
      delist(burst, start + hour / 2),
    ])
    assert.equal(
      besides(lines).at(-1),
      `{"delist":"refused","ip":"${burst}","at":"${iso(start + hour / 2)}","why":"investigate"}`,
    )
  })

  it('forgives nothing to a sender that is only put off: not listed, and everything goes on as if nobody had asked', () => {
    const put = events(burst, start, 12, spam)
    const rest = events(burst, start + 10 * minute, 40, spam)
    const asked = replay([...put, delist(burst, start + 5 * minute), ...rest])
    const answer = `{"delist":"refused","ip":"${burst}","at":"${iso(start + 5 * minute)}","why":"not-listed"}`
    assert.ok(asked.includes(answer))
    assert.deepEqual(
      asked.filter((line) => line !== answer),
      replay([...put, ...rest]),
    )
  })

  it('lists a range, lets a member go that shows that it is innocent, and no other', () => {
    const bad = Array.from({ length: 8 }, (_, nth) => `192.0.2.${nth + 1}`)
    // Nothing is known of them before all have written.
    const input = Array.from({ length: 4 }, (_, turn) =>
      bad.map((ip, nth) => event(ip, start + (turn * 8 + nth) * second, spam)),
    ).flat()
    const end = start + 2 * hour
    const lines = replay(
      [
        ...input,
        delist('192.0.2.99', end),
        event('192.0.2.99', end + second),
        event('192.0.2.98', end + second),
      ],
      hour + 30 * minute,
    )
    const added = besides(lines).find((line) => line.includes('"192.0.2.0/24"'))
    assert.match(added ?? '', /^\{"listing":"added","ip":"192\.0\.2\.0\/24",.*"class":"self-service"/)
    assert.deepEqual(besides(lines).slice(-2), [
      `{"listing":"carved","ip":"192.0.2.99/32","from":"192.0.2.0/24","at":"${iso(end)}"}`,
      `{"delist":"done","ip":"192.0.2.99","at":"${iso(end)}"}`,
    ])
    assert.deepEqual(
      lines.slice(-2).map((line) => (JSON.parse(line) as { action: string }).action),
      ['pass', 'reject'],
    )
  })

  it('knows what became of a message only after the lag', () => {
    const lag = 5 * minute
    const lines = replay(events(burst, start, 60, spam), lag)
    const added = lines.findIndex((line) => line.startsWith('{"listing":"added"'))
    const { at } = JSON.parse(lines[added] ?? '{}') as { at: string }
    assert.ok(Date.parse(at) >= start + lag)
    const events_ = lines.map((line) => JSON.parse(line) as { id?: string; at: string })
    for (const [nth, line] of events_.entries())
      if (line.id !== undefined) assert.equal(nth > added, Date.parse(line.at) >= Date.parse(at), line.at)
  })

  it('forgets a complaint about a message that it refused', () => {
    const quiet = replay(events(burst, start, 30, spam))
    const loud = replay([
      ...events(burst, start, 30, spam),
      ...Array.from({ length: 9 }, (_, nth) => ({
        v: 1,
        id: `r${nth}`,
        at: iso(start + 10 * minute),
        type: 'complaint',
        ip: burst,
        kind: 'junk',
        reporter: `r${nth}`,
        message: `${burst} ${start + 290 * second}`,
      })),
    ])
    assert.deepEqual(loud, quiet)
  })

  it('says the same of the same events, each an event of its own although ids are told twice', () => {
    const input = [
      ...events(burst, start, 30, spam),
      ...events('198.51.100.7', start + hour, 40),
      delist(burst, start + 2 * hour),
    ]
    assert.deepEqual(replay(input), replay(input))
    const twice = [event(burst, start), event(burst, start)]
    assert.equal(replay(twice).length, 2)
  })

  it('knows who told an event by its source: one alone lists nobody whom another knows', () => {
    const by = (source: string, told: readonly object[]): readonly object[] =>
      told.map((each) => ({ ...each, source }))
    const wanted = events(burst, start, 20)
    const lies = events(burst, start + hour, 60, spam)
    const isListed = (input: readonly object[]): boolean =>
      replay(input).some((line) => line.includes('"added"'))
    assert.equal(isListed([...by('mx1', wanted), ...by('mx2', lies)]), false)
    assert.equal(isListed([...wanted, ...lies]), isListed([...by('mx1', wanted), ...by('mx1', lies)]))
    assert.equal(isListed(by('mx2', events(burst, start, 60, spam))), true)
  })
})
