import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import {
  answered,
  closed,
  heard,
  isOverdue,
  madeConditional,
  mayHold,
  mayReopen,
  mostBytes,
  mostMessages,
  mostUnverified,
  newCase,
  reopened,
  reopensMs,
  withSeverity,
  type Targets,
} from './case.ts'

const always = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 1440, holidays: [] }
const office = { zone: 'Europe/Vienna', days: [1, 2, 3, 4, 5], from: 540, until: 1020, holidays: [] }
const targets: Targets = {
  calendar: always,
  firstMs: { A: hour, B: 24 * hour, C: 48 * hour },
  effectMs: 48 * hour,
}
const about = {
  id: 'c'.repeat(26),
  kind: 'mail',
  severity: 'B',
  about: '192.0.2.66/32',
  openedBy: 'system:intake',
} as const
const start = Date.parse('2026-05-04T10:00:00Z')
const fresh = newCase(about, start, targets)

describe('The clock of a case', () => {
  it('says the first answer, then the effect', () => {
    assert.deepEqual([fresh.dueAt, fresh.firstDueAt], [start + 24 * hour, start + 24 * hour])
    const once = answered(fresh, start + hour, always)
    assert.deepEqual([once.state, once.answeredAt, once.dueAt], ['open', start + hour, start + 48 * hour])
    assert.equal(answered(once, start + 2 * hour, always).answeredAt, start + hour)
    assert.ok(!isOverdue(once, start + 47 * hour) && isOverdue(once, start + 48 * hour))
  })

  it('stands while it is their turn, and goes on with what was left', () => {
    const asked = answered(fresh, start + 8 * hour, always, start + 8 * hour + 7 * day)
    assert.deepEqual([asked.state, asked.dueAt, asked.effectLeftMs], ['waiting', null, 40 * hour])
    const again = heard(asked, start + 100 * hour, always)
    assert.deepEqual(
      [again.state, again.dueAt, again.waitedMs, again.askedUntilAt],
      ['open', start + 140 * hour, 92 * hour, null],
    )
    // Asked twice before they answer, it stands since the first time.
    const twice = answered(asked, start + 10 * hour, always, start + 9 * day)
    assert.equal(heard(twice, start + 100 * hour, always).dueAt, start + 140 * hour)
  })

  it('counts working hours, and waiting too', () => {
    const it = newCase(about, Date.parse('2026-05-08T14:00:00Z'), {
      ...targets,
      calendar: office,
      effectMs: 8 * hour,
    })
    // Friday 16:00 in Vienna: an hour that day, seven on Monday.
    assert.equal(it.effectDueAt, Date.parse('2026-05-11T14:00:00Z'))
    const asked = answered(it, Date.parse('2026-05-08T15:00:00Z'), office, 0)
    const again = heard(asked, Date.parse('2026-05-12T07:30:00Z'), office)
    assert.equal(again.effectDueAt, Date.parse('2026-05-12T14:30:00Z'))
    assert.equal(again.waitedMs, 8.5 * hour)
  })

  it('bears a clock that was turned back', () => {
    const asked = answered(fresh, start + hour, always, start + day)
    const back = heard(asked, start - 5 * hour, always)
    assert.deepEqual([back.state, back.waitedMs], ['open', 0])
    assert.equal(back.dueAt, start - 5 * hour + 47 * hour)
    assert.equal(
      mayReopen(closed(fresh, { outcome: 'answered', by: 'x' }, start, always), start - day),
      undefined,
    )
  })

  it('that has run out goes on as due at once', () => {
    const late = answered(fresh, start + 60 * hour, always, start + 9 * day)
    assert.equal(late.effectLeftMs, 0)
    assert.equal(heard(late, start + 70 * hour, always).dueAt, start + 70 * hour)
  })

  it('of a conditional decision stands until its end, and a message makes it our turn while the tests go on', () => {
    const wish = { conditions: [{ test: 'reverse-name', said: 'fails' as const }], endAt: start + 14 * day }
    const it = madeConditional(fresh, wish, start + hour, always)
    assert.deepEqual(
      [it.state, it.dueAt, it.answeredAt, it.askedUntilAt],
      ['conditional', null, start + hour, wish.endAt],
    )
    const again = heard(it, start + 2 * hour, always)
    assert.deepEqual(
      [again.state, again.conditionsEndAt, again.dueAt],
      ['open', wish.endAt, start + 49 * hour],
    )
  })

  it('of a first answer follows the severity', () => {
    assert.equal(withSeverity(fresh, 'A', targets).dueAt, start + hour)
    const once = answered(fresh, start + hour, always)
    assert.equal(withSeverity(once, 'A', targets).dueAt, start + 48 * hour)
    const slow = answered(fresh, start + 20 * hour, always)
    assert.equal(withSeverity(slow, 'A', targets).firstDueAt, start + 24 * hour)
  })
})

describe('A closed case', () => {
  const over = closed(
    fresh,
    { outcome: 'refused', by: 'operator:ada', why: 'It still sends.' },
    start + day,
    always,
  )

  it('opens again for 14 days, and then says when it ended', () => {
    assert.deepEqual([over.state, over.dueAt, over.answeredAt], ['closed', null, start + day])
    assert.equal(mayReopen(over, start + day + reopensMs - 1), undefined)
    assert.deepEqual(
      [mayReopen(over, start + day + reopensMs)?.code, mayReopen(over, start + day + reopensMs)?.facts],
      ['case.over', { closed: '2026-05-05T10:00:00.000Z' }],
    )
    assert.equal(mayReopen({ ...over, mergedInto: 'x' }, start + day)?.code, 'case.merged')
    const again = reopened(over, start + 3 * day, targets)
    assert.deepEqual(
      [again.state, again.dueAt, again.outcome, again.why],
      ['open', start + 5 * day, null, ''],
    )
  })

  it('hears nothing, and was not answered when they withdrew it', () => {
    assert.equal(heard(over, start + 2 * day, always), over)
    assert.equal(closed(fresh, { outcome: 'withdrawn', by: 'x' }, start, always).answeredAt, null)
  })
})

describe('A case', () => {
  it('holds so many messages and bytes, and of strangers few', () => {
    const verified = { size: 1000, isVerified: true }
    assert.equal(mayHold(fresh, verified), undefined)
    assert.equal(mayHold({ ...fresh, messages: mostMessages }, verified)?.code, 'case.full')
    assert.equal(mayHold({ ...fresh, bytes: mostBytes - 999 }, verified)?.code, 'case.full')
    assert.equal(mayHold({ ...fresh, unverified: mostUnverified }, verified), undefined)
    assert.equal(
      mayHold({ ...fresh, unverified: mostUnverified }, { ...verified, isVerified: false })?.code,
      'case.full',
    )
  })

  it('of who withdrew unanswered and comes back begins anew', () => {
    const gone = closed(fresh, { outcome: 'withdrawn', by: 'participant' }, start + hour, always)
    const back = reopened(gone, start + 10 * day, targets)
    assert.deepEqual([back.dueAt, back.firstDueAt], [start + 11 * day, start + 11 * day])
  })
})
