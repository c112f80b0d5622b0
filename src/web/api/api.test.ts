import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { testContext } from '../../../test/support/context.ts'
import { directReader } from '../../../test/support/direct-reader.ts'
import { testSite } from '../../../test/support/site.ts'
import { orThrow } from '../../base/refusal.ts'
import { Clockwork } from '../../core/public-clock/actions.ts'
import { Transparency } from '../../core/abuse/transparency-actions.ts'
import { Checks } from '../../core/checks/actions.ts'
import { as, type Context } from '../../core/context.ts'
import { addListing } from '../../core/listings/actions.ts'
import { addToken } from '../../core/operators/token-actions.ts'
import { parseListable } from '../../standards/prefix.ts'
import { visitorOf } from '../client.ts'
import type { Web } from '../env.ts'
import { apiEndpoints, apiRoutes } from './api.ts'
import { problem } from './problem-schemas.ts'

const { open, close } = databases('SQLite')
after(close)

const site = 'https://postmaster.provider.example'

async function api(): Promise<{ readonly ctx: Context; readonly web: Web }> {
  const ctx = testContext({ db: await open() })
  const web = testSite({
    parts: [
      (app) =>
        apiRoutes(app, {
          contextFor: (c) => as(ctx, visitorOf(c.var.client)),
          checks: new Checks(),
          transparency: new Transparency(),
          clockwork: new Clockwork(),
          reader: directReader,
          site,
          version: '0',
        }),
    ],
  })
  await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
  return { ctx, web }
}

async function get(web: Web, path: string, token?: string): Promise<Response> {
  return await web.request(`${site}/api/v1${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
}

/** What the schema does not name would be taken away by it. */
async function fits(response: Response, path: string): Promise<void> {
  const body: unknown = await response.json()
  const schema = apiEndpoints.find((endpoint) => endpoint.path === path && endpoint.method === 'get')?.answer
  assert.deepEqual(schema?.parse(body), body)
}

describe('The API', () => {
  it('answers as its OpenAPI document says', async () => {
    const { ctx, web } = await api()
    const { token } = await addToken(ctx, { name: 'robot', kind: 'api' })
    await fits(await get(web, '/senders/192.0.2.45'), '/senders/{ip}')
    await fits(await get(web, '/senders/192.0.2.45', token), '/senders/{ip}')
    await fits(await get(web, '/senders/192.0.2.46', token), '/senders/{ip}')
    await fits(await get(web, '/listings', token), '/listings')
    await fits(await get(web, '/problems'), '/problems')
    await fits(await get(web, '/transparency'), '/transparency')
    await fits(await get(web, '/clock'), '/clock')
    const document = (await (await get(web, '/openapi.json')).json()) as { paths: object }
    assert.ok('/events' in document.paths)
  })

  it('refuses with a problem document that has every member it promises', async () => {
    const { web } = await api()
    for (const path of ['/senders/010.0.0.1', '/listings', '/nothing', '/delist-requests/x']) {
      const response = await get(web, path)
      assert.equal(response.headers.get('content-type'), 'application/problem+json', path)
      const body: unknown = await response.json()
      assert.deepEqual(problem.parse(body), body, path)
    }
  })

  it('says what is left of a budget, to who is answered and to who is refused', async () => {
    const { web } = await api()
    const first = await get(web, '/senders/192.0.2.45')
    assert.equal(first.headers.get('ratelimit-policy'), '"lookup.client.day";q=30;w=86400')
    assert.equal(first.headers.get('ratelimit'), '"lookup.client.day";r=29')
    for (let asked = 1; asked < 30; asked++) await get(web, '/senders/192.0.2.45')
    const refused = await get(web, '/senders/192.0.2.45')
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '86400')
    assert.equal(refused.headers.get('ratelimit'), '"lookup.client.day";r=0')
  })
})
