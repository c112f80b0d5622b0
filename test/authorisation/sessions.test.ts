import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Secret } from '../../src/base/secret.ts'
import { hour, minute, second } from '../../src/base/clock.ts'
import { as, transact } from '../../src/core/context.ts'
import { addOperator, removeOperator } from '../../src/core/operators/actions.ts'
import { makeEnrolment } from '../../src/core/operators/enrolment-actions.ts'
import { changeRoles } from '../../src/core/operators/role-actions.ts'
import { openSession } from '../../src/core/operators/session-actions.ts'
import { readBase32, totpCode, totpStep } from '../../src/standards/totp.ts'
import { consoleRoutes } from '../../src/web/console/routes.ts'
import { declaredPages } from '../../src/web/declared-pages.ts'
import { databases } from '../support/database.ts'
import { addressOf, subjectsOf } from './console-subjects.ts'
import { cookieFaults } from './cookies.ts'
import { openHouse, type House } from './house.ts'
import { ask, hireEverybody, nobody, signedIn, type Visitor } from './operators.ts'
import { askSite } from './outsiders.ts'
import { makeThings, type Things } from './things.ts'

const { open, close } = databases('SQLite')
after(close)

const cookieName = '__Host-postern-console'

/** The session that an answer gives. */
function sessionIn(answer: Response): string {
  const [, value = ''] =
    new RegExp(`${cookieName}=([^;]+)`).exec(answer.headers.getSetCookie().join('\n')) ?? []
  return value
}

function holding(session: string): Visitor {
  return { ...nobody, session: { session, csrf: '' } }
}

/** Whether the console knows who comes with this session. */
async function isIn(house: House, session: string): Promise<boolean> {
  return (await ask(house, holding(session), '/account')).status === 200
}

const planted = 'planted-by-somebody-else-0123456789abcdefghi'

describe('A session of an operator', () => {
  let house: House
  before(async () => {
    house = openHouse(await open())
    await hireEverybody(house)
  })

  /** Comes in by password and code; gives the answer. */
  async function byPassword(name: string, cookie = ''): Promise<Response> {
    const { password = '', totpSecret } = await addOperator(house.ctx, { name, roles: ['viewer'] })
    const secret = new Secret(readBase32(totpSecret))
    const code = totpCode(secret, totpStep(house.ctx.clock.now()))
    return await ask(house, holding(cookie), '/sign-in', { name, password, code })
  }

  async function byLink(name: string, cookie = ''): Promise<Response> {
    const { path } = await makeEnrolment(house.ctx, { name, roles: ['viewer'] })
    return await ask(house, holding(cookie), path, {})
  }

  for (const [way, come] of [
    ['password', byPassword],
    ['link', byLink],
  ] as const) {
    it(`that begins by ${way} has a secret that nobody chose, in a cookie for this host alone`, async () => {
      const answer = await come(`fixed-by-${way}`, planted)
      const session = sessionIn(answer)
      assert.match(session, /^[\w-]{43}$/)
      assert.notEqual(session, planted)
      assert.equal(await isIn(house, planted), false, 'what was planted is worth nothing')
      assert.equal(await isIn(house, session), true)
      assert.deepEqual(answer.headers.getSetCookie().flatMap(cookieFaults), [])
      assert.doesNotMatch(
        answer.headers.getSetCookie().join(),
        /max-age|expires/i,
        'it ends with the browser',
      )
    })
  }

  it('has another secret after each code, and the one before opens nothing', async () => {
    const { totpSecret, password = '' } = await addOperator(house.ctx, { name: 'renewed', roles: ['viewer'] })
    const secret = new Secret(readBase32(totpSecret))
    const code = (): string => totpCode(secret, totpStep(house.ctx.clock.now()))
    const first = sessionIn(await ask(house, nobody, '/sign-in', { name: 'renewed', password, code: code() }))
    house.ctx.clock.advance(minute)
    const page = await (await ask(house, holding(first), '/account/code')).text()
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? []
    const visitor = { ...nobody, session: { session: first, csrf } }
    const second = sessionIn(await ask(house, visitor, '/account/code', { code: code(), next: '/' }))
    assert.notEqual(second, '')
    assert.notEqual(second, first)
    assert.deepEqual([await isIn(house, first), await isIn(house, second)], [false, true])
  })

  it('is over once its operator leaves, everywhere when they say so, when they are removed, and has new roles at once', async () => {
    const [one, two] = [await signedIn(house, 'viewer'), await signedIn(house, 'viewer')]
    const secretOf = ({ session }: Visitor): string => session?.session ?? ''
    assert.equal((await ask(house, one, '/sign-out', {})).status, 303)
    assert.deepEqual([await isIn(house, secretOf(one)), await isIn(house, secretOf(two))], [false, true])
    await ask(house, two, '/account/sign-out-everywhere', {})
    assert.equal(await isIn(house, secretOf(two)), false)
    const third = await signedIn(house, 'viewer')
    assert.equal((await ask(house, third, '/audit')).status, 403)
    await changeRoles(house.ctx, { name: 'viewer', roles: ['auditor'] })
    assert.equal((await ask(house, third, '/audit')).status, 200)
    await removeOperator(house.ctx, 'viewer')
    assert.equal(await isIn(house, secretOf(third)), false)
  })

  it('that is over opens no route', async () => {
    const gone = await signedIn(house, 'admin')
    await ask(house, gone, '/sign-out', {})
    for (const { method, path, permission } of consoleRoutes.filter(
      ({ permission: needs }) => needs !== 'anyone',
    )) {
      const answer = await ask(house, gone, addressOf(path, 'x'), method === 'GET' ? undefined : {})
      const isAway =
        method === 'GET' ? answer.headers.get('location')?.startsWith('/sign-in') : answer.status === 401
      assert.ok(isAway, `${method} ${path} ${permission} ${answer.status}`)
    }
  })

  it('ends half an hour after its last page, and twelve hours after its first', async () => {
    const idle = await signedIn(house, 'auditor')
    const secret = idle.session?.session ?? ''
    house.ctx.clock.advance(30 * minute)
    assert.equal(await isIn(house, secret), true)
    house.ctx.clock.advance(30 * minute + second)
    assert.equal(await isIn(house, secret), false)
    const busy = (await signedIn(house, 'auditor')).session?.session ?? ''
    for (let spent = 0; spent < 12 * hour - 20 * minute; spent += 20 * minute) {
      house.ctx.clock.advance(20 * minute)
      assert.equal(await isIn(house, busy), true, `after ${spent / minute} minutes`)
    }
    house.ctx.clock.advance(20 * minute)
    assert.equal(await isIn(house, busy), false)
  })

  it('is no session of the public site, and one of that is none here', async () => {
    const { session } = await signedIn(house, 'admin')
    for (const { pattern, method, opensTo } of declaredPages.filter(
      ({ opensTo: to }) => to === 'owner' || to === 'recipient',
    )) {
      if (pattern.startsWith('/api/')) continue
      const cookies = new Map([[`__Host-${opensTo}`, session?.session ?? '']])
      const path = pattern.replace(/:\w+/, 'x')
      const answer = await askSite(house, { name: 'x', cookies }, method, path)
      assert.equal(answer.status, 403, `${method} ${path}`)
    }
  })
})

