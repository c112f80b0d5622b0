import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { dnsListName, readListAnswer, reverseZoneName } from './dns-list.ts'
import { parseAddress } from './ip.ts'

const of = (...texts: readonly string[]) => texts.map((text) => orThrow(parseAddress(text)))

describe('A question to a DNS list (RFC 5782)', () => {
  it('has the address in reverse before the zone', () => {
    const [four, six] = of('192.0.2.99', '2001:db8:1:2:3:4:567:89ab')
    assert.ok(four && six)
    assert.equal(dnsListName(four, 'bl.example.org'), '99.2.0.192.bl.example.org')
    assert.equal(
      dnsListName(six, 'bl.example.org'),
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example.org',
    )
    assert.equal(reverseZoneName(four), '99.2.0.192.in-addr.arpa')
  })

  it('is answered by 127.0.0.0/8 for listed, and by nothing for not listed', () => {
    assert.equal(readListAnswer(of()), 'not-listed')
    assert.equal(readListAnswer(of('127.0.0.2')), 'listed')
    assert.equal(readListAnswer(of('127.0.0.2', '127.0.0.10')), 'listed')
  })

  it('is not answered by the codes that say so, nor by a server that answers everything', () => {
    for (const code of ['127.255.255.252', '127.255.255.254', '127.255.255.255'])
      assert.equal(readListAnswer(of(code)), 'error')
    assert.equal(readListAnswer(of('198.51.100.1')), 'no-list')
    assert.equal(readListAnswer(of('127.0.0.2', '198.51.100.1')), 'no-list')
  })
})
