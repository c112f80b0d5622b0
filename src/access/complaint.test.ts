import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { readFeedback } from '../standards/arf.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { complaintOf, type Hearing } from './complaint.ts'
import { readMailEvent, type ComplaintEvent } from './mail-event.ts'

const hearing: Hearing = {
  ours: { names: ['provider.example'], networks: [orThrow(parsePrefix('203.0.113.0/24'))] },
  domains: ['provider.example'],
  teller: 'system',
  at: Date.parse('2026-05-04T11:02:00Z'),
}
const person: Hearing = { ...hearing, teller: orThrow(parseMailbox('Ann@provider.example')), kind: 'phish' }

const border =
  'Received: from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example with ESMTPS id 1'
const rest = ['From: joe@example.org', 'To: list@example.org', 'Message-ID: <a@example.org>']

function report(said: readonly string[] | undefined, header: readonly string[] = [border, ...rest]) {
  const machine = said ? [{ type: 'message/feedback-report', text: said.join('\r\n') }] : []
  const [read] = readFeedback([...machine, { type: 'message/rfc822', text: header.join('\r\n') }])
  assert.ok(read)
  return read
}

function complaint(
  said: readonly string[] | undefined,
  about: Hearing = hearing,
  header?: readonly string[],
): ComplaintEvent {
  const event = complaintOf(report(said, header), about)
  assert.ok(typeof event !== 'string', JSON.stringify(event))
  return event
}

describe('A report becomes a complaint', () => {
  it('with the address that our own server wrote down, and who complains', () => {
    const event = complaint(['Feedback-Type: abuse', 'Dovecot-Reporting-User: Ann@provider.example'])
    const { id, address: _, ...facts } = event
    assert.deepEqual(facts, {
      type: 'complaint',
      at: hearing.at,
      ip: '192.0.2.45',
      kind: 'junk',
      reporter: 'ann@provider.example',
      messageId: '<a@example.org>',
    })
    assert.match(id, /^report-[\w-]{22}$/)
  })
  it('that the door of events would take as well', () => {
    const { address: _, ...event } = complaint([
      'Feedback-Type: abuse',
      'Dovecot-Reporting-User: ann@provider.example',
    ])
    const read = readMailEvent({ v: 1, ...event, at: new Date(event.at).toISOString() })
    assert.ok(typeof read !== 'string', JSON.stringify(read))
  })
  it('of the kind that it says, else of the kind of the address that it came to', () => {
    const kind = (said: readonly string[] | undefined, about = hearing) => complaint(said, about).kind
    assert.equal(kind(['Feedback-Type: fraud']), 'phish')
    assert.equal(kind(['Feedback-Type: not-spam'], { ...hearing, kind: 'junk' }), 'not-junk')
    assert.equal(kind(['Feedback-Type: virus']), 'junk')
    assert.equal(kind(['Feedback-Type: other'], { ...hearing, kind: 'not-junk' }), 'not-junk')
    assert.equal(kind(undefined, person), 'phish')
  })
  it('with the same id when it comes again, and another for another reporter, kind or message', () => {
    const said = ['Feedback-Type: abuse', 'Dovecot-Reporting-User: ann@provider.example']
    const first = complaint(said).id
    assert.equal(complaint(said, { ...hearing, at: hearing.at + 1000 }).id, first)
    const others = [
      complaint(['Feedback-Type: abuse', 'Dovecot-Reporting-User: bob@provider.example']).id,
      complaint(['Feedback-Type: fraud', 'Dovecot-Reporting-User: ann@provider.example']).id,
      complaint(said, hearing, [border, 'Message-ID: <b@example.org>']).id,
    ]
    assert.equal(new Set([first, ...others]).size, 4)
  })
})

