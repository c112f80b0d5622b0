import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { added, message, send, start, testReputation } from '../../../test/support/mail-events.ts'
import { hour, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MailVerdict } from '../../access/mail-event.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import type { Note } from './notes.ts'
import type { Reputation } from './reputation.ts'

const range = orThrow(parseListable('192.0.2.0/24'))

interface Sending {
  readonly members: readonly number[]
  readonly from: number
  readonly verdict?: MailVerdict
  readonly each?: number
  readonly isOld?: boolean
}

/** Messages of members of the range, as while it is only observed: everything reaches the filter. Gives when the last was. */
function hear(
  judge: Reputation,
  { members, from, verdict = 'spam', each = 4, isOld = false }: Sending,
): number {
  let at = from
  for (let nth = 0; nth < each; nth++)
    for (const member of members) {
      at += minute
      judge.tick(at)
      judge.learn(message(`192.0.2.${member}`, at, { verdict, ptr: null }), at, { isOld })
    }
  return at
}

const first = (count: number): readonly number[] => Array.from({ length: count }, (_, nth) => nth + 1)

/** What became of the range's listing, in order. */
function ofRange(notes: readonly Note[]): readonly string[] {
  return notes.flatMap((note) => {
    if (note.kind === 'added' && note.listing.prefix.length === 24) return ['added']
    if (note.kind === 'ended' && formatPrefix(note.prefix) === '192.0.2.0/24') return [note.why]
    return []
  })
}

describe('A range', () => {
  it('is listed for six distinct bad members of six, and for no fewer, however bad they are', () => {
    const few = testReputation()
    hear(few, { members: first(5), from: start, each: 30 })
    assert.deepEqual(ofRange(few.takeNotes()), [])
    const judge = testReputation()
    hear(judge, { members: first(6), from: start })
    assert.deepEqual(ofRange(judge.takeNotes()), ['added'])
  })

  it('is not listed where the share of bad members is not surely over the line', () => {
    const judge = testReputation()
    const at = hear(judge, { members: [101, 102, 103], from: start, verdict: 'ham' })
    hear(judge, { members: first(8), from: at })
    assert.deepEqual(ofRange(judge.takeNotes()), [])
  })

  it('is free when good members have come, before its time', () => {
    const judge = testReputation()
    const at = hear(judge, { members: first(6), from: start })
    hear(judge, { members: [101, 102, 103, 104], from: at, verdict: 'ham' })
    assert.deepEqual(ofRange(judge.takeNotes()), ['added', 'evidence'])
  })

  it('is listed again for what its members do after the end, and for nothing of before', () => {
    const judge = testReputation()
    hear(judge, { members: first(6), from: start })
    const end =
      added(judge.takeNotes()).find(({ listing }) => listing.prefix.length === 24)?.listing.ends ?? 0
    assert.ok(end > start)
    judge.tick(end)
    // Late news of before, of old members and of new ones.
    for (const member of first(20))
      for (let nth = 0; nth < 8; nth++)
        judge.learn(message(`192.0.2.${member}`, end - minute, { verdict: 'spam', ptr: null }), end + minute)
    assert.deepEqual(ofRange(judge.takeNotes()), ['expired'])
    hear(judge, { members: first(6), from: end + hour, each: 1 })
    const again = added(judge.takeNotes()).filter(({ listing }) => listing.prefix.length === 24)
    assert.deepEqual(
      again.map(({ listing }) => listing.recurrence),
      [1],
    )
  })

  it('is not listed again on what was before a person ended it', () => {
    const judge = testReputation()
    const at = hear(judge, { members: first(6), from: start })
    judge.takeNotes()
    judge.lifted(range, at + minute)
    for (const member of first(20))
      for (let nth = 0; nth < 8; nth++)
        judge.learn(message(`192.0.2.${member}`, at, { verdict: 'spam', ptr: null }), at + 2 * minute)
    assert.deepEqual(ofRange(judge.takeNotes()), ['delist'])
  })

  it('is not listed for what old logs say, and a good sender of old logs speaks for it', () => {
    const judge = testReputation()
    let at = hear(judge, { members: first(30), from: start, isOld: true })
    at = hear(judge, { members: first(12), from: at, each: 1 })
    assert.deepEqual(ofRange(judge.takeNotes()), [])
    const other = testReputation()
    at = hear(other, { members: [101, 102, 103, 104, 105], from: start, verdict: 'ham', isOld: true })
    for (const member of [101, 102, 103, 104, 105])
      other.learn(message(`192.0.2.${member}`, (at += minute), { verdict: 'ham', ptr: null }))
    hear(other, { members: first(8), from: at })
    assert.deepEqual(ofRange(other.takeNotes()), [])
  })

  it('ends in the order of time among other listings', () => {
    const judge = testReputation()
    hear(judge, { members: first(6), from: start, each: 30 })
    judge.tick(start + 30 * 24 * hour)
    const notes = judge.takeNotes()
    const ends = notes.filter(({ kind }) => kind === 'ended')
    assert.ok(added(notes).length > 3)
    assert.equal(ends.length, added(notes).length, 'each has its end')
    const times = notes.map(({ at }) => at)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
  })

  it('lets through at once the address whose owner proved it, also when it is listed again', () => {
    const judge = testReputation()
    const at = hear(judge, { members: first(6), from: start })
    const { address } = message('192.0.2.50', at)
    assert.equal(judge.delist(address, at + minute), 'done')
    assert.equal(send(judge, message('192.0.2.50', at + 2 * minute)).action, 'pass')
    assert.equal(send(judge, message('192.0.2.51', at + 2 * minute)).action, 'reject')
    const end = at + 2 * hour
    hear(judge, { members: first(8), from: end, each: 2 })
    assert.equal(send(judge, message('192.0.2.51', end + hour)).action, 'reject')
    assert.equal(send(judge, message('192.0.2.50', end + hour)).action, 'pass')
  })
})
