import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { readFeedback } from '../standards/arf.ts'
import { parseAddress } from '../standards/ip.ts'
import { readReceived } from '../standards/received.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { answerReport, readReport, type ReportRoute } from './report.ts'
import { desk, loopback, networks } from './test-intake.ts'

const reports: ReportRoute = { kind: 'report', complaint: undefined, mailbox: 'report-spam@provider.example' }
const notJunk: ReportRoute = { kind: 'report', complaint: 'not-junk', mailbox: 'not-junk@provider.example' }
const ours = { names: ['provider.example', 'mx.hoster.example'], networks: [...networks, loopback] }
const stranger = { address: orThrow(parseAddress('198.51.100.7')), isSender: true, helo: null }
const store = { address: orThrow(parseAddress('203.0.113.9')), isSender: true, helo: null }
const relay = { address: orThrow(parseAddress('127.0.0.1')), isSender: false, helo: null }

const border = 'Received: from x (x [192.0.2.45]) by mx.hoster.example with ESMTPS id 1'
const reported = [border, 'From: joe@example.org', 'Message-ID: <a@example.org>']

function arf(fields: readonly string[], header = reported): ParsedMessage['feedback'] {
  const machine = { type: 'message/feedback-report', text: fields.join('\r\n') }
  return [...readFeedback([machine, { type: 'message/rfc822', text: header.join('\r\n') }])]
}

const attached = (header = reported): ParsedMessage['feedback'] => [
  ...readFeedback([{ type: 'message/rfc822', text: header.join('\r\n') }]),
]

/** A report by Dovecot. */
const program: ParsedMessage = {
  from: ['postmaster@provider.example'],
  subject: '',
  text: '',
  quoted: '',
  automatic: ['auto-submitted', 'null-return-path'],
  ambiguous: [],
  authentication: null,
  attachments: [],
  report: null,
  feedback: arf(['Feedback-Type: abuse', 'Dovecot-Reporting-User: ann@provider.example']),
  hops: [],
  probe: null,
}
const person: ParsedMessage = {
  ...program,
  from: ['bob@provider.example'],
  automatic: [],
  feedback: attached(),
  hops: ['from home ([198.51.100.7]) by mx.provider.example with ESMTPSA id 2'].map(readReceived),
  authentication: {
    spf: 'none',
    spfDomain: null,
    dkim: ['provider.example'],
    dmarc: 'pass',
    aligned: ['dkim'],
    signedRecipients: [reports.mailbox, notJunk.mailbox],
    isUnsure: false,
  },
}

function read(message: ParsedMessage, client = stranger, route = reports) {
  return readReport(route, message, { client, ours, at: 1 }, desk)
}

/** Teller, then complaints in short, then what is none; or the refusal. */
function heard(...asked: Parameters<typeof read>): string {
  const report = read(...asked)
  if ('code' in report) return `${report.code} ${report.text}`
  const told = report.complaints.map(({ kind, ip, messageId, reporter }) =>
    [kind, ip, messageId, reporter].join(' '),
  )
  return [report.teller, ...told, ...report.others].join(', ')
}

