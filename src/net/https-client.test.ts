import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, createServer as createPlain, type AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { makeCertificate } from '../../test/support/certificate.ts'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { httpsClient, type HttpsAnswer, type HttpsClientOptions } from './https-client.ts'

const host = 'mta-sts.example.org'
const { key, cert } = makeCertificate(host, 'mta-sts.slow.example')
const read = (text: string): Address => orThrow(parseAddress(text))

describe('Fetching a text from a name of somebody else', () => {
  let server: Server
  let port = 0
  let connections = 0
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {}

  before(async () => {
    server = createServer({ key, cert }, (request, response) => answer(request, response))
    server.on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const fetchText = async (
    addresses: readonly string[] | 'temperror',
    {
      name = host,
      path = '/x',
      ...options
    }: Partial<HttpsClientOptions> & { name?: string; path?: string } = {},
  ): Promise<HttpsAnswer> => {
    const client = httpsClient({
      resolver: { addresses: async () => (addresses === 'temperror' ? addresses : addresses.map(read)) },
      mayReach: (address) => formatAddress(address) === '127.0.0.1',
      port,
      authorities: cert,
      ...options,
    })
    return await client.fetchText(name, path)
  }
  const says = (text: string, status = 200, headers: Readonly<Record<string, string>> = {}): void => {
    answer = (_, response) =>
      void response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(text)
  }

  it('gives the text of a 200 answer, asked for by the name, without cookies, compression or credentials', async () => {
    let seen: IncomingMessage | undefined
    answer = (request, response) => {
      seen = request
      response.writeHead(200, { 'content-type': 'text/plain' }).end('version: STSv1')
    }
    assert.deepEqual(await fetchText(['127.0.0.1']), {
      kind: 'text',
      text: 'version: STSv1',
      type: 'text/plain',
    })
    assert.deepEqual(
      {
        host: seen?.headers.host,
        encoding: seen?.headers['accept-encoding'],
        cookie: seen?.headers.cookie,
        authorization: seen?.headers.authorization,
      },
      { host, encoding: 'identity', cookie: undefined, authorization: undefined },
    )
  })

  it('follows no redirect (RFC 8461 §3.3)', async () => {
    says('', 302, { location: `https://${host}:${port}/other` })
    const before = connections
    assert.deepEqual(await fetchText(['127.0.0.1']), { kind: 'status', status: 302 })
    assert.equal(connections, before + 1)
  })

  it('wants a certificate that is good for the name', async () => {
    says('text')
    assert.deepEqual(await fetchText(['127.0.0.1'], { name: 'mta-sts.other.example' }), {
      kind: 'certificate',
      why: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    const stranger = makeCertificate(host).cert
    assert.equal((await fetchText(['127.0.0.1'], { authorities: stranger })).kind, 'certificate')
  })

  it('connects to no address that is none of the Internet, and to none of a name that has one (security CHK-1)', async () => {
    const before = connections
    const inside = [
      '127.0.0.1',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '255.255.255.255',
      '224.0.0.1',
      '198.18.0.1',
      '192.0.0.1',
      '240.0.0.1',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      'fe80::1',
      'fc00::1',
      'fec0::1',
      'ff02::1',
      '2001:db8::1',
    ]
    for (const each of inside) {
      const { isGlobal } = await import('../standards/special-purpose.ts')
      for (const addresses of [[each], ['9.9.9.9', each], ['2620:fe::fe', each]])
        assert.equal((await fetchText(addresses, { mayReach: isGlobal })).kind, 'not-global', each)
    }
    assert.equal(connections, before)
  })

  it('takes names only: no literal, however written, no single label, no port, no path tricks', async () => {
    const before = connections
    for (const name of [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::1]',
      '::1',
      'localhost',
      'mta-sts.example.org:80',
      'user@mta-sts.example.org',
      'mta-sts.example.org/x',
      'MTA-STS.example.org',
      'mta-sts.exämple.org',
      'a..b',
      '',
    ])
      assert.equal((await fetchText(['127.0.0.1'], { name })).kind, 'no-address', name)
    for (const path of ['x', '/a b', '/a\r\nhost: x', `/${'x'.repeat(300)}`])
      assert.equal((await fetchText(['127.0.0.1'], { path })).kind, 'no-address', path)
    assert.equal(connections, before)
  })

  it('asks DNS once and connects to what it said then: a second answer decides nothing', async () => {
    let asked = 0
    const resolver = {
      addresses: async () => {
        asked++
        return [read(asked === 1 ? '127.0.0.1' : '127.0.0.2')]
      },
    }
    says('text')
    assert.equal((await fetchText([], { resolver })).kind, 'text')
    assert.equal(asked, 1)
  })

  it('tells a name without addresses from a DNS that does not answer', async () => {
    assert.deepEqual(await fetchText([]), { kind: 'no-address' })
    assert.deepEqual(await fetchText('temperror'), { kind: 'temperror' })
  })

  it('ends in time where the server says a byte a second, or nothing (security CHK-2)', async () => {
    answer = (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 100)
      response.on('close', () => clearInterval(timer))
    }
    const began = performance.now()
    assert.deepEqual(await fetchText(['127.0.0.1'], { totalMs: 700 }), { kind: 'late' })
    answer = () => {}
    assert.deepEqual(await fetchText(['127.0.0.1'], { totalMs: 700 }), { kind: 'late' })
    const silent = createPlain(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    assert.deepEqual(
      await fetchText(['127.0.0.1'], { totalMs: 700, port: (silent.address() as AddressInfo).port }),
      { kind: 'late' },
    )
    silent.close()
    assert.ok(performance.now() - began < 6000)
  })

  it('reads 64 KiB and no more, and nothing that is compressed', async () => {
    answer = (_, response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(65_536, 'x')
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) {
          // As long as it is taken.
        }
      }
      response.on('drain', more)
      more()
    }
    assert.deepEqual(await fetchText(['127.0.0.1']), { kind: 'too-large' })
    says('bomb', 200, { 'content-encoding': 'gzip' })
    assert.equal((await fetchText(['127.0.0.1'])).kind, 'status')
  })

  it('is unreachable where nobody listens or something else speaks', async () => {
    const plain = createPlain((socket) => void socket.end('220 smtp\r\n'))
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    const { port: open } = plain.address() as AddressInfo
    assert.deepEqual(await fetchText(['127.0.0.1'], { port: open }), { kind: 'unreachable' })
    plain.close()
    await new Promise<void>((resolve) =>
      connect(open, '127.0.0.1')
        .once('error', () => resolve())
        .once('connect', () => resolve()),
    )
    assert.deepEqual(await fetchText(['127.0.0.1'], { port: open }), { kind: 'unreachable' })
  })

  it('runs one at a time for a host', async () => {
    says('text')
    const client = httpsClient({
      resolver: { addresses: async () => [read('127.0.0.1')] },
      mayReach: () => true,
      port,
      authorities: cert,
    })
    const [first, second] = await Promise.all([client.fetchText(host, '/x'), client.fetchText(host, '/x')])
    assert.deepEqual([first.kind, second.kind], ['text', 'busy'])
  })
})
