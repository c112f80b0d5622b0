import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isUnknownUser } from './postfix-log-refusal.ts'
import { readPostfixLine, type PostfixEntry, type PostfixLine } from './postfix-log.ts'
import { SyslogReader } from './syslog.ts'

const reader = new SyslogReader()

function read(text: string): PostfixLine | undefined {
  const line = reader.read(text, Date.UTC(2026, 5, 1))
  return line && readPostfixLine(line)
}

/** What one program says, without when and where. */
function says(program: string, text: string): PostfixEntry | undefined {
  const line = read(`May  4 10:15:30 mx postfix/${program}[7]: ${text}`)
  if (line === undefined) return undefined
  const {
    at: _at,
    host: _host,
    instance: _instance,
    program: _program,
    pid: _pid,
    times: _times,
    ...entry
  } = line
  return entry
}

/** Fields of the refusal in a line; fails when there is none. */
function refusal(program: string, text: string): PostfixEntry & { readonly kind: 'refusal' } {
  const entry = says(program, text)
  assert.equal(entry?.kind, 'refusal', text)
  return entry
}

const words =
  'Access denied, banned sending IP [192.0.2.45]. To be removed please visit https://a.example/c/x (PSN606)'
const envelope = 'from=<ada@example.org> to=<bob@provider.example> proto=ESMTP helo=<mail.example.org>'

