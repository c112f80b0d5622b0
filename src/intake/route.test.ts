import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { routeOf, type Routes } from './route.ts'

const routes: Routes = {
  delist: 'delist@provider.example',
  abuse: 'abuse@provider.example',
  reports: [
    { mailbox: 'Report-Spam@provider.example', complaint: undefined },
    { mailbox: 'junk@provider.example', complaint: 'junk' },
  ],
  replyDomain: 'postern.provider.example',
}
const kindOf = (recipient: string): string => routeOf(recipient, routes).kind

describe('A recipient address', () => {
  it('with a tag belongs to one delist request', () => {
    assert.deepEqual(routeOf('delist+0abc.0123456789abcdef0123@postern.provider.example', routes), {
      kind: 'delist-tag',
      tag: '0abc.0123456789abcdef0123',
      mailbox: 'delist+0abc.0123456789abcdef0123@postern.provider.example',
    })
  })
  it('of a form belongs to one form', () => {
    assert.deepEqual(routeOf('F+x1.00@postern.provider.example', routes), {
      kind: 'form-tag',
      tag: 'x1.00',
      mailbox: 'f+x1.00@postern.provider.example',
    })
  })
  it('of a bounce belongs to one letter', () => {
    assert.deepEqual(routeOf('b+x1.00@postern.provider.example', routes), {
      kind: 'bounce',
      tag: 'x1.00',
      mailbox: 'b+x1.00@postern.provider.example',
    })
  })
  it('means the same in any letter case', () => {
    assert.deepEqual(
      routeOf('Delist+ABC.00@Postern.Provider.EXAMPLE', routes),
      routeOf('delist+abc.00@postern.provider.example', routes),
    )
    assert.equal(kindOf('DELIST@Provider.Example'), 'delist')
  })
  it('may be the postmaster, also without a domain (RFC 5321 §4.5.1)', () => {
    assert.equal(kindOf('postmaster'), 'postmaster')
    assert.equal(kindOf('Postmaster@postern.provider.example'), 'postmaster')
    assert.equal(kindOf('postmaster@provider.example'), 'unknown')
  })
  it('for abuse is the desk’s (RFC 2142 §2)', () => {
    assert.deepEqual(routeOf('Abuse@Provider.Example', routes), {
      kind: 'abuse',
      mailbox: 'abuse@provider.example',
    })
    assert.equal(kindOf('abuse@postern.provider.example'), 'abuse')
    assert.equal(kindOf('abuse@example.org'), 'unknown')
    assert.equal(kindOf('abuse'), 'unknown')
  })
  it('for reports says what is reported, unless it takes reports of every kind', () => {
    assert.deepEqual(routeOf('JUNK@provider.example', routes), {
      kind: 'report',
      complaint: 'junk',
      mailbox: 'junk@provider.example',
    })
    assert.deepEqual(routeOf('report-spam@provider.example', routes), {
      kind: 'report',
      complaint: undefined,
      mailbox: 'report-spam@provider.example',
    })
    assert.equal(kindOf('ann@provider.example'), 'unknown')
  })
  it('without a tag, with another domain or with odd characters is nobody', () => {
    for (const recipient of [
      'delist@postern.provider.example',
      'delist+@postern.provider.example',
      'b@postern.provider.example',
      'b+a b@postern.provider.example',
      'b+a/b@postern.provider.example',
      `b+${'a'.repeat(65)}@postern.provider.example`,
      'd+abc@postern.provider.example',
      'b+abc@sub.postern.provider.example',
      'delist+abc@provider.example',
      '@postern.provider.example',
      'postern.provider.example',
      '',
    ]) {
      assert.equal(kindOf(recipient), 'unknown', recipient)
    }
  })
  it('has its domain compared in the ASCII form', () => {
    const international = { ...routes, replyDomain: 'post.bücher.example' }
    assert.equal(routeOf('b+abc@post.bücher.example', international).kind, 'bounce')
    assert.equal(routeOf('b+abc@post.xn--bcher-kva.example', international).kind, 'bounce')
  })
  it('of whatever text is read without a fault, and tags hold nothing but letters, digits and dots', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((tag) => `b+${tag}@postern.provider.example`),
        ),
        (text) => {
          const route = routeOf(text, routes)
          if ('tag' in route) assert.match(route.tag, /^[0-9a-z.]{1,64}$/)
        },
      ),
    )
  })
})
