import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../base/secret.ts'
import { formatTrace, isOurTrace, readTrace, tracePseudonym } from './trace-header.ts'

const key = new Secret(Buffer.alloc(32, 7))
const traced = { messageId: '<a@provider.example>', bodyHash: 'uoq1oCgLlTqpdDX/iUbLy7J1Wic=' }

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))
const message = fc.record({ messageId: fc.uuid().map((id) => `<${id}@provider.example>`), bodyHash: hash })

describe('the trace header', () => {
  it('is known for ours on the message that it was written for', () => {
    const trace = readTrace(formatTrace(key, 'ann@provider.example', 1_777_888_800, traced))
    assert.ok(trace)
    assert.equal(trace.time, 1_777_888_800)
    assert.equal(trace.account, tracePseudonym(key, 'Ann@provider.example'))
    assert.ok(isOurTrace(key, trace, traced))
    assert.ok(isOurTrace(key, trace, { ...traced, messageId: ' a@provider.example ' }))
  })
  it('does not verify on any other message (ATT-2)', () => {
    fc.assert(
      fc.property(message, message, fc.emailAddress(), (own, other, account) => {
        const trace = readTrace(formatTrace(key, account, 1_777_888_800, own))
        assert.ok(trace && isOurTrace(key, trace, own))
        if (own.messageId === other.messageId && own.bodyHash === other.bodyHash) return
        for (const swapped of [
          other,
          { ...own, bodyHash: other.bodyHash },
          { ...own, messageId: other.messageId },
        ])
          assert.equal(isOurTrace(key, trace, swapped), false)
      }),
      { numRuns: 3000 },
    )
  })
  it('does not verify for another account, another time or with another key', () => {
    const trace = readTrace(formatTrace(key, 'ann', 1_777_888_800, traced))
    assert.ok(trace)
    assert.equal(isOurTrace(key, { ...trace, account: tracePseudonym(key, 'joe') }, traced), false)
    assert.equal(isOurTrace(key, { ...trace, time: trace.time + 1 }, traced), false)
    assert.equal(isOurTrace(new Secret(Buffer.alloc(32, 8)), trace, traced), false)
  })
  it('is none when it has another form', () => {
    for (const text of ['', 'v=2; a=00; t=1; m=00', 'v=1; a=0c3f; t=1; m=5d41', `${'v=1;'.repeat(1000)}`])
      assert.equal(readTrace(text), undefined)
  })
})
