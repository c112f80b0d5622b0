import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mac, Secret } from './secret.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

describe('a secret', () => {
  it('does not show itself', () => {
    const secret = new Secret(Buffer.from('hunter2'))
    secret.mac('x')
    for (const shown of [
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret, { depth: 5, showHidden: true }),
    ]) {
      assert.doesNotMatch(shown, /hunter2|68 ?75 ?6e/)
    }
  })

  it('signs as HMAC-SHA-256 does (RFC 4231, test case 2)', () => {
    assert.equal(
      mac(new Secret(Buffer.from('Jefe')), 'what do ya want for nothing?').toString('hex'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  it('signs as node does, with keys and messages of any length, one after another', () => {
    fc.assert(
      fc.property(bytes, fc.array(bytes, { maxLength: 5 }), (key, messages) => {
        const secret = new Secret(Buffer.from(key))
        for (const message of messages) {
          assert.deepEqual(
            mac(secret, Buffer.from(message)),
            createHmac('sha256', key).update(message).digest(),
          )
        }
      }),
    )
  })

  it('cuts what it signs, and reads text as UTF-8', () => {
    const secret = new Secret(Buffer.alloc(32, 1))
    assert.deepEqual(mac(secret, 'grün', 10), mac(secret, Buffer.from('grün')).subarray(0, 10))
  })
})
