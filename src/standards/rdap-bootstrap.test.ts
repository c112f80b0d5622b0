import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseListable } from './prefix.ts'
import { readBootstrap, serverFor } from './rdap-bootstrap.ts'

const at = (text: string) => orThrow(parseListable(text))

describe('The bootstrap file of RDAP (RFC 9224)', () => {
  it('gives the server of the longest entry that covers the network', () => {
    const services = readBootstrap({
      version: '1.0',
      services: [
        [['192.0.0.0/8'], ['https://wide.example/rdap/']],
        [
          ['192.0.2.0/24', '2001:db8::/32'],
          ['http://plain.example/', 'https://narrow.example/rdap'],
        ],
      ],
    })
    assert.equal(serverFor(services, at('192.0.2.0/25')), 'https://narrow.example/rdap/')
    assert.equal(serverFor(services, at('192.0.2.0/23')), 'https://wide.example/rdap/')
    assert.equal(serverFor(services, at('2001:db8:1::/48')), 'https://narrow.example/rdap/')
    assert.equal(serverFor(services, at('198.51.100.0/24')), undefined)
  })

  it('passes over what has no https, or is no network or URL', () => {
    const services = readBootstrap({
      services: [
        [['198.51.100.0/24'], ['http://plain.example/']],
        [['198.51.100.0/24'], ['https://user@host.example/', 'https://q.example/?x=1', 7, 'x']],
        'nothing',
        [['here', 9, '10.1.2.3/8', '203.0.113.0/24'], ['https://good.example/']],
      ],
    })
    assert.deepEqual(
      services.map(({ url }) => url),
      ['https://good.example/'],
    )
  })

  it('is refused as a whole when it is none', () => {
    for (const value of [undefined, null, [], {}, { services: {} }, { services: [] }])
      assert.throws(() => readBootstrap(value), /RFC 9224/)
  })
})
