import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { domainsLookedAfter, mayActFor, mayLookAfter, mustBeOurs, type Recipient } from './recipient.ts'

const box = (text: string) => orThrow(parseMailbox(text))
const ada: Recipient = { id: 'x', mailbox: box('ada@provider.example'), language: 'en', domains: [] }

describe('A recipient', () => {
  it('has a mailbox of ours: of exactly our domains, not of names around them', () => {
    const ours = ['provider.example']
    assert.equal(mustBeOurs(ours, box('ada@PROVIDER.example')), undefined)
    for (const foreign of ['ada@example.org', 'ada@mail.provider.example', 'ada@notprovider.example'])
      assert.equal(mustBeOurs(ours, box(foreign))?.code, 'recipients.not-ours')
  })

  it('acts for the own mailbox alone; a tag or a dot make it another', () => {
    assert.equal(mayActFor(ada, box('Ada@provider.example')), undefined)
    for (const other of ['bob@provider.example', 'ada+x@provider.example', 'a.da@provider.example'])
      assert.equal(mayActFor(ada, box(other))?.code, 'recipients.not-theirs')
    assert.equal(mayLookAfter(ada, 'provider.example')?.code, 'recipients.not-theirs')
  })

  it('acts for every mailbox of the domains that the configuration gives them, by mailbox or by group', () => {
    const admins = [
      { mailbox: 'Ada@provider.example', domains: ['provider.example', 'b.example'] },
      { group: 'mail-admins', domains: ['a.example'] },
    ]
    assert.deepEqual(domainsLookedAfter(admins, ada.mailbox, []), ['b.example', 'provider.example'])
    assert.deepEqual(domainsLookedAfter(admins, box('bob@provider.example'), []), [])
    assert.deepEqual(domainsLookedAfter(admins, box('bob@provider.example'), ['mail-admins']), ['a.example'])
    const admin = { ...ada, domains: ['b.example'] }
    assert.equal(mayActFor(admin, box('eve@b.example')), undefined)
    assert.equal(mayActFor(admin, box('eve@c.example'))?.code, 'recipients.not-theirs')
    assert.equal(mayLookAfter(admin, 'b.example'), undefined)
  })
})
