import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { mailboxBudget, removalBudgets } from './budgets.ts'

const keyOf = ({ name, key }: { readonly name: string; readonly key: string }): string => `${name} ${key}`

describe('Budgets of removals', () => {
  it('are never shared between those who show control of the address and those who do not', () => {
    for (const unit of ['192.0.2.45/32', '2001:db8:1:2::/64'].map((text) => orThrow(parseListable(text)))) {
      const proven = removalBudgets(unit, true).map(keyOf)
      const unproven = removalBudgets(unit, false).map(keyOf)
      assert.ok(proven.length >= 3)
      assert.deepEqual(
        proven.filter((key) => unproven.includes(key)),
        [],
      )
    }
  })
})

describe('The budget of a mailbox', () => {
  it('is another for whoever writes from it, and for each network that is proven', () => {
    const mailbox = orThrow(parseMailbox('Ada@Example.org'))
    const shown = [
      'nothing' as const,
      'mailbox' as const,
      orThrow(parseAddress('192.0.2.45')),
      orThrow(parseAddress('198.51.100.7')),
      orThrow(parseAddress('2001:db8::1')),
    ]
    assert.equal(new Set(shown.map((each) => mailboxBudget(mailbox, each).key)).size, 5)
    const neighbour = orThrow(parseAddress('192.0.2.200'))
    assert.deepEqual(
      mailboxBudget(mailbox, neighbour),
      mailboxBudget(mailbox, orThrow(parseAddress('192.0.2.45'))),
    )
  })
})
