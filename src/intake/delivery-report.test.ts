import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readDeliveryReport } from './delivery-report.ts'

describe('A delivery report', () => {
  it('names each recipient with what happened (RFC 3464)', () => {
    const text = [
      'Reporting-MTA: dns; mx.example.org',
      'Arrival-Date: Mon, 4 May 2026 10:00:00 +0000',
      '',
      'Original-Recipient: rfc822;ann@example.org',
      'Final-Recipient: RFC822; ann@mail.example.org',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 <ann@mail.example.org>:',
      '    Recipient address rejected',
      '',
      'Original-Recipient: rfc822;bob@example.org',
      'Action: Delayed (will retry)',
      '',
    ].join('\r\n')
    assert.deepEqual(readDeliveryReport(text), [
      {
        recipient: 'ann@mail.example.org',
        action: 'failed',
        status: '5.1.1',
        diagnostic: '550 5.1.1 <ann@mail.example.org>: Recipient address rejected',
      },
      { recipient: 'bob@example.org', action: 'delayed', status: '', diagnostic: '' },
    ])
  })
  it('tells of twenty recipients at most', () => {
    assert.equal(readDeliveryReport('Final-Recipient: rfc822; a@example.org\r\n\r\n'.repeat(100)).length, 20)
  })
  it('of any text is read without a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.ok(readDeliveryReport(text).length <= 20)),
    )
  })
})
