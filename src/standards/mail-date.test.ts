import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseMailDate } from './mail-date.ts'

const iso = (text: string): string | undefined => {
  const at = parseMailDate(text)
  return at === undefined ? undefined : new Date(at).toISOString()
}

describe('A date in mail', () => {
  it('is read with and without day, seconds, comment and colon of the zone (RFC 5322 §3.3)', () => {
    assert.equal(iso('Mon, 4 May 2026 10:15:30 +0200 (CEST)'), '2026-05-04T08:15:30.000Z')
    assert.equal(iso('4 May 2026 10:15 -0730'), '2026-05-04T17:45:00.000Z')
    assert.equal(iso('Mon,  4 May 2026 23:59:60 +0000'), '2026-05-05T00:00:00.000Z')
  })
  it('may be in the obsolete form (RFC 5322 §4.3)', () => {
    assert.equal(iso('Fri, 03 Apr 98 10:15:30 EST'), '1998-04-03T15:15:30.000Z')
    assert.equal(iso('3 Apr 26 10:15:30 GMT'), '2026-04-03T10:15:30.000Z')
    assert.equal(iso('3 Apr 2026 10:15:30 X'), '2026-04-03T10:15:30.000Z')
  })
  it('is none when the calendar or the clock has no such time', () => {
    const none = [
      '',
      'soon',
      '31 Feb 2026 10:00:00 +0000',
      '0 May 2026 10:00:00 +0000',
      '4 Mai 2026 10:00 +0000',
    ]
    for (const text of [...none, '4 May 2026 24:00:00 +0000', '4 May 2026 10:00:00 +9900', '1 2 3'])
      assert.equal(parseMailDate(text), undefined, text)
  })
  it('comes back from what it was written as', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true }), (date) => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000
        assert.equal(parseMailDate(date.toUTCString().replace('GMT', '+0000')), seconds)
      }),
    )
  })
  it('of any text is a number or nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => !Number.isNaN(parseMailDate(text))))
  })
})
