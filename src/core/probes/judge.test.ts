import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { goodConnection, goodFacts, goodSignature } from '../../../test/support/probe.ts'
import { testStart } from '../../../test/support/context.ts'
import type { ProbeFacts } from './facts.ts'
import { findings, type FindingName } from './finding.ts'
import { judge } from './judge.ts'
import type { ProbeConnection } from './probe.ts'

function found(
  facts: Partial<ProbeFacts> = {},
  connection: Partial<ProbeConnection> = {},
): readonly FindingName[] {
  const all = judge({ ...goodConnection, ...connection }, { ...goodFacts, ...facts }, testStart)
  return all.map(({ name }) => name)
}

/** Those that are not merely good to know. */
function faults(...of: Parameters<typeof found>): readonly FindingName[] {
  return found(...of).filter((name) => findings[name][1] === 'bad' || findings[name][1] === 'warning')
}

describe('The report about a test message', () => {
  it('has nothing to mend in a message that is as it should be', () => {
    assert.deepEqual(faults(), [])
    assert.ok(
      found().includes('reverse-good') && found().includes('form-good') && found().includes('dmarc-pass'),
    )
  })

  it('asks for a reverse name that leads back (RFC 1912 §2.1)', () => {
    assert.deepEqual(faults({}, { names: [], confirmed: [] }), ['reverse-missing'])
    assert.deepEqual(faults({}, { names: ['mail.example.org'], confirmed: [] }), ['reverse-unconfirmed'])
    assert.deepEqual(faults({}, { names: [], confirmed: [], isNameUnsure: true }), [])
  })

  it('asks for a greeting with a full name (RFC 5321 §4.1.1.1)', () => {
    for (const helo of ['localhost', '[192.0.2.45]', 'WIN-SERVER', 'box.local', '192.0.2.45'])
      assert.deepEqual(faults({}, { helo }), ['helo-no-name'], helo)
    assert.ok(found({}, { helo: 'other.example.org' }).includes('helo-own'))
  })

  it('tells a plain session from one with TLS that is out of date (RFC 8996), and says when it does not know', () => {
    assert.deepEqual(faults({}, { tls: 'none' }), ['tls-none'])
    assert.deepEqual(faults({}, { tls: 'TLSv1' }), ['tls-old'])
    assert.deepEqual(faults({}, { tls: 'TLSv1.1' }), ['tls-old'])
    assert.deepEqual(faults({}, { tls: 'TLSv1.2' }), [])
    assert.ok(found({}, { tls: null }).includes('tls-unknown'))
  })

  it('does not take SPF of another domain for the author’s', () => {
    assert.ok(found({ spf: { ...goodFacts.spf, isAligned: false } }).includes('spf-pass-elsewhere'))
    for (const result of ['none', 'neutral', 'softfail', 'fail', 'permerror', 'temperror'] as const)
      assert.deepEqual(faults({ spf: { ...goodFacts.spf, result, isAligned: false } }), [`spf-${result}`])
  })

  const signed = (changes: Partial<typeof goodSignature>): readonly FindingName[] =>
    faults({ dkim: [{ ...goodSignature, ...changes }] })

  it('weighs each signature: key, algorithm, what it covers (RFC 6376, RFC 8301)', () => {
    assert.deepEqual(faults({ dkim: [] }), ['dkim-none'])
    assert.deepEqual(signed({ bits: 512, result: 'policy' }), ['dkim-weak-key'])
    assert.deepEqual(signed({ bits: 1024 }), ['dkim-small-key'])
    assert.deepEqual(signed({ bits: null, algorithm: 'ed25519-sha256' }), [])
    assert.deepEqual(signed({ algorithm: 'rsa-sha1', result: 'policy' }), ['dkim-sha1'])
    assert.deepEqual(signed({ result: 'fail', why: 'bad signature' }), ['dkim-fail'])
    assert.deepEqual(signed({ isWhole: false }), ['dkim-part'])
    assert.deepEqual(signed({ signed: ['from', 'subject'] }), ['dkim-unsigned'])
  })

  it('says of a domain without a DMARC record whether it would pass', () => {
    const dmarc = { result: 'none', domain: null, policy: null } as const
    assert.deepEqual(faults({ dmarc }), ['dmarc-none'])
    assert.ok(found({ dmarc }).includes('dmarc-aligned'))
    assert.ok(found({ dmarc: { ...goodFacts.dmarc, policy: 'none' } }).includes('dmarc-monitor'))
  })

  const named = (displayName: string): readonly FindingName[] =>
    faults({ header: { ...goodFacts.header, displayName } })

  it('sees tricks with the name that is shown', () => {
    assert.deepEqual(named('service@bank.example'), ['name-address'])
    assert.deepEqual(named('Ada <ADA@example.org>'), [])
    assert.deepEqual(named('Bank\u202egro.elpmaxe'), ['name-invisible'])
    assert.deepEqual(named('р\u0430ypal'), ['name-mixed'])
    assert.deepEqual(named('Δίας'), [])
    assert.deepEqual(named('张三'), [])
  })

  it('tells where answers and bounces go when that is another organisation', () => {
    assert.deepEqual(faults({ header: { ...goodFacts.header, replyTo: ['a@other.example'] } }), [
      'reply-elsewhere',
    ])
    assert.deepEqual(faults({ header: { ...goodFacts.header, replyTo: ['a@sub.example.org'] } }), [])
    assert.ok(found({}, { mailFrom: 'bounce@service.example' }).includes('return-elsewhere'))
    assert.ok(found({}, { mailFrom: '' }).includes('return-null'))
    assert.deepEqual(faults({}, { fromTakesMail: false }), ['from-no-mail'])
  })

  const formed = (changes: Partial<ProbeFacts['form']>): readonly FindingName[] =>
    faults({ form: { ...goodFacts.form, ...changes } })

  it('holds the form against RFC 5322', () => {
    assert.deepEqual(formed({ from: { fields: 0, mailboxes: 0, hasSender: false } }), ['from-missing'])
    assert.deepEqual(formed({ from: { fields: 2, mailboxes: 1, hasSender: false } }), ['from-repeated'])
    assert.deepEqual(formed({ from: { fields: 1, mailboxes: 2, hasSender: true } }), ['from-several'])
    assert.deepEqual(formed({ date: { fields: 0, at: null } }), ['date-missing'])
    assert.deepEqual(formed({ date: { fields: 1, at: null } }), ['date-invalid'])
    assert.deepEqual(formed({ date: { fields: 1, at: testStart - 3 * 86_400_000 } }), ['date-off'])
    assert.deepEqual(formed({ date: { fields: 1, at: testStart + 3_600_000 } }), ['date-off'])
    assert.deepEqual(formed({ messageId: { fields: 0, isValid: true } }), ['message-id-missing'])
    assert.deepEqual(formed({ messageId: { fields: 1, isValid: false } }), ['message-id-invalid'])
    assert.deepEqual(formed({ longLines: 1, longestLine: 1200 }), ['lines-long'])
    assert.deepEqual(formed({ mime: ['boundary-missing'] }), ['mime-boundary-missing'])
  })

  const listed = (changes: Partial<ProbeFacts['list']>): readonly FindingName[] =>
    faults({ list: { ...goodFacts.list, ...changes } })

  it('wants one-click unsubscribing whole: both fields, https, and a signature over them (RFC 8058)', () => {
    const https = [{ scheme: 'https', host: 'lists.example.org' }]
    const whole = { ways: https, hasUnsubscribe: true, post: 'valid', isSigned: true } as const
    assert.deepEqual(listed(whole), [])
    assert.deepEqual(listed({ ...whole, isSigned: false }), ['list-unsigned'])
    assert.deepEqual(listed({ ...whole, post: 'absent' }), ['list-no-post'])
    assert.deepEqual(listed({ ...whole, post: 'invalid' }), ['list-post-invalid'])
    assert.deepEqual(listed({ ...whole, ways: [{ scheme: 'http', host: 'lists.example.org' }] }), [
      'list-no-https',
    ])
    assert.deepEqual(
      listed({ ...whole, post: 'absent', ways: [{ scheme: 'mailto', host: 'example.org' }] }),
      ['list-mail-only'],
    )
    assert.deepEqual(listed({ isBulk: true }), ['list-bulk-none'])
    assert.deepEqual(listed({}), [])
  })
})
