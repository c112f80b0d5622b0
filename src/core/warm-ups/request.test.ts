import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal } from '../../base/refusal.ts'
import { day } from '../../base/clock.ts'
import { keepRequest, keptRequest, readWarmUp, type WarmUpInput } from './request.ts'

const now = Date.parse('2026-05-04T10:00:00Z')
const most = { addresses: 3, days: 42, perDay: 100_000 }
const input: WarmUpInput = {
  addresses: '192.0.2.45, 2001:db8::1',
  domain: 'News@Example.org',
  mail: 'newsletter',
  starts: '2026-05-05',
  days: '14',
  first: '2,400',
  growth: '50 %',
  most: '48 000',
  words: ' subscribers ',
}

const wrong = (more: Partial<WarmUpInput>): string => {
  const read = readWarmUp({ ...input, ...more }, { now, most })
  return read instanceof Refusal ? `${read.code} ${String(read.facts['field'] ?? '')}`.trim() : 'read'
}

describe('A warm-up request', () => {
  it('is read as it was typed, and is the same again after it was kept', () => {
    const read = readWarmUp(input, { now, most })
    assert.ok(!(read instanceof Refusal))
    assert.equal(read.domain, 'example.org')
    const startsAt = Date.parse('2026-05-05T00:00:00Z')
    assert.deepEqual(read.forecast, { startsAt, days: 14, first: 2400, growth: 50, most: 48_000 })
    assert.deepEqual(keepRequest(read).units, ['192.0.2.45/32', '2001:db8::/64'])
    const kept = JSON.parse(JSON.stringify(keepRequest(read))) as ReturnType<typeof keepRequest>
    assert.deepEqual(keptRequest(kept), read)
  })

  it('may begin today, and neither yesterday nor later than in 90 days nor on a day that there is not', () => {
    assert.equal(wrong({ starts: '2026-05-04' }), 'read')
    const after = (days: number): string => new Date(now + days * day).toISOString().slice(0, 10)
    assert.equal(wrong({ starts: after(90) }), 'read')
    for (const starts of [after(-1), after(91), '2026-06-31', '5.5.2026', ''])
      assert.equal(wrong({ starts }), 'form.invalid starts')
  })

  it('says which field is wrong', () => {
    assert.equal(wrong({ addresses: '' }), 'form.invalid addresses')
    assert.equal(wrong({ addresses: '192.0.2.0/24' }), 'prefix.too-wide')
    assert.equal(wrong({ addresses: '192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4' }), 'forms.too-many')
    assert.equal(wrong({ domain: 'not a domain' }), 'form.invalid domain')
    assert.equal(wrong({ mail: 'spam' }), 'form.invalid mail')
    assert.equal(wrong({ days: '43' }), 'form.invalid days')
    assert.equal(wrong({ first: '0' }), 'form.invalid first')
    assert.equal(wrong({ growth: '151' }), 'form.invalid growth')
    assert.equal(wrong({ most: '2399' }), 'form.invalid most')
    assert.equal(wrong({ most: '100001' }), 'form.invalid most')
  })
})
