import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { afterLook, grant, mayDelegate, noFacts, proofsOf, readRange, shows, type Claim } from './claim.ts'

const now = Date.UTC(2026, 4, 4, 10)
const term = 300 * day

function claim(range: string, rest: Partial<Claim> = {}): Claim {
  return {
    id: 'a'.repeat(26),
    ownerId: 'b'.repeat(26),
    prefix: orThrow(parseListable(range)),
    token: 'c'.repeat(26),
    value: 'the-hash',
    state: 'open',
    proof: null,
    parentId: null,
    createdAt: now,
    sinceAt: null,
    checkedAt: null,
    failedAt: null,
    expiresAt: now + 30 * day,
    endedAt: null,
    endedWhy: null,
    contact: null,
    remindedAt: null,
    facts: noFacts,
    version: 1,
    ...rest,
  }
}

function read(text: string): string {
  const range = readRange(text)
  return range instanceof Refusal ? range.code : formatPrefix(range)
}

describe('A range that somebody claims', () => {
  it('is an address or a prefix up to /16, in IPv6 the /64 of an address up to /32', () => {
    assert.equal(read(' 192.0.2.45 '), '192.0.2.45/32')
    assert.equal(read('198.51.0.0/16'), '198.51.0.0/16')
    assert.equal(read('2001:db8::1'), '2001:db8::/64')
    assert.equal(read('2001:db8::/32'), '2001:db8::/32')
  })

  it('is refused where it is wider, has host bits, or belongs to nobody', () => {
    assert.equal(read('198.50.0.0/15'), 'owners.too-wide')
    assert.equal(read('2001:db0::/29'), 'owners.too-wide')
    assert.equal(read('192.0.2.1/24'), 'prefix.host-bits')
    assert.equal(read('10.0.0.0/24'), 'address.special-purpose')
    assert.equal(read('example.org'), 'address.not-an-address')
  })

  it('shows itself from the host only where it is one IPv4 address', () => {
    assert.deepEqual(proofsOf(orThrow(parseListable('192.0.2.45'))), ['txt', 'forward', 'http'])
    for (const other of ['192.0.2.0/31', '2001:db8::1'])
      assert.deepEqual(proofsOf(orThrow(parseListable(other))), ['txt'])
  })
})

describe('The line of a proof', () => {
  it('is the whole text, but for white space around it', () => {
    assert.equal(shows(' postern-owner=the-hash\n', claim('192.0.2.45')), true)
    for (const text of ['the-hash', 'postern-owner=the-hash2', 'x postern-owner=the-hash', ''])
      assert.equal(shows(text, claim('192.0.2.45')), false)
  })
})

describe('A daily look', () => {
  const granted = grant(claim('192.0.2.0/24'), 'txt', now, term)

  it('renews what it finds and keeps since when it is granted', () => {
    const after = afterLook(granted, 'proven', now + day, term)
    assert.equal(after.kind, 'holds')
    assert.deepEqual([after.claim.sinceAt, after.claim.expiresAt], [now, now + day + term])
  })

  it('ends a grant after two failures a day apart, and not sooner (OWN-1)', () => {
    const first = afterLook(granted, 'missing', now + day, term)
    assert.deepEqual([first.kind, first.claim.failedAt], ['fails', now + day])
    assert.equal(afterLook(first.claim, 'missing', now + day + hour, term).kind, 'still-fails')
    const second = afterLook(first.claim, 'missing', now + 2 * day, term)
    assert.deepEqual(
      [second.kind, second.claim.state, second.claim.endedWhy],
      ['ends', 'ended', 'proof-gone'],
    )
  })

  it('forgets the failure when the proof is back', () => {
    const first = afterLook(granted, 'missing', now + day, term)
    assert.equal(afterLook(first.claim, 'proven', now + 2 * day, term).claim.failedAt, null)
  })

  it('takes silence of DNS neither for a proof nor for a failure', () => {
    const after = afterLook(granted, 'temperror', now + day, term)
    assert.deepEqual(
      [after.kind, after.claim.failedAt, after.claim.expiresAt],
      ['holds', null, granted.expiresAt],
    )
  })
})

describe('Giving a part to others', () => {
  const part = orThrow(parseListable('192.0.2.64/26'))
  const granted = grant(claim('192.0.2.0/24'), 'txt', now, term)

  it('goes for what lies inside, once it is proven', () => {
    assert.equal(mayDelegate(granted, part), undefined)
    assert.equal(mayDelegate(claim('192.0.2.0/24'), part)?.code, 'owners.not-granted')
    assert.equal(mayDelegate(granted, orThrow(parseListable('192.0.2.0/23')))?.code, 'owners.outside')
    assert.equal(mayDelegate(granted, orThrow(parseListable('198.51.100.0/26')))?.code, 'owners.outside')
  })

  it('does not go on from there', () => {
    assert.equal(mayDelegate({ ...granted, parentId: 'd' }, part)?.code, 'owners.delegated')
  })
})
