import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { describe, it } from 'node:test'
import { hashPassword, isPassword, nobodysHash } from './password.ts'

describe('a password hash', () => {
  it('knows its password and no other', async () => {
    const hash = await hashPassword('correct horse battery staple')
    assert.equal(await isPassword('correct horse battery staple', hash), true)
    assert.equal(await isPassword('correct horse battery stapl', hash), false)
    assert.equal(await isPassword('', hash), false)
  })

  it('is argon2id with 19 MiB and two passes, and salted', async () => {
    const [one, two] = [await hashPassword('a'), await hashPassword('a')]
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    assert.notEqual(one, two)
  })

  it('reads hashes of other parameters', async () => {
    const nonce = Buffer.from('somesalt')
    const tag = argon2Sync('argon2id', {
      message: 'x',
      nonce,
      memory: 64,
      passes: 3,
      parallelism: 1,
      tagLength: 16,
    })
    const hash = `$argon2id$v=19$m=64,t=3,p=1$${nonce.toString('base64').replaceAll('=', '')}$${tag.toString('base64').replaceAll('=', '')}`
    assert.equal(await isPassword('x', hash), true)
    assert.equal(await isPassword('y', hash), false)
  })

  it('takes spellings that look the same as the same', async () => {
    assert.equal(await isPassword('café', await hashPassword('cafe\u0301')), true)
  })

  it('is nobody’s when it cannot be read, or when the password is a book', async () => {
    for (const hash of ['', 'x', '$argon2id$v=19$m=64,t=3,p=1$$', '$2b$10$abcdefghijklmnopqrstuv'])
      assert.equal(await isPassword('x', hash), false)
    assert.equal(await isPassword('x'.repeat(2000), await hashPassword('x'.repeat(2000))), false)
    assert.equal(await isPassword('', nobodysHash), false)
  })

  it('takes as long for a name that does not exist', async () => {
    const time = async (hash: string): Promise<number> => {
      const start = performance.now()
      await isPassword('correct horse battery staple', hash)
      return performance.now() - start
    }
    const hash = await hashPassword('x')
    const times = await Promise.all([hash, nobodysHash, hash, nobodysHash].map(time))
    assert.ok(Math.max(...times) < 20 * Math.min(...times))
  })
})
