import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { readPostfixLine } from '../standards/postfix-log.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { SyslogReader } from '../standards/syslog.ts'
import { formatMailEvent, readMailEventLine, type MailEvent } from './mail-event.ts'
import { PostfixJoin } from './postfix-join.ts'

const latest = Date.UTC(2026, 5, 1)
const settings = {
  networks: [orThrow(parsePrefix('203.0.113.0/24'))],
  site: 'https://postmaster.provider.example',
}

/** Feeds lines; what they and the end of the log give. */
function join(lines: readonly string[], joiner = new PostfixJoin(settings)): MailEvent[] {
  return [...feed(lines, joiner), ...joiner.flush()]
}

function feed(lines: readonly string[], joiner: PostfixJoin): MailEvent[] {
  const reader = new SyslogReader()
  return lines.flatMap((text) => {
    const line = reader.read(text, latest)
    const entry = line && readPostfixLine(line)
    return entry ? joiner.push(entry) : []
  })
}

/** What a source of events would have sent. */
function sent(events: readonly MailEvent[]): unknown[] {
  return events.map((event): unknown => JSON.parse(formatMailEvent(event)))
}

/** Lines of 4 May 2026 on `mx`: `10:15:30 smtpd[7]: …`. */
function log(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.replace(/^(\S+) /, 'May  4 $1 mx postfix/'))
}

const accepted = log(`
  10:15:30 smtpd[7]: connect from mail.example.org[192.0.2.45]
  10:15:31 smtpd[7]: 68A1D26678D: client=mail.example.org[192.0.2.45]
  10:15:31 cleanup[8]: 68A1D26678D: message-id=<a@example.org>
  10:15:31 qmgr[9]: 68A1D26678D: from=<ada@Example.org>, size=18231, nrcpt=1 (queue active)
  10:15:31 smtpd[7]: disconnect from mail.example.org[192.0.2.45] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
  10:15:32 lmtp[10]: 68A1D26678D: to=<bob@provider.example>, relay=mail[private/lmtp], delay=0.5, delays=0.4/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 saved)
  10:15:32 qmgr[9]: 68A1D26678D: removed
`)

const acceptedEvent = {
  v: 1,
  at: '2026-05-04T10:15:31.000Z',
  type: 'message',
  id: `mx-68A1D26678D-${Date.UTC(2026, 4, 4, 10, 15, 31).toString(36)}`,
  ip: '192.0.2.45',
  ptr: 'mail.example.org',
  mailFrom: 'example.org',
  recipients: 1,
  unknownRecipients: 0,
  outcome: 'accepted',
  size: 18231,
  messageId: '<a@example.org>',
  queueId: '68A1D26678D',
}

const envelope = (to: string, from = 'ada@example.org'): string =>
  `from=<${from}> to=<${to}@provider.example> proto=ESMTP helo=<mail.example.org>`
const unknownUser = (to: string): string =>
  `550 5.1.1 <${to}@provider.example>: Recipient address rejected: User unknown; ${envelope(to)}`
const ourAnswer = `550 5.7.606 <unknown[192.0.2.45]>: Client host rejected: Access denied, banned sending IP [192.0.2.45]. To be removed please visit https://postmaster.provider.example/c/AQEEZWRnZQAAAAAAAAAAAAAAAAAAAAAA (PSN606); ${envelope('bob')}`

