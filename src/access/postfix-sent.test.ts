import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPostfixLine } from '../standards/postfix-log.ts'
import { SyslogReader } from '../standards/syslog.ts'
import { PostfixSent, type SentEvent } from './postfix-sent.ts'

const now = Date.UTC(2026, 4, 4, 10)

function read(lines: readonly string[]): { readonly events: readonly SentEvent[]; readonly waiting: number } {
  const [syslog, sent] = [new SyslogReader('UTC'), new PostfixSent()]
  const events = lines.flatMap((text) => {
    const line = syslog.read(`May  4 09:59:0${lines.indexOf(text) % 10} out1 ${text}`, now)
    const entry = line && readPostfixLine(line)
    const event = entry && sent.push(entry)
    return event ? [event] : []
  })
  return { events, waiting: sent.waiting }
}

const login =
  'postfix/submission/smtpd[7]: 4D1B2C3F4A: client=unknown[198.51.100.7], sasl_method=PLAIN, sasl_username=ann@provider.example'
const id = 'postfix/cleanup[8]: 4D1B2C3F4A: message-id=<a@provider.example>'
const delivery = (to: string, outcome = 'sent', more = ''): string =>
  `postfix/smtp[9]: 4D1B2C3F4A: to=<${to}>, ${more}relay=mx.example.org[192.0.2.45]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=${outcome} (250 2.0.0 Ok)`
const removed = 'postfix/qmgr[3]: 4D1B2C3F4A: removed'

describe('the log of a submission server', () => {
  it('tells of every delivery whose it was', () => {
    const { events, waiting } = read([
      login,
      id,
      delivery('joe@example.org'),
      delivery('eve@example.net'),
      removed,
    ])
    assert.deepEqual(
      events.map(({ account, messageId, recipients, queueId }) => [account, messageId, recipients, queueId]),
      [
        ['ann@provider.example', '<a@provider.example>', ['joe@example.org'], '4D1B2C3F4A'],
        ['ann@provider.example', '<a@provider.example>', ['eve@example.net'], '4D1B2C3F4A'],
      ],
    )
    assert.equal(waiting, 0)
  })
  it('has both names of a recipient with an alias, and nothing that was not delivered', () => {
    const { events } = read([
      login,
      id,
      delivery('joe@example.org', 'deferred'),
      delivery('joe@example.org', 'sent', 'orig_to=<j@example.org>, '),
    ])
    assert.deepEqual(
      events.map(({ recipients }) => recipients),
      [['joe@example.org', 'j@example.org']],
    )
  })
  it('says nothing of mail that nobody logged in for', () => {
    const stranger = login.replace(/, sasl.*/, '')
    assert.deepEqual(read([stranger, id, delivery('joe@example.org'), removed]), { events: [], waiting: 0 })
  })
})
