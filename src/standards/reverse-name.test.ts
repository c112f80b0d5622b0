import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from './ip.ts'
import { readName } from './reverse-name.ts'

const address = orThrow(parseAddress('192.0.2.45'))

describe('The kind of a reverse name', () => {
  it('tells names of mail servers from names of lines', () => {
    const own = ['mail.example.org', 'mx1.example.org', 'srv45.mail.example.org', 'mail-192.example.org']
    const generic = [
      '192-0-2-45.dyn.isp.example',
      '45.2.0.192.isp.example',
      'host-192.0.2.45.isp.example',
      'c000022d.isp.example',
      'ip192000002045.isp.example',
      'cpe45.adsl.isp.example',
    ]
    for (const name of own) assert.equal(readName(name, address).kind, 'own', name)
    for (const name of generic) assert.equal(readName(name, address).kind, 'generic', name)
  })

  it('tells no name from an unknown one', () => {
    assert.equal(readName(null, address).kind, 'none')
    assert.equal(readName(undefined, address).kind, 'unknown')
  })

  it('gives the organisation of names of its own only', () => {
    assert.equal(readName('mx1.mail.example.co.uk', address).organisation, 'example.co.uk')
    assert.equal(readName('192-0-2-45.isp.example', address).organisation, undefined)
  })

  it('knows the forms of IPv6', () => {
    const six = orThrow(parseAddress('2001:db8:1::45'))
    assert.equal(readName('2001-db8-1-0-0-0-0-45.isp.example', six).kind, 'generic')
    assert.equal(readName('mail.example.org', six).kind, 'own')
  })
})
