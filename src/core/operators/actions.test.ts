import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { Secret } from '../../base/secret.ts'
import { totpCode, totpStep } from '../../standards/totp.ts'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { listAudit } from '../audit/actions.ts'
import { as } from '../context.ts'
import {
  addOperator,
  confirmSession,
  findSession,
  listOperators,
  removeOperator,
  signIn,
  signOut,
  signOutEverywhere,
} from './actions.ts'
import { isFresh } from './operator.ts'
import { addToken, findToken, listTokens, revokeToken } from './token-actions.ts'

const minute = 60_000
const password = 'a sentence of some length'
const client = '192.0.2.1/32'

function refused(code: RefusalCode): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === code
}

/** The bytes behind the base 32 that an authenticator app is told. */
function secretOf(base32: string): Secret {
  const bits = base32
    .split('')
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return new Secret(Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2))))
}

interface Known {
  readonly ctx: TestContext
  code(): string
}

async function withAda(ctx: TestContext): Promise<Known> {
  const { totpSecret } = await addOperator(ctx, { name: 'ada', roles: ['list-operator'], password })
  return { ctx, code: () => totpCode(secretOf(totpSecret), totpStep(ctx.clock.now())) }
}

forEachDatabase((_name, open) => {
  const context = async (): Promise<TestContext> => testContext({ db: await open() })

  describe('an operator', () => {
    it('is added with a password that is made, a secret told once, and a record without either', async () => {
      const ctx = await context()
      const made = await addOperator(ctx, { name: 'ada', roles: ['admin'] })
      assert.match(made.password ?? '', /^([0-9a-z]{5}-){3}[0-9a-z]{5}$/)
      assert.match(made.totpSecret, /^[A-Z2-7]{32}$/)
      assert.ok(made.totpUri.includes(`secret=${made.totpSecret}`))
      const stored = JSON.stringify([
        await ctx.db.queries.selectFrom('operators').select(['password_hash', 'totp_secret']).execute(),
        await listAudit(ctx, { limit: 9 }),
      ])
      for (const secret of [made.password ?? '', made.totpSecret]) assert.ok(!stored.includes(secret))
      assert.deepEqual(await listOperators(ctx), [
        { name: 'ada', roles: ['admin'], createdAt: ctx.clock.now() },
      ])
    })

    it('has a proper name, a long password, and is there once', async () => {
      const ctx = await context()
      for (const name of ['', 'a', 'Ada', 'ada lovelace', '-ada', 'a'.repeat(40)]) {
        await assert.rejects(addOperator(ctx, { name, roles: ['viewer'] }), refused('operator.name-invalid'))
      }
      await assert.rejects(
        addOperator(ctx, { name: 'ada', roles: ['viewer'], password: 'fourteen chars' }),
        refused('operator.password-short'),
      )
      await addOperator(ctx, { name: 'ada', roles: ['viewer'], password: 'fifteen chars..' })
      await assert.rejects(addOperator(ctx, { name: 'ada', roles: ['admin'] }), refused('operator.exists'))
    })

    it('is made and removed by administrators only', async () => {
      const ctx = as(await context(), { kind: 'operator', name: 'bob', roles: ['list-operator'] })
      await assert.rejects(addOperator(ctx, { name: 'ada', roles: ['admin'] }), refused('permission.denied'))
      await assert.rejects(removeOperator(ctx, 'ada'), refused('permission.denied'))
      await assert.rejects(listOperators(ctx), refused('permission.denied'))
    })

    it('is out at once when removed, and the name is free again', async () => {
      const { ctx, code } = await withAda(await context())
      const { session } = await signIn(ctx, { name: 'ada', password, code: code(), client })
      await removeOperator(ctx, 'ada')
      assert.equal(await findSession(ctx, session), undefined)
      ctx.clock.advance(minute)
      await assert.rejects(
        signIn(ctx, { name: 'ada', password, code: code(), client }),
        refused('sign-in.failed'),
      )
      await assert.rejects(removeOperator(ctx, 'ada'), refused('operator.not-found'))
      await addOperator(ctx, { name: 'ada', roles: ['viewer'] })
      assert.equal((await listOperators(ctx)).length, 1)
    })
  })

  describe('signing in', () => {
    it('needs name, password and code, and says the same whichever is wrong', async () => {
      const { ctx, code } = await withAda(await context())
      const right = { name: 'ada', password, code: code(), client }
      for (const wrong of [
        { name: 'bob' },
        { password: `${password}.` },
        { password: '' },
        { code: '000000' },
        { code: '' },
      ]) {
        await assert.rejects(signIn(ctx, { ...right, ...wrong }), (error) => {
          assert.ok(error instanceof Refusal)
          assert.deepEqual([error.code, error.facts], ['sign-in.failed', {}])
          return true
        })
      }
      const { session, csrf } = await signIn(ctx, { ...right, name: ' Ada ' })
      assert.equal(Buffer.from(session, 'base64url').length, 32)
      assert.deepEqual(await findSession(ctx, session), {
        name: 'ada',
        roles: ['list-operator'],
        csrf,
        createdAt: ctx.clock.now(),
        confirmedAt: ctx.clock.now(),
        expiresAt: ctx.clock.now() + 12 * 60 * minute,
      })
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['operator.signed-in', 'operator:ada'])
    })

    it('takes each code once, also when it comes twice at the same time', async () => {
      const { ctx, code } = await withAda(await context())
      const input = { name: 'ada', password, code: code(), client }
      const tries = await Promise.allSettled([signIn(ctx, input), signIn(ctx, input), signIn(ctx, input)])
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
      await assert.rejects(signIn(ctx, input), refused('sign-in.failed'))
      ctx.clock.advance(30_000)
      await signIn(ctx, { ...input, code: code() })
    })

    it('takes no code of an earlier step than the last one used', async () => {
      const { ctx, code } = await withAda(await context())
      const earlier = code()
      ctx.clock.advance(30_000)
      await signIn(ctx, { name: 'ada', password, code: code(), client })
      await assert.rejects(
        signIn(ctx, { name: 'ada', password, code: earlier, client }),
        refused('sign-in.failed'),
      )
    })

    it('is over after ten tries of a client for a name in a quarter of an hour, right ones too', async () => {
      const { ctx, code } = await withAda(await context())
      const input = { name: 'ada', password: 'wrong', code: '000000', client }
      for (let n = 0; n < 10; n++) await assert.rejects(signIn(ctx, input), refused('sign-in.failed'))
      await assert.rejects(
        signIn(ctx, { name: 'ADA', password, code: code(), client }),
        refused('limit.exceeded'),
      )
      ctx.clock.advance(15 * minute)
      await signIn(ctx, { name: 'ada', password, code: code(), client })
    })

    it('cannot be stopped from elsewhere, however often and from wherever the name is tried', async () => {
      const { ctx, code } = await withAda(await context())
      const wrong = { name: 'ada', password: 'wrong', code: '000000' }
      for (let n = 0; n < 110; n++)
        await assert.rejects(signIn(ctx, { ...wrong, client: `198.51.${n}.0/24` }), refused('sign-in.failed'))
      await signIn(ctx, { name: 'ada', password, code: code(), client })
    })

    it('leaves each client five tries an hour while a name is tried from many places', async () => {
      const { ctx, code } = await withAda(await context())
      const wrong = { name: 'ada', password: 'wrong', code: '000000' }
      for (let n = 0; n < 100; n++)
        await assert.rejects(signIn(ctx, { ...wrong, client: `198.51.${n}.0/24` }), refused('sign-in.failed'))
      const again = { ...wrong, client: '198.51.100.0/24' }
      for (let n = 0; n < 5; n++) await assert.rejects(signIn(ctx, again), refused('sign-in.failed'))
      await assert.rejects(signIn(ctx, again), refused('limit.exceeded'))
      await signIn(ctx, { name: 'ada', password, code: code(), client })
      const others = { ...wrong, name: 'bob', client: '198.51.101.0/24' }
      for (let n = 0; n < 10; n++) await assert.rejects(signIn(ctx, others), refused('sign-in.failed'))
    })

    it('is over after thirty tries of a client, whatever the names', async () => {
      const ctx = await context()
      for (let n = 0; n < 30; n++)
        await assert.rejects(
          signIn(ctx, { name: `n${n}`, password: '', code: '', client }),
          refused('sign-in.failed'),
        )
      await assert.rejects(
        signIn(ctx, { name: 'another', password: '', code: '', client }),
        refused('limit.exceeded'),
      )
    })
  })

  describe('a session', () => {
    it('counts a code as fresh for five minutes; another one gives it another id, is used once and cannot be guessed', async () => {
      const { ctx, code } = await withAda(await context())
      const { session } = await signIn(ctx, { name: 'ada', password, code: code(), client })
      const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] })
      let secret = session
      const fresh = async (): Promise<boolean | undefined> => {
        const found = await findSession(ctx, secret)
        return found && isFresh(found, ctx.clock.now())
      }
      ctx.clock.advance(5 * minute - 1)
      assert.equal(await fresh(), true)
      ctx.clock.advance(1)
      assert.equal(await fresh(), false)
      const input = { session, code: code(), client }
      secret = (await confirmSession(ada, input)).session
      assert.equal(await fresh(), true)
      assert.equal(await findSession(ctx, session), undefined)
      await assert.rejects(confirmSession(ada, input), refused('sign-in.failed'))
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['operator.confirmed', 'operator:ada'])
      for (let n = 0; n < 7; n++)
        await assert.rejects(confirmSession(ada, { ...input, code: '000000' }), refused('sign-in.failed'))
      await assert.rejects(confirmSession(ada, { ...input, code: '000000' }), refused('limit.exceeded'))
      await assert.rejects(confirmSession(ctx, input), refused('session.required'))
    })

    it('is stored as a hash, and found by its secret only', async () => {
      const { ctx, code } = await withAda(await context())
      const { session } = await signIn(ctx, { name: 'ada', password, code: code(), client })
      const [row] = await ctx.db.queries.selectFrom('sessions').select(['id_hash', 'csrf']).execute()
      assert.ok(row && row.id_hash !== session)
      assert.equal(await findSession(ctx, row.id_hash), undefined)
      assert.equal(await findSession(ctx, ''), undefined)
      assert.equal(await findSession(ctx, 'x'.repeat(10_000)), undefined)
    })

    it('ends after half an hour without a page', async () => {
      const { ctx, code } = await withAda(await context())
      const { session } = await signIn(ctx, { name: 'ada', password, code: code(), client })
      for (let n = 0; n < 5; n++) {
        ctx.clock.advance(29 * minute)
        assert.ok(await findSession(ctx, session))
      }
      ctx.clock.advance(30 * minute + 1)
      assert.equal(await findSession(ctx, session), undefined)
    })

    it('ends after twelve hours, however busy', async () => {
      const { ctx, code } = await withAda(await context())
      const { session } = await signIn(ctx, { name: 'ada', password, code: code(), client })
      for (let n = 0; n < 35; n++) {
        ctx.clock.advance(20 * minute)
        assert.ok(await findSession(ctx, session))
      }
      ctx.clock.advance(20 * minute)
      assert.equal(await findSession(ctx, session), undefined)
    })

    it('ends when its owner says so, and elsewhere too when they want', async () => {
      const { ctx, code } = await withAda(await context())
      const sessions: string[] = []
      for (let n = 0; n < 3; n++) {
        sessions.push((await signIn(ctx, { name: 'ada', password, code: code(), client })).session)
        ctx.clock.advance(minute)
      }
      const [first = '', second = '', third = ''] = sessions
      await signOut(ctx, first)
      await signOut(ctx, first)
      assert.equal(await findSession(ctx, first), undefined)
      assert.ok(await findSession(ctx, second))
      await signOutEverywhere(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }))
      assert.equal(await findSession(ctx, second), undefined)
      assert.equal(await findSession(ctx, third), undefined)
      const actions = (await listAudit(ctx, { limit: 2 })).map(({ action }) => action)
      assert.deepEqual(actions, ['operator.signed-out-everywhere', 'operator.signed-out'])
    })
  })

  describe('a token', () => {
    it('opens what it was made for, is told once, and is noted when used', async () => {
      const ctx = await context()
      const { token } = await addToken(ctx, { kind: 'events', name: 'mx1' })
      assert.match(token, /^ptn_events_[0-9a-hjkmnp-tv-z]{52}$/)
      ctx.clock.advance(1)
      assert.equal((await findToken(ctx, 'events', token))?.name, 'mx1')
      assert.equal(await findToken(ctx, 'api', token), undefined)
      assert.equal(await findToken(ctx, 'api', token.replace('events', 'api')), undefined)
      assert.equal(await findToken(ctx, 'events', `${token}x`), undefined)
      const [listed] = await listTokens(ctx)
      assert.equal(listed?.lastUsedAt, ctx.clock.now())
      const rows = await ctx.db.queries.selectFrom('tokens').select(['hash', 'name']).execute()
      assert.ok(!JSON.stringify([rows, await listAudit(ctx, { limit: 9 })]).includes(token.slice(11)))
    })

    it('of a source of events has the roles that it was given, all of them where none were', async () => {
      const ctx = await context()
      const all = await addToken(ctx, { kind: 'events', name: 'mx1' })
      const one = await addToken(ctx, { kind: 'events', name: 'rspamd', roles: ['filter'] })
      assert.deepEqual((await findToken(ctx, 'events', all.token))?.roles, ['mta', 'filter', 'reports'])
      assert.deepEqual((await findToken(ctx, 'events', one.token))?.roles, ['filter'])
      assert.deepEqual((await addToken(ctx, { kind: 'api', name: 'robot' })).roles, undefined)
    })

    it('opens nothing once revoked, and its name is free again', async () => {
      const ctx = await context()
      const { token } = await addToken(ctx, { kind: 'api', name: 'robot' })
      await assert.rejects(addToken(ctx, { kind: 'edge', name: 'robot' }), refused('token.exists'))
      await revokeToken(ctx, 'robot')
      assert.equal(await findToken(ctx, 'api', token), undefined)
      await assert.rejects(revokeToken(ctx, 'robot'), refused('token.not-found'))
      const again = await addToken(ctx, { kind: 'edge', name: 'robot' })
      assert.equal(await findToken(ctx, 'api', token), undefined)
      assert.ok(await findToken(ctx, 'edge', again.token))
      const actions = (await listAudit(ctx, { subject: 'token:robot', limit: 9 })).map(({ action }) => action)
      assert.deepEqual(actions, ['token.added', 'token.revoked', 'token.added'])
    })

    it('is made by administrators only', async () => {
      const ctx = as(await context(), { kind: 'operator', name: 'bob', roles: ['list-operator'] })
      await assert.rejects(addToken(ctx, { kind: 'api', name: 'robot' }), refused('permission.denied'))
      await assert.rejects(revokeToken(ctx, 'robot'), refused('permission.denied'))
      await assert.rejects(listTokens(ctx), refused('permission.denied'))
    })
  })
})
