import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { answered, madeConditional, newCase, type Case, type Targets } from './case.ts'
import { mayMerge, mergedWith, splitFrom, withoutTests } from './merge.ts'

const always = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 1440, holidays: [] }
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
const named = { id: 'e'.repeat(26), openedBy: 'operator:ada' }
const start = Date.parse('2026-05-04T10:00:00Z')
const fresh = newCase(about, start, targets)
const other: Case = { ...fresh, id: 'd'.repeat(26) }
const test = { test: 'spf:example.org', said: 'fails' } as const
const promise = { conditions: [test], endAt: start + 14 * day }
const tested = madeConditional(fresh, promise, start + hour, always)
const person = (text: string) => ({ mailbox: orThrow(parseMailbox(text)) })
const one = [person('ada@example.org'), person('ADA@example.org')]
const two = [person('ada@example.org'), person('ad.a@example.org')]

function refusal(...wish: Parameters<typeof mayMerge>): string | undefined {
  return mayMerge(...wish)?.code
}

describe('Two cases', () => {
  it('become one where they are about the same address, or of one person and one of them about none', () => {
    const elsewhere = { ...other, about: '198.51.100.7/32' }
    const ofMany = { ...other, about: null }
    assert.equal(refusal(fresh, other, two), undefined)
    assert.equal(refusal(fresh, elsewhere, one), 'case.other-subject')
    assert.equal(refusal(fresh, ofMany, two), 'case.other-subject')
    assert.equal(refusal(ofMany, { ...ofMany, id: fresh.id }, two), 'case.other-subject')
    assert.equal(refusal(fresh, ofMany, one), undefined)
    assert.equal(refusal(fresh, fresh, one), 'case.same')
  })

  it('stay two where the tests of a decision would be shown to somebody else, or others be dropped', () => {
    const alike = { ...madeConditional(other, promise, start + 2 * hour, always) }
    const unlike = { ...alike, conditions: [{ ...test, test: 'reverse-name' }] }
    for (const [into, from] of [
      [tested, other],
      [other, tested],
      [tested, alike],
    ] as const) {
      assert.equal(refusal(into, from, two), 'case.conditional-stays')
      assert.equal(refusal(into, from, one), undefined)
    }
    assert.equal(refusal(tested, unlike, one), 'case.conditional-stays')
  })
})

describe('The clock of a case', () => {
  it('of one out of two is our turn if it was in either, and nobody loses time that they had', () => {
    const at = start + 100 * hour
    const asked = answered(fresh, start + 8 * hour, always, start + 9 * day)
    const later = newCase({ ...about, id: 'd'.repeat(26) }, at, targets)
    // Somebody waits for a first answer in the one, the other was asked: it is our turn, by the clock of the first answer.
    const one = mergedWith(asked, later, at, always)
    assert.deepEqual([one.state, one.dueAt, one.effectDueAt], ['open', at + 24 * hour, at + 40 * hour])
    // What stood while it was theirs has not run out meanwhile, and a first answer that was given is owed to nobody.
    const two = mergedWith(later, asked, at, always)
    assert.deepEqual([two.state, two.dueAt, two.effectDueAt], ['open', at + 24 * hour, at + 40 * hour])
    // Both theirs: the clock stands, with the least that is left.
    const alike = answered(later, at, always, at + 7 * day)
    const three = mergedWith(alike, asked, at + hour, always)
    assert.deepEqual([three.state, three.dueAt, three.effectLeftMs], ['waiting', null, 40 * hour])
    // An answer in time stays in time.
    assert.equal(mergedWith(alike, fresh, at + hour, always).firstDueAt, alike.firstDueAt)
  })

  it('of one taken out of another goes on as it ran there', () => {
    const asked = answered(fresh, start + 8 * hour, always, start + 9 * day)
    const own = splitFrom(asked, named, { now: start + 100 * hour, targets, isPromised: false })
    assert.deepEqual(
      [own.state, own.openedAt, own.answeredAt, own.dueAt, own.waitedMs],
      ['open', start, start + 8 * hour, start + 140 * hour, 92 * hour],
    )
    const still = splitFrom(fresh, named, { now: start + hour, targets, isPromised: true })
    assert.deepEqual([still.answeredAt, still.dueAt], [null, start + 24 * hour])
  })

  it('of one out of two runs the tests on that one of them waited for, whoever’s turn it is', () => {
    const at = start + 2 * hour
    const asked = answered(other, start + hour, always, start + 9 * day)
    for (const [into, from, state] of [
      [asked, tested, 'waiting'],
      [other, tested, 'open'],
      [tested, other, 'open'],
      [tested, asked, 'conditional'],
    ] as const) {
      const it_ = mergedWith(into, from, at, always)
      assert.deepEqual(
        [it_.state, it_.conditions, it_.conditionsEndAt],
        [state, [test], promise.endAt],
        `${into.state} ${from.state}`,
      )
    }
    const later = madeConditional(other, { ...promise, endAt: start + 20 * day }, at, always)
    assert.equal(mergedWith(tested, later, at, always).conditionsEndAt, start + 20 * day)
    assert.equal(mergedWith(tested, later, at, always).state, 'conditional')
  })

  it('of one taken out of another stands for whoever was promised that tests decide, and for nobody else', () => {
    const at = start + 100 * hour
    const own = splitFrom(tested, named, { now: at, targets, isPromised: true })
    assert.deepEqual(
      [own.id, own.state, own.conditions, own.conditionsEndAt, own.askedUntilAt, own.effectLeftMs, own.dueAt],
      [named.id, 'conditional', [test], promise.endAt, promise.endAt, 47 * hour, null],
    )
    const unknown = splitFrom(tested, named, { now: at, targets, isPromised: false })
    assert.deepEqual([unknown.state, unknown.conditions, unknown.conditionsEndAt], ['open', [], null])
    // Those who stay, and were promised nothing, are a person's.
    const left = withoutTests(tested, at, always)
    assert.deepEqual([left.state, left.conditions, left.conditionsEndAt], ['open', [], null])
    assert.equal(withoutTests(fresh, at, always), fresh)
  })
})
