import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roles, type Permission } from '../../core/actor.ts'
import { testApproval } from '../../../test/support/console-approvals.ts'
import { testAnswer, testCode, testLink, testPasskey } from '../../../test/support/console-people.ts'
import { testConsole } from '../../../test/support/console.ts'
import { caseId, caseMessageId } from '../../../test/support/cases.ts'
import { incidentId, looseReportId } from '../../../test/support/desk.ts'
import type { ConsoleRoute } from './route.ts'
import { consoleRoutes } from './routes.ts'

/**
 * What each door needs, written down a second time: a new route fails here until somebody has decided. What comes of it for every role is held against
 * the real actions in `test/authorisation`.
 */
const policy: Readonly<Record<string, Permission | 'signed-in' | 'anyone'>> = {
  'GET /': 'console.read',
  'GET /listings': 'console.read',
  'GET /listings/add': 'listing.add',
  'POST /listings/add': 'listing.add',
  'GET /listings/import': 'listing.import',
  'POST /listings/import': 'listing.import',
  'GET /listings/export': 'console.read',
  'POST /listings/export': 'console.read',
  'GET /listings/:id': 'console.read',
  'GET /listings/:id/end': 'listing.end',
  'POST /listings/:id/end': 'listing.end',
  'GET /listings/:id/agree': 'listing.add',
  'POST /listings/:id/agree': 'listing.add',
  'GET /observed': 'console.read',
  'GET /high-volume': 'console.read',
  'GET /dry-run': 'reputation.dry-run',
  'POST /dry-run': 'reputation.dry-run',
  'GET /dry-run/cancel': 'reputation.dry-run',
  'POST /dry-run/cancel': 'reputation.dry-run',
  'GET /brake': 'reputation.brake',
  'POST /brake': 'reputation.brake',
  'GET /cases': 'case.read',
  'POST /cases': 'case.answer',
  'GET /cases/:id': 'case.read',
  'POST /cases/:id': 'case.answer',
  'GET /cases/:id/warm-up': 'case.read',
  'POST /cases/:id/warm-up': 'delisting.decide',
  'GET /cases/:id/addresses': 'case.read',
  'POST /cases/:id/addresses': 'delisting.decide',
  'GET /cases/:id/original': 'case.read',
  'POST /cases/:id/original': 'case.read',
  'GET /cases/:id/legal': 'case.legal',
  'POST /cases/:id/legal': 'case.legal',
  'GET /cases/:id/manage': 'case.answer',
  'POST /cases/:id/manage': 'case.answer',
  'GET /cases/:id/decide': 'delisting.decide',
  'POST /cases/:id/decide': 'delisting.decide',
  'GET /requests': 'console.read',
  'GET /requests/:id': 'console.read',
  'GET /abuse': 'abuse.read',
  'POST /abuse': 'abuse.decide',
  'GET /abuse/export': 'abuse.read',
  'GET /abuse/reports': 'abuse.read',
  'GET /abuse/reports/:id': 'abuse.read',
  'POST /abuse/reports/:id': 'abuse.decide',
  'GET /abuse/reports/:id/evidence': 'abuse.evidence',
  'POST /abuse/reports/:id/evidence': 'abuse.evidence',
  'GET /abuse/reports/:id/reporter': 'abuse.reporter',
  'POST /abuse/reports/:id/reporter': 'abuse.reporter',
  'GET /abuse/restricted': 'abuse.read',
  'GET /abuse/standing': 'abuse.read',
  'GET /abuse/figures': 'abuse.read',
  'GET /abuse/figures/export': 'abuse.read',
  'GET /abuse/incidents/:id': 'abuse.read',
  'GET /abuse/incidents/:id/xarf': 'abuse.decide',
  'GET /abuse/incidents/:id/decide': 'abuse.decide',
  'POST /abuse/incidents/:id/decide': 'abuse.decide',
  'GET /vouches': 'vouch.read',
  'GET /vouches/:id/revoke': 'vouch.revoke',
  'POST /vouches/:id/revoke': 'vouch.revoke',
  'GET /owners': 'owner.read',
  'GET /owners/:id/end': 'owner.manage',
  'POST /owners/:id/end': 'owner.manage',
  'GET /outbox': 'console.read',
  'GET /outbox/:id': 'console.read',
  'POST /outbox/:id': 'letter.open',
  'GET /outbox/:id/retry': 'letter.retry',
  'POST /outbox/:id/retry': 'letter.retry',
  'GET /audit': 'audit.read',
  'GET /audit/verify': 'audit.read',
  'POST /audit/verify': 'audit.read',
  'GET /person': 'person.export',
  'POST /person': 'person.export',
  'GET /person/erase': 'person.erase',
  'POST /person/erase': 'person.erase',
  'GET /operators': 'operator.read',
  'GET /operators/:name/roles': 'operator.manage',
  'POST /operators/:name/roles': 'operator.manage',
  'GET /approvals/:id': 'approval.decide',
  'POST /approvals/:id': 'approval.decide',
  'GET /account': 'signed-in',
  'GET /account/code': 'signed-in',
  'POST /account/code': 'signed-in',
  'GET /account/sign-out-everywhere': 'signed-in',
  'POST /account/sign-out-everywhere': 'signed-in',
  'GET /sign-out': 'signed-in',
  'POST /sign-out': 'signed-in',
  'GET /account/passkeys/add': 'signed-in',
  'POST /account/passkeys/add': 'signed-in',
  'GET /account/passkeys/:id/remove': 'signed-in',
  'POST /account/passkeys/:id/remove': 'signed-in',
  'GET /account/provider': 'signed-in',
  'GET /sign-in/passkey': 'anyone',
  'POST /sign-in/passkey': 'anyone',
  'GET /sign-in/provider': 'anyone',
  'GET /sign-in/provider/answer': 'anyone',
  'POST /sign-in/provider/answer': 'anyone',
  'GET /enrol/:link': 'anyone',
  'POST /enrol/:link': 'anyone',
  'GET /sign-in': 'anyone',
  'POST /sign-in': 'anyone',
  'GET /language': 'anyone',
  'POST /language': 'anyone',
  'GET /healthz': 'anyone',
  'GET /metrics': 'anyone',
}

