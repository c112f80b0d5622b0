import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { testStart as now } from '../../../test/support/context.ts'
import { parseListable } from '../../standards/prefix.ts'
import type { Listing } from '../listings/listing.ts'
import { chooseCourse } from './request.ts'

const pace = { day: { count: 1, windowMs: day }, month: { count: 3, windowMs: 30 * day } }

function listing(prefix: string, changes: Partial<Listing> = {}): Listing {
  return {
    id: '0123456789ab',
    prefix: orThrow(parseListable(prefix)),
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    state: 'active',
    sinceAt: now - hour,
    endsAt: now + day,
    recurrence: 0,
    note: '',
    url: null,
    test: null,
    evidence: [],
    actor: 'operator:ada',
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
    ...changes,
  }
}

/** In short: `lift`, or the outcome. */
function course(listings: readonly Listing[], selfDelists: readonly number[] = []): string {
  const chosen = chooseCourse(listings, selfDelists, now, { reviewMs: 2 * day, pace })
  return chosen.kind === 'lift' ? 'lift' : chosen.outcome
}

describe('The button', () => {
  it('lifts a self-service listing of one address', () => {
    assert.equal(course([listing('192.0.2.45')]), 'lift')
    assert.equal(course([listing('2001:db8::1')]), 'lift')
  })

  it('says so when nothing is listed, or a carve-out lets the address through already', () => {
    assert.equal(course([]), 'not-listed')
    assert.equal(course([listing('192.0.2.45', { effect: 'pass' }), listing('192.0.2.0/24')]), 'not-listed')
  })

  it('goes by the class of the listing', () => {
    assert.equal(course([listing('192.0.2.45', { class: 'investigate' })]), 'review')
    assert.equal(
      course([listing('192.0.2.45', { class: 'third-party', url: 'https://list.example/' })]),
      'third-party',
    )
    assert.equal(course([listing('192.0.2.45', { class: 'policy', test: 'ptr' })]), 'policy')
  })

  it('never lifts a range, nor pretends when a range would still refuse', () => {
    assert.equal(course([listing('192.0.2.0/24')]), 'review')
    assert.equal(course([listing('192.0.2.45'), listing('192.0.2.0/24')]), 'review')
  })

  it('lifts once a day, and names the time of the next', () => {
    assert.equal(course([listing('192.0.2.45')], [now - day]), 'lift')
    const chosen = chooseCourse([listing('192.0.2.45')], [now - hour], now, { reviewMs: day, pace })
    assert.deepEqual(chosen.kind === 'answer' && [chosen.outcome, chosen.facts.again], [
      'cool-down',
      new Date(now + day - hour).toISOString(),
    ])
  })

  it('asks a person after three removals in a month', () => {
    assert.equal(
      course(
        [listing('192.0.2.45')],
        [2, 9, 20].map((days) => now - days * day),
      ),
      'review',
    )
    assert.equal(
      course(
        [listing('192.0.2.45')],
        [2, 9, 31].map((days) => now - days * day),
      ),
      'lift',
    )
  })
})
