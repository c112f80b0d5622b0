import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { givesJson, rdapAddresses, registries, startRdapServer } from '../../test/support/rdap-server.ts'
import { day } from '../base/clock.ts'
import { orThrow } from '../base/refusal.ts'
import { parseListable } from '../standards/prefix.ts'
import { serverFor } from '../standards/rdap-bootstrap.ts'
import type { DnsResolver } from './resolver.ts'
import type { HttpsAnswer } from './https-client.ts'
import { renewedTable, type RdapTable } from './rdap-table.ts'
import { readRegistries } from './registries.ts'
import { waysOut } from './ways-out.ts'

const shipped = readRegistries({ files: [], hosts: [] })
const at = (text: string) => orThrow(parseListable(text))
const folders = new Set<string>()
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** As IANA has it, with a registry that nobody knew before; every /8 is there, so that it is no part of a table. */
const table4 = {
  version: '1.0',
  publication: '2026-11-01T00:00:00Z',
  services: [
    [Array.from({ length: 223 }, (_, nth) => `${nth + 1}.0.0.0/8`), ['https://rdap.new.example/']],
    [['192.0.2.0/24'], ['https://rdap.newer.example/rdap']],
  ],
}
const table6 = {
  version: '1.0',
  services: [
    [
      Array.from({ length: 60 }, (_, nth) => `2001:${(nth + 1).toString(16)}00::/24`),
      ['https://rdap.six.example/'],
    ],
    [['2001:db8::/32'], ['https://rdap.six.example/']],
  ],
}
const json = (value: unknown): HttpsAnswer => ({ kind: 'text', text: JSON.stringify(value), type: '' })

function house(folder = mkdtempSync(join(tmpdir(), 'postern-rdap-'))) {
  folders.add(folder)
  const asked: string[] = []
  let now = Date.now()
  let answers: (path: string) => HttpsAnswer = (path) => json(path.endsWith('ipv4.json') ? table4 : table6)
  const client = {
    fetchText: async (host: string, path: string) => {
      asked.push(`${host}${path}`)
      return await Promise.resolve(answers(path))
    },
  }
  const open = (): RdapTable => renewedTable({ shipped, folder, client, now: () => now })
  return {
    folder,
    asked,
    open,
    give: (given: typeof answers) => void (answers = given),
    pass: (ms: number) => void (now += ms),
  }
}

const settled = async (): Promise<void> => await sleep(5)
const nameOf = (table: RdapTable, network: string): string =>
  new URL(serverFor(table.current().services, at(network)) ?? 'https://none/').hostname

