import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { reverseZoneName } from '../../src/standards/dns-list.ts'
import type { DnsAnswer, DnsQuestions } from '../../src/standards/dns-answer.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { evaluateSpf } from '../../src/standards/spf.ts'

/** The test suite of the SPF community for RFC 7208, as the Debian package `golang-blitiri-go-spf-dev` carries it. */
const file = '/usr/share/gocode/src/blitiri.com.ar/go/spf/testdata/rfc7208-tests.yml'

interface Scenario {
  readonly description: string
  readonly tests: Readonly<Record<string, Case>>
  readonly zonedata: Readonly<Record<string, readonly ZoneEntry[]>>
}

interface Case {
  readonly helo: string
  readonly host: string
  readonly mailfrom: string
  readonly result: string | readonly string[]
}

type ZoneEntry = 'TIMEOUT' | Readonly<Record<string, true | string | readonly (string | number)[]>>

/** A record of type SPF stands for a TXT record as well, unless the zone says `TXT: NONE`. */
function dnsOfScenario(zonedata: Scenario['zonedata']): DnsQuestions {
  const zone = new Map(Object.entries(zonedata).map(([name, entries]) => [name.toLowerCase(), entries]))
  const ask = (name: string, type: string, depth = 0): DnsAnswer<string> => {
    const entries = zone.get(name.toLowerCase().replace(/\.$/, ''))
    if (entries === undefined || depth > 10) return 'no-name'
    const of = (wanted: string): string[] =>
      entries.flatMap((entry) => {
        const value = entry === 'TIMEOUT' ? undefined : entry[wanted]
        if (value === undefined) return []
        return [Array.isArray(value) ? value.join(wanted === 'MX' ? ' ' : '') : String(value)]
      })
    const [alias] = of('CNAME')
    if (alias !== undefined) return ask(alias, type, depth + 1)
    const found =
      type === 'TXT' && of('TXT').length === 0 ? of('SPF') : of(type).filter((text) => text !== 'NONE')
    const isLate = entries.some((entry) => entry === 'TIMEOUT' || entry['TIMEOUT'] === true)
    return found.length === 0 && isLate ? 'temperror' : found
  }
  const addresses = (texts: DnsAnswer<string>) =>
    typeof texts === 'string' ? texts : texts.map((text) => orThrow(parseAddress(text)))
  return {
    txt: async (name) => ask(name, 'TXT'),
    addresses: async (name, family) => addresses(ask(name, family === 4 ? 'A' : 'AAAA')),
    mx: async (name) => {
      const found = ask(name, 'MX')
      return typeof found === 'string'
        ? found
        : found.map((text) => ({
            preference: Number(text.split(' ')[0]),
            host: (text.split(' ')[1] ?? '').replace(/\.$/, ''),
          }))
    },
    ptr: async (address) => {
      const names = ask(reverseZoneName(address), 'PTR')
      return typeof names === 'string' ? names : names.map((name) => name.toLowerCase().replace(/\.$/, ''))
    },
    cname: async (name) => ask(name, 'CNAME'),
    tlsa: async () => [],
  }
}

async function resultOf({ helo, host, mailfrom }: Case, dns: DnsQuestions): Promise<string> {
  const address = parseAddress(host)
  assert.ok(!(address instanceof Refusal))
  const at = mailfrom.lastIndexOf('@')
  const domain = mailfrom === '' ? helo : mailfrom.slice(at + 1)
  const local = at > 0 ? mailfrom.slice(0, at) : 'postmaster'
  return (await evaluateSpf({ address, domain, sender: `${local}@${domain}`, helo }, dns)).result
}

describe('The test suite for RFC 7208', () => {
  if (!existsSync(file))
    throw new Error('this test needs the suite: apt-get install golang-blitiri-go-spf-dev')
  const scenarios = parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document) => document.toJS() as Scenario,
  )
  let cases = 0
  for (const { description, tests, zonedata } of scenarios) {
    it(`agrees: ${description}`, async () => {
      for (const [name, test] of Object.entries(tests)) {
        const found = await resultOf(test, dnsOfScenario(zonedata))
        const wanted = [test.result].flat()
        assert.ok(wanted.includes(found), `${name}: ${found} instead of ${wanted.join(' or ')}`)
        cases++
      }
    })
  }
  it('has the cases that we know of', () => assert.ok(cases > 180, `${cases} cases`))
})
