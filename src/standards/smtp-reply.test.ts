import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatReplyLine } from './smtp-reply.ts'

const url = `https://postmaster.provider.example/c/${'A'.repeat(80)}`
const reply = {
  code: 550,
  status: '5.7.606',
  text: 'Access denied, banned sending IP',
  address: '192.0.2.45',
  action: 'To lift this please visit',
  url,
  reference: 'PSN606',
}

describe('SMTP reply lines', () => {
  it('say what happened, what to do, where, and the reference (contracts 8)', () => {
    assert.equal(
      formatReplyLine(reply),
      `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To lift this please visit ${url} (PSN606)`,
    )
    const { address: _, ...without } = reply
    assert.equal(
      formatReplyLine(without),
      `550 5.7.606 Access denied, banned sending IP. To lift this please visit ${url} (PSN606)`,
    )
  })

  it('lose words before the URL, the last ones first', () => {
    const full = formatReplyLine(reply)
    assert.equal(formatReplyLine(reply, full.length), full)
    const see = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. See ${url} (PSN606)`
    assert.equal(formatReplyLine(reply, full.length - 1), see)
    assert.equal(
      formatReplyLine(reply, see.length - 1),
      `550 5.7.606 Access denied, banned sending [192.0.2.45]. See ${url} (PSN606)`,
    )
    const bare = `550 5.7.606 See ${url} (PSN606)`
    assert.equal(formatReplyLine(reply, bare.length), bare)
    assert.equal(formatReplyLine(reply, bare.length - 1), `550 5.7.606 ${url}`)
  })

  it('are one line of printable ASCII, no longer than asked, and keep code, status and URL, whatever the words are', () => {
    const words = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\r', '\n', '\0', '\u2028', 'é', '封'),
        fc.constantFrom(...'abc. []<>'.split('')),
      ),
      maxLength: 600,
    })
    fc.assert(
      fc.property(words, words, fc.integer({ min: 150, max: 450 }), (text, action, octets) => {
        const line = formatReplyLine({ ...reply, text, action, address: text.slice(0, 10) }, octets)
        assert.match(line, /^550 5\.7\.606 [\x20-\x7e]+$/)
        assert.ok(line.length <= octets)
        assert.ok(line.includes(url))
      }),
    )
  })

  it('have 450 octets at most', () => {
    const line = formatReplyLine({ ...reply, text: 'word '.repeat(200).trim() })
    assert.ok(line.length <= 450 && line.length > 440)
  })

  it('fail when the URL does not fit, or code and status disagree', () => {
    assert.throws(
      () => formatReplyLine({ ...reply, url: `https://a.example/${'x'.repeat(450)}` }),
      RangeError,
    )
    assert.throws(() => formatReplyLine({ ...reply, code: 451 }), RangeError)
    assert.throws(() => formatReplyLine({ ...reply, status: '5.7' }), RangeError)
  })
})
