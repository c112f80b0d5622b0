import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { may, permissions, roles, type Actor, type Permission } from './actor.ts'

const all = Object.keys(permissions) as Permission[]

/** Written down a second time: whoever changes what a role may do changes it here too. */
const expected = {
  viewer: 'abuse.read case.read console.read owner.read vouch.read',
  'case-agent': 'case.answer case.read console.read delisting.decide letter.retry owner.read vouch.read',
  'abuse-agent': 'abuse.decide abuse.evidence abuse.read abuse.reporter console.read letter.retry',
  'list-operator':
    'approval.decide case.read console.read delisting.decide letter.retry listing.add listing.end owner.manage owner.read reputation.brake reputation.dry-run vouch.read vouch.revoke',
  auditor: 'abuse.read audit.read case.read console.read operator.read owner.read vouch.read',
} as const

function allowed(actor: Actor): string {
  return all
    .filter((permission) => may(actor, permission))
    .toSorted()
    .join(' ')
}

describe('The table of permissions', () => {
  for (const role of roles) {
    it(`gives ${role} what was decided`, () => {
      const actor = { kind: 'operator', name: 'ada', roles: [role] } as const
      assert.equal(allowed(actor), role === 'admin' ? all.toSorted().join(' ') : expected[role])
    })
  }

  it('adds up the roles of somebody who has several', () => {
    const both = { kind: 'operator', name: 'ada', roles: ['case-agent', 'auditor'] } as const
    assert.ok(may(both, 'delisting.decide') && may(both, 'audit.read'))
    assert.ok(!may(both, 'listing.add'))
  })

  it('gives a program the listings, a visitor nothing, the machine itself everything', () => {
    assert.equal(
      allowed({ kind: 'program', name: 'robot' }),
      'console.read listing.add listing.end listing.import',
    )
    assert.equal(allowed({ kind: 'visitor', client: '192.0.2.1/32' }), '')
    assert.equal(allowed({ kind: 'cli', name: 'root' }), all.toSorted().join(' '))
  })
})
