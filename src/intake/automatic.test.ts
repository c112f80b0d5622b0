import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { automaticSignsOf } from './automatic.ts'
import { readHeader } from './message-budget.ts'

function signs(fields: string, mailFrom = 'ann@example.org', from = 'ann@example.org'): readonly string[] {
  const header = readHeader(Buffer.from(`${fields}\r\n\r\nx`))
  assert.ok(typeof header !== 'string')
  return automaticSignsOf(header, mailFrom, from)
}

describe('Signs of an automatic message', () => {
  it('are none in what a person writes', () => {
    assert.deepEqual(signs('From: ann@example.org\r\nSubject: Auto-Submitted: yes\r\nAuto-Submitted: no'), [])
    assert.deepEqual(signs('Auto-Submitted: No (as RFC 3834 says)'), [])
    assert.deepEqual(signs('Precedence: first-class'), [])
  })
  it('are Auto-Submitted with any other word (RFC 3834 §5)', () => {
    assert.deepEqual(signs('Auto-Submitted: auto-generated'), ['auto-submitted'])
    assert.deepEqual(signs('AUTO-SUBMITTED:\r\n Auto-Replied; owner-email="x"'), [
      'auto-submitted',
      'auto-replied',
    ])
    assert.deepEqual(signs('Auto-Submitted: no\r\nAuto-Submitted: auto-notified'), ['auto-submitted'])
  })
  it('are the null return path, list fields, Precedence and the suppression of replies', () => {
    assert.deepEqual(signs('From: x@example.org', ''), ['null-return-path'])
    assert.deepEqual(signs('List-Unsubscribe: <mailto:x@example.org>'), ['list'])
    for (const word of ['bulk', 'LIST', ' junk '])
      assert.deepEqual(signs(`Precedence: ${word}`), ['precedence'])
    assert.deepEqual(signs('X-Auto-Response-Suppress: All'), ['suppress'])
    assert.deepEqual(signs('X-Autoreply: yes'), ['auto-replied'])
  })
  it('are the local parts that programs write from, but not the postmaster, who delists servers', () => {
    for (const local of [
      'mailer-daemon',
      'MAILER-DAEMON',
      'noreply',
      'no-reply',
      'do-not-reply',
      'bounce',
      'bounces+12',
      'users-request',
      'list-bounces',
    ]) {
      assert.deepEqual(signs('X: y', 'a@example.org', `${local}@example.org`), ['local-part'], local)
    }
    for (const local of ['postmaster', 'abuse', 'ann', 'bouncer', 'request', 'noreplyson']) {
      assert.deepEqual(signs('X: y', 'a@example.org', `${local}@example.org`), [], local)
    }
  })
  it('are more hops than a person’s mail takes', () => {
    assert.deepEqual(signs(Array.from({ length: 25 }, () => 'Received: x').join('\r\n')), [])
    assert.deepEqual(signs(Array.from({ length: 26 }, () => 'Received: x').join('\r\n')), ['hops'])
  })
})
