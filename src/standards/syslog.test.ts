import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SyslogReader } from './syslog.ts'

const latest = Date.UTC(2026, 4, 10)
const read = (line: string, zone = 'UTC', before = latest) => new SyslogReader(zone).read(line, before)
const timeOf = (line: string, zone?: string, before?: number): string | undefined => {
  const at = read(line, zone, before)?.at
  return at === undefined ? undefined : new Date(at).toISOString()
}

describe('Lines of syslog', () => {
  it('have a time, a machine, a program and a text (RFC 3164 §4.1)', () => {
    assert.deepEqual(read('May  4 10:15:30 mx postfix/smtpd[1234]: connect from unknown[192.0.2.45]'), {
      at: Date.UTC(2026, 4, 4, 10, 15, 30),
      host: 'mx',
      program: 'postfix/smtpd',
      pid: 1234,
      text: 'connect from unknown[192.0.2.45]',
    })
  })

  it('are read in all the forms that daemons write', () => {
    const rest = 'mx.provider.example postfix-in/smtpd[7]: words'
    for (const [line, time] of [
      [`May  4 10:15:30 ${rest}`, '2026-05-04T10:15:30.000Z'],
      [`May 04 10:15:30 ${rest}`, '2026-05-04T10:15:30.000Z'],
      [`<22>May  4 10:15:30 ${rest}`, '2026-05-04T10:15:30.000Z'],
      [`May  4 2025 10:15:30.25 ${rest}`, '2025-05-04T10:15:30.250Z'],
      [`2026-05-04T10:15:30.120003+02:00 ${rest}`, '2026-05-04T08:15:30.120Z'],
      [`2026-05-04T10:15:30-0130 ${rest}`, '2026-05-04T11:45:30.000Z'],
      [`2026-05-04T10:15:30.9Z ${rest}`, '2026-05-04T10:15:30.900Z'],
      [`2026-05-04 10:15:30,123 ${rest}`, '2026-05-04T10:15:30.123Z'],
    ] as const) {
      assert.equal(timeOf(line), time, line)
      assert.equal(read(line)?.program, 'postfix-in/smtpd', line)
      assert.equal(read(line)?.text, 'words', line)
    }
    const structured =
      '<22>1 2026-05-04T10:15:30Z mx postfix/qmgr 12 - [a@32473 x="\\"]"][b@32473] \ufeffA1: removed'
    assert.deepEqual(read(structured), {
      at: Date.UTC(2026, 4, 4, 10, 15, 30),
      host: 'mx',
      program: 'postfix/qmgr',
      pid: 12,
      text: 'A1: removed',
    })
  })

  it('may give no process, as those of Dovecot beside Postfix', () => {
    const session = { at: Date.UTC(2026, 4, 4, 10, 15, 30), host: 'mx', program: 'dovecot', pid: 0 }
    const text = 'imap(joe@provider.example)<7><a+b>: Logged out in=1'
    assert.deepEqual(read(`May  4 10:15:30 mx dovecot: ${text}`), { ...session, text })
    assert.deepEqual(read(`2026-05-04T12:15:30+02:00 mx dovecot: ${text}`), { ...session, text })
    assert.deepEqual(read(`<22>1 2026-05-04T10:15:30Z mx dovecot - - - ${text}`), { ...session, text })
    // What Postfix says cannot be joined without it.
    assert.equal(read('May  4 10:15:30 mx postfix/smtpd: connect from unknown[192.0.2.45]'), undefined)
  })

  it('say that the one before came again, where syslogd is BSD’s', () => {
    assert.deepEqual(read('May  4 10:15:30 mx last message repeated 3 times'), {
      at: Date.UTC(2026, 4, 4, 10, 15, 30),
      host: 'mx',
      program: '',
      pid: 0,
      text: 'last message repeated 3 times',
    })
  })

  it('without a year are in the last one that is not after the given time', () => {
    const newYear = Date.UTC(2026, 0, 1, 0, 5)
    assert.equal(timeOf('Dec 31 23:59:59 mx a/b[1]: x', 'UTC', newYear), '2025-12-31T23:59:59.000Z')
    assert.equal(timeOf('Jan  1 00:00:10 mx a/b[1]: x', 'UTC', newYear), '2026-01-01T00:00:10.000Z')
    assert.equal(timeOf('Jan  1 08:04:00 mx a/b[1]: x', 'Asia/Shanghai', newYear), '2026-01-01T00:04:00.000Z')
    assert.equal(timeOf('Feb 29 12:00:00 mx a/b[1]: x', 'UTC', latest), '2024-02-29T12:00:00.000Z')
  })

  it('without a zone are in the zone of the machine, summer and winter', () => {
    assert.equal(timeOf('May  4 10:15:30 mx a/b[1]: x', 'Europe/Berlin'), '2026-05-04T08:15:30.000Z')
    assert.equal(timeOf('Jan  4 10:15:30 mx a/b[1]: x', 'Europe/Berlin'), '2026-01-04T09:15:30.000Z')
    assert.throws(() => new SyslogReader('Middle/Earth'), RangeError)
  })

  it('that are none give nothing', () => {
    for (const line of [
      '',
      'May 32 10:15:30 mx a/b[1]: x',
      'Foo  4 10:15:30 mx a/b[1]: x',
      'Feb 30 10:15:30 mx a/b[1]: x',
      '2026-13-01T10:15:30Z mx a/b[1]: x',
      '2026-05-04T25:15:30Z mx a/b[1]: x',
      'May  4 10:15:30 mx postfix/smtpd[1234',
      'last message repeated 3 times',
    ]) {
      assert.equal(read(line), undefined, line)
    }
  })

  it('give back the time that they were written with, in any zone', () => {
    const reader = new SyslogReader('Europe/Berlin')
    const times = fc.date({
      min: new Date('1990-01-01T00:00:00Z'),
      max: new Date('2060-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(times, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, offset) => {
        const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1)
        const pad = (part: number): string => String(Math.floor(Math.abs(part))).padStart(2, '0')
        const zone = `${offset < 0 ? '-' : '+'}${pad(offset / 60)}:${pad(offset % 60)}`
        assert.equal(reader.read(`${local}${zone} mx a/b[1]: x`, latest)?.at, at.getTime())
      }),
    )
  })

  it('may be anything', () => {
    const reader = new SyslogReader('Asia/Shanghai')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void reader.read(line, latest)))
  })
})
