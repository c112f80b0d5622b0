import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import {
  claimed,
  list,
  ownersWorld,
  proven,
  sent,
  signedIn,
  textOf,
  zone,
  type OwnersWorld,
} from '../../../test/support/owners.ts'
import { origin, type Visitor } from '../../../test/support/visitor.ts'
import { day, hour } from '../../base/clock.ts'
import { transact } from '../../core/context.ts'
import { openCase } from '../../core/cases/actions.ts'
import { listClaims, revokeClaim } from '../../core/owners/manage-actions.ts'
import { recheckClaims } from '../../core/owners/recheck-actions.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { apiEndpoints } from '../api/api.ts'
import { routes } from '../routes.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * Every door of owners, from the tables of routes and endpoints: what an owner gets of a network by how they stand to it (security
 * OWN-6, CON-5). A new door without a row here fails.
 */
type Standing = 'own' | 'part' | 'foreign' | 'taken-back' | 'revoked' | 'expired' | 'given-up' | 'open'
const standings: readonly Standing[] = [
  'own',
  'part',
  'foreign',
  'taken-back',
  'revoked',
  'expired',
  'given-up',
  'open',
]
/** Who sees what comes from the network now. */
const holds: readonly Standing[] = ['own', 'part']

/** Of the addresses of one network: the state of the doors. `theirs`: whose claim is opened by its id. */
interface World {
  readonly doors: OwnersWorld
  readonly browser: Visitor
  readonly id: string
  readonly token: string
}

const inside = '192.0.2.45'
const outside = '198.51.100.45'
const secret = 'what-others-wrote'

async function seed(doors: OwnersWorld): Promise<void> {
  const at = doors.ctx.clock.now()
  for (const ip of [inside, outside, '192.0.2.200']) {
    await list(doors, ip)
    await sent(doors, `${ip}/32`, at, { ham: 300, spam: 100, complaints: 4, refused: 50 })
    await transact(doors.ctx, async (tx) => {
      const says = { channel: 'mail', content: { text: secret }, isVerified: true, isSilent: false } as const
      const by = { role: 'sender', mailbox: 'eve@example.net' as MailAddress, language: 'en', says } as const
      await openCase(tx, { kind: 'mail', about: `${ip}/32`, by })
    })
  }
}

/** Bob, signed in, with a token, and a claim to 192.0.2.0/26 that stands so. Of `foreign` the id is of a claim of Ada's. */
async function world(standing: Standing): Promise<World> {
  const doors = ownersWorld(await open())
  const ada = await signedIn(doors, 'ada@example.org')
  const adas = await proven(doors, ada, '192.0.2.0/24')
  const bob = await signedIn(doors, 'bob@example.org')
  let path = adas
  if (standing === 'part' || standing === 'taken-back') {
    await ada.submit(adas, { do: 'give', range: '192.0.2.0/26', mailbox: 'bob@example.org' })
    path = (await claimed(bob, '192.0.2.0/26')).path
  } else if (standing === 'open') path = (await claimed(bob, '192.0.2.0/26')).path
  else if (standing !== 'foreign') path = await proven(doors, bob, '192.0.2.0/26')
  const made = await (await bob.submit('/owners/programs', { do: 'add', name: 'dashboard' })).text()
  const [token = ''] = /pto_[0-9a-z]{52}/.exec(made) ?? []
  assert.notEqual(token, '')
  // The hour in which it was proven is not told.
  doors.ctx.clock.advance(hour)
  await seed(doors)
  doors.ctx.clock.advance(2 * hour)
  await end(doors, standing, ada, adas, bob, path)
  return { doors, browser: bob, id: path.split('/').at(-1) ?? '', token }
}

async function end(
  doors: OwnersWorld,
  standing: Standing,
  ada: Visitor,
  adas: string,
  bob: Visitor,
  path: string,
): Promise<void> {
  if (standing === 'taken-back') {
    const [, part = ''] = /name="part" value="([0-9a-z]{26})"/.exec(await (await ada.get(adas)).text()) ?? []
    await ada.submit(adas, { do: 'take-back', part })
  }
  if (standing === 'given-up') await bob.submit(path, { do: 'give-up' })
  const { claims } = await listClaims(doors.ctx, { state: 'granted', limit: 9 })
  const bobs = claims.find(({ owner }) => owner.mailbox === 'bob@example.org')
  if (standing === 'revoked') await revokeClaim(doors.ctx, bobs?.claim.id ?? '')
  if (standing === 'expired') {
    doors.txt.delete(zone)
    for (const _ of [1, 2]) {
      doors.ctx.clock.advance(day)
      await recheckClaims(doors.ctx)
    }
  }
}

/** The same with a session that is still good after days. */
async function again({ doors, browser }: World, standing: Standing): Promise<Visitor> {
  return standing === 'expired' ? await signedIn(doors, 'bob@example.org') : browser
}

interface Expected {
  /** Of the claim's own page: by whose it is and how it stands. */
  readonly status: Readonly<Record<Standing, number>>
}

