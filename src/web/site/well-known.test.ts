import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reasonNames, reasons } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { testSettings, testStart } from '../../../test/support/context.ts'
import { testShelf, testSite } from '../../../test/support/site.ts'

const origin = 'https://postmaster.provider.example'
const app = testSite()

async function get(path: string): Promise<{ readonly status: number; readonly page: string }> {
  const answer = await app.request(origin + path)
  return { status: answer.status, page: await answer.text() }
}

describe('what programs read', () => {
  it('is the policy, generated from the configuration', async () => {
    const response = await app.request(`${origin}/.well-known/postmaster-policy.json`)
    assert.match(response.headers.get('Content-Type') ?? '', /^application\/json/)
    const policy = (await response.json()) as Record<string, unknown> & {
      reasons: { reference: string; page: string }[]
    }
    assert.deepEqual(
      policy.reasons.map(({ reference }) => reference),
      reasonNames.map((name) => reasons[name].reference),
    )
    assert.equal(policy.reasons[0]?.page, `${origin}/codes/unwanted-mail`)
    assert.deepEqual(policy['outbound'], ['203.0.113.0/24'])
    assert.deepEqual(policy['languages'], ['en', 'zh-CN'])
    const limits = policy['limits'] as Record<string, unknown>
    assert.deepEqual(limits['lookup.client.day'], {
      count: 30,
      seconds: 86_400,
      why: 'The look-up tells about one address; it is no way to read the whole list.',
    })
    assert.ok(!Object.keys(limits).some((name) => /sign-in|delist\.v4|delist\.all/.test(name)))
  })

  it('tells where to read, what changes and how long things last', async () => {
    const { page } = await get('/.well-known/postmaster-policy.json')
    const policy = JSON.parse(page) as Record<string, Record<string, unknown>>
    assert.deepEqual(policy['announcements'], {
      en: `${origin}/en/announcements.atom`,
      'zh-CN': `${origin}/zh-CN/announcements.atom`,
    })
    assert.equal(policy['guide'], `${origin}/guide`)
    assert.deepEqual(policy['terms']?.['people'], [86_400, 259_200, 604_800, 2_592_000])
    assert.deepEqual(policy['answers'], { review: 172_800, confirmation: 3600 })
    assert.deepEqual(policy['authentication'], { highVolume: 5000, mode: 'observe' })
  })

  it('is a map of every page in every language, each of which is there and may be found', async () => {
    const { page } = await get('/sitemap.xml')
    const places = [...page.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, place = '']) =>
      place.replace(origin, ''),
    )
    assert.equal(new Set(places).size, places.length)
    const pages = testShelf(testSettings()).guide.pages('en').length
    assert.ok(places.length > 2 * (pages + reasonNames.length))
    for (const place of places.filter(
      (each) => !/\/(?:delist|report|transparency|clock|my-data|owners|recipients)$/.test(each),
    )) {
      const found = await get(place)
      assert.equal(found.status, 200, place)
      assert.doesNotMatch(found.page, /content="noindex"/, place)
    }
  })

  it('is a security.txt that is valid for months', async () => {
    const text = (await get('/.well-known/security.txt')).page
    const fields = new Map(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
    )
    assert.equal(fields.get('Contact'), 'mailto:postmaster@provider.example')
    assert.equal(fields.get('Canonical'), `${origin}/.well-known/security.txt`)
    const left = Date.parse(fields.get('Expires') ?? '') - testStart
    assert.ok(left > 100 * day && left < 366 * day)
  })

  it('keeps robots out of what is about one sender, and says how it is', async () => {
    const robots = (await get('/robots.txt')).page
    assert.match(robots, /^Disallow: \/c\/$/m)
    assert.match(robots, /^Disallow: \/\*\/c\/$/m)
    assert.match(robots, /^Sitemap: https:\/\/postmaster\.provider\.example\/sitemap\.xml$/m)
    assert.equal((await get('/healthz')).page, 'ok\n')
    assert.equal((await get('/readyz')).status, 200)
    const { site } = {
      site: {
        explain: fail,
        recheck: fail,
        ladder: fail,
        isBraked: async () => false,
        openCase: fail,
        analyse: fail,
        notReady: async () => 'no database',
      },
    }
    const response = await testSite({ site }).request(`${origin}/readyz`)
    assert.equal(response.status, 503)
    assert.equal(await response.text(), 'not ready: no database\n')
  })

  it('says what outsiders may open', async () => {
    const support = { ...testSettings().support, external: 'none', reasons: { complaints: 'form' } } as const
    const answer = await testSite({ settings: testSettings({ support }) }).request(
      `${origin}/.well-known/postmaster-policy.json`,
    )
    const policy = (await answer.json()) as Record<string, unknown>
    assert.deepEqual(policy['support'], { external: 'none' })
    const cases = (policy['reasons'] as { name: string; cases: string }[]).map(
      ({ name, cases: rule }) => [name, rule] as const,
    )
    const byName = new Map(cases)
    assert.deepEqual([byName.get('complaints'), byName.get('spam')], ['form', 'none'])
  })
})

async function fail(): Promise<never> {
  throw new Error('not asked here')
}
