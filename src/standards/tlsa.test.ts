import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatTlsa, tlsaName, tlsaTrouble, type TlsaRecord } from './tlsa.ts'

const record = (usage: number, selector: number, matching: number, bytes: number): TlsaRecord => ({
  usage,
  selector,
  matching,
  data: new Uint8Array(bytes).fill(0xab),
})

describe('A TLSA record of a mail host', () => {
  it('stands at port 25 of the host (RFC 7672 §2.2.2)', () => {
    assert.equal(tlsaName('mx.example.org'), '_25._tcp.mx.example.org')
  })

  it('can be used with usages 2 and 3, and data of the right length', () => {
    for (const good of [record(3, 1, 1, 32), record(2, 0, 1, 32), record(3, 1, 2, 64), record(3, 0, 0, 900)])
      assert.equal(tlsaTrouble(good), undefined, formatTlsa(good))
  })

  it('is passed over otherwise (RFC 7672 §3.1.3, RFC 6698 §2.1)', () => {
    assert.equal(tlsaTrouble(record(0, 1, 1, 32)), 'usage')
    assert.equal(tlsaTrouble(record(1, 1, 1, 32)), 'usage')
    assert.equal(tlsaTrouble(record(255, 1, 1, 32)), 'usage')
    assert.equal(tlsaTrouble(record(3, 2, 1, 32)), 'selector')
    assert.equal(tlsaTrouble(record(3, 1, 3, 32)), 'matching')
    assert.equal(tlsaTrouble(record(3, 1, 1, 20)), 'length')
    assert.equal(tlsaTrouble(record(3, 1, 2, 32)), 'length')
    assert.equal(tlsaTrouble(record(3, 0, 0, 0)), 'length')
  })

  it('is written as in a zone file', () => {
    assert.equal(formatTlsa(record(3, 1, 1, 2)), '3 1 1 abab')
    assert.equal(formatTlsa(record(3, 0, 0, 500), 4), '3 0 0 abab…')
  })
})
