import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { dnsResolver, type DnsResolver, type MailExchange } from './resolver.ts'
import { waysOut } from './ways-out.ts'

describe('Whether a domain takes mail', () => {
  const ask = (mx: readonly MailExchange[] | 'temperror', addresses: readonly Address[] | 'temperror' = []) => {
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
    const resolver: DnsResolver = { ...dnsResolver(), mx: async (name) => (asked.push(name), []), addresses: async () => [] }
    await waysOut({ resolver }).acceptsMail('bücher.example')
    assert.deepEqual(asked, ['xn--bcher-kva.example'])
    assert.equal(await waysOut({ resolver }).acceptsMail('not a domain'), false)
  })
})