const all = (status: number): Expected['status'] =>
  Object.fromEntries(standings.map((standing) => [standing, status])) as Expected['status']

const notGranted = { 'taken-back': 409, revoked: 409, expired: 409, 'given-up': 409, open: 409 }

/** GET by name of the route. */
const pages: Readonly<Record<keyof typeof routes.owners, Expected>> = {
  start: { status: all(200) },
  asked: { status: all(200) },
  link: { status: all(404) },
  mine: { status: all(200) },
  claim: { status: { ...all(200), foreign: 404 } },
  figures: { status: { ...all(200), ...notGranted, foreign: 404 } },
  figuresFile: { status: { ...all(200), ...notGranted, foreign: 404 } },
  programs: { status: all(200) },
  contactAsked: { status: all(200) },
  contact: { status: all(404) },
}

/** POST to a claim's page by what is to be done. */
const deeds: readonly (Expected & { readonly fields: Readonly<Record<string, string>> })[] = [
  { fields: { do: 'txt' }, status: { ...notGranted, own: 303, part: 200, foreign: 404, open: 200 } },
  { fields: { do: 'contacts' }, status: { ...notGranted, own: 200, part: 200, foreign: 404, open: 200 } },
  {
    fields: { do: 'ask-contact', mailbox: 'x@example.net' },
    status: { ...notGranted, own: 422, part: 422, foreign: 404, open: 422 },
  },
  {
    fields: { do: 'give', range: '192.0.2.0/28', mailbox: 'eve@example.net' },
    status: { ...notGranted, own: 303, part: 409, foreign: 404 },
  },
  { fields: { do: 'take-back', part: 'x' }, status: all(404) },
]

/** POST to the page of all networks: what is not held is not found. */
const asks: readonly Readonly<Record<string, string>>[] = [
  { do: 'free', prefix: inside },
  { do: 'write', about: inside, text: 'Please look at it.' },
]

describe('What an owner gets of a network', () => {
  for (const standing of standings) {
    it(`that is ${standing}: pages`, async () => {
      const it = await world(standing)
      const browser = await again(it, standing)
      for (const [name, { status }] of Object.entries(pages)) {
        const route = routes.owners[name as keyof typeof routes.owners]
        const path = route.pattern.replace(':id', it.id).replace(':link', `${it.id}.${'x'.repeat(43)}`)
        const answer = await browser.get(path)
        assert.equal(answer.status, status[standing], `GET ${path}`)
        const text = await answer.text()
        assert.ok(!text.includes(outside), `${path} shows foreign space`)
        assert.ok(!text.includes('192.0.2.200'), `${path} shows space of the wider owner`)
        assert.ok(!text.includes(secret) && !text.includes('eve@example.net'), `${path} shows others`)
        if (name === 'mine' || name === 'figures' || name === 'figuresFile')
          assert.equal(text.includes(inside), holds.includes(standing), `${path} shows ${inside}`)
        if (name === 'claim' && standing !== 'foreign')
          assert.equal(text.includes(routes.owners.figures.href({ id: it.id })), holds.includes(standing))
      }
    })

    it(`that is ${standing}: deeds`, async () => {
      const it = await world(standing)
      const browser = await again(it, standing)
      for (const fields of asks) {
        const answer = await browser.submit('/owners/networks', fields)
        assert.equal(answer.status, holds.includes(standing) ? 303 : 404, JSON.stringify(fields))
        const foreign = { ...fields, ...('prefix' in fields ? { prefix: outside } : { about: outside }) }
        assert.equal((await browser.submit('/owners/networks', foreign)).status, 404)
      }
      for (const { fields, status } of deeds) {
        const answer = await browser.submit(`/owners/networks/${it.id}`, fields)
        assert.equal(answer.status, status[standing], `${fields['do']}`)
      }
    })

    it(`that is ${standing}: the API`, async () => {
      const it = await world(standing)
      const endpoints = apiEndpoints.filter(({ permission }) => permission === 'owner')
      assert.deepEqual(
        endpoints.map(({ path }) => path),
        ['/owner/networks', '/owner/listings', '/owner/figures', '/owner/cases'],
      )
      for (const { path, method, safe } of endpoints) {
        assert.ok(safe && method === 'get', `${path} only reads`)
        const query = path === '/owner/figures' ? '?network=192.0.2.0/26' : ''
        const answer = await it.browser.get(`/api/v1${path}${query}`, { authorization: `Bearer ${it.token}` })
        const isRefused = path === '/owner/figures' && !holds.includes(standing)
        assert.equal(answer.status, isRefused ? 404 : 200, path)
        const text = await answer.text()
        assert.ok(!text.includes('198.51.100.') && !text.includes('192.0.2.200') && !text.includes(secret))
        const shows = path === '/owner/networks' ? text.includes('192.0.2.0/26') : text.includes(inside)
        assert.equal(shows, holds.includes(standing), path)
        if (path !== '/owner/figures') continue
        for (const network of ['198.51.100.0/24', '192.0.2.0/24', '192.0.2.200']) {
          const foreign = await it.browser.get(`/api/v1${path}?network=${network}`, {
            authorization: `Bearer ${it.token}`,
          })
          assert.equal(foreign.status, 404, network)
        }
      }
    })
  }

  it('needs a session at every page but the first ones', async () => {
    const { doors, id } = await world('own')
    const stranger = doors.visitor('203.0.113.77')
    for (const name of ['mine', 'claim', 'figures', 'figuresFile', 'programs'] as const) {
      const path = routes.owners[name].pattern.replace(':id', id)
      assert.equal((await stranger.get(path)).headers.get('location'), '/owners', path)
      assert.ok([403, 404].includes((await stranger.submit(path, { do: 'add', name: 'x' })).status), path)
    }
  })
})

