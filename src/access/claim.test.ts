import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entry } from '../../test/support/listing-entries.ts'
import { claimedBy, isOpenToClaims, isProven } from './claim.ts'

describe('A claim of a good domain', () => {
  it('opens a listed range, and neither a sender’s own listing nor a range that a person has to look into', () => {
    assert.equal(isOpenToClaims(entry('192.0.2.0/24')), true)
    assert.equal(isOpenToClaims(entry('2001:db8:0:100::/56')), true)
    assert.equal(isOpenToClaims(entry('192.0.2.45')), false)
    assert.equal(isOpenToClaims(entry('2001:db8::/64')), false)
    assert.equal(isOpenToClaims({ ...entry('192.0.2.0/24'), class: 'investigate' }), false)
  })

  it('is of the organisation of MAIL FROM, and of nobody for the null sender', () => {
    assert.equal(claimedBy('ada@News.Example.org'), 'example.org')
    assert.equal(claimedBy('example.org'), 'example.org')
    assert.equal(claimedBy(''), undefined)
    assert.equal(claimedBy('ada@localhost'), undefined)
  })

  it('is proven by SPF, or by a signature of the same organisation', () => {
    const mailFrom = 'news.example.org'
    assert.equal(isProven({ mailFrom, spf: 'pass', dkim: [] }), true)
    assert.equal(isProven({ mailFrom, spf: 'fail', dkim: ['other.example', 'example.org'] }), true)
    assert.equal(isProven({ mailFrom, spf: 'softfail', dkim: ['other.example'] }), false)
    assert.equal(isProven({ mailFrom, spf: 'none', dkim: [] }), false)
    assert.equal(isProven({ mailFrom: '', spf: 'pass', dkim: ['example.org'] }), false)
  })

  it('is left open by what could not be looked up', () => {
    const mailFrom = 'example.org'
    assert.equal(isProven({ mailFrom, spf: 'temperror', dkim: [] }), undefined)
    assert.equal(isProven({ mailFrom, spf: 'fail' }), undefined)
    assert.equal(isProven({ mailFrom, dkim: [] }), undefined)
  })
})