describe('Lines of Postfix joined to events', () => {
  it('make one message of a delivery', () => {
    assert.deepEqual(sent(join(accepted)), [acceptedEvent])
  })

  it('make it before the end of the log, once it is delivered and it is settled what belongs to it', () => {
    const joiner = new PostfixJoin(settings)
    assert.deepEqual(sent(feed(accepted, joiner)), [acceptedEvent])
    assert.equal(joiner.waiting, 0)
    const waits = new PostfixJoin(settings)
    assert.deepEqual(feed(accepted.slice(0, 5), waits), [])
    assert.deepEqual(waits.advance(Date.UTC(2026, 4, 4, 10, 15, 55)), [])
    assert.deepEqual(sent(waits.advance(Date.UTC(2026, 4, 4, 10, 16, 5))), [acceptedEvent])
  })

  it('count the recipients that were refused, and those that nobody has', () => {
    const lines = log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('b')}
      10:15:31 smtpd[7]: 68A1D26678D: client=unknown[192.0.2.45]
      10:15:31 smtpd[7]: 68A1D26678D: reject: RCPT from unknown[192.0.2.45]: 554 5.7.1 <c@d.example>: Relay access denied; ${envelope('c')}
      10:15:31 qmgr[9]: 68A1D26678D: from=<ada@example.org>, size=182, nrcpt=2 (queue active)
      10:15:31 local[10]: 68A1D26678D: to=<e@provider.example>, relay=local, delay=0.5, delays=0.4/0/0/0.1, dsn=5.1.1, status=bounced (unknown user: "e")
      10:15:31 local[10]: 68A1D26678D: to=<f@provider.example>, relay=local, delay=0.5, delays=0.4/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)
      10:15:32 qmgr[9]: 68A1D26678D: removed
      10:15:32 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 mail=1 rcpt=2/5 data=1 quit=1 commands=6/9
    `)
    const [event, ...more] = join(lines)
    assert.equal(more.length, 0)
    assert.ok(event?.type === 'message')
    assert.deepEqual([event.recipients, event.unknownRecipients, event.outcome], [5, 3, 'accepted'])
    assert.deepEqual([event.helo, event.ptr], ['mail.example.org', null])
  })

  it('know our own answers, which are attempts and no more', () => {
    const [event] = join(
      log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${ourAnswer}
      10:15:30 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4
    `),
    )
    assert.ok(event?.type === 'message')
    assert.deepEqual([event.outcome, event.isOurs, event.recipients], ['rejected', true, 1])
  })

  it('make one message of each transaction of a session', () => {
    const refusals = (count: string): string[] =>
      log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
      10:15:33 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('b')}
      10:15:34 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('c')}
      10:15:34 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 ${count}
    `)
    const counts = (lines: readonly string[]): (number | undefined)[] =>
      join(lines).map((event) => (event.type === 'message' ? event.recipients : -1))
    assert.deepEqual(counts(refusals('mail=1 rcpt=0/3')), [3])
    assert.deepEqual(counts(refusals('mail=2 rcpt=0/3')), [1, 2])
    assert.deepEqual(counts(refusals('mail=3 rcpt=0/3')), [1, 1, 1])
    assert.deepEqual(counts(refusals('')), [3])
    const again = refusals('mail=2 rcpt=0/4').toSpliced(4, 0, ...refusals('').slice(1, 2))
    assert.deepEqual(counts(again), [3, 1], 'a recipient comes again with another message only')
    const other = refusals('').map((line) => line.replace('from=<ada@example.org> to=<c', 'from=<> to=<c'))
    assert.deepEqual(counts(other), [2, 1], 'another sender is another message')
  })

  it('count what syslog left out because it was the same again', () => {
    const events = join(
      log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
      10:15:30 smtpd[7]: message repeated 2 times: [ NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}]
      10:15:34 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 mail=3 rcpt=0/3 commands=4/7
    `),
    )
    assert.equal(events.length, 3)
    assert.equal(new Set(events.map(({ id }) => id)).size, 3)
  })

  it('say deferred where the client shall come again, and by whom', () => {
    const [deferred] = join(
      log(`
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
      10:15:30 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 450 4.2.0 <b@provider.example>: Recipient address rejected: Greylisted; ${envelope('b')}
    `),
    )
    assert.ok(deferred?.type === 'message')
    assert.deepEqual([deferred.outcome, deferred.isOurs], ['deferred', false])
    const [atEnd] = join(
      log(`
      10:15:30 smtpd[7]: connect from mail.example.org[192.0.2.45]
      10:15:31 smtpd[7]: 68A1D26678D: client=mail.example.org[192.0.2.45]
      10:15:31 cleanup[8]: 68A1D26678D: message-id=<a@example.org>
      10:15:31 cleanup[8]: 68A1D26678D: milter-reject: END-OF-MESSAGE from mail.example.org[192.0.2.45]: 5.7.1 Spam message rejected; ${envelope('bob')}
      10:15:31 smtpd[7]: disconnect from mail.example.org[192.0.2.45] ehlo=1 mail=1 rcpt=2 data=0/1 quit=1 commands=5/6
    `),
    )
    assert.ok(atEnd?.type === 'message')
    assert.deepEqual(
      [atEnd.outcome, atEnd.isOurs, atEnd.recipients, atEnd.messageId, atEnd.mailFrom],
      ['rejected', false, 2, '<a@example.org>', 'example.org'],
    )
  })

  it('make a connection of a session that named nobody or gave up', () => {
    const silent = log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: NOQUEUE: reject: EHLO from unknown[192.0.2.45]: 504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<x>
      10:15:31 smtpd[7]: lost connection after EHLO from unknown[192.0.2.45]
      10:15:31 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=0/1 commands=0/1
    `)
    assert.deepEqual(sent(join(silent)), [
      {
        v: 1,
        at: '2026-05-04T10:15:30.000Z',
        type: 'connection',
        id: `mx-7-${Date.UTC(2026, 4, 4, 10, 15, 30).toString(36)}-0`,
        ip: '192.0.2.45',
        ptr: null,
        helo: 'x',
      },
    ])
    const gaveUp = log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: 68A1D26678D: client=unknown[192.0.2.45]
      10:15:31 smtpd[7]: lost connection after DATA (1200 bytes) from unknown[192.0.2.45]
      10:15:31 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
    `)
    assert.deepEqual(
      join(gaveUp).map(({ type }) => type),
      ['connection'],
    )
    const old = silent.map((line) => line.replace(/ ehlo=0.*/, ''))
    assert.equal(join(old).length, 1, 'Postfix 2 counts no commands')
  })

  it('say nothing of our own users, of this machine and of our networks', () => {
    const swap = (from: string | RegExp, to: string): string[] =>
      accepted.map((line) => line.replaceAll(from, to))
    assert.deepEqual(join(swap(/(client=\S+)$/g, '$1, sasl_method=PLAIN, sasl_username=ada')), [])
    assert.deepEqual(join(swap('192.0.2.45', '127.0.0.1')), [])
    assert.deepEqual(join(swap('192.0.2.45', '::1')), [])
    assert.deepEqual(join(swap('192.0.2.45', '203.0.113.9')), [])
    assert.deepEqual(join(swap('postfix/smtpd', 'postfix/submission/smtpd')), [])
    const login = log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:31 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 auth=1 quit=1 commands=3
    `)
    assert.deepEqual(join(login), [])
  })

  it('say nothing of a user’s message that a milter refuses, whose session has another program', () => {
    const lines = log(`
      10:15:31 submission/smtpd[7]: 68A1D26678D: client=unknown[192.0.2.45], sasl_method=PLAIN, sasl_username=ada
      10:15:31 cleanup[8]: 68A1D26678D: milter-reject: END-OF-MESSAGE from unknown[192.0.2.45]: 5.7.1 no; ${envelope('bob')}
    `)
    assert.deepEqual(join(lines), [])
  })

  it('count what the client named, not what aliases made of it', () => {
    const lines = accepted.map((line) => line.replace('nrcpt=1', 'nrcpt=7'))
    const [event] = join(lines)
    assert.ok(event?.type === 'message')
    assert.equal(event.recipients, 1)
  })

  it('pass a content filter once', () => {
    const second = accepted.map((line) =>
      line
        .replaceAll('68A1D26678D', '7BD0126678E')
        .replaceAll('mail.example.org[192.0.2.45]', 'localhost[127.0.0.1]'),
    )
    assert.deepEqual(sent(join([...accepted, ...second])), [acceptedEvent])
  })

  it('of another client than the session began with are that client’s (XCLIENT)', () => {
    const proxied = accepted.map((line) =>
      line.includes(' connect from')
        ? line.replace('mail.example.org[192.0.2.45]', 'unknown[127.0.0.1]')
        : line,
    )
    assert.deepEqual(sent(join(proxied)), [acceptedEvent])
  })

  it('of several machines, instances and sessions do not mix', () => {
    const others = accepted.map((line) =>
      line.replace(' mx ', ' mx2 ').replaceAll('192.0.2.45', '192.0.2.46'),
    )
    const second = accepted.map((line) =>
      line.replace(' postfix/', ' postfix-in/').replaceAll('192.0.2.45', '198.51.100.7'),
    )
    const mixed = accepted.flatMap((line, nth) => [line, others[nth] ?? '', second[nth] ?? ''])
    const events = join(mixed)
    assert.deepEqual(events.map(({ ip }) => ip).toSorted(), ['192.0.2.45', '192.0.2.46', '198.51.100.7'])
  })

  it('of postscreen count as well', () => {
    const events = join(
      log(`
      10:15:30 postscreen[5]: CONNECT from [192.0.2.45]:40001 to [203.0.113.7]:25
      10:15:30 postscreen[5]: CONNECT from [192.0.2.46]:40002 to [203.0.113.7]:25
      10:15:30 postscreen[5]: CONNECT from [192.0.2.47]:40003 to [203.0.113.7]:25
      10:15:31 postscreen[5]: PASS OLD [192.0.2.47]:40003
      10:15:36 postscreen[5]: NOQUEUE: reject: RCPT from [192.0.2.45]:40001: 550 5.7.1 Service unavailable; client [192.0.2.45] blocked using bl.example; from=<ada@example.org>, to=<bob@provider.example>, proto=ESMTP, helo=<x>
      10:15:36 postscreen[5]: DISCONNECT [192.0.2.45]:40001
      10:15:36 postscreen[5]: DISCONNECT [192.0.2.46]:40002
    `),
    )
    assert.deepEqual(
      events.map((event) => [event.type, event.ip, event.type === 'complaint' ? '' : event.ptr]),
      [
        ['message', '192.0.2.45', undefined],
        ['connection', '192.0.2.46', undefined],
      ],
    )
  })

  it('are told after an hour at the latest, and never more wait than there is room for', () => {
    const joiner = new PostfixJoin(settings)
    const begun = log(`
      10:15:30 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:30 smtpd[7]: 68A1D26678D: client=unknown[192.0.2.45]
      10:15:30 smtpd[7]: 68A1D26678D: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
    `)
    assert.deepEqual(feed(begun, joiner), [])
    assert.deepEqual(joiner.advance(Date.UTC(2026, 4, 4, 11, 0)), [])
    const [late] = joiner.advance(Date.UTC(2026, 4, 4, 11, 16))
    assert.ok(late?.type === 'message')
    assert.equal(late.unknownRecipients, 1)
    assert.equal(joiner.waiting, 0)

    const many = Array.from({ length: 60_000 }, (_, nth) => {
      const id = (0x10000000 + nth).toString(16).toUpperCase()
      return `2026-05-04T10:15:30Z mx postfix/smtpd[${nth}]: ${id}: client=unknown[192.0.2.45]`
    })
    feed(many, joiner)
    assert.ok(joiner.waiting <= 70_000, `${joiner.waiting}`)
  })
})

const session = (nth: number): string[] =>
  [
    ...accepted,
    ...log(`
      10:15:40 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:40 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('a')}
      10:15:40 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${ourAnswer}
      10:15:52 smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: ${unknownUser('b')}
      10:15:52 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 mail=2 rcpt=0/3 quit=1 commands=4/7
      10:15:52 smtpd[7]: connect from unknown[192.0.2.45]
      10:15:52 smtpd[7]: disconnect from unknown[192.0.2.45] ehlo=1 quit=1 commands=2
    `),
  ].map((line) => line.replaceAll('[7]', `[${nth}]`).replaceAll('68A1D26678D', `68A1D2667${nth}D`))

/** Sessions of several processes, the lines of each in order. */
const mixedLog = fc.infiniteStream(fc.nat(4)).map((order) => {
  const sessions = [70, 71, 72, 73, 74].map((nth) => session(nth))
  const lines: string[] = []
  for (const next of order) {
    const from = [...sessions.slice(next), ...sessions].find((rest) => rest.length > 0)
    const line = from?.shift()
    if (line === undefined) return lines
    lines.push(line)
  }
  return lines
})

describe('Joins of any log', () => {
  it('give the same events wherever the log is rotated or read again, and each id once', () => {
    fc.assert(
      fc.property(mixedLog, fc.nat(100), fc.nat(100), (lines, one, other) => {
        const whole = join(lines)
        const [first, second] = [Math.min(one, other), Math.max(one, other)]
        const joiner = new PostfixJoin(settings)
        const parts = [lines.slice(0, first), lines.slice(first, second), lines.slice(second)]
        assert.deepEqual([...parts.flatMap((part) => feed(part, joiner)), ...joiner.flush()], whole)
        assert.equal(new Set(whole.map(({ id }) => id)).size, whole.length)
        assert.ok(whole.length >= 5 * 4)
      }),
      { numRuns: 50 },
    )
  })

  it('give the same events whether time is told in between or not', () => {
    fc.assert(
      fc.property(mixedLog, (lines) => {
        const reader = new SyslogReader()
        const joiner = new PostfixJoin(settings)
        const events = lines.flatMap((text) => {
          const line = reader.read(text, latest)
          return [...(line ? joiner.advance(line.at) : []), ...feed([text], joiner)]
        })
        const sorted = (list: readonly MailEvent[]): string[] => list.map(formatMailEvent).toSorted()
        assert.deepEqual(sorted([...events, ...joiner.flush()]), sorted(join(lines)))
      }),
      { numRuns: 30 },
    )
  })

  it('bear lines that are cut, changed, doubled or missing, and give events that a reader takes', () => {
    const damage = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('cut', 'drop', 'double', 'put', 'swap'),
      text: fc.string({ unit: 'binary', maxLength: 12 }),
    })
    fc.assert(
      fc.property(mixedLog, fc.array(damage, { maxLength: 20 }), (lines, damages) => {
        const damaged = [...lines]
        for (const { at, kind, text } of damages) {
          const nth = at % damaged.length
          const line = damaged[nth] ?? ''
          const column = at % (line.length + 1)
          if (kind === 'cut') damaged[nth] = line.slice(0, column)
          else if (kind === 'drop') damaged.splice(nth, 1)
          else if (kind === 'double') damaged.splice(nth, 0, line)
          else if (kind === 'put') damaged[nth] = line.slice(0, column) + text + line.slice(column)
          else damaged.splice(nth, 2, damaged[nth + 1] ?? '', line)
        }
        const events = join(damaged)
        for (const event of events) {
          const again = readMailEventLine(formatMailEvent(event))
          assert.ok(typeof again !== 'string', `${JSON.stringify(again)} ${formatMailEvent(event)}`)
          assert.deepEqual(sent([again]), sent([event]))
        }
      }),
      { numRuns: 300 },
    )
  })
})