describe('What wants a code shown lately', () => {
  let house: House
  let things: Things
  before(async () => {
    house = openHouse(await open())
    await hireEverybody(house)
    things = await makeThings(house)
  })

  it('wants it again after five minutes, to the second', async (t) => {
    const admin = { kind: 'operator', name: 'admin', roles: ['admin'] } as const
    const at = async (ageMs: number): Promise<Visitor> => {
      const confirmedAt = house.ctx.clock.now() - ageMs
      const session = await transact(
        as(house.ctx, admin),
        async (tx) => await openSession(tx, { name: 'admin', way: 'password', confirmedAt }),
      )
      return { ...nobody, session }
    }
    const [inTime, late] = [await at(5 * minute - second), await at(5 * minute + second)]
    const fresh = consoleRoutes.filter((route) => route.fresh)
    for (const { method, path } of fresh) {
      const [subject] = subjectsOf(path, things, 'admin') ?? []
      const address = addressOf(path, subject?.id ?? '')
      const asksFor = async (visitor: Visitor): Promise<boolean> => {
        const answer = await house.watch.rehearse(
          async () => await ask(house, visitor, address, method === 'GET' ? undefined : {}),
        )
        return answer.headers.get('location')?.startsWith('/account/code?next=') === true
      }
      assert.deepEqual([await asksFor(inTime), await asksFor(late)], [false, true], `${method} ${path}`)
    }
    t.diagnostic(`${fresh.length} routes`)
  })
})

describe('A session of an owner or a recipient', () => {
  const kinds = [
    {
      who: 'owner',
      start: '/owners',
      letter: 'owner-link',
      mine: '/owners/networks',
      mailbox: 'ada@owner.example',
    },
    {
      who: 'recipient',
      start: '/recipients',
      letter: 'recipient-link',
      mine: '/recipients/mail',
      mailbox: 'ada@provider.example',
    },
  ] as const
  for (const { who, start, letter, mine, mailbox } of kinds) {
    it(`(${who}) has a secret that nobody chose, ends on leaving and after its time, and is in a cookie for this host alone`, async () => {
      const house = openHouse(await open())
      const browser = house.visitor()
      const name = `__Host-${who}`
      browser.cookies.set(name, planted)
      const asked = await browser.submit(start, { mailbox })
      const answer = await browser.submit((await house.letter(letter)) ?? '', {})
      assert.deepEqual(
        [...asked.headers.getSetCookie(), ...answer.headers.getSetCookie()].flatMap(cookieFaults),
        [],
      )
      const session = browser.cookies.get(name) ?? ''
      assert.match(session, /^[\w-]{43}$/)
      assert.notEqual(session, planted)
      const isKnown = async (value: string): Promise<boolean> =>
        (await askSite(house, { name: who, cookies: new Map([[name, value]]) }, 'GET', mine)).status === 200
      assert.deepEqual([await isKnown(planted), await isKnown(session)], [false, true])
      const left = await browser.submit(mine, { do: 'leave' })
      assert.deepEqual(left.headers.getSetCookie().flatMap(cookieFaults), [])
      assert.equal(await isKnown(session), false)
      house.ctx.clock.advance(1)
      await browser.submit(start, { mailbox })
      await browser.submit((await house.letter(letter)) ?? '', {})
      const again = browser.cookies.get(name) ?? ''
      assert.notEqual(again, session)
      house.ctx.clock.advance(12 * hour - second)
      assert.equal(await isKnown(again), true)
      house.ctx.clock.advance(2 * second)
      assert.equal(await isKnown(again), false)
    })
  }
})
