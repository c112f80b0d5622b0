import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { formatAddress } from '../../standards/ip.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import { mostAddresses, resultOfTests, watchedAddresses, type Said } from './own-listing.ts'

const networks = (...texts: string[]) => texts.map((text) => orThrow(parsePrefix(text)))
const listed: Said = { kind: 'listed', code: '127.0.0.2', text: '' }
const clean: Said = { kind: 'not-listed' }

describe('The addresses that lists are asked about', () => {
  it('are all of an IPv4 network, and one for each /64 of IPv6', () => {
    const { addresses, left } = watchedAddresses(
      networks('203.0.113.24/30', '203.0.113.26', '2001:db8::25/128', '2001:db8:1::/64'),
    )
    assert.deepEqual(addresses.map(formatAddress), [
      '203.0.113.24',
      '203.0.113.25',
      '203.0.113.26',
      '203.0.113.27',
      '2001:db8::25',
      '2001:db8:1::',
    ])
    assert.deepEqual(left, [])
  })

  it('have an end, and what is beyond it is said', () => {
    const [wide, six] = networks('10.0.0.0/16', '2001:db8::/32')
    const { addresses, left } = watchedAddresses([
      ...networks('203.0.113.0/24'),
      ...(wide ? [wide] : []),
      ...(six ? [six] : []),
    ])
    assert.equal(addresses.length, mostAddresses)
    assert.equal(formatAddress(addresses[256] ?? orThrow(parsePrefix('::'))), '10.0.0.0')
    assert.deepEqual(left, [wide, six])
  })
})

describe('The test entries of a list (RFC 5782 §5)', () => {
  it('tell a list from one that was given up or refuses us', () => {
    assert.equal(resultOfTests(listed, clean).result, 'answers')
    assert.equal(resultOfTests(listed, listed).result, 'everything')
    assert.equal(resultOfTests(clean, clean).result, 'no-list')
    const refused: Said = { kind: 'no-answer', result: 'refused', code: '127.255.255.254' }
    assert.deepEqual(resultOfTests(refused, refused), refused)
  })
})
