import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims } from './examination.ts'
import { channelOf } from './report.ts'

const claims = (format: Claims['format']): Claims => ({
  format,
  kind: null,
  feedback: {
    originalRcptTo: [],
    reportedDomain: [],
    reportedUri: [],
    authenticationResults: [],
    derived: [],
  },
  errors: [],
  isTest: false,
})

describe('The channel of a report', () => {
  it('is the door, until a format is found in it', () => {
    assert.equal(channelOf('mail', null, false), 'mail')
    assert.equal(channelOf('web', null, false), 'web')
    assert.equal(channelOf('mail', claims('arf'), false), 'arf')
  })

  it('is a feedback loop when a domain that we asked writes, with or without a machine part', () => {
    assert.equal(channelOf('mail', claims('arf'), true), 'fbl')
    assert.equal(channelOf('mail', null, true), 'fbl')
    assert.equal(channelOf('web', null, true), 'web')
  })

  it('is XARF whoever sends it', () => {
    for (const isLoop of [true, false]) assert.equal(channelOf('api', claims('xarf'), isLoop), 'xarf')
  })
})
