import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { day, hour, minute, second } from '../../base/clock.ts'
import type { Calendar } from '../cases/calendar.ts'
import {
  answered,
  closed,
  heard,
  madeConditional,
  newCase,
  onTests,
  reopened,
  withSeverity,
  type Case,
  type Targets,
} from '../cases/case.ts'
import {
  appealsOf,
  figuresOfCases,
  figuresOfRemovals,
  figuresOfRules,
  percentile,
  rounded,
  targetsKept,
  type ClockCase,
} from './public-clock.ts'

const at = (text: string): number => Date.parse(text)
const always: Calendar = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 1440, holidays: [] }
const office: Calendar = {
  zone: 'Europe/Vienna',
  days: [1, 2, 3, 4, 5],
  from: 540,
  until: 1020,
  holidays: [],
}
const targetsIn = (calendar: Calendar): Targets => ({
  calendar,
  firstMs: { A: hour, B: 4 * hour, C: 16 * hour },
  effectMs: 24 * hour,
})

function caseAt(openedAt: number, calendar = always, severity: Case['severity'] = 'B'): Case {
  return newCase(
    { id: 'c', kind: 'record', severity, about: null, openedBy: 'system:x' },
    openedAt,
    targetsIn(calendar),
  )
}

function read(it: Case): ClockCase {
  return { ...it, kind: 'investigate' }
}

const may = { since: at('2026-05-01T00:00:00Z'), until: at('2026-06-01T00:00:00Z') }
const monday = at('2026-05-04T10:00:00Z')

/** So many cases, the nth answered n hours after it was opened. */
function answeredCases(count: number): readonly ClockCase[] {
  return Array.from({ length: count }, (_, n) => {
    const it = caseAt(monday)
    return read(answered(it, monday + (n + 1) * hour, always))
  })
}

