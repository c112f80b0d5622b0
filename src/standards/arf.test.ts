import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  longestValue,
  mostHops,
  mostReports,
  mostValues,
  readFeedback,
  type Feedback,
  type FeedbackReport,
  type ReportPart,
} from './arf.ts'

const machine = (...lines: readonly string[]): ReportPart => ({
  type: 'message/feedback-report',
  text: lines.join('\r\n'),
})
const message = (...lines: readonly string[]): ReportPart => ({
  type: 'message/rfc822',
  text: [...lines, '', 'Hello', ''].join('\r\n'),
})

/** What a receiver keeps of a message from 192.0.2.45. */
const reported = [
  'Return-Path: <bounce@example.org>',
  'Delivered-To: ann@provider.example',
  'Received: from mail.example.org (mail.example.org [192.0.2.45])',
  '\tby mx.provider.example (Postfix) with ESMTPS id 4XyZ',
  '\tfor <ann@provider.example>; Mon, 4 May 2026 10:15:30 +0000 (UTC)',
  'Received: from desk.example.org (desk.example.org [198.51.100.9]) by mail.example.org with ESMTPSA;',
  ' Mon, 4 May 2026 10:15:20 +0000',
  'Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=example.org',
  'Authentication-Results: mail.example.org; auth=pass smtp.auth=joe',
  'From: =?utf-8?Q?J=C3=B6?= <joe@example.org>',
  'To: Ann <ann@provider.example>, "b@other.example" <bob@provider.example>',
  'Subject: =?utf-8?Q?caf=C3=A9?=',
  'Message-ID: <a@example.org>',
]

function only(...parts: readonly ReportPart[]): FeedbackReport {
  const [report, ...more] = readFeedback(parts)
  assert.ok(report)
  assert.deepEqual(more, [])
  return report
}

describe('A feedback report', () => {
  it('says what its machine part says (RFC 5965 §3), repeatable fields as lists', () => {
    const text: ReportPart = { type: 'text/plain', text: 'This is a report.' }
    const said = machine(
      'Feedback-Type: Abuse',
      'USER-AGENT: SomeGenerator/1.0',
      'Version: 1',
      'Original-Mail-From: <bounce@example.org>',
      'Original-Rcpt-To: <ann@provider.example>',
      'Original-Rcpt-To: rfc822; bob@provider.example',
      'Arrival-Date: Mon, 4 May 2026 10:15:00 +0000',
      'Source-IP: 192.0.2.1 (mail.example.org)',
      'Reported-Domain: example.org',
      'Reported-Domain: example.com',
      'Reported-URI: https://example.org/',
      'Authentication-Results: mx.provider.example;',
      ' spf=fail smtp.mailfrom=example.com',
      'Incidents: 3',
    )
    const { feedback, isReport } = only(text, said, message(...reported))
    assert.equal(isReport, true)
    assert.deepEqual(feedback, {
      feedbackType: 'abuse',
      userAgent: 'SomeGenerator/1.0',
      version: '1',
      sourceIp: '192.0.2.1',
      arrivalDate: 'Mon, 4 May 2026 10:15:00 +0000',
      originalMailFrom: 'bounce@example.org',
      originalRcptTo: ['ann@provider.example', 'bob@provider.example'],
      reportedDomain: ['example.org', 'example.com'],
      reportedUri: ['https://example.org/'],
      authenticationResults: ['mx.provider.example; spf=fail smtp.mailfrom=example.com'],
      messageId: 'a@example.org',
      from: 'Jö <joe@example.org>',
      subject: 'café',
      derived: [],
    } satisfies Feedback)
  })
  it('of Dovecot says little, so that the rest comes from the message and is named', () => {
    const said = machine(
      'Version: 1',
      'Feedback-Type: abuse',
      'User-Agent: Pigeonhole/0.5.19 (Dovecot)',
      'Dovecot-Reporting-User: ann@provider.example',
      '',
    )
    const report = only(said, message(...reported))
    assert.equal(report.reportingUser, 'ann@provider.example')
    assert.deepEqual(report.to, ['ann@provider.example', 'bob@provider.example'])
    assert.deepEqual(
      report.hops.map(({ ip }) => ip),
      ['192.0.2.45', '198.51.100.9'],
    )
    assert.deepEqual(report.feedback, {
      feedbackType: 'abuse',
      userAgent: 'Pigeonhole/0.5.19 (Dovecot)',
      version: '1',
      sourceIp: '192.0.2.45',
      arrivalDate: 'Mon, 4 May 2026 10:15:30 +0000 (UTC)',
      originalMailFrom: 'bounce@example.org',
      originalRcptTo: ['ann@provider.example'],
      reportedDomain: ['example.org'],
      reportedUri: [],
      authenticationResults: ['mx.provider.example; spf=pass smtp.mailfrom=example.org'],
      messageId: 'a@example.org',
      from: 'Jö <joe@example.org>',
      subject: 'café',
      derived: [
        'sourceIp',
        'arrivalDate',
        'originalMailFrom',
        'originalRcptTo',
        'reportedDomain',
        'authenticationResults',
      ],
    })
  })
  it('may carry the header alone', () => {
    for (const type of [
      'text/rfc822-headers',
      'message/rfc822-headers',
      'message/global-headers',
      'MESSAGE/GLOBAL',
    ])
      assert.equal(
        only(machine('Feedback-Type: abuse'), { type, text: reported.join('\n') }).feedback.messageId,
        'a@example.org',
      )
  })
  it('takes the address that a receiver noted elsewhere when no trace field tells it', () => {
    const from = 'From: joe@example.org'
    const by = (...lines: readonly string[]) =>
      only(machine('Feedback-Type: abuse'), message(...lines, from)).feedback.sourceIp
    assert.equal(
      by('Authentication-Results: spf=pass (sender IP is 192.0.2.45) smtp.mailfrom=example.org'),
      '192.0.2.45',
    )
    assert.equal(
      by('Received-SPF: pass (x) client-ip=2001:DB8::45; envelope-from=a@example.org'),
      '2001:db8::45',
    )
    assert.equal(by('Received: from gate (gate [10.0.0.1]) by mx.provider.example with SMTP'), undefined)
  })
  it('with odd habits of the wild is read all the same', () => {
    const odd = machine(
      '',
      'Feedback-Type:fraud (phish)',
      '',
      'Source-Ip: x.x.x.x',
      'Received-Date: yesterday',
      'Original-Mail-From: <>',
    )
    const { feedback } = only(odd)
    assert.deepEqual(
      [
        feedback.feedbackType,
        feedback.sourceIp,
        feedback.arrivalDate,
        feedback.originalMailFrom,
        feedback.derived,
      ],
      ['fraud', undefined, 'yesterday', '', []],
    )
    assert.equal(only(machine('Source-IP: [IPv6:2001:DB8::1]')).feedback.sourceIp, '2001:db8::1')
    assert.equal(
      only(machine('Feedback-Type: abuse', 'Message-ID: <b@example.org>')).feedback.messageId,
      'b@example.org',
    )
  })
})

