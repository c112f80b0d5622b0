import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Recipient } from './analysis.ts'
import { readInput } from './read.ts'

const read = (text: string): ReturnType<typeof readInput> => readInput(Buffer.from(text))

function recipients(text: string): readonly Recipient[] {
  const finding = read(text)
  assert.ok('recipients' in finding, finding.kind)
  return finding.recipients
}

/** The fields that are named, of the only recipient. */
function told(text: string, ...names: readonly (keyof Recipient)[]): unknown[] {
  const [only, ...others] = recipients(text)
  assert.deepEqual(others, [])
  return names.map((name) => only?.[name])
}

const dsn = `From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: ann@example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system at host mail.example.org.

<bob@provider.example>: host mx.provider.example[203.0.113.9] said: 550 5.7.606
    Access denied, banned sending IP [192.0.2.45]. To request removal from this
    list please visit https://sender.office.com/ (in reply to RCPT TO command)

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; bob@provider.example
Action: failed
Status: 5.7.606
Remote-MTA: dns; mx.provider.example
Diagnostic-Code: smtp; 550 5.7.606 Access denied, banned sending IP
    [192.0.2.45]. To request removal from this list please visit
    https://sender.office.com/

--b1
Content-Type: text/rfc822-headers

From: ann@example.org
To: bob@provider.example

--b1--
`