describe('A report by mail', () => {
  const believed = 'system, junk 192.0.2.45 <a@example.org> ann@provider.example'
  it('is believed when a machine of ours wrote it', () => {
    assert.equal(heard(program, store), believed)
    assert.equal(heard(program, relay), believed)
    const handedOn = [
      'from imap.provider.example (imap [10.0.0.7]) by mx.provider.example with ESMTP id 3',
      'by imap.provider.example (Postfix, from userid 500) id 2',
    ]
    assert.equal(heard({ ...program, hops: handedOn.map(readReceived) }, relay), believed)
  })
  it('is not when it came in from outside through a relay that does not say so, or names nobody', () => {
    for (const hop of [
      'from evil (evil [198.51.100.7]) by mx.provider.example with ESMTP id 3',
      'from evil (unknown [unknown]) by mx.provider.example with ESMTP id 3',
      'from mx.provider.example ([203.0.113.7]) by mx.elsewhere.example with ESMTP id 3',
    ]) {
      const outside = { ...program, from: ['eve@example.org'], hops: [readReceived(hop)] }
      for (const client of [relay, store])
        assert.match(heard(outside, client), /^550 5\.7\.1 .* our own users/, hop)
    }
  })
  it('that a user forwards from our webmail is theirs, whatever the machine', () => {
    const forwarded = { ...person, hops: [], authentication: null }
    assert.equal(
      heard(forwarded, relay),
      'bob@provider.example, junk 192.0.2.45 <a@example.org> bob@provider.example',
    )
    assert.match(heard({ ...forwarded, from: ['robot@example.org'] }, relay), /^system, junk 192\.0\.2\.45 /)
  })
  it('is believed of our own users in their own name when their From is shown to be theirs', () => {
    assert.equal(heard(person), 'bob@provider.example, junk 192.0.2.45 <a@example.org> bob@provider.example')
    const claims = arf(['Feedback-Type: fraud', 'Dovecot-Reporting-User: ann@provider.example'])
    assert.equal(
      heard({ ...person, feedback: claims }),
      'bob@provider.example, phish 192.0.2.45 <a@example.org> bob@provider.example',
    )
  })
  it('is refused, with a sentence, of everybody else', () => {
    const forged = {
      ...person,
      authentication: person.authentication && { ...person.authentication, aligned: [] },
    }
    assert.match(heard(forged), /^550 5\.7\.26 .* junk button of your mail program instead$/)
    assert.match(heard({ ...person, authentication: null }), /^451 4\.7\.24 /)
    assert.match(heard({ ...person, automatic: ['auto-replied'] }), /^550 5\.7\.1 Automatic/)
    assert.match(heard({ ...person, from: [] }), /^550 5\.7\.1 /)
    for (const from of ['eve@example.org', 'eve@notprovider.example'])
      assert.match(heard({ ...person, from: [from] }), /^550 5\.7\.1 .*write to abuse@provider\.example$/)
  })
  it('has the kind of its mailbox unless it says another', () => {
    assert.match(heard(person, stranger, notJunk), /, not-junk /)
    assert.match(heard({ ...person, feedback: arf(['Feedback-Type: abuse']) }, stranger, notJunk), /, junk /)
    assert.match(
      heard({ ...program, feedback: arf(['Feedback-Type: other']) }, store),
      /system, other-report/,
    )
  })
})

describe('The answer to a report', () => {
  const answer = (message: ParsedMessage, client = stranger, taken = 0): string => {
    const report = read(message, client)
    assert.ok(!('code' in report), JSON.stringify(report))
    const { code, text } = answerReport(report, taken, desk)
    return `${code} ${text}`
  }
  const foreign = ['Received: from x (x [192.0.2.45]) by mx.elsewhere.example with ESMTPS id 1']
  const inside = ['Received: from x (x [192.0.2.45]) by mx.provider.example', 'Message-ID: <a@b.example>']
  const own = [inside[0]?.replace('192.0.2.45', '203.0.113.44') ?? '', 'Source-IP: x']

  it('thanks whoever told something', () => {
    assert.match(answer(person, stranger, 1), /^250 2\.0\.0 Thank you/)
  })
  it('tells a person what is missing', () => {
    assert.match(answer({ ...person, feedback: [] }), /^550 5\.6\.0 No message is attached/)
    assert.match(
      answer({ ...person, feedback: attached(foreign) }),
      /^550 5\.6\.0 .*no Received line of our servers/,
    )
    assert.match(
      answer({ ...person, feedback: arf(['Feedback-Type: opt-out']) }),
      /^550 5\.6\.0 .*none of junk/,
    )
    assert.match(answer({ ...person, feedback: attached(inside) }), /^550 5\.6\.0 .*no usable header/)
  })
  it('refuses nothing that a program of ours sends for a button that somebody pressed, but says what it lacks', () => {
    assert.match(
      answer({ ...program, feedback: arf(['Feedback-Type: abuse'], foreign) }, store),
      /^250 .*no Received/,
    )
    const said = arf(['Feedback-Type: abuse', 'Source-IP: 203.0.113.44'], own.slice(1))
    assert.match(answer({ ...program, feedback: said }, store), /^250 .*our own network$/)
    assert.match(answer({ ...program, feedback: [] }, store), /^550 5\.6\.0 No message is attached/)
  })
})

describe('The Subject of a report by one of our users', () => {
  for (const [subject, kind] of [
    ['1|something', 'junk'],
    ['Junk: something', 'junk'],
    ['2|something', 'not-junk'],
    ['Not junk: something', 'not-junk'],
    ['3|something', 'phish'],
    ['Phishing: something', 'phish'],
    ['something 3|', 'junk'],
  ] as const)
    it(`“${subject}” means ${kind}`, () =>
      assert.equal(
        heard({ ...person, subject }),
        `bob@provider.example, ${kind} 192.0.2.45 <a@example.org> bob@provider.example`,
      ))

  it('does not change what a feedback report says, nor what a mailbox means', () => {
    const about = { ...program, subject: '3|something' }
    assert.match(heard(about, store), /^system, junk /)
    assert.match(heard({ ...person, subject: '3|something' }, stranger, notJunk), / not-junk /)
  })
})
