import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseListable } from '../../standards/prefix.ts'
import { testSettings, testStart as now } from '../../../test/support/context.ts'
import {
  defaultEnd,
  mayAgree,
  mayBeListed,
  merge,
  peopleNeeded,
  readEnd,
  readWish,
  reflectionMs,
  type Listing,
  type ListingWish,
} from './listing.ts'

const settings = testSettings()
const prefix = (text: string) => orThrow(parseListable(text))

function wish(changes: Partial<ListingWish> = {}): ListingWish {
  return {
    prefix: prefix('192.0.2.45'),
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    endsAt: undefined,
    note: '',
    url: null,
    test: null,
    evidence: [],
    ...changes,
  }
}

function listing(changes: Partial<Listing> = {}): Listing {
  return {
    ...wish(),
    id: '0123456789ab',
    state: 'active',
    sinceAt: now,
    endsAt: now + day,
    recurrence: 0,
    actor: 'operator:ada',
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
    ...changes,
  }
}

function codeOf(value: unknown): string {
  return value instanceof Refusal ? value.code : 'fine'
}

describe('What may be listed', () => {
  it('is a sender out there, documentation prefixes included', () => {
    for (const text of ['192.0.2.45', '198.51.100.0/24', '2001:db8::/64']) {
      assert.equal(mayBeListed(prefix(text), settings), undefined, text)
    }
  })

  it('is never our own network, nor anything that touches it', () => {
    for (const text of ['203.0.113.7', '203.0.113.0/24', '203.0.0.0/16']) {
      assert.equal(codeOf(mayBeListed(prefix(text), settings)), 'address.protected', text)
    }
  })

  it('is never special-purpose space', () => {
    for (const text of ['127.0.0.1', '10.1.2.3', '169.254.0.0/16', 'fe80::1', 'ff00::/16']) {
      assert.equal(codeOf(mayBeListed(prefix(text), settings)), 'address.special-purpose', text)
    }
  })

  it('needs two people from /16 and /32 on', () => {
    assert.deepEqual(
      ['198.18.0.0/15', '198.51.0.0/16', '198.51.0.0/17', '2001:db8::/32', '2001:db8::/33'].map((text) =>
        peopleNeeded(prefix(text)),
      ),
      [2, 2, 1, 2, 1],
    )
  })

  it('waits for somebody else, or a quarter of an hour', () => {
    const proposed = listing({ state: 'proposed' })
    assert.equal(codeOf(mayAgree(proposed, 'operator:ada', now + 1)), 'prefix.two-people')
    assert.equal(mayAgree(proposed, 'operator:ada', now + reflectionMs), undefined)
    assert.equal(mayAgree(proposed, 'operator:bob', now + 1), undefined)
  })
})

describe('The fields of an addition', () => {
  it('take the class of the cause when none is given', () => {
    assert.equal(
      orThrow(readWish({ prefix: prefix('192.0.2.45'), cause: 'malware' }, settings, now)).class,
      'investigate',
    )
  })

  it('must say where to go of class third-party, and which test of class policy', () => {
    const of = (fields: object): string =>
      codeOf(readWish({ prefix: prefix('192.0.2.45'), cause: 'spam', ...fields }, settings, now))
    assert.equal(of({ class: 'third-party' }), 'listing.class-field')
    assert.equal(of({ class: 'third-party', url: 'ftp://list.example/' }), 'listing.class-field')
    assert.equal(of({ class: 'third-party', url: 'https://list.example/remove' }), 'fine')
    assert.equal(of({ class: 'policy' }), 'listing.class-field')
    assert.equal(of({ class: 'policy', test: 'ptr' }), 'fine')
  })
})

describe('The end of a listing', () => {
  it('is a duration or a time, on a whole second', () => {
    assert.equal(readEnd('24h', settings, now), now + day)
    assert.equal(readEnd('2026-05-05T00:00:00.5Z', settings, now), Date.UTC(2026, 4, 5, 0, 0, 1))
  })

  it('is never in the past, never for ever, never guessed', () => {
    for (const text of ['2026-05-03T00:00:00Z', 'tomorrow', '', '2026-05-05', '-1h', '0h', 'Infinity']) {
      assert.equal(codeOf(readEnd(text, settings, now)), 'listing.ends-invalid', text)
    }
    assert.equal(codeOf(readEnd('9999d', settings, now)), 'listing.never-ends')
  })

  it('comes later with each recurrence, up to the longest term', () => {
    const ends = [0, 1, 2, 3, 9].map((recurrence) => defaultEnd(recurrence, settings, now) - now)
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
    )
    assert.ok(ends.every((term) => term >= hour))
  })
})

describe('Adding again', () => {
  it('keeps the graver class and the later end', () => {
    const grave = listing({ class: 'investigate', endsAt: now + 2 * day })
    assert.deepEqual(merge(grave, wish(), now + day), {
      class: 'investigate',
      endsAt: now + 2 * day,
      url: null,
      test: null,
    })
    assert.deepEqual(merge(listing(), wish({ class: 'investigate' }), now + 3 * day), {
      class: 'investigate',
      endsAt: now + 3 * day,
      url: null,
      test: null,
    })
  })

  it('keeps the address of the list that decides', () => {
    const third = listing({ class: 'third-party', url: 'https://list.example/' })
    assert.equal(merge(third, wish(), now + day).url, 'https://list.example/')
  })
})
