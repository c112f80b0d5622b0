import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../base/secret.ts'
import { formatBase32, otpauthUri, readBase32, totpCode, totpStep, verifyTotp } from './totp.ts'

const secret = new Secret(Buffer.from('12345678901234567890'))
const now = 1_111_111_111_000

describe('Time-based one-time passwords', () => {
  it('are those of RFC 6238 appendix B, in their last six digits', () => {
    for (const [time, code] of [
      [59, '94287082'],
      [1_111_111_109, '07081804'],
      [1_111_111_111, '14050471'],
      [1_234_567_890, '89005924'],
      [2_000_000_000, '69279037'],
      [20_000_000_000, '65353130'],
    ] as const) {
      assert.equal(totpCode(secret, totpStep(time * 1000)), code.slice(2))
    }
  })

  it('are good one step before and after their own, and say which step they were', () => {
    const step = totpStep(now)
    for (const [offset, found] of [
      [-2, undefined],
      [-1, step - 1],
      [0, step],
      [1, step + 1],
      [2, undefined],
    ] as const) {
      assert.equal(verifyTotp(secret, totpCode(secret, step + offset), now), found)
    }
  })

  it('are good once', () => {
    const step = totpStep(now)
    assert.equal(verifyTotp(secret, totpCode(secret, step), now, step - 1), step)
    assert.equal(verifyTotp(secret, totpCode(secret, step), now, step), undefined)
    assert.equal(verifyTotp(secret, totpCode(secret, step - 1), now, step), undefined)
    assert.equal(verifyTotp(secret, totpCode(secret, step + 1), now, step), step + 1)
  })

  it('may be typed with a space, and are nothing but six digits', () => {
    const code = totpCode(secret, totpStep(now))
    assert.equal(verifyTotp(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now), totpStep(now))
    for (const text of [
      '',
      '12345',
      '1234567',
      `${code}\n`,
      `-${code.slice(1)}`,
      '１２３４５６',
      'abcdef',
      code.repeat(100_000),
    ]) {
      assert.equal(verifyTotp(secret, text, now), undefined)
    }
  })

  it('of another secret do not fit', () => {
    const other = new Secret(Buffer.from('abcdefghijabcdefghij'))
    assert.equal(verifyTotp(other, totpCode(secret, totpStep(now)), now), undefined)
  })
})

describe('Base 32', () => {
  it('is that of RFC 4648 §10 without padding', () => {
    for (const [text, encoded] of [
      ['', ''],
      ['f', 'MY'],
      ['fo', 'MZXQ'],
      ['foo', 'MZXW6'],
      ['foob', 'MZXW6YQ'],
      ['fooba', 'MZXW6YTB'],
      ['foobar', 'MZXW6YTBOI'],
    ] as const) {
      assert.equal(formatBase32(Buffer.from(text)), encoded)
    }
  })

  it('is read strictly', () => {
    for (const text of ['my', 'M1', 'MY======', 'M Y', 'MY\n'])
      assert.throws(() => readBase32(text), RangeError, text)
  })

  it('loses no bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = formatBase32(bytes)
        assert.equal(text.length, Math.ceil((bytes.length * 8) / 5))
        assert.deepEqual(readBase32(text), Buffer.from(bytes))
      }),
    )
  })
})

describe('The URI for an authenticator app', () => {
  it('names issuer and account and carries the secret', () => {
    const uri = new URL(otpauthUri(secret, 'Example Mail & Co', 'ada@example.org'))
    assert.equal(uri.protocol, 'otpauth:')
    assert.equal(uri.host, 'totp')
    assert.equal(decodeURIComponent(uri.pathname), '/Example Mail & Co:ada@example.org')
    assert.deepEqual(Object.fromEntries(uri.searchParams), {
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'Example Mail & Co',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
    assert.ok(!uri.href.includes('+'))
  })
})
