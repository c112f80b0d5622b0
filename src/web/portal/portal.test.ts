import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { databases } from '../../../test/support/database.ts'
import { testContext } from '../../../test/support/context.ts'
import { testSite } from '../../../test/support/site.ts'
import { as } from '../../core/context.ts'
import { startRequest, type Started } from '../../core/delisting/actions.ts'
import type { Web } from '../env.ts'
import { portalRoutes } from './portal.ts'

const { open, close } = databases('SQLite')
after(close)

const origin = 'https://postmaster.provider.example'

async function portal(): Promise<{ readonly site: Web; start(): Promise<Started> }> {
  const ctx = as(testContext({ db: await open() }), { kind: 'visitor', client: '198.51.100.7/32' })
  const site = testSite({ parts: [(app) => portalRoutes(app, { contextFor: () => ctx, https: true })] })
  const start = async (): Promise<Started> =>
    await startRequest(ctx, { ip: '192.0.2.45', mailbox: 'ada@example.org', language: 'en', statement: true })
  return { site, start }
}

const nameOf = (id: string): string => `__Host-pd_${id.slice(0, 12)}`

async function get(site: Web, path: string, cookie = ''): Promise<Response> {
  return await site.request(`${origin}${path}`, { headers: { cookie } })
}

async function post(
  site: Web,
  path: string,
  fields: Readonly<Record<string, string>>,
  cookie = '',
): Promise<Response> {
  const headers = {
    cookie,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
  return await site.request(`${origin}${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields).toString(),
  })
}

/** The cookies that an answer sets, and those that it takes back. */
function cookiesOf(answer: Response): {
  readonly set: readonly string[]
  readonly dropped: readonly string[]
} {
  const all = answer.headers.getSetCookie()
  const taken = all.filter((line) => /max-age=0/i.test(line))
  return {
    set: all.filter((line) => !taken.includes(line)).map((line) => line.split(';', 1)[0] ?? ''),
    dropped: taken.map((line) => line.split('=', 1)[0] ?? ''),
  }
}

describe('The page of a request', () => {
  it('opens for the browser that began it, and for no cookie that only names a code', async () => {
    const { site, start } = await portal()
    const { id, code, secret } = await start()
    const mine = await get(site, `/delist/${id}`, `${nameOf(id)}=${code}.${secret}`)
    assert.match(await mine.text(), /192\.0\.2\.45/)
    for (const value of [code, `${code}.${code}`, `.${secret}`, 'ABC123', `${code}.${'x'.repeat(43)}`]) {
      const answer = await get(site, `/delist/${id}`, `${nameOf(id)}=${value}`)
      assert.doesNotMatch(await answer.text(), /192\.0\.2\.45/, value)
    }
  })

  it('opens on another device by its code; what that browser keeps is a secret', async () => {
    const { site, start } = await portal()
    const { id, code } = await start()
    assert.equal((await post(site, `/delist/${id}`, { do: 'open', code: 'ZZZZZZ' })).status, 403)
    const opened = await post(site, `/delist/${id}`, { do: 'open', code })
    assert.equal(opened.status, 303)
    const [cookie = ''] = cookiesOf(opened).set
    assert.match(cookie, /\.[\w-]{43}$/)
    assert.match(await (await get(site, `/delist/${id}`, cookie)).text(), /192\.0\.2\.45/)
  })

  it('lets a browser keep so many halves that its cookies still fit into a request', async () => {
    const { site } = await portal()
    const others = Array.from(
      { length: 60 },
      (_, n) => `__Host-pd_${String(n).padStart(12, '0')}=AAAAAA.${'x'.repeat(43)}`,
    )
    const fields = { ip: '192.0.2.45', mailbox: 'ada@example.org', statement: 'yes' }
    const crowded = cookiesOf(await post(site, '/delist', fields, `lang=en; ${others.join('; ')}`))
    assert.deepEqual(
      crowded.dropped,
      others.slice(0, 21).map((each) => each.split('=', 1)[0]),
    )
    assert.equal(crowded.set.length, 1)
    assert.deepEqual(
      cookiesOf(await post(site, '/delist', fields, others.slice(0, 39).join('; '))).dropped,
      [],
    )
  })
})

describe('The live stream of a request', () => {
  it('is for whoever holds its secret, and for so many at once', async () => {
    const { site, start } = await portal()
    const { id, code, secret } = await start()
    const cookie = `${nameOf(id)}=${code}.${secret}`
    assert.equal((await get(site, `/delist/${id}/events`)).status, 404)
    assert.equal((await get(site, `/delist/${id}/events`, `${nameOf(id)}=${code}`)).status, 404)
    const streams: Response[] = []
    for (let n = 0; n < 4; n++) streams.push(await get(site, `/delist/${id}/events`, cookie))
    assert.deepEqual(
      streams.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    assert.equal((await get(site, `/delist/${id}/events`, cookie)).status, 204)
    await Promise.all(streams.map(async ({ body }) => await body?.cancel()))
    await sleep(2200)
    const again = await get(site, `/delist/${id}/events`, cookie)
    assert.equal(again.status, 200)
    await again.body?.cancel()
  })
})
