import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { embeddedAddress, parseAddress } from './ip.ts'
import { parsePrefix, unitOf } from './prefix.ts'
import { isGlobal, specialPurpose } from './special-purpose.ts'

const special = (text: string): string | undefined => specialPurpose(orThrow(parsePrefix(text)))
const global = (text: string): boolean => isGlobal(orThrow(parseAddress(text)))

/** First and last address of blocks that are not for connections. */
const notGlobal = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
  ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const

describe('Connections of ours', () => {
  for (const [first, last] of notGlobal) {
    it(`never go to ${first} or ${last}`, () => {
      assert.equal(global(first), false)
      assert.equal(global(last), false)
    })
  }

  it('may go just beside those blocks', () => {
    for (const text of [
      '1.0.0.0',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.0',
      '169.253.255.255',
      '169.255.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.0.1.0',
      '192.0.3.0',
      '192.167.255.255',
      '192.169.0.0',
      '198.17.255.255',
      '198.20.0.0',
      '198.51.99.255',
      '198.51.101.0',
      '203.0.112.255',
      '203.0.114.0',
      '223.255.255.255',
      '2000::',
      '2001:200::',
      '2001:db7:ffff:ffff::',
      '2001:db9::',
      '2003::',
      '2620:4f:7fff::',
      '3ffe:ffff:ffff::',
      '3fff:1000::',
      '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ]) {
      assert.equal(global(text), true, text)
    }
  })

  it('never go to the anycast services of the nearest router', () => {
    for (const text of ['192.0.0.9', '192.0.0.10', '2001:1::1', '192.31.196.1', '2620:4f:8000::1'])
      assert.equal(global(text), false)
  })

  it('are judged by the IPv4 address inside NAT64 and mapped ones, and refused for 6to4, Teredo and compatible ones', () => {
    assert.equal(global('64:ff9b::1.1.1.1'), true)
    assert.equal(global('::ffff:1.1.1.1'), true)
    for (const inner of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0', '192.0.2.45', '224.0.0.1']) {
      assert.equal(global(`64:ff9b::${inner}`), false)
      assert.equal(global(`::ffff:${inner}`), false)
    }
    for (const text of [
      '::1.1.1.1',
      '2002:101:101::1',
      '64:ff9b:1::1.1.1.1',
      '2001:0:101:101::',
      '::ffff:0:1.1.1.1',
    ]) {
      assert.equal(global(text), false, text)
    }
  })

  it('never go to an address that carries one that is not global', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = orThrow(parseAddress(text))
        const inner = embeddedAddress(address)
        if (inner && !isGlobal(inner)) assert.equal(isGlobal(address), false)
        if (isGlobal(address) && !text.startsWith('64:ff9b')) assert.equal(specialPurpose(address), undefined)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('Special-purpose space', () => {
  it('is named by its narrowest block', () => {
    assert.equal(special('10.1.2.3'), '10.0.0.0/8 (Private-Use)')
    assert.equal(special('192.0.0.9'), '192.0.0.9/32 (Port Control Protocol Anycast)')
    assert.equal(special('255.255.255.255'), '255.255.255.255/32 (Limited Broadcast)')
    assert.equal(special('2001:0:1::/64'), '2001::/32 (TEREDO)')
    assert.equal(special('fd00::/48'), 'fc00::/7 (Unique-Local)')
    assert.equal(special('::1'), '::1/128 (Loopback Address)')
  })

  it('is everything that shares an address with it, wider prefixes too', () => {
    assert.equal(special('172.0.0.0/8'), '172.16.0.0/12 (Private-Use)')
    assert.equal(special('192.0.0.0/16'), '192.0.0.8/32 (IPv4 dummy address)')
    assert.equal(special('::/64'), '::/128 (Unspecified Address)')
    assert.equal(special('0.0.0.0/0') === undefined, false)
  })

  it('holds the /64 that all of IPv4 has behind NAT64', () => {
    assert.equal(
      specialPurpose(unitOf(orThrow(parseAddress('64:ff9b::1.1.1.1')))),
      '64:ff9b::/96 (IPv4-IPv6 Translat.)',
    )
  })

  it('does not hold documentation prefixes', () => {
    for (const text of [
      '192.0.2.45',
      '192.0.2.0/24',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '2001:db8::/32',
      '2001:db8:1::/64',
      '3fff::/20',
    ]) {
      assert.equal(special(text), undefined, text)
    }
  })

  it('does not hold ordinary networks', () => {
    for (const text of [
      '1.1.1.0/24',
      '198.52.0.0/16',
      '100.0.0.0/10',
      '2a00::/16',
      '2001:200::/32',
      '2620::/32',
    ]) {
      assert.equal(special(text), undefined, text)
    }
  })
})
