import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { isDkimKey, parseDkimKey } from './dkim-key.ts'

const rsa = (bits: number, type: 'spki' | 'pkcs1' = 'spki'): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type, format: 'der' })
    .toString('base64')

describe('A DKIM key record', () => {
  it('is RSA unless it says otherwise, with its bits', () => {
    const key = parseDkimKey(`v=DKIM1; p=${rsa(1024)}`)
    assert.ok(typeof key !== 'string')
    assert.deepEqual([key.kind, key.bits, key.isTesting, key.services], ['rsa', 1024, false, ['*']])
  })

  it('may leave out the version, carry blanks in its key, and be of the old form', () => {
    const data = rsa(2048)
    const folded = parseDkimKey(`k=rsa; p=${data.slice(0, 50)} \t${data.slice(50)};`)
    assert.ok(typeof folded !== 'string' && folded.bits === 2048)
    const old = parseDkimKey(`v=DKIM1; p=${rsa(2048, 'pkcs1')}`)
    assert.ok(typeof old !== 'string' && old.bits === 2048)
  })

  it('may be Ed25519 (RFC 8463)', () => {
    const raw = generateKeyPairSync('ed25519')
      .publicKey.export({ type: 'spki', format: 'der' })
      .subarray(-32)
      .toString('base64')
    const key = parseDkimKey(`v=DKIM1; k=ed25519; p=${raw}`)
    assert.ok(typeof key !== 'string' && key.kind === 'ed25519')
    assert.equal(parseDkimKey('v=DKIM1; k=ed25519; p=AAAA'), 'unreadable-key')
  })

  it('has flags, hashes and services', () => {
    const key = parseDkimKey(`v=DKIM1; h=sha1:sha256; s=email; t=y:s; p=${rsa(1024)}`)
    assert.ok(typeof key !== 'string')
    assert.deepEqual(
      [key.hashes, key.services, key.isTesting, key.isStrict],
      [['sha1', 'sha256'], ['email'], true, true],
    )
  })

  it('says why it is none', () => {
    assert.equal(parseDkimKey('v=DKIM1; p='), 'revoked')
    assert.equal(parseDkimKey('v=DKIM1; k=rsa'), 'no-key')
    assert.equal(parseDkimKey('p=abc; v=DKIM1'), 'bad-version')
    assert.equal(parseDkimKey('v=DKIM2; p=abc'), 'bad-version')
    assert.equal(parseDkimKey('v=DKIM1; k=dsa; p=abc'), 'unknown-kind')
    assert.equal(parseDkimKey('v=DKIM1; p=!!!'), 'unreadable-key')
    assert.equal(parseDkimKey(`v=DKIM1; p=${rsa(2048).slice(0, 200)}`), 'unreadable-key')
    assert.equal(parseDkimKey(`v=DKIM1; p=${'A'.repeat(5000)}`), 'unreadable-key')
    assert.equal(parseDkimKey('v=DKIM1; p=abc; p=abc'), 'tag-twice')
  })

  it('is told from other text', () => {
    assert.ok(isDkimKey('v=DKIM1; k=rsa'))
    assert.ok(isDkimKey('k=rsa; p=abc'))
    assert.ok(!isDkimKey('v=spf1 -all'))
    assert.ok(!isDkimKey('sp=none; v=DMARC1'))
  })
})
