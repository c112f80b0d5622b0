import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext, testSettings } from './support/context.ts'
import { databases } from './support/database.ts'
import { drawn, openProvider, redirectUri, testClient, type Forgery } from './support/oidc.ts'
import { minute } from '../src/base/clock.ts'
import { Refusal } from '../src/base/refusal.ts'
import { oidcClient } from '../src/net/oidc-client.ts'
import { as } from '../src/core/context.ts'
import type { OidcSettings } from '../src/core/settings.ts'
import { addOperator, findSession, listOperators, removeOperator } from '../src/core/operators/actions.ts'
import { beginOidc, connectOidc, signInByOidc } from '../src/core/operators/oidc-actions.ts'
import { isFresh } from '../src/core/operators/operator.ts'

/** Tampered answers; `POSTERN_FUZZ_COUNT` sets another number. */
const tries = Number(process.env['POSTERN_FUZZ_COUNT'] ?? 64)

const { open, close } = databases('SQLite')
const provider = await openProvider()
after(async () => {
  await provider.close()
  await close()
})

const groups: OidcSettings['groups'] = [
  { group: 'mail-desk', roles: ['case-agent', 'abuse-agent'] },
  { group: 'mail-admins', roles: ['admin'] },
]

async function world(more: Partial<OidcSettings> = {}) {
  const oidc: OidcSettings = {
    issuer: provider.issuer,
    clientId: testClient.id,
    secret: testClient.secret,
    label: 'the provider',
    domains: [],
    newcomers: 'by-group',
    groupsClaim: 'groups',
    groups,
    ...more,
  }
  const settings = testSettings({ console: { origin: 'https://console.provider.example', oidc } })
  const ctx = testContext({ db: await open(), settings })
  const client = oidcClient({ ...oidc, redirectUri, clock: ctx.clock })
  const visitor = as(ctx, { kind: 'visitor', client: '192.0.2.9/32' })
  let asked = 0
  return {
    ctx,
    client,
    visitor,
    /** From the button to the answer. */
    signIn: async (login: string) => {
      const { url, errand } = await beginOidc(visitor, client, { purpose: 'sign-in', next: '/listings' })
      const query = await provider.visit(url, login)
      return await signInByOidc(visitor, client, { errand, query, client: `192.0.2.${asked++}/32` })
    },
    sessions: async () =>
      Number(
        (
          await ctx.db.queries
            .selectFrom('sessions')
            .select((each) => each.fn.countAll().as('count'))
            .executeTakeFirstOrThrow()
        ).count,
      ),
  }
}

function refused(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === code
}

