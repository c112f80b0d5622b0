import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { testSite } from '../../../test/support/site.ts'
import { Clockwork } from '../../core/public-clock/actions.ts'
import { Transparency } from '../../core/abuse/transparency-actions.ts'
import { may } from '../../core/actor.ts'
import { Checks } from '../../core/checks/actions.ts'
import { as } from '../../core/context.ts'
import { addToken, revokeToken, tokenKinds } from '../../core/operators/token-actions.ts'
import { visitorOf } from '../client.ts'
import { apiEndpoints, apiRoutes } from './api.ts'
import type { Endpoint } from './endpoint.ts'

const { open, close } = databases('SQLite')
after(close)

const site = 'https://postmaster.provider.example'

async function door(endpoints?: readonly Endpoint[]) {
  const ctx = testContext({ db: await open() })
  const web = testSite({
    parts: [
      (app) =>
        apiRoutes(
          app,
          {
            contextFor: (c) => as(ctx, visitorOf(c.var.client)),
            checks: new Checks(),
            transparency: new Transparency(),
            clockwork: new Clockwork(),
            site,
            version: '0',
          },
          endpoints,
        ),
    ],
  })
  return { ctx, web }
}

/** Each endpoint as declared, with a handler that only says that it was reached. */
const reached = apiEndpoints.map((endpoint) => ({
  ...endpoint,
  budget: () => undefined,
  handle: async () => await Promise.resolve({ reached: true }),
}))

describe('Every endpoint of the API', async () => {
  const { ctx, web } = await door(reached)
  const tokens = await Promise.all(
    tokenKinds.map(async (kind) => ({
      who: `a token for ${kind}`,
      ...(await addToken(ctx, { kind, name: kind })),
    })),
  )
  const revoked = await addToken(ctx, { kind: 'api', name: 'gone' })
  await revokeToken(ctx, 'gone')
  const askers = [
    { who: 'nobody', token: undefined, isProgram: false },
    { who: 'a revoked token', token: revoked.token, isProgram: false },
    ...tokens.map(({ who, token, kind }) => ({ who, token, isProgram: kind === 'api' })),
  ]
  for (const { method, path, permission, creates } of apiEndpoints) {
    for (const { who, token, isProgram } of askers) {
      const isIn = permission === 'anyone' || (isProgram && may({ kind: 'program', name: 'api' }, permission))
      it(`${isIn ? 'lets in' : 'turns away'} ${who} at ${method} ${path}`, async () => {
        const answer = await web.request(`${site}/api/v1${path.replaceAll(/\{\w+\}/g, '192.0.2.1')}`, {
          method: method.toUpperCase(),
          headers: {
            'content-type': 'application/json',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(creates ? { 'idempotency-key': `${who} ${method} ${path}` } : {}),
          },
          ...(method === 'post' ? { body: '{}' } : {}),
        })
        assert.equal(answer.status < 400, isIn, `status ${answer.status}`)
        if (!isIn) assert.equal(answer.status, 401)
      })
    }
  }

  it('keeps core from starting when it declares no permission, or says that it is safe and is not', async () => {
    const [first] = reached
    assert.ok(first)
    await assert.rejects(
      door([{ ...first, permission: undefined } as unknown as Endpoint]),
      /declares no permission/,
    )
    await assert.rejects(door([{ ...first, safe: !first.safe }]), /must say safe/)
  })
})