describe('A table of registries that is renewed', () => {
  it('answers by what is there and asks IANA beside it, once a week and not before somebody wants to know', async () => {
    const { asked, open, pass } = house()
    const table = open()
    assert.deepEqual(asked, [], 'to start asks nobody')
    assert.equal(nameOf(table, '8.8.8.0/24'), 'rdap.arin.net')
    await settled()
    assert.deepEqual(asked, ['data.iana.org/rdap/ipv4.json', 'data.iana.org/rdap/ipv6.json'])
    assert.equal(nameOf(table, '8.8.8.0/24'), 'rdap.new.example')
    assert.equal(nameOf(table, '192.0.2.0/25'), 'rdap.newer.example')
    assert.equal(nameOf(table, '2001:db8:1::/48'), 'rdap.six.example')
    assert.ok(table.current().hosts.includes('rdap.registro.br') && table.current().elsewhere !== undefined)
    for (let nth = 0; nth < 100; nth++) table.current()
    pass(6 * day)
    table.current()
    await settled()
    assert.equal(asked.length, 2)
    pass(2 * day)
    table.current()
    await settled()
    assert.equal(asked.length, 4)
  })

  it('is kept over a restart, readable by nobody else', async () => {
    const { folder, asked, open } = house()
    open().current()
    await settled()
    assert.deepEqual(readdirSync(folder).toSorted(), ['ipv4.json', 'ipv6.json'])
    assert.equal(statSync(join(folder, 'ipv4.json')).mode & 0o777, 0o600)
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'ipv4.json'), 'utf8')), table4)
    const again = house(folder)
    assert.equal(nameOf(again.open(), '8.8.8.0/24'), 'rdap.new.example')
    await settled()
    assert.deepEqual([asked.length, again.asked.length], [2, 0])
  })

  it('keeps what it has where IANA does not answer, or with what is no table, and asks no sooner than after a day', async () => {
    const wrong: readonly HttpsAnswer[] = [
      { kind: 'late' },
      { kind: 'status', status: 503 },
      { kind: 'too-large' },
      { kind: 'text', text: '<html>maintenance</html>', type: 'text/html' },
      json({}),
      json({ services: [] }),
      json({ services: [[['8.0.0.0/8'], ['http://plain.example/']]] }),
      json({ services: [[['8.0.0.0/8'], ['https://rdap.short.example/']]] }),
      json(table6),
    ]
    for (const answer of wrong) {
      const { folder, asked, open, give, pass } = house()
      give((path) => (path.endsWith('ipv4.json') ? answer : { kind: 'late' }))
      const table = open()
      table.current()
      await settled()
      assert.equal(nameOf(table, '8.8.8.0/24'), 'rdap.arin.net', JSON.stringify(answer).slice(0, 60))
      assert.deepEqual(readdirSync(folder), [])
      pass(day - 1)
      table.current()
      await settled()
      assert.equal(asked.length, 2)
      pass(1)
      table.current()
      await settled()
      assert.equal(asked.length, 4)
    }
  })

  it('does without a family that it could not have, and without files that are damaged or from the future', async () => {
    const { folder, open, give } = house()
    give((path) => (path.endsWith('ipv6.json') ? json(table6) : { kind: 'unreachable' }))
    const table = open()
    table.current()
    await settled()
    assert.equal(nameOf(table, '8.8.8.0/24'), 'rdap.arin.net')
    assert.equal(nameOf(table, '2001:db8::/32'), 'rdap.six.example')
    writeFileSync(join(folder, 'ipv4.json'), '{"services": [[["8.0.0.0/8"')
    const later = new Date(Date.now() + 400 * day)
    utimesSync(join(folder, 'ipv6.json'), later, later)
    const again = house(folder)
    assert.equal(nameOf(again.open(), '8.8.8.0/24'), 'rdap.arin.net')
    await settled()
    assert.equal(again.asked.length, 2)
  })

  it('serves where its folder cannot be written to', async () => {
    const { folder, open } = house()
    const table = renewedIn(join(folder, 'file', 'below'))
    writeFileSync(join(folder, 'file'), '')
    table.current()
    await settled()
    assert.equal(nameOf(table, '8.8.8.0/24'), 'rdap.new.example')
    assert.ok(open().current())
  })

  function renewedIn(folder: string): RdapTable {
    const client = { fetchText: async () => await Promise.resolve(json(table4)) }
    return renewedTable({ shipped, folder, client, now: Date.now })
  }

  it('comes by the guarded way, and is what the next question goes by', async () => {
    const server = await startRdapServer('data.iana.org')
    after(async () => await server.close())
    const services = [
      [['192.0.2.0/24'], [`https://${registries[1]}/`]],
      [['198.51.100.0/24'], [`https://${registries[1]}/`]],
    ]
    server.answer = ({ url = '' }, response) =>
      url === '/rdap/ipv4.json'
        ? givesJson({ services })({} as never, response)
        : void response.writeHead(404).end()
    const folder = mkdtempSync(join(tmpdir(), 'postern-rdap-'))
    folders.add(folder)
    const resolver = { addresses: rdapAddresses } as unknown as DnsResolver
    const out = waysOut({ ...server.out, resolver, rdapKept: { folder, now: Date.now } })
    await out.registered(at('192.0.2.0/24'))
    await sleep(200)
    await out.registered(at('192.0.2.0/24'))
    assert.deepEqual(server.asked.toSorted(), [
      'data.iana.org/rdap/ipv4.json',
      'data.iana.org/rdap/ipv6.json',
      `${registries[0]}/rdap/ip/192.0.2.0/24`,
      `${registries[1]}/ip/192.0.2.0/24`,
    ])
  })
})
