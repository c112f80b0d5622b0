import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { postfixReader } from './log-reader.ts'

const now = Date.UTC(2026, 4, 4, 12)

/** The events of a log, and the lines that were of no use. */
function read(lines: readonly string[]) {
  const reader = postfixReader({ networks: [] }, 'UTC')
  const events: Record<string, unknown>[] = []
  const unusable: number[] = []
  const take = (texts: readonly string[]): void => {
    for (const text of texts) events.push(JSON.parse(text) as Record<string, unknown>)
  }
  for (const [nth, line] of lines.entries()) {
    const given = reader.push(line, now)
    if ('unusable' in given) unusable.push(nth + 1)
    else take(given)
  }
  take(reader.end())
  return { events, unusable }
}

const refused = (to: string): string =>
  `May  4 10:15:31 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.45]: 550 5.1.1 <${to}>: Recipient address rejected: User unknown; from=<a@example.org> to=<${to}> proto=ESMTP helo=<h.example>`

describe('A log of Postfix', () => {
  it('may be that of Dovecot and the machine as well', () => {
    const { events, unusable } = read([
      'May  4 10:15:30 mx dovecot: imap-login: Login: user=<joe@provider.example>, method=PLAIN, rip=192.0.2.9',
      'May  4 10:15:30 mx kernel: eth0: link is up',
      refused('no@provider.example'),
      'May  4 10:15:32 mx dovecot: lmtp(joe@provider.example)<9><x>: msgid=<a@example.org>: saved',
      'May  4 10:15:3',
    ])
    assert.deepEqual(unusable, [5])
    assert.deepEqual(
      events.map(({ ip, unknownRecipients }) => [ip, unknownRecipients]),
      [['192.0.2.45', 1]],
    )
  })

  it('counts the refusals that BSD’s syslogd left out, and nothing else that it did', () => {
    const { events, unusable } = read([
      'May  4 10:15:29 mx last message repeated 2 times',
      refused('no@provider.example'),
      'May  4 10:15:40 mx last message repeated 2 times',
      'May  4 10:15:50 mx last message repeated 1 times',
      'May  4 10:15:51 mx dovecot: imap-login: Login: user=<joe@provider.example>',
      'May  4 10:15:52 mx last message repeated 5 times',
    ])
    assert.deepEqual([events.length, unusable], [4, []])
  })
})