describe('Sign-in at a real OpenID provider', () => {
  it('makes an operator of whoever has a group, and leads on', async () => {
    const { ctx, signIn } = await world()
    const { session, next } = await signIn('ada')
    assert.equal(next, '/listings')
    const found = await findSession(ctx, session)
    assert.deepEqual([found?.name, found?.roles], ['ada', ['case-agent', 'abuse-agent']])
    assert.deepEqual((await findSession(ctx, (await signIn('ada')).session))?.name, 'ada')
    assert.equal((await listOperators(ctx)).length, 1)
  })

  it('gives the roles of today’s groups at each sign-in', async () => {
    const first = await world()
    await first.signIn('alan')
    const [before] = await listOperators(first.ctx)
    assert.deepEqual(before?.roles, ['case-agent', 'abuse-agent', 'admin'])
    const { oidc } = first.ctx.settings.console
    assert.ok(oidc)
    const [desk] = groups
    assert.ok(desk)
    const console = { ...first.ctx.settings.console, oidc: { ...oidc, groups: [desk] } }
    const later = { ...first.visitor, settings: { ...first.ctx.settings, console } }
    const { url, errand } = await beginOidc(later, first.client, { purpose: 'sign-in', next: '/' })
    const query = await provider.visit(url, 'alan')
    await signInByOidc(later, first.client, { errand, query, client: '198.51.100.1/32' })
    assert.deepEqual((await listOperators(first.ctx))[0]?.roles, ['case-agent', 'abuse-agent'])
  })

  it('lets in nobody without a group, and nobody new where newcomers are refused', async () => {
    const { signIn, sessions } = await world()
    await assert.rejects(signIn('rosa'), refused('operator.not-admitted'))
    const strict = await world({ newcomers: 'refuse' })
    await assert.rejects(strict.signIn('ada'), refused('operator.not-admitted'))
    assert.equal((await sessions()) + (await strict.sessions()), 0)
  })

  it('takes only verified addresses of the domains that are allowed', async () => {
    const ours = await world({ domains: ['provider.example'] })
    await ours.signIn('ada')
    await assert.rejects(ours.signIn('rosa'), refused('operator.not-admitted'))
    const others = await world({ domains: ['example.org'] })
    await assert.rejects(others.signIn('ada'), refused('operator.not-admitted'))
  })

  it('is of the account that an operator connected, never of one with the same name or address', async () => {
    const { ctx, client, signIn, sessions } = await world({ newcomers: 'refuse' })
    await addOperator(ctx, { name: 'ada', roles: ['viewer'], password: 'correct horse battery' })
    await assert.rejects(signIn('ada'), refused('operator.not-admitted'))
    assert.equal(await sessions(), 0)
    const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['viewer'] })
    const { url, errand } = await beginOidc(ada, client, { purpose: 'connect', next: '/account' })
    const query = await provider.visit(url, 'ada')
    const bob = as(ctx, { kind: 'operator', name: 'bob', roles: ['viewer'] })
    await assert.rejects(
      connectOidc(bob, client, { errand, query, client: '192.0.2.1/32' }),
      refused('sign-in.failed'),
    )
    await connectOidc(ada, client, { errand, query, client: '192.0.2.1/32' })
    const found = await findSession(ctx, (await signIn('ada')).session)
    assert.deepEqual([found?.name, found?.roles], ['ada', ['viewer']])
    await removeOperator(ctx, 'ada')
    await assert.rejects(signIn('ada'), refused('operator.not-admitted'))
  })

  it('counts as shown just now only when the provider says so', async () => {
    const { ctx, client, visitor } = await world()
    for (const [authTime, expected] of [
      [ctx.clock.now() / 1000, true],
      [(ctx.clock.now() - 5 * minute) / 1000, false],
      [undefined, false],
    ] as const) {
      const { errand, query } = await forged(visitor, client, (claims) => ({
        ...claims,
        auth_time: authTime,
        groups: ['mail-desk'],
      }))
      const { session } = await signInByOidc(visitor, client, { errand, query, client: '192.0.2.1/32' })
      const found = await findSession(ctx, session)
      assert.equal(found && isFresh(found, ctx.clock.now()), expected)
    }
  })

  it('says that the provider is away when it is', async () => {
    const { ctx, visitor } = await world()
    const nobody = oidcClient({
      issuer: 'http://127.0.0.1:1',
      clientId: 'postern',
      redirectUri,
      clock: ctx.clock,
    })
    await assert.rejects(
      beginOidc(visitor, nobody, { purpose: 'sign-in', next: '/' }),
      refused('sign-in.provider-away'),
    )
  })
})

type World = Awaited<ReturnType<typeof world>>

/** An answer whose token is ours to write. */
async function forged(
  visitor: World['visitor'],
  client: World['client'],
  change: (good: Record<string, unknown>) => Readonly<Record<string, unknown>>,
  signedBy?: Forgery['signedBy'],
): Promise<{ readonly errand: string; readonly query: string }> {
  const { url, errand } = await beginOidc(visitor, client, { purpose: 'sign-in', next: '/' })
  const sent = new URL(url).searchParams
  const claims = change(provider.goodClaims(sent.get('nonce') ?? ''))
  provider.forge = () => ({ claims, ...(signedBy && { signedBy }) })
  const query = new URLSearchParams({
    code: 'forged-1',
    state: sent.get('state') ?? '',
    iss: provider.issuer,
  }).toString()
  return { errand, query }
}

const old = Math.floor(Date.now() / 1000) - 3600

/** What is wrong with an answer; `n` draws how. */
const tamperings: Readonly<
  Record<string, (w: World, n: number) => Promise<{ readonly errand: string; readonly query: string }>>