describe('The public clock', () => {
  it('says the middle from ten waits on and the slowest twentieth from twenty on, and nothing of fewer', () => {
    const first = (count: number) => figuresOfCases(answeredCases(count), may, always).first
    assert.deepEqual(first(0), { count: 0, medianMs: null, p95Ms: null, workingMedianMs: null })
    assert.deepEqual(first(9), { count: 'few', medianMs: null, p95Ms: null, workingMedianMs: null })
    assert.deepEqual(first(10), { count: 10, medianMs: 5 * hour, p95Ms: null, workingMedianMs: 5 * hour })
    assert.deepEqual(first(20), {
      count: 20,
      medianMs: 10 * hour,
      p95Ms: 19 * hour,
      workingMedianMs: 10 * hour,
    })
  })

  it('is never so exact that a wait could be somebody’s', () => {
    assert.deepEqual(
      [1499, 119_400, 125_000, 119 * minute + 31 * second, 2 * hour + 29 * minute].map(rounded),
      [1000, 119_000, 2 * minute, 120 * minute, 2 * hour],
    )
  })

  it('has a value that so many do not exceed, and no smaller one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1e9), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95),
        (values, part) => {
          const found = percentile(values, part)
          const within = values.filter((value) => value <= found).length
          const below = values.filter((value) => value < found).length
          assert.ok(values.includes(found))
          assert.ok(within >= part * values.length)
          assert.ok(below < part * values.length)
        },
      ),
    )
  })

  it('counts an answer in the stretch in which it was given, to the moment', () => {
    const early = caseAt(may.since - 10 * day)
    const cases = [may.since - 1, may.since, may.until - 1, may.until].map((when) =>
      read(answered(early, when, always)),
    )
    assert.equal(cases.filter((each) => figuresOfCases([each], may, always).first.count === 'few').length, 2)
  })

  it('leaves out of what was done those who withdrew, and takes refusals', () => {
    const ends = (['granted', 'refused', 'withdrawn', 'merged', 'answered'] as const).map((outcome) =>
      read(closed(caseAt(monday), { outcome, by: 'x' }, monday + hour, always)),
    )
    const counts = ends.map((each) => figuresOfCases([each], may, always).effect.count)
    assert.deepEqual(counts, ['few', 'few', 0, 0, 'few'])
  })

  it('tells working time beside the time that passes: a weekend counts in the one and not in the other', () => {
    // Friday, 16:00 in Vienna, answered on Monday at 10:00: two hours of work, 66 of the clock.
    const friday = at('2026-05-08T14:00:00Z')
    const cases = Array.from({ length: 10 }, () =>
      read(answered(caseAt(friday, office), at('2026-05-11T08:00:00Z'), office)),
    )
    const { first } = figuresOfCases(cases, may, office)
    assert.deepEqual([first.medianMs, first.workingMedianMs], [66 * hour, 2 * hour])
  })

  it('takes an answer of rules for none of a person, whose own counts from when it came to them', () => {
    const ten = (make: () => Case) => Array.from({ length: 10 }, () => read(make()))
    const ruled = onTests(
      caseAt(monday),
      { now: monday + minute, untilAt: monday + 9 * day, by: 'rules' },
      always,
    )
    assert.deepEqual([ruled.answeredAt, ruled.ruledAt, ruled.dueAt], [null, monday + minute, null])
    const handed = heard(ruled, monday + 2 * day, always)
    // Four hours, as it had in the beginning.
    assert.deepEqual([handed.handedAt, handed.dueAt], [monday + 2 * day, monday + 2 * day + 4 * hour])
    const person = ten(() => answered(handed, monday + 2 * day + hour, always))
    const [persons, rules] = [figuresOfCases(person, may, always), figuresOfRules(person, may, always)]
    assert.deepEqual([persons.first.medianMs, rules.first.medianMs], [hour, minute])
    assert.equal(targetsKept(person, may, targetsIn(always).firstMs)[1]?.kept, 1)
    // While tests run, or an answer is waited for, nobody owes one; of what is settled so, nobody ever did.
    const settled = ten(() =>
      closed(ruled, { outcome: 'granted', by: 'system:x', answers: 'rules' }, monday + day, always),
    )
    for (const each of [ten(() => ruled), settled]) {
      assert.deepEqual(targetsKept(each, may, targetsIn(always).firstMs)[1]?.due, 0)
      const { first, effect } = figuresOfCases(each, may, always)
      assert.deepEqual([first.count, effect.count], [0, 0])
    }
    assert.equal(figuresOfRules(settled, may, always).effect.medianMs, day)
    assert.equal(figuresOfRules(person, may, always).effect.count, 0)
    // Opened again, a person owes it from then on; weighed anew, from when they had it.
    const again = reopened(
      closed(ruled, { outcome: 'answered', by: 'system:x', answers: 'rules' }, monday + day, always),
      monday + 3 * day,
      targetsIn(always),
    )
    assert.deepEqual([again.handedAt, again.dueAt], [monday + 3 * day, monday + 3 * day + 4 * hour])
    assert.equal(withSeverity(handed, 'A', targetsIn(always)).dueAt, monday + 2 * day + hour)
  })

  it('counts by the clock of the targets no time in which an answer or tests were waited for', () => {
    const cases = Array.from({ length: 10 }, () => {
      const asked = answered(caseAt(monday), monday + hour, always, monday + 5 * day)
      const back = heard(asked, monday + 11 * hour, always)
      const tests = { now: monday + 13 * hour, untilAt: monday + 14 * day, by: 'desk' } as const
      const tested = onTests(back, tests, always)
      return read(closed(tested, { outcome: 'granted', by: 'x' }, monday + 7 * day, always))
    })
    const { effect } = figuresOfCases(cases, may, always)
    assert.deepEqual([effect.medianMs, effect.workingMedianMs], [7 * day, 3 * hour])
  })

  it('keeps the target in working hours of the zone, over the night in which the clocks change', () => {
    // Friday, 27 March 2026, 16:00 in Vienna (UTC+1); summer time begins on Sunday. Four hours of work: Monday, 12:00 (UTC+2).
    const friday = at('2026-03-27T15:00:00Z')
    const march = { since: at('2026-03-01T00:00:00Z'), until: at('2026-04-01T00:00:00Z') }
    const kept = (when: string): number | null => {
      const cases = Array.from({ length: 10 }, () => read(answered(caseAt(friday, office), at(when), office)))
      return targetsKept(cases, march, targetsIn(office).firstMs).find(({ severity }) => severity === 'B')
        ?.kept as number | null
    }
    assert.equal(kept('2026-03-30T10:00:00Z'), 1)
    assert.equal(kept('2026-03-30T10:00:01Z'), 0)
    // The same moment by an hour of another zone would be late in New York's Friday already.
    const newYork = { ...office, zone: 'America/New_York' }
    assert.equal(new Date(caseAt(friday, newYork).firstDueAt).toISOString(), '2026-03-27T19:00:00.000Z')
  })

  it('counts who still waits past the target as late, and who withdrew before not at all', () => {
    const late = Array.from({ length: 6 }, () => read(caseAt(monday)))
    const inTime = Array.from({ length: 6 }, () => read(answered(caseAt(monday), monday + hour, always)))
    const gone = Array.from({ length: 20 }, () =>
      read(closed(caseAt(monday), { outcome: 'withdrawn', by: 'x' }, monday + minute, always)),
    )
    const [, b] = targetsKept([...late, ...inTime, ...gone], may, targetsIn(always).firstMs)
    assert.deepEqual(b, { severity: 'B', targetMs: 4 * hour, due: 10, kept: 0.5 })
  })

  it('follows the severity that a person gave', () => {
    const it_ = withSeverity(caseAt(monday), 'A', targetsIn(always))
    const cases = Array.from({ length: 10 }, () => read(answered(it_, monday + 2 * hour, always)))
    const found = targetsKept(cases, may, targetsIn(always).firstMs)
    assert.deepEqual(
      found.map(({ severity, due, kept }) => [severity, due, kept]),
      [
        ['A', 10, 0],
        ['B', 0, null],
        ['C', 0, null],
      ],
    )
  })

  it('counts as an appeal what was refused, opened again and decided again', () => {
    const refused = closed(caseAt(monday), { outcome: 'refused', by: 'x' }, monday + hour, always)
    const again = reopened(refused, monday + day, targetsIn(always))
    const granted = closed(again, { outcome: 'granted', by: 'x' }, monday + 2 * day, always)
    const refusedAgain = closed(again, { outcome: 'refused', by: 'x' }, monday + 2 * day, always)
    const conditions = [{ test: 'reverse-name', said: 'fails' }] as const
    const waits = madeConditional(again, { conditions, endAt: monday + 9 * day }, monday + 2 * day, always)
    const answeredBefore = closed(caseAt(monday), { outcome: 'answered', by: 'x' }, monday + hour, always)
    const noAppeal = closed(
      reopened(answeredBefore, monday + day, targetsIn(always)),
      { outcome: 'granted', by: 'x' },
      monday + 2 * day,
      always,
    )
    const cases = [
      ...Array<Case>(6).fill(granted),
      ...Array<Case>(9).fill(refusedAgain),
      waits,
      refused,
      again,
      ...Array<Case>(9).fill(noAppeal),
    ].map(read)
    assert.deepEqual(appealsOf(cases, may), { count: 20, changed: 0.4 })
    assert.deepEqual(appealsOf([read(granted)], may), { count: 'few', changed: null })
  })

  it('measures the self-service where it is ours: until our letter left, and from the confirmation to the last gate', () => {
    const removal = {
      askedAt: monday,
      letterAt: monday + 4 * second,
      decidedAt: monday + 3 * hour,
      actedAt: monday + 3 * hour + 900,
    }
    const { first, effect } = figuresOfRemovals(Array(10).fill(removal), may)
    assert.deepEqual([first.medianMs, effect.medianMs], [4 * second, second])
    const notYet = figuresOfRemovals(Array(10).fill({ ...removal, letterAt: null, actedAt: null }), may)
    assert.deepEqual([notYet.first.count, notYet.effect.count], [0, 0])
  })
})