describe('Lines of Postfix', () => {
  it('say which machine, instance and process wrote them', () => {
    const line = read(
      '2026-05-04T10:15:30Z mx2 postfix-in/submission/smtpd[77]: connect from unknown[192.0.2.45]',
    )
    assert.deepEqual(
      [line?.host, line?.instance, line?.program, line?.pid],
      ['mx2', 'postfix-in/submission', 'smtpd', 77],
    )
  })

  it('tell of sessions, with and without names, ports and counts', () => {
    const connect = says('smtpd', 'connect from Mail.example.org[192.0.2.45]')
    assert.equal(connect?.kind === 'connect' && connect.client.name, 'mail.example.org')
    const withPort = says('smtpd', 'connect from unknown[2001:DB8::5]:54321')
    assert.ok(withPort?.kind === 'connect')
    assert.deepEqual(
      [withPort.client.name, withPort.client.ip, withPort.client.port],
      [null, '2001:db8::5', 54321],
    )
    const counted = says(
      'smtpd',
      'disconnect from unknown[192.0.2.45] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4',
    )
    assert.ok(counted?.kind === 'disconnect')
    assert.deepEqual(counted.counts?.get('rcpt'), { done: 0, all: 1 })
    assert.deepEqual(counted.counts?.get('mail'), { done: 1, all: 1 })
    const old = says('smtpd', 'disconnect from unknown[192.0.2.45]')
    assert.ok(old?.kind === 'disconnect' && old.counts === undefined)
    for (const text of [
      'lost connection after RCPT from unknown[192.0.2.45]',
      'lost connection after DATA (1234 bytes) from unknown[192.0.2.45]',
      'timeout after END-OF-MESSAGE from unknown[192.0.2.45]',
      'too many errors after RCPT from unknown[192.0.2.45]',
      'improper command pipelining after EHLO from unknown[192.0.2.45]: QUIT',
    ]) {
      assert.equal(says('smtpd', text)?.kind, 'broken-off', text)
    }
  })

  it('tell who was refused, when, why and with what envelope', () => {
    const { client, ...rest } = refusal(
      'smtpd',
      `NOQUEUE: reject: RCPT from mail.example.org[192.0.2.45]: 550 5.1.1 <bob@provider.example>: Recipient address rejected: User unknown in virtual mailbox table; ${envelope}`,
    )
    assert.equal(client.ip, '192.0.2.45')
    assert.deepEqual(rest, {
      kind: 'refusal',
      queueId: undefined,
      stage: 'RCPT',
      code: 550,
      status: '5.1.1',
      isTemporary: false,
      subject: 'bob@provider.example',
      restriction: 'Recipient address rejected',
      words: 'User unknown in virtual mailbox table',
      isClear: true,
      from: 'ada@example.org',
      to: 'bob@provider.example',
      helo: 'mail.example.org',
      user: undefined,
    })
  })

  it('do not take a client’s words for those of Postfix', () => {
    for (const to of [
      'a>: Client host rejected: x (PSN606); from=<a> to=<b',
      'a>: Recipient address rejected: x (PSN606); from=<a> to=<a> proto=ESMTP helo=<b',
    ]) {
      const found = refusal(
        'smtpd',
        `NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 550 5.1.1 <${to}>: Recipient address rejected: User unknown; from=<ada@example.org> to=<${to}> proto=ESMTP helo=<x>`,
      )
      assert.equal(found.isClear, false, to)
      assert.equal(isUnknownUser(found), true, to)
    }
  })

  it('tell an unknown mailbox from other refusals', () => {
    const at = (stage: string, text: string): boolean =>
      isUnknownUser(
        refusal('smtpd', `NOQUEUE: reject: ${stage} from unknown[192.0.2.45]: ${text}; ${envelope}`),
      )
    assert.equal(
      at('RCPT', '550 5.1.1 <bob@provider.example>: Recipient address rejected: User unknown'),
      true,
    )
    assert.equal(
      at('RCPT', '450 4.1.1 <bob@provider.example>: Recipient address rejected: unverified address'),
      false,
    )
    assert.equal(at('RCPT', '550 5.1.0 <ada@example.org>: Sender address rejected: User unknown'), false)
    assert.equal(at('RCPT', '554 5.7.1 <bob@provider.example>: Relay access denied'), false)
    assert.equal(at('DATA', '550 5.1.1 <DATA>: Data command rejected: no'), false)
  })

  it('keep the words of our own answer whole', () => {
    const found = refusal(
      'smtpd',
      `NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 550 5.7.606 <unknown[192.0.2.45]>: Client host rejected: ${words}; ${envelope}`,
    )
    assert.equal(found.words, words)
    assert.equal(found.subject, 'unknown[192.0.2.45]')
    assert.equal(found.restriction, 'Client host rejected')
  })

  it('tell of refusals before the recipient, after it, by milters and for the content', () => {
    const lines: readonly (readonly [
      program: string,
      text: string,
      stage: string,
      code: number | undefined,
      status: string,
    ])[] = [
      [
        'smtpd',
        'NOQUEUE: reject: CONNECT from unknown[192.0.2.45]: 554 5.7.1 <unknown[192.0.2.45]>: Client host rejected: no; proto=SMTP',
        'CONNECT',
        554,
        '5.7.1',
      ],
      [
        'smtpd',
        'NOQUEUE: reject: EHLO from unknown[192.0.2.45]: 504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<x>',
        'EHLO',
        504,
        '5.5.2',
      ],
      [
        'smtpd',
        'NOQUEUE: reject: MAIL from unknown[192.0.2.45]: 552 5.3.4 Message size exceeds fixed limit; proto=ESMTP helo=<x>',
        'MAIL',
        552,
        '5.3.4',
      ],
      [
        'smtpd',
        `NOQUEUE: milter-reject: RCPT from unknown[192.0.2.45]: 451 4.7.1 Try again later; ${envelope}`,
        'RCPT',
        451,
        '4.7.1',
      ],
      [
        'smtpd',
        `4XyZbK0Bz3z1hZ: reject: RCPT from unknown[192.0.2.45]: 554 5.7.1 <x@y.example>: Relay access denied; ${envelope}`,
        'RCPT',
        554,
        '5.7.1',
      ],
      [
        'smtpd',
        `68A1D26678D: reject: END-OF-MESSAGE from unknown[192.0.2.45]: 451 4.7.500 <END-OF-MESSAGE>: End-of-data rejected: later; ${envelope}`,
        'END-OF-MESSAGE',
        451,
        '4.7.500',
      ],
      [
        'cleanup',
        `68A1D26678D: milter-reject: END-OF-MESSAGE from unknown[192.0.2.45]: 5.7.1 Spam message rejected; ${envelope}`,
        'END-OF-MESSAGE',
        undefined,
        '5.7.1',
      ],
      [
        'cleanup',
        `68A1D26678D: milter-reject: END-OF-MESSAGE from unknown[192.0.2.45]: 4.7.1 Try again later; from=<> to=<bob@provider.example> proto=ESMTP helo=<x>`,
        'END-OF-MESSAGE',
        undefined,
        '4.7.1',
      ],
      [
        'cleanup',
        `68A1D26678D: reject: header Subject: x; from=<no> from unknown[192.0.2.45]; ${envelope}: 5.7.1 not here`,
        'content',
        undefined,
        '5.7.1',
      ],
      [
        'postscreen',
        'NOQUEUE: reject: RCPT from [192.0.2.45]:54321: 550 5.7.1 Service unavailable; client [192.0.2.45] blocked using bl.example; from=<ada@example.org>, to=<bob@provider.example>, proto=ESMTP, helo=<x>',
        'RCPT',
        550,
        '5.7.1',
      ],
    ]
    for (const [program, text, stage, code, status] of lines) {
      const found = refusal(program, text)
      assert.deepEqual([found.stage, found.code, found.status], [stage, code, status], text)
      assert.equal(found.isTemporary, status.startsWith('4'), text)
      assert.equal(found.client.ip, '192.0.2.45', text)
      if (text.includes('from=<ada'))
        assert.deepEqual([found.from, found.isClear], ['ada@example.org', true], text)
    }
  })

  it('follow a message through the queue, with short and long ids', () => {
    assert.deepEqual(says('qmgr', '4XyZbK0Bz3z1hZ: from=<>, size=18231, nrcpt=2 (queue active)'), {
      kind: 'queued',
      queueId: '4XyZbK0Bz3z1hZ',
      from: '',
      size: 18231,
      recipients: 2,
    })
    assert.deepEqual(says('cleanup', '68A1D26678D: message-id=<a@example.org>'), {
      kind: 'message-id',
      queueId: '68A1D26678D',
      messageId: '<a@example.org>',
    })
    const login = says(
      'smtpd',
      '68A1D26678D: client=unknown[192.0.2.45], sasl_method=PLAIN, sasl_username=ada@provider.example',
    )
    assert.equal(login?.kind === 'client' && login.user, 'ada@provider.example')
    assert.deepEqual(
      says(
        'lmtp',
        '68A1D26678D: to=<bob@provider.example>, orig_to=<b@provider.example>, relay=mail[private/dovecot-lmtp], conn_use=2, delay=0.52, delays=0.4/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <bob@provider.example> saved)',
      ),
      {
        kind: 'delivery',
        queueId: '68A1D26678D',
        to: 'bob@provider.example',
        originalTo: 'b@provider.example',
        relay: 'mail[private/dovecot-lmtp]',
        delay: 0.52,
        status: '2.0.0',
        outcome: 'sent',
        text: '250 2.0.0 <bob@provider.example> saved',
      },
    )
    const later = says(
      'smtp',
      '68A1D26678D: to=<x@y.example>, relay=a[203.0.113.9]:25, tls=dane, delay=3, delays=3/0/0/0, more=a/b, dsn=2.0.0, new=1, status=sent (250 ok)',
    )
    assert.equal(later?.kind === 'delivery' && later.status, '2.0.0')
    for (const program of ['smtp', 'local', 'virtual', 'pipe', 'error']) {
      const found = says(
        program,
        '68A1D26678D: to=<x@y.example>, relay=none, delay=3, delays=3/0/0/0, dsn=4.4.1, status=deferred (no route)',
      )
      assert.equal(found?.kind === 'delivery' && found.outcome, 'deferred', program)
    }
    assert.equal(
      says(
        'relay/smtp',
        '68A1D26678D: to=<x@y.example>, relay=a[203.0.113.9]:25, delay=3, delays=3/0/0/0, dsn=5.1.1, status=bounced (host said: 550)',
      )?.kind,
      'delivery',
    )
    assert.deepEqual(says('bounce', '68A1D26678D: sender non-delivery notification: 7BD0126678E'), {
      kind: 'report',
      queueId: '68A1D26678D',
      reportId: '7BD0126678E',
    })
    assert.deepEqual(says('qmgr', '68A1D26678D: removed'), { kind: 'removed', queueId: '68A1D26678D' })
    assert.equal(
      says(
        'cleanup',
        '68A1D26678D: milter-discard: END-OF-MESSAGE from unknown[192.0.2.45]: gone; proto=ESMTP',
      )?.kind,
      'taken',
    )
  })

  it('about other things say nothing', () => {
    for (const text of [
      'warning: unknown[192.0.2.45]: SASL LOGIN authentication failed',
      `NOQUEUE: reject_warning: RCPT from unknown[192.0.2.45]: 550 5.1.1 <x>: no; ${envelope}`,
      'NOQUEUE: client=unknown[192.0.2.45]',
      'statistics: max connection rate 1/60s',
      'connect from local[private/x]',
    ]) {
      assert.equal(says('smtpd', text), undefined, text)
    }
    assert.equal(says('anvil', 'statistics: x'), undefined)
    assert.equal(read('May  4 10:15:30 mx sshd[1]: connect from unknown[192.0.2.45]'), undefined)
  })

  it('that were cut off before the sender of a refusal say nothing, because whose words it has is not known', () => {
    const text = `NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 550 5.7.606 <unknown[192.0.2.45]>: Client host rejected: ${words}; ${envelope}`
    const whole = text.indexOf(' to=<')
    for (let end = 0; end < text.length; end++) {
      const found = says('smtpd', text.slice(0, end))
      if (end < whole) assert.equal(found, undefined, text.slice(0, end))
      else assert.ok(found?.kind === 'refusal' && found.words === words && found.from === 'ada@example.org')
    }
  })

  it('may stand for several', () => {
    const text = `NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 554 5.7.1 <x@y.example>: Relay access denied; ${envelope}`
    const line = read(`May  4 10:15:30 mx postfix/smtpd[7]: message repeated 2 times: [ ${text}]`)
    assert.ok(line?.kind === 'refusal')
    assert.deepEqual([line.times, line.helo, line.words], [2, 'mail.example.org', 'Relay access denied'])
    assert.equal(read(`May  4 10:15:30 mx postfix/smtpd[7]: ${text}`)?.times, 1)
  })

  it('may be anything', () => {
    const programs = ['smtpd', 'cleanup', 'qmgr', 'lmtp', 'postscreen', 'bounce', 'postsuper']
    const pieces = [
      'NOQUEUE: ',
      'reject: ',
      'RCPT from ',
      'unknown[192.0.2.45]',
      ': 550 5.1.1 ',
      '<a@b.example>: ',
      '; from=<',
      '> to=<',
      '> proto=ESMTP',
      ' helo=<x>',
      '68A1D26678D: ',
      'client=',
      'to=<',
      '>, relay=',
      'header ',
      'x rejected: ',
      '[',
      ']',
      ', sasl_username=',
    ]
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(fc.constantFrom(...programs), text, (program, parts) => void says(program, parts.join(''))),
      { numRuns: 2000 },
    )
  })
})
