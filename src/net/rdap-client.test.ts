import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  givesJson,
  rdapAddresses,
  registries,
  startRdapServer,
  type RdapServer,
} from '../../test/support/rdap-server.ts'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import { abuseMailboxes } from '../standards/rdap.ts'
import { httpsClient } from './https-client.ts'
import type { Registries } from './registries.ts'
import { rdapClient, rdapHttps, type RdapAnswer, type RdapClient } from './rdap-client.ts'

const at = (text: string) => orThrow(parseListable(text))
const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../test/fixtures/rdap/${name}.json`), 'utf8')
const [one, two, national, unknown] = registries

describe('Asking a registry by RDAP', () => {
  let server: RdapServer
  before(async () => {
    server = await startRdapServer()
  })
  after(async () => await server.close())
  beforeEach(() => void server.asked.splice(0))

  const clientOf = (
    options: {
      readonly addresses?: string
      readonly pauseMs?: number
      readonly totalMs?: number
      readonly begins?: () => void
      readonly table?: Partial<Registries>
    } = {},
  ): RdapClient => {
    const { rdap, mayReach, port, authorities } = server.out
    assert.ok(rdap && mayReach && port && authorities)
    const { addresses, pauseMs = 1, totalMs, begins, table } = options
    const resolver = {
      addresses: addresses === undefined ? rdapAddresses : async () => [orThrow(parseAddress(addresses))],
    }
    const client = httpsClient({
      resolver,
      mayReach,
      port,
      authorities,
      ...rdapHttps,
      ...(totalMs && { totalMs }),
    })
    const fetchText = async (host: string, path: string) => {
      begins?.()
      return await client.fetchText(host, path)
    }
    return rdapClient({ registries: () => ({ ...rdap, ...table }), pauseMs, client: { fetchText } })
  }
  const ask = async (network: string, client = clientOf()): Promise<RdapAnswer> =>
    await client.network(at(network))
  const sendsTo = (location: string, status = 302): RdapServer['answer'] => {
    return ({ url = '' }, response) =>
      url.includes('/there/')
        ? givesJson(fixture('arin'))({} as IncomingMessage, response)
        : void response.writeHead(status, { location }).end()
  }

  it('gives the network, asked for as the standard has it', async () => {
    let accept: string | undefined
    server.answer = (request, response) => {
      accept = request.headers.accept
      givesJson(fixture('arin'))(request, response)
    }
    const answer = await ask('192.0.2.0/25')
    assert.ok(answer.kind === 'network')
    assert.deepEqual(
      [answer.server, answer.network.handle, abuseMailboxes(answer.network)],
      [one, 'NET-192-0-2-0-1', ['abuse@hosting.example']],
    )
    assert.deepEqual(server.asked, [`${one}/rdap/ip/192.0.2.0/25`])
    assert.equal(accept, 'application/rdap+json')
  })

  it('reads names in any writing', async () => {
    server.answer = givesJson(fixture('lacnic'))
    const answer = await ask('203.0.113.0/24')
    assert.ok(answer.kind === 'network')
    assert.equal(answer.network.entities[0]?.name, 'Técnico')
  })

  it('knows that there is none', async () => {
    server.answer = (_, response) => void response.writeHead(404).end('{"errorCode":404}')
    assert.deepEqual(await ask('192.0.2.0/24'), { kind: 'none' })
    assert.deepEqual(await ask('8.8.8.0/24'), { kind: 'none' })
    assert.equal(server.asked.length, 1)
  })

  it('asks one that sends on about a block that the table does not name, and nobody about what is not global', async () => {
    const client = clientOf({ table: { elsewhere: `https://${two}/registry/` } })
    server.answer = ({ url = '', headers }, response) =>
      headers.host === two
        ? void response.writeHead(302, { location: `https://${one}/there${url}` }).end()
        : givesJson(fixture('arin').replace('192.0.2.0"', '8.8.8.0"').replace('192.0.2.255', '8.8.8.255'))(
            {} as IncomingMessage,
            response,
          )
    const answer = await ask('8.8.8.0/24', client)
    assert.deepEqual([answer.kind, answer.kind === 'network' && answer.server], ['network', one])
    assert.deepEqual(server.asked, [`${two}/registry/ip/8.8.8.0/24`, `${one}/there/registry/ip/8.8.8.0/24`])
    server.asked.splice(0)
    for (const network of ['10.1.0.0/16', '2001:db8::/48', 'fd00::/32'])
      await ask(network, clientOf({ table: { services: [], elsewhere: `https://${two}/` } }))
    assert.deepEqual(server.asked, [])
  })

  it('believes no answer about another network than was asked for', async () => {
    server.answer = givesJson(fixture('arin'))
    assert.deepEqual(await ask('203.0.113.0/24'), { kind: 'temperror' })
    server.answer = givesJson(fixture('afrinic'))
    assert.deepEqual(await ask('192.0.2.0/24'), { kind: 'temperror' }, 'only a part of it')
  })

  it('follows a redirect to a server that is known, twice at most', async () => {
    for (const host of [one, two, national]) {
      server.answer = sendsTo(`https://${host}/there/ip/192.0.2.0/24`)
      assert.equal((await ask('192.0.2.0/24')).kind, 'network', host)
    }
    server.asked.splice(0)
    server.answer = sendsTo(`https://${two}/again`)
    assert.deepEqual(await ask('192.0.2.0/24'), { kind: 'temperror' })
    assert.equal(server.asked.length, 3)
  })

  it('follows no redirect elsewhere: unknown names, literals, other schemes and ports, queries', async () => {
    for (const location of [
      `https://${unknown}/there/`,
      `http://${two}/there/`,
      'https://127.0.0.1/there/',
      'https://[::1]/there/',
      'https://2130706433/there/',
      `https://${two}:8443/there/`,
      `https://user@${two}/there/`,
      `https://${two}/there/?x=1`,
      `https://${two}.evil.example/there/`,
      'file:///etc/passwd',
      'gopher://there/',
      '//',
    ]) {
      server.asked.splice(0)
      server.answer = sendsTo(location)
      assert.deepEqual(await ask('192.0.2.0/24'), { kind: 'temperror' }, location)
      assert.equal(server.asked.length, 1, location)
    }
  })

  it('connects to no address inside', async () => {
    for (const addresses of ['10.0.0.1', '127.0.0.2', '169.254.169.254', '::1', 'fd00::1'])
      assert.deepEqual(await ask('192.0.2.0/24', clientOf({ addresses })), { kind: 'temperror' }, addresses)
    assert.deepEqual(server.asked, [])
  })

  it('takes no more than 256 KiB, and no longer than its time', async () => {
    server.answer = (_, response) => {
      response.writeHead(200)
      for (let n = 0; n < 40; n++) response.write(' '.repeat(16 * 1024))
      response.end(fixture('arin'))
    }
    assert.deepEqual(await ask('192.0.2.0/24'), { kind: 'temperror' })
    const timers: NodeJS.Timeout[] = []
    server.answer = (_, response) => {
      response.writeHead(200)
      timers.push(setInterval(() => void response.write(' '), 20))
    }
    const began = performance.now()
    assert.deepEqual(await ask('192.0.2.0/24', clientOf({ totalMs: 300 })), { kind: 'temperror' })
    for (const timer of timers) clearInterval(timer)
    assert.ok(performance.now() - began < 2000)
  })

  it('asks each server one question at a time, with a pause between, and lets few wait', async () => {
    server.answer = (_, response) => {
      setTimeout(() => givesJson(fixture('arin'))({} as IncomingMessage, response), 30)
    }
    // Where a question begins, not where it arrives: a busy machine takes its time between.
    const begun: number[] = []
    const client = clientOf({ pauseMs: 50, begins: () => void begun.push(performance.now()) })
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => await ask('192.0.2.0/24', client)),
    )
    assert.equal(answers.filter(({ kind }) => kind === 'network').length, 5)
    assert.equal(answers.filter(({ kind }) => kind === 'busy').length, 3)
    assert.equal(server.mostAtOnce, 1)
    for (const [index, when] of begun.entries())
      if (index > 0) assert.ok(when - (begun[index - 1] ?? 0) >= 48, `pause ${index}`)
  })

  it('waits when a server says that it is too much, for as long as it says', async () => {
    for (const [status, headers, waits] of [
      [429, { 'retry-after': '120' }, 120_000],
      [503, { 'retry-after': '7' }, 7000],
      [429, {}, 60_000],
      [429, { 'retry-after': '999999999' }, 3_600_000],
      [429, { 'retry-after': 'soon' }, 60_000],
      [
        429,
        { 'retry-after': 'Mon, 04 May 2026 10:02:00 GMT', date: 'Mon, 04 May 2026 10:00:00 GMT' },
        120_000,
      ],
    ] as const) {
      server.asked.splice(0)
      server.answer = (_, response) => void response.writeHead(status, headers).end()
      const client = clientOf()
      assert.deepEqual(await ask('192.0.2.0/24', client), { kind: 'busy', waitMs: waits })
      server.answer = givesJson(fixture('arin'))
      const again = await ask('192.0.2.0/24', client)
      assert.ok(again.kind === 'busy' && again.waitMs <= waits && again.waitMs > waits - 2000)
      assert.equal(server.asked.length, 1, 'it is left alone')
    }
  })
})
