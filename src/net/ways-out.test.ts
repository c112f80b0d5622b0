import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { dnsResolver, type DnsResolver, type MailExchange } from './resolver.ts'
import { waysOut } from './ways-out.ts'

describe('Whether a domain takes mail', () => {
  const ask = (
    mx: readonly MailExchange[] | 'temperror',
    addresses: readonly Address[] | 'temperror' = [],
  ) => {
    const resolver: DnsResolver = { ...dnsResolver(), mx: async () => mx, addresses: async () => addresses }
    return waysOut({ resolver }).acceptsMail('example.org')
  }
  const somewhere = [orThrow(parseAddress('192.0.2.45'))]

  it('is shown by an MX record', async () => {
    assert.equal(await ask([{ exchange: 'mx.example.org', priority: 10 }]), true)
  })
  it('is denied by the null MX, whatever addresses there are (RFC 7505)', async () => {
    assert.equal(await ask([{ exchange: '', priority: 0 }], somewhere), false)
    assert.equal(await ask([{ exchange: '.', priority: 0 }], somewhere), false)
  })
  it('is shown by an address when there is no MX', async () => {
    assert.equal(await ask([], somewhere), true)
    assert.equal(await ask([], []), false)
  })
  it('is not known when DNS did not answer', async () => {
    assert.equal(await ask('temperror', somewhere), 'temperror')
    assert.equal(await ask([], 'temperror'), 'temperror')
  })
  it('is asked in the ASCII form of the name', async () => {
    const asked: string[] = []
    const resolver: DnsResolver = {
      ...dnsResolver(),
      mx: async (name) => (asked.push(name), []),
      addresses: async () => [],
    }
    await waysOut({ resolver }).acceptsMail('bücher.example')
    assert.deepEqual(asked, ['xn--bcher-kva.example'])
    assert.equal(await waysOut({ resolver }).acceptsMail('not a domain'), false)
  })
})

describe('The confirmed names of an address', () => {
  const address = orThrow(parseAddress('2001:db8::45'))
  const ask = (
    names: readonly string[] | 'temperror',
    addresses: Readonly<Record<string, readonly string[] | 'temperror'>>,
  ) => {
    const resolver: DnsResolver = {
      ...dnsResolver(),
      ptr: async () => names,
      addresses: async (name) => {
        const found = addresses[name] ?? []
        return found === 'temperror' ? 'temperror' : found.map((text) => orThrow(parseAddress(text)))
      },
    }
    return waysOut({ resolver }).confirmedNames(address)
  }

  it('are the PTR names that lead back to it', async () => {
    const addresses = { 'mail.example.org': ['192.0.2.45', '2001:0db8::45'], 'bank.example': ['2001:db8::1'] }
    assert.deepEqual(await ask(['mail.example.org', 'bank.example', 'gone.example'], addresses), [
      'mail.example.org',
    ])
  })
  it('are none when nothing leads back, and unknown when that could not be seen', async () => {
    assert.deepEqual(await ask([], {}), [])
    assert.deepEqual(await ask(['bank.example'], {}), [])
    assert.equal(await ask(['bank.example'], { 'bank.example': 'temperror' }), 'temperror')
    assert.equal(await ask('temperror', {}), 'temperror')
    assert.deepEqual(
      await ask(['a.example', 'b.example'], { 'a.example': ['2001:db8::45'], 'b.example': 'temperror' }),
      ['a.example'],
    )
  })
  it('are looked for among three', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `n${index}.example`)
    const addresses = Object.fromEntries(names.map((name) => [name, ['2001:db8::45']]))
    assert.equal((await ask(names, addresses)).length, 3)
  })
})
