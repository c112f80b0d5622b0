import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { formatAddress } from './ip.ts'
import { clientAddress } from './forwarded.ts'
import { parsePrefix } from './prefix.ts'

const proxies = ['127.0.0.0/8', '203.0.113.8/29', '2001:db8:ffff::1'].map((text) =>
  orThrow(parsePrefix(text)),
)

function client(socket: string | undefined, header?: string, trusted = proxies): string | undefined {
  const address = clientAddress(socket, header, trusted)
  return address && formatAddress(address)
}

describe('The client behind proxies', () => {
  it('is the socket when no proxy is trusted, whatever the header says', () => {
    assert.equal(client('192.0.2.45', '198.51.100.1', []), '192.0.2.45')
    assert.equal(client('127.0.0.1', '198.51.100.1', []), '127.0.0.1')
    assert.equal(client('192.0.2.45', '198.51.100.1'), '192.0.2.45')
    assert.equal(client('192.0.2.45'), '192.0.2.45')
  })

  it('is the right-most hop that is no trusted proxy', () => {
    assert.equal(client('127.0.0.1', '192.0.2.45'), '192.0.2.45')
    assert.equal(client('::ffff:127.0.0.1', '192.0.2.45'), '192.0.2.45')
    assert.equal(client('127.0.0.1', '198.51.100.1, 192.0.2.45'), '192.0.2.45')
    assert.equal(client('127.0.0.1', '198.51.100.1,192.0.2.45 , 203.0.113.9'), '192.0.2.45')
    assert.equal(client('2001:db8:ffff::1', '2001:db8::7'), '2001:db8::7')
    assert.equal(client('2001:db8:ffff::2', '2001:db8::7'), '2001:db8:ffff::2')
  })

  it('is the farthest trusted proxy when there is nobody behind it, or nobody readable', () => {
    assert.equal(client('127.0.0.1', '203.0.113.9'), '203.0.113.9')
    assert.equal(client('127.0.0.1', ''), '127.0.0.1')
    for (const unreadable of [
      'unknown',
      '192.0.2.45:1234',
      '[2001:db8::1]',
      '010.0.0.1',
      '192.0.2.45,',
      '192.0.2.45, _hidden',
      ',',
    ]) {
      assert.equal(client('127.0.0.1', unreadable), '127.0.0.1', unreadable)
    }
    assert.equal(client('127.0.0.1', '192.0.2.45, unknown, 203.0.113.9'), '203.0.113.9')
  })

  it('is unknown when the socket has no address', () => {
    assert.equal(client(undefined, '192.0.2.45'), undefined)
    assert.equal(client('', '192.0.2.45'), undefined)
  })

  it('is the true one whatever it wrote into the header itself (DEL-12)', () => {
    const forged = fc.array(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.constantFrom('127.0.0.1', '203.0.113.9', 'unknown', '', ' '),
        fc.string({ maxLength: 12 }),
      ),
      {
        maxLength: 30,
      },
    )
    const chain = fc.array(fc.constantFrom('203.0.113.8', '203.0.113.15', '127.0.0.2', '2001:db8:ffff::1'), {
      maxLength: 3,
    })
    const truth = fc.constantFrom('192.0.2.45', '198.51.100.7', '2001:db8::7', '203.0.113.16', '203.0.113.7')
    fc.assert(
      fc.property(forged, truth, chain, fc.constantFrom(',', ', ', ' ,\t'), (lies, address, hops, comma) => {
        assert.equal(client('127.0.0.1', [...lies, address, ...hops].join(comma)), address)
        assert.equal(client(address, lies.join(comma)), address)
      }),
      { numRuns: 10_000 },
    )
  })

  it('is found at once in a header of any length', () => {
    const header = `${'127.0.0.1,'.repeat(100_000)}127.0.0.1`
    assert.equal(client('127.0.0.1', header), '127.0.0.1')
  })
})
