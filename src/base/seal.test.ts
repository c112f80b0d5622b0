import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { seal, unseal } from './seal.ts'
import { Secret } from './secret.ts'

const key = new Secret(Buffer.alloc(32, 1))

describe('a seal', () => {
  it('opens with its key at its place', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, bound) => {
        assert.deepEqual(unseal(key, bound, seal(key, bound, Buffer.from(bytes))), Buffer.from(bytes))
      }),
    )
    assert.equal(unseal(key, 'a', seal(key, 'a', 'schlüssel'))?.toString(), 'schlüssel')
  })

  it('opens nowhere else, and not once a bit of it was changed', () => {
    const sealed = seal(key, 'letter:1', 'text')
    assert.equal(unseal(key, 'letter:2', sealed), undefined)
    assert.equal(unseal(new Secret(Buffer.alloc(32, 2)), 'letter:1', sealed), undefined)
    const bytes = Buffer.from(sealed, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(unseal(key, 'letter:1', changed.toString('base64url')), undefined)
    }
    assert.equal(unseal(key, 'letter:1', ''), undefined)
  })

  it('never looks the same twice', () => {
    assert.notEqual(seal(key, 'a', 'text'), seal(key, 'a', 'text'))
  })
})