describe('A delivery status notification', () => {
  it('tells recipient, codes, refused address, host and command', () => {
    assert.deepEqual(
      told(
        dsn,
        'address',
        'action',
        'status',
        'replyCode',
        'command',
        'rejectedIp',
        'remoteMta',
        'reason',
        'path',
        'who',
        'permanent',
        'ask',
      ),
      [
        'bob@provider.example',
        'failed',
        '5.7.606',
        '550',
        'RCPT TO',
        '192.0.2.45',
        'mx.provider.example',
        'ip-reputation',
        'portal',
        'sender',
        true,
        'https://sender.office.com/',
      ],
    )
  })

  it('is the same with every kind of line end', () => {
    assert.deepEqual(read(dsn.replaceAll('\n', '\r\n')), read(dsn))
    assert.deepEqual(read(dsn.replaceAll('\n', '\r')), read(dsn))
  })

  it('has no code that it does not say: Status x.0.0 yields, and nothing is made up', () => {
    const bare = dsn
      .replace('Status: 5.7.606', 'Status: 5.0.0')
      .replace(/said: 550 5\.7\.606[^(]*/, 'said: mailbox is full ')
      .replace(/smtp; 550 5\.7\.606[^]*?office\.com\/\n/, 'smtp; mailbox is full\n')
    assert.deepEqual(told(bare, 'status', 'replyCode', 'reason'), ['5.0.0', undefined, 'mailbox-full'])
    const finer = dsn.replace('Status: 5.7.606', 'Status: 5.0.0')
    assert.deepEqual(told(finer, 'status'), ['5.7.606'])
  })

  it('is one also without its last boundary, or with none declared', () => {
    assert.deepEqual(read(dsn.replace('--b1--\n', '')), read(dsn))
    assert.deepEqual(told(dsn.replace(/Content-Type: multipart.*\n/, ''), 'address', 'status'), [
      'bob@provider.example',
      '5.7.606',
    ])
  })

  it('with Action delayed says that delivery goes on', () => {
    const delayed = dsn
      .replaceAll('5.7.606', '4.7.650')
      .replaceAll('550 ', '451 ')
      .replace('failed', 'delayed')
    assert.deepEqual(told(delayed, 'action', 'permanent', 'who'), ['delayed', false, 'sender'])
  })
})

describe('Text that somebody pastes', () => {
  const exim = `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@provider.example
    host mx.provider.example [203.0.113.9]
    SMTP error from remote mail server after RCPT TO:<bob@provider.example>:
    550-5.1.1 The email account that you tried to reach does not exist.
    550 5.1.1 Please check it.
`

  it('is a bounce', () => {
    assert.equal(read(exim).kind, 'bounce')
    assert.deepEqual(told(exim, 'address', 'status', 'replyCode', 'command', 'remoteMta', 'reason'), [
      'bob@provider.example',
      '5.1.1',
      '550',
      'RCPT TO',
      'mx.provider.example',
      'recipient-unknown',
    ])
  })

  it('may be quoted', () => {
    assert.deepEqual(read(exim.replaceAll(/^/gm, '> ')), read(exim))
  })

  it('is a reply when it is one and nothing else', () => {
    const finding = read('550-5.7.25 The sending address has no PTR record\n550 5.7.25 192.0.2.45 is refused')
    assert.ok(finding.kind === 'reply')
    const [{ status, rejectedIp, reason } = {}] = finding.recipients
    assert.deepEqual([status, rejectedIp, reason], ['5.7.25', '192.0.2.45', 'ip-policy'])
  })

  it('may be lines of a log', () => {
    const line =
      'May  4 10:15:30 mail postfix/smtp[4711]: 4XyZ: to=<bob@provider.example>, relay=mx.provider.example[203.0.113.9]:25, delay=1, dsn=4.2.2, status=deferred (host mx.provider.example[203.0.113.9] said: 452 4.2.2 The mailbox is over quota (in reply to RCPT TO command))'
    assert.equal(read(line).kind, 'reply')
    assert.deepEqual(told(line, 'address', 'action', 'status', 'replyCode', 'reason', 'permanent'), [
      'bob@provider.example',
      'delayed',
      '4.2.2',
      '452',
      'mailbox-full',
      false,
    ])
  })

  it('may be a session', () => {
    const session = `220 mx.provider.example ESMTP
EHLO mail.example.org
250 mx.provider.example
MAIL FROM:<ann@example.org>
250 2.1.0 Ok
RCPT TO:<bob@provider.example>
550 5.1.1 <bob@provider.example>: Recipient address rejected: User unknown
QUIT
221 2.0.0 Bye`
    assert.deepEqual(told(session, 'address', 'status', 'command', 'reason'), [
      'bob@provider.example',
      '5.1.1',
      'RCPT TO',
      'recipient-unknown',
    ])
  })

  it('without anything of mail in it is unknown, and empty text is said to be empty', () => {
    assert.deepEqual(read('Dear all, lunch is at noon.'), { kind: 'unknown', error: 'nothing-found' })
    assert.deepEqual(read(' \n'), { kind: 'unknown', error: 'empty' })
  })
})

describe('Mail that is no bounce', () => {
  const message = (more: string, body: string): string =>
    `From: Ann <ann@example.org>\nTo: bob@provider.example\nSubject: Hello\n${more}\n${body}\n`

  it('is an ordinary message, even when it speaks of codes', () => {
    assert.equal(
      read(message('', 'My mail came back with 550 5.1.1 user unknown. What now?')).kind,
      'message',
    )
  })

  it('is an automatic reply', () => {
    assert.equal(read(message('Auto-Submitted: auto-replied\n', 'I am away.')).kind, 'auto-reply')
  })

  it('is a header that somebody wants explained', () => {
    const header =
      'Received: from mail.example.org ([192.0.2.45]) by mx.provider.example with ESMTP id 1; Mon, 4 May 2026 10:00:00 +0000\nFrom: ann@example.org\nSubject: Hello\n'
    const finding = read(header)
    assert.ok(finding.kind === 'headers')
    assert.equal(finding.header.hops[0]?.ip, '192.0.2.45')
  })

  it('becomes a bounce when one is attached to it', () => {
    const forwarded = `From: Ann <ann@example.org>\nTo: help@provider.example\nSubject: Fwd: please help\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nplease help\n--o\nContent-Type: message/rfc822\n\n${dsn}\n--o--\n`
    assert.deepEqual(told(forwarded, 'address', 'status'), ['bob@provider.example', '5.7.606'])
  })

  it('becomes one also when nothing but the type of its report says so, of either kind', () => {
    for (const type of ['delivery-status', 'global-delivery-status']) {
      const inner = dsn.replace(/^From: .*/, 'From: carol@example.org').replaceAll('delivery-status', type)
      const forwarded = `From: Ann <ann@example.org>\nTo: help@provider.example\nSubject: Fwd: please help\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nplease help\n--o\nContent-Type: message/rfc822\n\n${inner}\n--o--\n`
      assert.deepEqual(told(forwarded, 'address', 'status'), ['bob@provider.example', '5.7.606'], type)
    }
  })
})

describe('Notifications as JSON', () => {
  it('of Amazon SES are read inside their SNS envelope', () => {
    const bounce = {
      notificationType: 'Bounce',
      bounce: {
        bounceType: 'Permanent',
        bouncedRecipients: [
          {
            emailAddress: 'bob@provider.example',
            action: 'failed',
            status: '5.1.1',
            diagnosticCode: 'smtp; 550 5.1.1 user unknown',
          },
        ],
      },
      mail: { source: 'ann@example.org', destination: ['bob@provider.example'] },
    }
    const envelope = JSON.stringify({ Type: 'Notification', Message: JSON.stringify(bounce) })
    assert.deepEqual(told(envelope, 'address', 'status', 'replyCode', 'reason'), [
      'bob@provider.example',
      '5.1.1',
      '550',
      'recipient-unknown',
    ])
  })
})

describe('A reply', () => {
  it('is read the same whatever was read before it', () => {
    const reply = 'Remote host said: 552 too many of them (#5.7.1)\n'
    const before = told(reply, 'status', 'replyCode')
    for (const other of ['550 5.1.1 user unknown', dsn, `${'x'.repeat(300)} 5.2.2 full`]) read(other)
    assert.deepEqual(told(reply, 'status', 'replyCode'), before)
  })

  it('names the address that was looked for, not its code or where it moved', () => {
    assert.deepEqual(told('550-bob@provider.example has exceeded his quota', 'address', 'replyCode'), [
      'bob@provider.example',
      '550',
    ])
    assert.deepEqual(told('551 5.1.6 User has moved, the new address is carol@provider.example', 'address'), [
      undefined,
    ])
  })

  it('of ours means the same wherever it was cut behind its first sentence', () => {
    const lines = {
      '451 4.7.700 Our own mail filter has a problem, so this mail is only delayed and not refused [192.0.2.45]. Please try again later, as mail servers do by themselves; details at https://postmaster.provider.example/c/':
        'system',
      '451 4.7.500 Please try again later: we do not know this sender yet [192.0.2.45]. Your mail server does this by itself; details at https://postmaster.provider.example/c/':
        'ip-rate',
      '550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To see why and to request removal from this list please visit https://postmaster.provider.example/c/':
        'ip-reputation',
    }
    for (const [line, reason] of Object.entries(lines))
      for (let end = line.indexOf('. '); end <= line.length; end++)
        assert.deepEqual(told(line.slice(0, end), 'reason'), [reason], line.slice(0, end))
    assert.deepEqual(told('451 4.7.550 Access denied, please try (PSN550', 'reason', 'path'), [
      'ip-reputation',
      'wait',
    ])
  })
})