describe('The token of a program', () => {
  it('is shown once, and never stored', async () => {
    const { doors, browser, token } = await world('own')
    assert.ok(!(await (await browser.get('/owners/programs')).text()).includes(token))
    assert.ok(!(await doors.dump()).includes(token))
    assert.match(await textOf(await browser.get('/zh-CN/owners/programs')), /dashboard.*从未/)
  })

  it('opens nothing once it is taken back, nor after a year, nor anything else', async () => {
    const { doors, browser, token } = await world('own')
    const ask = async (path: string, bearer = token) =>
      (await browser.get(`/api/v1${path}`, { authorization: `Bearer ${bearer}` })).status
    assert.equal(await ask('/owner/networks'), 200)
    assert.equal(await ask('/listings'), 401)
    assert.equal(await ask('/owner/networks', `pto_${'0'.repeat(52)}`), 401)
    assert.equal((await browser.get('/owners/networks', { authorization: `Bearer ${token}` })).status, 200)
    doors.ctx.clock.advance(366 * day)
    assert.equal(await ask('/owner/networks'), 401)
    const other = await world('own')
    const [, id = ''] =
      /name="token" value="([0-9a-z]{26})"/.exec(
        await (await other.browser.get('/owners/programs')).text(),
      ) ?? []
    const eve = await signedIn(other.doors, 'eve@example.org')
    assert.equal((await eve.submit('/owners/programs', { do: 'remove', token: id })).status, 404)
    assert.equal((await other.browser.submit('/owners/programs', { do: 'remove', token: id })).status, 303)
    const gone = await other.browser.get('/api/v1/owner/networks', { authorization: `Bearer ${other.token}` })
    assert.equal(gone.status, 401)
  })

  it('says what is left of its budget, and is held to it', async () => {
    const { browser, token } = await world('own')
    let last = await browser.get('/api/v1/owner/networks', { authorization: `Bearer ${token}` })
    assert.match(last.headers.get('ratelimit') ?? '', /owners\.api\.owner\.hour";r=239/)
    for (let n = 0; n < 240; n++)
      last = await browser.get('/api/v1/owner/networks', { authorization: `Bearer ${token}` })
    assert.equal(last.status, 429)
  })

  it('is in the OpenAPI document, with what it opens', async () => {
    const { browser } = await world('own')
    const document = (await (await browser.get('/api/v1/openapi.json')).json()) as {
      readonly paths: Readonly<Record<string, { readonly get?: { readonly security?: unknown } }>>
      readonly components: { readonly securitySchemes: object }
    }
    assert.deepEqual(document.paths['/owner/figures']?.get?.security, [{ ownerToken: [] }])
    assert.ok('ownerToken' in document.components.securitySchemes)
    assert.ok(origin.startsWith('https:'))
  })
})

describe('An owner who writes to us', () => {
  it('gets a thread of their own in the case that is open about the same, and others learn nothing', async () => {
    const { browser, doors } = await world('own')
    const write = { do: 'write', about: inside, text: 'We have found the customer.' }
    const answer = await browser.submit('/owners/networks', write)
    const page = answer.headers.get('location') ?? ''
    assert.match(page, /^\/case\//)
    const text = await textOf(await browser.get(page))
    assert.match(text, /We have found the customer/)
    assert.ok(!text.includes(secret))
    const more = await browser.submit('/owners/networks', { ...write, text: 'And stopped them.' })
    assert.equal(more.headers.get('location'), page, 'the same thread')
    const cases = await doors.ctx.db.queries.selectFrom('cases').select('about').execute()
    assert.equal(cases.filter(({ about }) => about === `${inside}/32`).length, 1)
    const elsewhere = await browser.submit('/owners/networks', { ...write, about: '192.0.2.7' })
    assert.match(elsewhere.headers.get('location') ?? '', /^\/case\//)
    assert.match(await textOf(await browser.get('/owners/networks')), /192\.0\.2\.7.*Open your thread/)
  })

  it('says something, about what is theirs', async () => {
    const { browser } = await world('own')
    for (const [about, text, status] of [
      [inside, '', 422],
      [inside, 'x'.repeat(4001), 422],
      ['nowhere', 'Hello', 422],
      [outside, 'Hello', 404],
    ] as const)
      assert.equal((await browser.submit('/owners/networks', { do: 'write', about, text })).status, status)
  })
})