const ids = {
  '/listings/:id/agree': 'w1de00000000',
  '/listings/': 'se1f00000000',
  '/cases/': caseId,
  '/requests/': 'wait'.padEnd(26, '0'),
  '/abuse/incidents/': incidentId,
  '/abuse/reports/': looseReportId,
  '/owners/': '1'.repeat(26),
  '/vouches/': '1'.repeat(26),
  '/outbox/': 'dead'.padEnd(26, '0'),
  '/account/passkeys/:id': testPasskey,
  '/approvals/': testApproval.id,
} as const

/** What makes each form do its deed. */
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/listings/add': { step: 'confirm', prefix: '192.0.2.99', cause: 'spam' },
  '/account/code': { code: testCode },
  '/account/passkeys/add': { name: 'laptop', answer: testAnswer },
  '/sign-in/passkey': { answer: testAnswer },
  '/sign-in/provider/answer': { query: 'code=good&state=x' },
  '/dry-run': { days: '7', badLine: '0.5' },
  '/listings/export': { format: 'csv' },
  '/abuse': { deed: 'acted', [`chosen.${incidentId}`]: 'yes' },
  '/abuse/reports/:id': { outcome: 'unproven' },
  '/abuse/incidents/:id/decide': { deed: 'suspend' },
  '/operators/:name/roles': { 'role.viewer': 'yes' },
  '/approvals/:id': { deed: 'confirm' },
  '/cases': { deed: 'assign-me', [`chosen.${caseId}`]: 'yes' },
  '/cases/:id': { deed: 'answer', text: 'Which machine was it?', next: 'asks' },
  '/cases/:id/warm-up': { deed: 'agree', participant: 'p45e'.padEnd(26, '0') },
  '/cases/:id/addresses': { deed: 'mitigate', 'chosen.192.0.2.45/32': 'yes' },
  '/cases/:id/original': { message: caseMessageId },
  '/cases/:id/legal': { deed: 'look' },
  '/person': { mailbox: 'ada@example.org' },
  '/person/erase': { mailbox: 'ada@example.org' },
  '/cases/:id/manage': { deed: 'snooze', hours: '24' },
  '/cases/:id/decide': { deed: 'delist' },
  '/brake': { rule: 'spam', state: 'on' },
  '/listings/import': { step: 'confirm', format: 'csv', cause: 'spam', text: '192.0.2.99' },
}

