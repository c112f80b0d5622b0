import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress } from './ip.ts'
import { parsePrefix } from './prefix.ts'
import { addressesOf, reverseNameOf, reverseZonesOf } from './reverse-zone.ts'

const zones = (text: string): readonly string[] => reverseZonesOf(orThrow(parsePrefix(text)))

describe('Names in the reverse tree', () => {
  it('have the labels of an address in reverse (RFC 1035 §3.5, RFC 3596 §2.5)', () => {
    assert.equal(reverseNameOf(orThrow(parseAddress('192.0.2.45'))), '45.2.0.192.in-addr.arpa')
    assert.equal(
      reverseNameOf(orThrow(parseAddress('2001:db8::567:89ab'))),
      'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    )
  })

  it('are one zone where the network ends at a label', () => {
    assert.deepEqual(zones('192.0.2.0/24'), ['2.0.192.in-addr.arpa'])
    assert.deepEqual(zones('198.51.0.0/16'), ['51.198.in-addr.arpa'])
    assert.deepEqual(zones('2001:db8::/32'), ['8.b.d.0.1.0.0.2.ip6.arpa'])
    assert.deepEqual(zones('2001:db8:1:f::/64'), ['f.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'])
  })

  it('are several where it ends between two, in the order of the addresses', () => {
    assert.deepEqual(zones('198.51.100.0/22'), [
      '100.51.198.in-addr.arpa',
      '101.51.198.in-addr.arpa',
      '102.51.198.in-addr.arpa',
      '103.51.198.in-addr.arpa',
    ])
    assert.deepEqual(zones('2001:db8:8000::/33').slice(0, 2), [
      '8.8.b.d.0.1.0.0.2.ip6.arpa',
      '9.8.b.d.0.1.0.0.2.ip6.arpa',
    ])
    assert.equal(zones('2001:db8:8000::/33').length, 8)
  })

  it('of a network smaller than /24 are those of its /24', () => {
    assert.deepEqual(zones('192.0.2.64/26'), ['2.0.192.in-addr.arpa'])
  })
})

describe('Addresses of a network', () => {
  it('are all of them', () => {
    const all = addressesOf(orThrow(parsePrefix('192.0.2.252/30'))).map(formatAddress)
    assert.deepEqual(all, ['192.0.2.252', '192.0.2.253', '192.0.2.254', '192.0.2.255'])
  })
})
