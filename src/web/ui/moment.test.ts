import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { distance } from './moment.ts'

const now = Date.parse('2026-05-04T10:00:00Z')
const second = 1000
const minute = 60 * second
const hour = 60 * minute

describe('How far a time is', () => {
  it('is said in no seconds from a minute on', () => {
    assert.equal(distance('en', now - 118 * second, now), '2 minutes ago')
    assert.equal(distance('zh-CN', now - 118 * second, now), '2 分钟前')
    assert.equal(distance('en', now - 61 * second, now), '1 minute ago')
    assert.equal(distance('en', now + 59 * second, now), 'in 59 seconds')
  })

  it('is said in the larger unit when it is nearly two of it, and not before', () => {
    assert.equal(distance('en', now + 119 * minute, now), 'in 2 hours')
    assert.equal(distance('en', now + 47.5 * hour, now), 'in 2 days')
    assert.equal(distance('zh-CN', now + 60 * minute, now), '60 分钟后')
    assert.equal(distance('en', now + 36 * hour, now), 'in 36 hours')
  })
})