> = {
  'another state': async ({ visitor, client }, n) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    const given = new URLSearchParams(query)
    const state = given.get('state') ?? ''
    const at = n % state.length
    given.set('state', state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1))
    return { errand, query: given.toString() }
  },
  'no state': async ({ visitor, client }) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    return { errand, query: query.replace(/&state=[^&]*/, '') }
  },
  'the state of another errand': async ({ visitor, client }) => {
    const { query } = await forged(visitor, client, (good) => good)
    const { errand } = await forged(visitor, client, (good) => good)
    return { errand, query }
  },
  'another nonce': async ({ visitor, client }, n) =>
    await forged(visitor, client, (good) => ({ ...good, nonce: `n${n}` })),
  'no nonce': async ({ visitor, client }) => await forged(visitor, client, ({ nonce: _, ...good }) => good),
  'another issuer of the token': async ({ visitor, client }, n) =>
    await forged(visitor, client, (good) => ({ ...good, iss: `https://evil-${n}.example` })),
  'another issuer of the answer': async ({ visitor, client }, n) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    const given = new URLSearchParams(query)
    given.set('iss', `https://evil-${n}.example`)
    return { errand, query: given.toString() }
  },
  'no issuer of the answer': async ({ visitor, client }) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    return { errand, query: query.replace(/&iss=.*$/, '') }
  },
  'another audience': async ({ visitor, client }, n) =>
    await forged(visitor, client, (good) => ({ ...good, aud: `client-${n}` })),
  'a token that has ended': async ({ visitor, client }, n) =>
    await forged(visitor, client, (good) => ({ ...good, iat: old - 600, exp: old - (n % 600) })),
  'no subject': async ({ visitor, client }) => await forged(visitor, client, ({ sub: _, ...good }) => good),
  'another signer': async ({ visitor, client }) => await forged(visitor, client, (good) => good, 'another'),
  'no signature': async ({ visitor, client }) => await forged(visitor, client, (good) => good, 'nobody'),
  'an errand that was changed': async ({ visitor, client }, n) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    const at = n % (errand.length - 1)
    return { errand: errand.slice(0, at) + (errand[at] === 'A' ? 'B' : 'A') + errand.slice(at + 1), query }
  },
  'an error': async ({ visitor, client }) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    return { errand, query: `error=access_denied&${query}` }
  },
  'a code that the provider never gave': async ({ visitor, client }, n) => {
    const { errand, query } = await forged(visitor, client, (good) => good)
    return { errand, query: query.replace('forged-1', `unknown-${n}`) }
  },
}

describe('An answer that was tampered with', async () => {
  const seed = 26
  const names = Object.keys(tamperings)
  const groupsOf = { groups: ['mail-desk'] }

  it(`opens no session, of ${tries} drawn with seed ${seed} none`, async () => {
    const w = await world()
    const goodClaims = provider.goodClaims
    provider.goodClaims = (nonce) => ({ ...goodClaims(nonce), ...groupsOf })
    // The same without tampering is let in, so that the tries mean something.
    const { errand, query } = await forged(w.visitor, w.client, (good) => good)
    await signInByOidc(w.visitor, w.client, { errand, query, client: 'good' })
    assert.equal(await w.sessions(), 1)
    for (let nth = 0; nth < tries; nth++) {
      const name = names[nth % names.length] ?? ''
      const answer = await tamperings[name]?.(w, drawn(seed, nth))
      assert.ok(answer)
      await assert.rejects(
        signInByOidc(w.visitor, w.client, { ...answer, client: `client-${nth}` }),
        refused('sign-in.failed'),
        `${name}, try ${nth}`,
      )
    }
    assert.equal(await w.sessions(), 1)
    provider.goodClaims = goodClaims
  })

  it('opens none when it comes a second time, with its errand or with another', async () => {
    const w = await world()
    const begun = await beginOidc(w.visitor, w.client, { purpose: 'sign-in', next: '/' })
    const query = await provider.visit(begun.url, 'ada')
    const answer = { errand: begun.errand, query, client: '192.0.2.1/32' }
    await signInByOidc(w.visitor, w.client, answer)
    await assert.rejects(signInByOidc(w.visitor, w.client, answer), refused('sign-in.failed'))
    const other = await beginOidc(w.visitor, w.client, { purpose: 'sign-in', next: '/' })
    const state = new URL(other.url).searchParams.get('state') ?? ''
    const replayed = new URLSearchParams(query)
    replayed.set('state', state)
    await assert.rejects(
      signInByOidc(w.visitor, w.client, { ...answer, errand: other.errand, query: replayed.toString() }),
      refused('sign-in.failed'),
    )
    w.ctx.clock.advance(10 * minute)
    const late = await beginOidc(w.visitor, w.client, { purpose: 'sign-in', next: '/' })
    w.ctx.clock.advance(10 * minute)
    const lateQuery = await provider.visit(late.url, 'ada')
    await assert.rejects(
      signInByOidc(w.visitor, w.client, { errand: late.errand, query: lateQuery, client: '192.0.2.1/32' }),
      refused('sign-in.failed'),
    )
    assert.equal(await w.sessions(), 1)
  })
})
