import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { directReader } from '../../../test/support/direct-reader.ts'
import { testSite } from '../../../test/support/site.ts'
import { Clockwork } from '../../core/public-clock/actions.ts'
import { Transparency } from '../../core/abuse/transparency-actions.ts'
import { may } from '../../core/actor.ts'
import { Checks } from '../../core/checks/actions.ts'
import { as, type Context } from '../../core/context.ts'
import { addToken, revokeToken, tokenKinds } from '../../core/operators/token-actions.ts'
import type { Owner } from '../../core/owners/claim.ts'
import { addOwnerToken, removeOwnerToken } from '../../core/owners/token-actions.ts'
import { newId } from '../../base/id.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { visitorOf } from '../client.ts'
import type { WebContext } from '../env.ts'
import { abuseReportsRoute } from './abuse-reports.ts'
import { analyseRoute } from './analyse.ts'
import { apiEndpoints, apiRoutes } from './api.ts'
import type { Endpoint } from './endpoint.ts'
import { eventsRoute } from './events.ts'

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
            reader: directReader,
            site,
            version: '0',
          },
          endpoints,
        ),
    ],
  })
  return { ctx, web }
}

/** Somebody who signed in as an owner. */
async function anOwner(ctx: Context): Promise<Owner> {
  const mailbox = 'ada@example.org' as MailAddress
  const row = { mailbox, mailbox_key: mailbox, language: 'en', created_at: 0, seen_at: 0 }
  const id = newId()
  await ctx.db.queries
    .insertInto('owners')
    .values({ id, ...row })
    .execute()
  return { id, mailbox, language: 'en' }
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
  const owner = await anOwner(ctx)
  const owned = await addOwnerToken(ctx, owner, 'dashboard')
  const removed = await addOwnerToken(ctx, owner, 'gone')
  await removeOwnerToken(ctx, owner, removed.id)
  const askers = [
    { who: 'nobody', token: undefined, isProgram: false, isOwner: false },
    { who: 'a revoked token', token: revoked.token, isProgram: false, isOwner: false },
    { who: 'a token of an owner', token: owned.token, isProgram: false, isOwner: true },
    { who: 'a removed token of an owner', token: removed.token, isProgram: false, isOwner: false },
    {
      who: 'an invented token of an owner',
      token: `pto_${'0'.repeat(52)}`,
      isProgram: false,
      isOwner: false,
    },
    ...tokens.map(({ who, token, kind }) => ({ who, token, isProgram: kind === 'api', isOwner: false })),
  ]
  for (const { method, path, permission, creates } of apiEndpoints) {
    for (const { who, token, isProgram, isOwner } of askers) {
      const isIn =
        permission === 'anyone' ||
        (permission === 'owner' ? isOwner : isProgram && may({ kind: 'program', name: 'api' }, permission))
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

/** Those that take other bodies than JSON stand beside the table: for whom each opens. A body of nothing is refused behind the door. */
const ownDoors = [
  { path: '/events', opensTo: ['a token for events'] },
  { path: '/analyse', opensTo: ['nobody', 'a token for api'] },
  { path: '/abuse-reports', opensTo: ['nobody', 'a token for api'] },
]

describe('Every door of the API with a body of its own', async () => {
  const ctx = testContext({ db: await open() })
  const deps = {
    contextFor: (c: WebContext) => as(ctx, visitorOf(c.var.client)),
    reader: { analyse: async () => await Promise.resolve({ failure: 'busy' as const }) },
    checker: { checkXarf: async () => await Promise.resolve({ failure: 'busy' as const }) },
  }
  const web = testSite({
    parts: [
      (app) => eventsRoute(app, deps.contextFor),
      (app) => analyseRoute(app, deps),
      (app) => abuseReportsRoute(app, deps),
    ],
  })
  const revoked = await addToken(ctx, { kind: 'api', name: 'gone' })
  await revokeToken(ctx, 'gone')
  const askers = [
    { who: 'nobody', token: undefined },
    { who: 'a revoked token', token: revoked.token },
    ...(await Promise.all(
      tokenKinds.map(async (kind) => ({
        who: `a token for ${kind}`,
        token: (await addToken(ctx, { kind, name: kind })).token,
      })),
    )),
  ]
  for (const { path, opensTo } of ownDoors)
    for (const { who, token } of askers) {
      const isIn = opensTo.includes(who)
      it(`${isIn ? 'lets in' : 'turns away'} ${who} at post ${path}`, async () => {
        const { status } = await web.request(`${site}/api/v1${path}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body: '',
        })
        assert.equal(status !== 401, isIn, `status ${status}`)
      })
    }
})