function nameOf({ method, path }: Pick<ConsoleRoute, 'method' | 'path'>): string {
  return `${method} ${path}`
}

function addressOf({ path }: Pick<ConsoleRoute, 'path'>): string {
  const [, id = ''] = Object.entries(ids).find(([start]) => path.startsWith(start)) ?? []
  return path.replace(':id', id).replace(':link', testLink).replace(':name', 'ada')
}

describe('The routes of the console', () => {
  it('are exactly those whose users were decided on', () => {
    assert.deepEqual(consoleRoutes.map(nameOf).toSorted(), Object.keys(policy).toSorted())
  })

  it('declare what they need as it was decided', () => {
    assert.deepEqual(
      Object.fromEntries(consoleRoutes.map((route) => [nameOf(route), route.permission])),
      policy,
    )
  })

  it('that act do act for whoever may', async () => {
    const acted = new Set<string>()
    for (const route of consoleRoutes.filter(({ safe }) => !safe)) {
      const { ask, deeds } = testConsole()
      await ask('admin', addressOf(route), forms[route.path] ?? {})
      if (deeds.length > 0) acted.add(route.path)
    }
    const noDeed = ['/sign-in', '/language']
    const expected = consoleRoutes
      .filter(({ safe, path }) => !safe && !noDeed.includes(path))
      .map(({ path }) => path)
    // A proposal is agreed to by somebody else: here by the same person, after the time of reflection.
    assert.deepEqual([...acted].toSorted(), expected.toSorted())
  })

  it('that are safe do nothing, whatever the query says', async () => {
    const query =
      '?step=confirm&decision=delist&do=yes&state=dead&text=192.0.2.45&done=ended&csrf=c5rf-token-of-the-tests'
    for (const route of consoleRoutes.filter(({ safe }) => safe)) {
      const { ask, deeds } = testConsole()
      await ask('admin', addressOf(route) + query)
      assert.deepEqual(deeds, [], nameOf(route))
    }
  })

  it('know no object of somebody else: a passkey is its owner’s', async () => {
    for (const role of roles) {
      const { ask, deeds } = testConsole()
      for (const form of [undefined, {}]) {
        const answer = await ask(role, '/account/passkeys/Zm9yZWlnbg/remove', form)
        assert.equal(answer.status, 404, role)
      }
      assert.deepEqual(deeds, [])
    }
  })

  it('answer a HEAD without acting and without a body', async () => {
    const { app, deeds } = testConsole()
    for (const route of consoleRoutes) {
      const answer = await app.request(`https://console.provider.example${addressOf(route)}`, {
        method: 'HEAD',
      })
      assert.equal(await answer.text(), '')
    }
    assert.deepEqual(deeds, [])
  })

  const page = async (): Promise<Response> => new Response('x')
  const wrong: readonly (readonly [what: string, routes: readonly ConsoleRoute[], message: RegExp])[] = [
    [
      'declares no permission',
      [{ method: 'GET', path: '/x', safe: true, handle: page } as unknown as ConsoleRoute],
      /GET \/x declares no permission/,
    ],
    [
      'says a POST is safe',
      [{ method: 'POST', path: '/x', permission: 'anyone', safe: true, handle: page }],
      /must say safe: false/,
    ],
    [
      'says a GET is not safe',
      [{ method: 'GET', path: '/x', permission: 'anyone', safe: false, handle: page }],
      /must say safe: true/,
    ],
    [
      'has no page behind its form',
      [{ method: 'POST', path: '/x', permission: 'anyone', safe: false, handle: page }],
      /no page of the same address/,
    ],
    [
      'is declared twice',
      [
        { method: 'GET', path: '/x', permission: 'anyone', safe: true, handle: page },
        { method: 'GET', path: '/x', permission: 'anyone', safe: true, handle: page },
      ],
      /declared twice/,
    ],
  ]
  for (const [what, routes, message] of wrong) {
    it(`keep the console from starting when one ${what}`, () => {
      assert.throws(() => testConsole({ routes }), message)
    })
  }
})
