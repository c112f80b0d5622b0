import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readRspamdJson } from '../standards/rspamd-metadata.ts'
import { filterEventOf } from './filter-event.ts'
import { formatMailEvent, readMailEventLine, type MessageEvent } from './mail-event.ts'

const at = Date.UTC(2026, 4, 4, 10, 15, 30)

function event(fields: object): MessageEvent | undefined {
  const metadata = readRspamdJson(JSON.stringify({ ip: '192.0.2.45', user: 'unknown', ...fields }))
  return metadata && filterEventOf(metadata, at)
}

function verdict(
  action: string,
  ...names: readonly (string | [name: string, score: number])[]
): string | undefined {
  const symbols = names.map((name) =>
    typeof name === 'string' ? { name, score: 2 } : { name: name[0], score: name[1] },
  )
  return event({ action, symbols })?.verdict
}

describe('What rspamd says of a message', () => {
  it('becomes verdict and authentication', () => {
    const found = event({
      qid: '68A1D26678D',
      action: 'no action',
      from: 'bounce@lists.example.org',
      rcpt: ['bob@provider.example'],
      header_from: ['Ada <ada@example.org>'],
      message_id: 'a@example.org',
      size: 18231,
      symbols: [
        { name: 'R_SPF_ALLOW', score: -0.2, options: ['+ip4:192.0.2.45'] },
        { name: 'R_DKIM_ALLOW', score: -0.2, options: ['example.org:s=may', 'Lists.example.org:s=may'] },
        { name: 'DKIM_TRACE', score: 0, options: ['example.org:+', 'example.net:-', 'third.example:+'] },
        { name: 'DMARC_POLICY_ALLOW', score: -0.5, options: ['example.org', 'none'] },
      ],
    })
    assert.ok(found)
    assert.deepEqual(JSON.parse(formatMailEvent(found)), {
      v: 1,
      at: '2026-05-04T10:15:30.000Z',
      type: 'message',
      id: found.id,
      ip: '192.0.2.45',
      mailFrom: 'lists.example.org',
      from: 'example.org',
      spf: 'pass',
      dkim: ['example.org', 'lists.example.org', 'third.example'],
      dmarc: 'pass',
      verdict: 'ham',
      size: 18231,
      messageId: '<a@example.org>',
      queueId: '68A1D26678D',
    })
  })

  it('is spam where the action refuses or marks', () => {
    for (const action of ['reject', 'add header', 'rewrite subject', 'discard', 'quarantine', 'add_header'])
      assert.equal(verdict(action, 'BAYES_SPAM'), 'spam', action)
    for (const action of ['greylist', 'soft reject', 'something new'])
      assert.equal(verdict(action), 'unknown', action)
    assert.equal(verdict('no action', ['BAYES_SPAM', 3]), 'ham')
  })

  it('is phish or malware where the filter found just that', () => {
    assert.equal(verdict('reject', ['PHISHED_OPENPHISH', 7]), 'phish')
    assert.equal(verdict('add header', ['DBL_PHISH', 6.5]), 'phish')
    assert.equal(verdict('no action', ['PHISHING', 4]), 'ham', 'the rule alone errs')
    assert.equal(verdict('add header', ['PHISHING', 0.1]), 'spam', 'it hardly counted')
    assert.equal(verdict('reject', ['CLAM_VIRUS', 0]), 'malware')
    assert.equal(verdict('no action', ['SOPHOS_VIRUS', 4]), 'malware')
    assert.equal(verdict('reject', 'CLAM_VIRUS_FAIL', 'CLAM_VIRUS_ENCRYPTED'), 'spam')
    assert.equal(verdict('reject', ['DBL_MALWARE', 6]), 'malware')
  })

  it('is bulk where it calls itself so and passes', () => {
    assert.equal(verdict('no action', 'PRECEDENCE_BULK'), 'bulk')
    assert.equal(verdict('no action', ['MAILLIST', -0.2]), 'bulk')
    assert.equal(verdict('reject', 'PRECEDENCE_BULK'), 'spam')
  })

  it('is no opinion where a rule of ours refused', () => {
    assert.equal(verdict('reject', ['POSTERN_REFUSED', 0]), 'unknown')
    assert.equal(verdict('soft reject', ['POSTERN_REFUSED', 0]), 'unknown')
    assert.equal(verdict('no action', ['POSTERN_CHECKED', 0]), 'ham')
  })

  it('has every result of SPF and DMARC', () => {
    const results = (name: string) => event({ symbols: [{ name, score: 0 }] })
    const spf = ['ALLOW', 'FAIL', 'SOFTFAIL', 'NEUTRAL', 'NA', 'DNSFAIL', 'PERMFAIL']
    assert.deepEqual(
      spf.map((name) => results(`R_SPF_${name}`)?.spf),
      ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'],
    )
    const dmarc = [
      'POLICY_ALLOW',
      'POLICY_REJECT',
      'POLICY_QUARANTINE',
      'POLICY_SOFTFAIL',
      'NA',
      'DNSFAIL',
      'BAD_POLICY',
    ]
    assert.deepEqual(
      dmarc.map((name) => results(`DMARC_${name}`)?.dmarc),
      ['pass', 'fail', 'fail', 'fail', 'none', 'temperror', 'permerror'],
    )
    assert.deepEqual(results('R_DKIM_NA')?.dkim, [])
    assert.equal(results('X')?.dkim, undefined)
  })

  it('of our own users’ mail, or without an address, is nothing', () => {
    assert.equal(event({ user: 'ada', action: 'reject' }), undefined)
    assert.equal(event({ ip: 'unknown' }), undefined)
    assert.equal(event({ ip: '/run/rspamd.sock' }), undefined)
  })

  it('has the same id when it is told again, and another for another message', () => {
    const id = (fields: object): string | undefined =>
      event({ qid: 'A1', message_id: 'a@b.example', ...fields })?.id
    assert.equal(id({ action: 'reject' }), id({ action: 'reject' }))
    assert.notEqual(id({}), id({ qid: 'A2' }))
    assert.notEqual(id({}), id({ message_id: 'b@b.example' }))
  })

  it('is always an event that a reader takes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('a@b.example', 'a@[192.0.2.1]', ''),
    )
    const symbol = fc.record({
      name: fc.constantFrom('R_DKIM_ALLOW', 'DKIM_TRACE', 'X'),
      score: fc.double(),
      options: fc.array(text),
    })
    fc.assert(
      fc.property(
        fc.record({
          qid: text,
          from: text,
          message_id: text,
          header_from: fc.array(text),
          symbols: fc.array(symbol),
          size: fc.double(),
        }),
        (fields) => {
          const found = event(fields)
          assert.ok(found)
          assert.equal(typeof readMailEventLine(formatMailEvent(found)), 'object')
        },
      ),
    )
  })
})
