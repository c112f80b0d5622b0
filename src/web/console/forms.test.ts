import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApproval } from '../../../test/support/console-approvals.ts'
import {
  testAnswer,
  testCode,
  testLink,
  testPasskey,
  testPassword,
} from '../../../test/support/console-people.ts'
import { consoleOrigin } from '../../../test/support/console-request.ts'
import { testConsole } from '../../../test/support/console.ts'
import { caseId, caseMessageId, participantId } from '../../../test/support/cases.ts'
import { elsewhere } from '../../../test/support/cross-site.ts'
import { incidentId, looseReportId } from '../../../test/support/desk.ts'
import { consoleRoutes } from './routes.ts'

const forms = [
  ['/listings/add', { step: 'confirm', prefix: '192.0.2.99', cause: 'spam' }],
  ['/listings/export', { format: 'csv' }],
  ['/listings/import', { step: 'confirm', format: 'csv', cause: 'spam', text: '192.0.2.99' }],
  ['/listings/se1f00000000/end', {}],
  ['/listings/w1de00000000/agree', {}],
  ['/cases', { deed: 'assign-me', [`chosen.${caseId}`]: 'yes' }],
  [`/cases/${caseId}`, { deed: 'note', note: 'Looks fine.' }],
  [`/cases/${caseId}/legal`, { deed: 'look' }],
  ['/person', { mailbox: 'ada@example.org' }],
  ['/person/erase', { mailbox: 'ada@example.org' }],
  [`/cases/${caseId}/manage`, { deed: 'snooze', hours: '24' }],
  [`/cases/${caseId}/decide`, { deed: 'delist' }],
  [`/cases/${caseId}/warm-up`, { deed: 'agree', participant: participantId }],
  [`/cases/${caseId}/addresses`, { deed: 'mitigate', 'chosen.192.0.2.45/32': 'yes' }],
  [`/cases/${caseId}/original`, { message: caseMessageId }],
  [`/outbox/${'kept'.padEnd(26, '0')}`, {}],
  [`/outbox/${'dead'.padEnd(26, '0')}/retry`, {}],
  ['/dry-run', { days: '7' }],
  ['/dry-run/cancel', {}],
  ['/brake', { rule: 'spam', state: 'on' }],
  ['/abuse', { deed: 'acted', [`chosen.${incidentId}`]: 'yes' }],
  [`/abuse/incidents/${incidentId}/decide`, { deed: 'suspend' }],
  [`/abuse/reports/${looseReportId}`, { outcome: 'unproven' }],
  [`/abuse/reports/${looseReportId}/evidence`, {}],
  [`/abuse/reports/${looseReportId}/reporter`, {}],
  ['/audit/verify', {}],
  ['/account/code', { code: testCode }],
  ['/account/sign-out-everywhere', {}],
  ['/sign-out', {}],
  ['/operators/ada/roles', { 'role.viewer': 'yes' }],
  [`/owners/${'1'.repeat(26)}/end`, {}],
  [`/vouches/${'1'.repeat(26)}/revoke`, {}],
  [`/approvals/${testApproval.id}`, { deed: 'confirm' }],
  ['/account/passkeys/add', { name: 'laptop', answer: testAnswer }],
  [`/account/passkeys/${testPasskey}/remove`, {}],
  ['/sign-in/passkey', { answer: testAnswer }],
  ['/sign-in/provider/answer', { query: 'code=good&state=x' }],
  [`/enrol/${testLink}`, {}],
  ['/sign-in', { name: 'agent', password: testPassword, code: testCode }],
] as const

describe('A form of the console', () => {
  it('is tested here for every route that acts', () => {
    const acting = consoleRoutes.filter(({ safe }) => !safe).length
    // The choice of a language changes nothing but a cookie of the same browser.
    assert.equal(forms.length, acting - 1)
  })

  it('does nothing when it began at another site', async () => {
    for (const [path, form] of forms) {
      for (const headers of elsewhere(consoleOrigin)) {
        const { ask, deeds } = testConsole()
        const answer = await ask('admin', path, form, headers)
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`)
        assert.deepEqual(deeds, [])
      }
    }
  })

  it('does nothing without the token of its session, or with another one', async () => {
    for (const [path, form] of forms.filter(([path]) => !/^\/(sign-in|enrol)/.test(path))) {
      for (const csrf of ['', 'x', 'c5rf-token-of-the-testz', `c5rf-token-of-the-tests `]) {
        const { ask, deeds } = testConsole()
        const answer = await ask('admin', path, { ...form, csrf })
        assert.equal(answer.status, 403, `${path} with ${csrf}`)
        assert.deepEqual(deeds, [])
      }
    }
  })

  it('acts when it began here, also in a browser that says nothing about it', async () => {
    for (const [path, form] of forms) {
      for (const headers of [
        {},
        { 'sec-fetch-site': 'same-origin', origin: consoleOrigin },
        { 'sec-fetch-site': '', origin: '' },
      ]) {
        const { ask, deeds } = testConsole()
        await ask('admin', path, form, headers)
        assert.equal(deeds.length, 1, `${path} ${JSON.stringify(headers)}`)
      }
    }
  })

  it('is read strictly: UTF-8, each field once, no control characters, no other type', async () => {
    const bodies: readonly (readonly [body: string | Uint8Array<ArrayBuffer>, type: string])[] = [
      ['csrf=c5rf-token-of-the-tests&note=%ff', 'application/x-www-form-urlencoded'],
      ['csrf=c5rf-token-of-the-tests&csrf=c5rf-token-of-the-tests', 'application/x-www-form-urlencoded'],
      ['csrf=c5rf-token-of-the-tests&note=%00', 'application/x-www-form-urlencoded'],
      ['csrf=c5rf-token-of-the-tests', 'application/x-www-form-urlencoded; charset=gb2312'],
      ['{"csrf":"c5rf-token-of-the-tests"}', 'application/json'],
      ['csrf=c5rf-token-of-the-tests', 'text/plain'],
    ]
    for (const [body, type] of bodies) {
      const { app, deeds } = testConsole()
      const answer = await app.request(`${consoleOrigin}/listings/se1f00000000/end`, {
        method: 'POST',
        headers: {
          'content-type': type,
          'sec-fetch-site': 'same-origin',
          cookie: '__Host-postern-console=admin-session-secret-of-the-tests',
        },
        body,
      })
      assert.equal(answer.status, 422, `${type} ${body.toString()}`)
      assert.deepEqual(deeds, [])
    }
  })

  it('that is too long is refused before it is read, with and without a length', async () => {
    const long = `csrf=c5rf-token-of-the-tests&note=${'x'.repeat(70_000)}`
    const streamed = ReadableStream.from([new TextEncoder().encode(long)])
    for (const body of [long, streamed]) {
      const { app, deeds } = testConsole()
      const request = new Request(`${consoleOrigin}/listings/se1f00000000/end`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          cookie: '__Host-postern-console=admin-session-secret-of-the-tests',
        },
        body,
        duplex: 'half',
      })
      assert.equal((await app.request(request)).status, 413)
      assert.deepEqual(deeds, [])
    }
  })
})