describe('The address of a complaint', () => {
  const noTrace = ['From: joe@example.org']
  it('is Source-IP of a system of ours only where our server wrote nothing', () => {
    const said = ['Feedback-Type: abuse', 'Source-IP: 198.51.100.9']
    assert.equal(complaint(said).ip, '192.0.2.45')
    assert.equal(complaint(said, hearing, noTrace).ip, '198.51.100.9')
    assert.equal(complaintOf(report(said, noTrace), person), 'no-client')
  })
  it('is never guessed from what strangers wrote, nor one that no sender has', () => {
    const foreign = ['Received: from x (x [192.0.2.45]) by mx.receiver.example with ESMTP', ...rest]
    assert.equal(complaintOf(report(['Feedback-Type: abuse'], foreign), hearing), 'no-client')
    assert.equal(
      complaintOf(report(['Feedback-Type: abuse', 'Source-IP: 10.0.0.1'], noTrace), hearing),
      'no-client',
    )
  })
  it('of our own network makes it a matter of the abuse desk', () => {
    assert.equal(
      complaintOf(report(['Feedback-Type: abuse', 'Source-IP: 203.0.113.9'], noTrace), hearing),
      'our-own',
    )
  })
  it('is the same whatever the machine part claims (security PAR-4)', () => {
    const claim = fc.constantFrom(
      'Source-IP: 198.51.100.9',
      'Original-Mail-From: <x@example.com>',
      'Arrival-Date: Mon, 4 May 2026 10:15:30 +0000',
      'Reported-Domain: victim.example',
      'Received: from x (x [198.51.100.9]) by mx.provider.example with ESMTP',
      'Message-ID: <c@example.org>',
    )
    fc.assert(
      fc.property(fc.array(claim), (claims) => {
        assert.deepEqual(complaint(['Feedback-Type: abuse', ...claims]), complaint(['Feedback-Type: abuse']))
      }),
    )
  })
})

describe('Who complains', () => {
  const reporter = (said: readonly string[], header?: readonly string[], about = hearing) =>
    complaint(['Feedback-Type: abuse', ...said], about, header).reporter
  it('is the person who wrote, whatever they claim', () => {
    assert.equal(
      reporter(['Dovecot-Reporting-User: eve@provider.example'], undefined, person),
      'ann@provider.example',
    )
  })
  it('without a name of the user is the original recipient, the one our server delivered to, or the one in To', () => {
    assert.equal(reporter(['Original-Rcpt-To: <Ann@provider.example>']), 'ann@provider.example')
    assert.equal(
      reporter([], [`${border} for <bob@provider.example>; Mon, 4 May 2026 10:15:30 +0000`, ...rest]),
      'bob@provider.example',
    )
    assert.equal(reporter([], [border, 'To: x@example.org, cy@provider.example']), 'cy@provider.example')
  })
  it("is nobody rather than one of several, or somebody else's user", () => {
    assert.equal(
      reporter(['Original-Rcpt-To: a@provider.example', 'Original-Rcpt-To: b@provider.example']),
      undefined,
    )
    assert.equal(reporter(['Original-Rcpt-To: a@example.com']), undefined)
  })
  it('may be a user without a domain, who then is the recipient of that name or in the only domain', () => {
    const several = { ...hearing, domains: ['provider.example', 'second.example'] }
    assert.equal(reporter(['Dovecot-Reporting-User: ann']), 'ann@provider.example')
    assert.equal(
      reporter(['Dovecot-Reporting-User: ann', 'Original-Rcpt-To: ann@second.example'], undefined, several),
      'ann@second.example',
    )
    assert.equal(reporter(['Dovecot-Reporting-User: ann'], undefined, several), 'ann')
  })
})

describe('A report is no complaint', () => {
  it('when it says something else', () => {
    for (const type of ['auth-failure', 'opt-out', 'opt-out-list', 'x-new'])
      assert.equal(
        complaintOf(report([`Feedback-Type: ${type}`]), { ...hearing, kind: 'junk' }),
        'other-report',
      )
    assert.equal(complaintOf(report(['Version: 1']), hearing), 'other-report')
  })
})