describe('A message without a machine part', () => {
  it('is one report for every message that is attached', () => {
    const other = message('From: x@example.org', 'Message-ID: <b@example.org>')
    const reports = readFeedback([{ type: 'text/plain', text: 'spam!' }, message(...reported), other])
    assert.deepEqual(
      reports.map(({ isReport, feedback }) => [isReport, feedback.feedbackType, feedback.messageId]),
      [
        [false, undefined, 'a@example.org'],
        [false, undefined, 'b@example.org'],
      ],
    )
    assert.equal(readFeedback(Array.from({ length: 50 }, () => other)).length, mostReports)
  })
  it('may quote the header in its text', () => {
    const text = [
      'A message failed the policy.',
      '',
      '  Sender: 192.0.2.45',
      '',
      ...reported,
      '',
      'bye',
    ].join('\n')
    assert.equal(only({ type: 'text/plain', text }).feedback.sourceIp, '192.0.2.45')
  })
  it('is no report when there is nothing of the kind', () => {
    assert.deepEqual(readFeedback([]), [])
    assert.deepEqual(
      readFeedback([
        { type: 'text/plain', text: 'From: here\n\nto there' },
        { type: 'text/html', text: reported.join('\n') },
      ]),
      [],
    )
    assert.deepEqual(readFeedback([{ type: 'message/rfc822', text: '' }]), [])
  })
})

describe('Whatever the parts are', () => {
  const isBounded = (reports: readonly FeedbackReport[]): boolean =>
    reports.length <= mostReports &&
    reports.every(({ feedback, to, hops }) => {
      const { originalRcptTo, reportedDomain, reportedUri, authenticationResults } = feedback
      const lists = [to, originalRcptTo, reportedDomain, reportedUri, authenticationResults]
      const texts = [...lists.flat(), ...Object.values(feedback).filter((value) => typeof value === 'string')]
      return (
        hops.length <= mostHops &&
        lists.every((list) => list.length <= mostValues) &&
        texts.every((text) => text.length <= longestValue && !/[\x00-\x1f]/.test(text))
      )
    })

  it('the report is bounded and nothing is thrown', () => {
    const types = fc.constantFrom(
      'message/feedback-report',
      'message/rfc822',
      'text/rfc822-headers',
      'text/plain',
      'x/y',
    )
    const lines = fc.constantFrom(
      ...reported,
      'Feedback-Type: abuse',
      'Original-Rcpt-To: a@b, <c@d>',
      'Source-IP: 192.0.2.45',
      '',
      ' folded',
      '\0',
    )
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof(lines, fc.string({ unit: 'binary' })), { maxLength: 80 })
        .map((all) => all.join('\r\n')),
    )
    fc.assert(
      fc.property(fc.array(fc.record({ type: types, text: hostile }), { maxLength: 6 }), (parts) =>
        assert.ok(isBounded(readFeedback(parts))),
      ),
    )
  })
  it('long ones take a short time', () => {
    const before = performance.now()
    for (const piece of [
      '"',
      '"\\"',
      '<',
      '(',
      'a@b,',
      '=?utf-8?q?',
      '=?utf-8?B?////?= ',
      'To: <a@b>\n',
      'Received: from x (',
      '\n ',
      '\n\n',
    ])
      for (const name of ['To', 'Received', 'From', 'Original-Rcpt-To', 'Authentication-Results']) {
        const text = `From: x\nMessage-ID: <y>\n${name}: ${piece.repeat(30_000)}`
        const parts = ['message/feedback-report', 'message/rfc822', 'text/plain'].map((type) => ({
          type,
          text,
        }))
        for (const list of [parts, parts.slice(1), parts.slice(2)]) assert.ok(isBounded(readFeedback(list)))
      }
    assert.ok(performance.now() - before < 10_000)
  })
})
