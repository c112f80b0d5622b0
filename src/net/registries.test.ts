import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseListable } from '../standards/prefix.ts'
import { serverFor } from '../standards/rdap-bootstrap.ts'
import { readRegistries } from './registries.ts'

const at = (text: string) => orThrow(parseListable(text))

describe('The table that comes with Postern', () => {
  const { services } = readRegistries({ files: [], hosts: [] })

  it('knows one that sends on, for blocks that are younger than it', () => {
    const { elsewhere = '' } = readRegistries({ files: [], hosts: [] })
    assert.ok(services.some(({ url }) => url === elsewhere))
  })

  it('knows the five registries, in both families', () => {
    for (const [network, host] of [
      ['41.0.0.0/16', 'rdap.afrinic.net'],
      ['1.1.1.0/24', 'rdap.apnic.net'],
      ['8.8.8.0/24', 'rdap.arin.net'],
      ['193.0.0.0/21', 'rdap.db.ripe.net'],
      ['200.3.12.0/22', 'rdap.lacnic.net'],
      ['2c0f::/32', 'rdap.afrinic.net'],
      ['2400:cb00::/32', 'rdap.apnic.net'],
      ['2620:0:2d0::/48', 'rdap.arin.net'],
      ['2a00:1450::/32', 'rdap.db.ripe.net'],
      ['2800:3f0::/32', 'rdap.lacnic.net'],
      ['2410::/32', 'rdap.apnic.net'],
    ] as const)
      assert.equal(new URL(serverFor(services, at(network)) ?? 'x:').hostname, host, network)
  })

  it('gives way to the operator’s own files, whose mistakes are named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-rdap-'))
    after(() => rmSync(folder, { recursive: true }))
    const [good, bad] = [join(folder, 'ipv4.json'), join(folder, 'bad.json')]
    writeFileSync(good, JSON.stringify({ services: [[['192.0.2.0/24'], ['https://own.example/']]] }))
    writeFileSync(bad, '{}')
    const own = readRegistries({ files: [good], hosts: ['more.example'] })
    assert.equal(serverFor(own.services, at('8.8.8.0/24')), undefined)
    assert.equal(serverFor(own.services, at('192.0.2.1')), 'https://own.example/')
    assert.equal(own.elsewhere, undefined, 'they name all there is')
    assert.ok(own.hosts.includes('more.example') && own.hosts.includes('rdap.registro.br'))
    assert.throws(
      () => readRegistries({ files: [bad], hosts: [] }),
      /owners\.rdapFiles: .*bad\.json: .*RFC 9224/,
    )
  })
})
