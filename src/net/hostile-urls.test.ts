import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { makeCertificate } from '../../test/support/certificate.ts'
import { hostileForms, insideIPv4, insideIPv6 } from '../../test/support/hostile-urls.ts'
import { startZone, type ZoneServer } from '../../test/support/zone-server.ts'
import { orThrow, Refusal } from '../base/refusal.ts'
import { readSubject } from '../core/checks/subject.ts'
import { parseDomain } from '../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { isGlobal } from '../standards/special-purpose.ts'
import { httpClient } from './http-client.ts'
import { httpsClient } from './https-client.ts'
import { dnsResolver } from './resolver.ts'

const forms = hostileForms()
const inside: readonly Address[] = [...insideIPv4, ...insideIPv6]
  .map((text) => parseAddress(text))
  .filter((address): address is Address => !(address instanceof Refusal))
const loopback = orThrow(parseAddress('127.0.0.1'))

/** Where a request may be led that somebody else has written (security CHK-1, 6.5). Node itself counts the sockets that are opened. */
describe('No form of a host leads inside', () => {
  let sockets = 0
  const count = (): void => void sockets++
  before(() => subscribe('net.client.socket', count))
  afterEach(() => void (sockets = 0))
  after(() => void unsubscribe('net.client.socket', count))

  it('of five hundred and more', () => assert.ok(forms.length >= 500, `${forms.length} forms`))

  it('typed as a domain: each is refused, or a name that every reader takes for the same name', () => {
    for (const { trick, text } of forms) {
      const subject = readSubject({ domain: text })
      if (subject instanceof Refusal) continue
      const host = `mta-sts.${subject.domain}`
      assert.equal(parseDomain(host), host, `${trick}: ${text}`)
      // The parser of browsers, as a second opinion.
      assert.equal(new URL(`https://${host}/`).hostname, host, `${trick}: ${text}`)
      assert.ok(text.toLowerCase().includes(subject.domain), `${trick}: ${text} became ${subject.domain}`)
    }
  })

  it('given as a host, whatever DNS says about it: nothing is connected to', async () => {
    const asked: string[] = []
    for (const [index, { trick, text }] of forms.entries()) {
      const address = inside[index % inside.length] ?? loopback
      const client = httpsClient({
        resolver: { addresses: async (name) => (asked.push(name), [address]) },
      })
      for (const host of [text, `mta-sts.${text}`]) {
        const { kind } = await client.fetchText(host, '/.well-known/mta-sts.txt')
        assert.ok(kind === 'no-address' || kind === 'not-global', `${trick}: ${host}: ${kind}`)
      }
    }
    for (const name of asked) assert.equal(new URL(`https://${name}/`).hostname, name)
    assert.equal(sockets, 0)
  })

  it('given as a path: only what stays a path is asked for', async () => {
    const client = httpsClient({ resolver: { addresses: async () => [loopback] } })
    for (const { trick, text } of forms) {
      const { kind } = await client.fetchText('mta-sts.example.org', text)
      assert.equal(kind, text.startsWith('/') ? 'not-global' : 'no-address', `${trick}: ${text}`)
    }
    assert.equal(sockets, 0)
  })

  it('given as an address, for a proof by HTTP: none that is inside is connected to', async () => {
    const client = httpClient()
    for (const address of inside) {
      assert.equal(isGlobal(address), false, formatAddress(address))
      assert.equal(await client.fetchFrom(address, '/'), undefined)
    }
    assert.equal(sockets, 0)
  })

  describe('by a name whose DNS lies', () => {
    let dns: ZoneServer
    let turn = 0
    /** The first questions of a name; whoever asked a second time would hear the other half. */
    const flip: Readonly<Record<string, readonly string[]>> = {
      'mixed.example': ['9.9.9.9', '127.0.0.1'],
      'many.example': [...Array.from({ length: 63 }, (_, index) => `9.9.9.${index + 1}`), '127.0.0.1'],
      'linklocal.example': ['169.254.169.254'],
    }
    before(async () => {
      dns = await startZone(
        {
          'mta-sts.alias.example': { CNAME: ['inner.example'] },
          'inner.example': { A: ['10.0.0.1'] },
          'mta-sts.six.example': { A: ['9.9.9.9'], AAAA: ['::1'] },
          'mta-sts.mapped.example': { AAAA: ['::ffff:7f00:1'] },
          'mta-sts.translated.example': { AAAA: ['64:ff9b::7f00:1'] },
          'mta-sts.sixtofour.example': { A: ['9.9.9.9'], AAAA: ['2002:7f00:1::'] },
          'mta-sts.zero.example': { A: ['0.0.0.0'] },
        },
        (name, type) => {
          if (type !== 'A') return undefined
          if (name === 'mta-sts.rebinding.example') return turn++ === 0 ? ['127.0.0.1'] : ['9.9.9.9']
          return flip[name.replace('mta-sts.', '')]
        },
      )
    })
    after(async () => await dns.close())

    it('an alias, a second address, an address inside another one, another answer a moment later', async () => {
      const client = httpsClient({ resolver: dnsResolver({ servers: [dns.address], timeoutMs: 900 }) })
      for (const name of [
        ...Object.keys(flip),
        'alias',
        'six',
        'mapped',
        'translated',
        'sixtofour',
        'zero',
        'rebinding',
      ]) {
        const host = `mta-sts.${name.replace(/\.example$/, '')}.example`
        const before = dns.asked.length
        assert.equal((await client.fetchText(host, '/')).kind, 'not-global', host)
        // An A and an AAAA question: no second look decides.
        assert.equal(new Set(dns.asked.slice(before)).size, 2, host)
      }
      assert.equal(sockets, 0)
    })
  })

  describe('by a redirect', () => {
    const host = 'mta-sts.example.org'
    const { key, cert } = makeCertificate(host)
    let server: Server
    let location = ''
    let status = 302
    before(async () => {
      server = createServer(
        { key, cert },
        (_, response) => void response.writeHead(status, { location, refresh: `0;url=${location}` }).end(),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    })
    after(() => {
      server.closeAllConnections()
      server.close()
    })

    it('whatever its status and wherever it leads: it is the answer, and there is no second request', async () => {
      const { port } = server.address() as AddressInfo
      const client = httpsClient({
        resolver: { addresses: async () => [loopback] },
        mayReach: (address) => formatAddress(address) === '127.0.0.1',
        port,
        authorities: cert,
      })
      const locations = forms.filter(({ text }) => /^[\x21-\x7e]+$/.test(text) && text.includes('://'))
      const statuses = [300, 301, 302, 303, 305, 307, 308]
      for (const [index, each] of statuses.entries()) {
        status = each
        location = locations[index * 31]?.text ?? `https://127.0.0.1:${port}/`
        sockets = 0
        assert.deepEqual(await client.fetchText(host, '/'), { kind: 'status', status })
        assert.equal(sockets, 1, location)
      }
    })
  })
})
