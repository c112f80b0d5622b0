import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { parseListable } from '../standards/prefix.ts'
import { testSettings } from '../../test/support/context.ts'
import { testSite } from '../../test/support/site.ts'
import { declaredPages } from './declared-pages.ts'
import type { PublicDeps } from './deps.ts'
import type { Web } from './env.ts'
import { readForm } from './form-data.ts'

const origin = 'https://postmaster.provider.example'

async function get(app: Web, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return await app.request(origin + path, { headers })
}

/** A part with a form, a fault and a page that shows who asks. */
function parts(seen: string[] = []): Pick<PublicDeps, 'parts' | 'declared'> {
  const add = (app: Web): void => {
    app.post('/form', async (c) => {
      seen.push((await readForm(c)).get('a') ?? '')
      return c.text('done')
    })
    app.post('/api/v1/thing', async (c) => c.json({ length: (await c.req.text()).length }))
    app.get('/fault/:secret', () => {
      throw new Error('the disk is on fire')
    })
    app.get('/who', (c) => c.text(c.var.client.words[0].toString(16)))
  }
  const own = [
    { method: 'POST', pattern: '/form' },
    { method: 'POST', pattern: '/api/v1/thing' },
    { method: 'GET', pattern: '/fault/:secret' },
    { method: 'GET', pattern: '/who' },
  ] as const
  return {
    parts: [add],
    declared: [...declaredPages, ...own.map((each) => ({ ...each, opensTo: 'anyone' }))],
  }
}

describe('the public server', () => {
  it('sends security headers with every answer, errors and assets included', async () => {
    const app = testSite(parts())
    for (const path of [
      '/',
      '/nothing',
      '/fault/x',
      '/assets/style.css',
      '/.well-known/security.txt',
      '/api/v1/nothing',
    ]) {
      const { headers } = await get(app, path)
      const policy = headers.get('Content-Security-Policy') ?? ''
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, path)
      for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
        assert.ok(policy.includes(directive))
      assert.ok(!policy.includes('unsafe'), path)
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
      assert.equal(headers.get('Referrer-Policy'), 'no-referrer')
      assert.equal(headers.get('Cross-Origin-Opener-Policy'), 'same-origin')
      assert.equal(headers.get('Strict-Transport-Security'), 'max-age=31536000')
    }
  })

  it('promises https only where it is served over it', async () => {
    const settings = testSettings()
    const plain = testSite({
      settings: { ...settings, provider: { ...settings.provider, site: 'http://127.0.0.1:8080' } },
    })
    assert.equal((await get(plain, '/')).headers.get('Strict-Transport-Security'), null)
  })

  it('lets nobody keep a page about one sender', async () => {
    const app = testSite()
    for (const path of ['/ip/192.0.2.45', '/c/new_192-0-2-45', '/find?q=x', '/nothing', '/codes/5.7.26']) {
      assert.equal((await get(app, path)).headers.get('Cache-Control'), 'no-store', path)
    }
    assert.equal((await get(app, '/codes')).headers.get('Cache-Control'), 'private, max-age=300')
  })

  it('answers HEAD as GET without the body', async () => {
    const app = testSite()
    for (const path of ['/', '/codes', '/ip/192.0.2.45', '/healthz']) {
      const [head, full] = [await app.request(origin + path, { method: 'HEAD' }), await get(app, path)]
      assert.equal(head.status, 200)
      assert.equal(await head.text(), '')
      assert.equal(head.headers.get('Content-Type'), full.headers.get('Content-Type'))
    }
  })

  it('serves assets for ever under the hash of their content, and an older address for a minute', async () => {
    const app = testSite()
    const style =
      /href="(\/assets\/style\.[0-9a-f]{12}\.css)"/.exec(await (await get(app, '/')).text())?.[1] ?? ''
    const now = await get(app, style)
    assert.equal(now.headers.get('Cache-Control'), 'public, max-age=31536000, immutable')
    assert.match(now.headers.get('Content-Type') ?? '', /^text\/css/)
    const old = await get(app, style.replace(/[0-9a-f]{12}/, '0'.repeat(12)))
    assert.equal(old.headers.get('Cache-Control'), 'public, max-age=60')
    assert.equal((await get(app, '/assets/../package.json')).status, 404)
    assert.equal((await get(app, '/assets/%2e%2e%2fpackage.json')).status, 404)
  })

  it('refuses more than 64 KiB, whether the length is said or not', async () => {
    const app = testSite(parts())
    const body = `a=${'x'.repeat(65 * 1024)}`
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: origin }
    assert.equal((await app.request(`${origin}/form`, { method: 'POST', body, headers })).status, 413)
    const stream = new Blob([body]).stream()
    const streamed = await app.request(`${origin}/form`, {
      method: 'POST',
      body: stream,
      headers,
      duplex: 'half',
    })
    assert.equal(streamed.status, 413)
    assert.equal((await app.request(`${origin}/form`, { method: 'POST', body: 'a=1', headers })).status, 200)
  })

  it('leaves the limit to handlers that have their own', async () => {
    const app = testSite({ ...parts(), largeBodies: ['/api/v1/thing'] })
    const response = await app.request(`${origin}/api/v1/thing`, {
      method: 'POST',
      body: 'x'.repeat(100_000),
    })
    assert.deepEqual(await response.json(), { length: 100_000 })
  })

  it('logs a fault once, without the path, under the reference that the page shows', async () => {
    const lines: Record<string, unknown>[] = []
    const log = {
      info() {},
      warn() {},
      error: (event: string, fields?: object) => void lines.push({ event, ...fields }),
    }
    const response = await get(testSite({ ...parts(), log }), '/fault/s3cret')
    assert.equal(response.status, 500)
    const page = await response.text()
    assert.equal(lines.length, 1)
    assert.ok(page.includes(String(lines[0]?.['reference'])))
    assert.ok(!page.includes('disk is on fire'))
    assert.ok(!JSON.stringify(lines).includes('s3cret'))
    assert.equal(lines[0]?.['route'], '/fault/:secret')
  })

  it('answers programs with problem documents', async () => {
    const response = await get(testSite(), '/api/v1/nothing')
    assert.equal(response.status, 404)
    assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
    assert.deepEqual(((await response.json()) as { code: string }).code, 'not-found')
  })

  it('takes the client from the socket, or from a proxy that it trusts', async () => {
    const socket = { incoming: { socket: { remoteAddress: '::ffff:203.0.113.9' } } }
    const ask = async (trusted: string[]): Promise<string> => {
      const app = testSite({
        ...parts(),
        trustedProxies: trusted.map((prefix) => orThrow(parseListable(prefix))),
      })
      const headers = { 'X-Forwarded-For': '198.51.100.1, 192.0.2.45' }
      return await (await app.request(`${origin}/who`, { headers }, socket)).text()
    }
    assert.equal(await ask([]), 'cb007109')
    assert.equal(await ask(['203.0.113.0/24']), 'c000022d')
  })
})

describe('the language of a page', () => {
  const app = testSite()
  const language = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await get(app, path, headers)
    const [, lang = ''] = /<html lang="([^"]+)"/.exec(await response.text()) ?? []
    assert.equal(response.headers.get('Content-Language'), lang)
    return lang
  }

  it('is the one in the address, else the chosen one, else the best that the browser asks for', async () => {
    assert.equal(await language('/codes'), 'en')
    assert.equal(await language('/codes', { 'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8' }), 'zh-CN')
    assert.equal(await language('/codes', { 'Accept-Language': 'de, zh;q=0.3, en;q=0.5' }), 'en')
    assert.equal(await language('/codes', { 'Accept-Language': 'zh-TW' }), 'zh-CN')
    assert.equal(await language('/codes', { 'Accept-Language': 'fr' }), 'en')
    assert.equal(await language('/codes', { 'Accept-Language': 'zh', Cookie: 'lang=en' }), 'en')
    assert.equal(await language('/codes', { Cookie: 'lang=xx' }), 'en')
    assert.equal(await language('/zh-CN/codes', { Cookie: 'lang=en' }), 'zh-CN')
    assert.equal(await language('/zh-cn/codes'), 'zh-CN')
    assert.equal(await language('/zh-CN'), 'zh-CN')
    assert.equal(await language('/zh-CN/'), 'zh-CN')
    assert.equal(await language('/en/no/such/page', { 'Accept-Language': 'zh' }), 'en')
  })

  it('is said to caches, search engines and readers', async () => {
    const response = await get(app, '/zh-CN/codes?x=1')
    assert.match(response.headers.get('Vary') ?? '', /Accept-Language, Cookie/)
    const page = (await response.text()).replaceAll(/\s+/g, ' ').replaceAll(/ (\/?>)/g, '$1')
    assert.ok(page.includes(`<link rel="alternate" hreflang="en" href="${origin}/en/codes"/>`))
    assert.ok(page.includes(`<link rel="alternate" hreflang="zh-CN" href="${origin}/zh-CN/codes"/>`))
    assert.ok(page.includes(`<link rel="alternate" hreflang="x-default" href="${origin}/codes"/>`))
    assert.ok(page.includes('<a href="/en/codes?x=1" hreflang="en" lang="en" rel="alternate">English</a>'))
  })

  it('stays in the links of a page that has it in its address', async () => {
    const page = await (await get(app, '/zh-CN/')).text()
    assert.ok(page.includes('href="/zh-CN/codes"'))
    assert.ok(!page.includes('href="/codes"'))
    assert.ok((await (await get(app, '/')).text()).includes('href="/codes"'))
    const found = await get(app, '/zh-CN/find?q=192.0.2.45')
    assert.equal(found.headers.get('Location'), '/zh-CN/ip/192.0.2.45')
  })

  it('is remembered only when somebody chose another than they would have got', async () => {
    const chosen = (await get(app, '/zh-CN/codes')).headers.get('Set-Cookie') ?? ''
    assert.match(chosen, /^lang=zh-CN; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    assert.equal(
      (await get(app, '/zh-CN/codes', { 'Accept-Language': 'zh' })).headers.get('Set-Cookie'),
      null,
    )
    assert.equal((await get(app, '/codes')).headers.get('Set-Cookie'), null)
  })

  it('is not in front of paths for programs', async () => {
    assert.equal((await get(app, '/en/.well-known/security.txt')).status, 404)
    assert.equal((await get(app, '/en/assets/style.css')).status, 404)
  })
})

describe('forms from other sites', () => {
  const own = { Host: 'postmaster.provider.example' }
  const matrix: readonly (readonly [name: string, headers: Record<string, string>, allowed: boolean])[] = [
    ['same origin', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['typed in', { 'Sec-Fetch-Site': 'none' }, true],
    ['same site', { 'Sec-Fetch-Site': 'same-site' }, false],
    ['cross site', { 'Sec-Fetch-Site': 'cross-site' }, false],
    [
      'cross site with a matching Host',
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example', ...own },
      false,
    ],
    ['cross site with an Origin of ours', { 'Sec-Fetch-Site': 'cross-site', Origin: origin }, false],
    ['no headers (a program)', {}, true],
    ['Origin of ours', { Origin: origin }, true],
    ['Origin that matches the Host', { Origin: 'http://127.0.0.1:8080', Host: '127.0.0.1:8080' }, true],
    ['Origin of another', { Origin: 'https://evil.example', ...own }, false],
    ['Origin null', { Origin: 'null', ...own }, false],
    ['Origin of a sub-domain', { Origin: 'https://x.postmaster.provider.example', ...own }, false],
    [
      'Origin over http where we are https',
      { Origin: 'http://postmaster.provider.example', Host: 'other.example' },
      false,
    ],
    ['bearer token', { 'Sec-Fetch-Site': 'cross-site', Authorization: 'Bearer x' }, true],
  ]

  for (const [name, headers, allowed] of matrix) {
    it(`${allowed ? 'pass' : 'are refused'}: ${name}`, async () => {
      const seen: string[] = []
      const response = await testSite(parts(seen)).request(`${origin}/form`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        body: 'a=1',
      })
      assert.equal(response.status, allowed ? 200 : 403)
      assert.equal(seen.length, allowed ? 1 : 0)
    })
  }
})

describe('fields of a form', () => {
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/x-www-form-urlencoded',
  ): Promise<[number, string, string[]]> => {
    const seen: string[] = []
    const response = await testSite(parts(seen)).request(`${origin}/form`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    })
    const [, heading = ''] = /<h1>(.*?)<\/h1>/s.exec(await response.text()) ?? []
    return [response.status, heading, seen]
  }

  it('come as they were typed', async () => {
    assert.deepEqual((await post('a=%E4%BD%A0%E5%A5%BD+%2B%25&b=2'))[2], ['你好 +%'])
    assert.deepEqual((await post('a=1%0D%0A2'))[2], ['1\n2'])
    assert.deepEqual((await post('a=100%'))[2], ['100%'])
  })

  it('are refused in words when they cannot be read', async () => {
    for (const [body, type, words] of [
      ['a=%C4%E3', undefined, /UTF-8/],
      [Uint8Array.from([0x61, 0x3d, 0xff, 0xfe]), undefined, /UTF-8/],
      ['a=1', 'application/x-www-form-urlencoded; charset=gb2312', /UTF-8/],
      ['a=x%00y', undefined, /control characters/],
      ['a=x%1B[31m', undefined, /control characters/],
      ['a=1&a=2', undefined, /more than once/],
      ['{"a":1}', 'application/json', /not the form of this page/],
      ['a=1', 'text/plain', /not the form of this page/],
    ] as const) {
      const [status, heading, seen] = await post(body, type)
      assert.equal(status, 422, String(body))
      assert.match(heading, words)
      assert.deepEqual(seen, [])
    }
  })
})

describe('hostile requests', () => {
  const app = testSite(parts())

  it('never end in a fault', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '..',
        '%',
        '%00',
        '%ff',
        '%2f',
        '?',
        '#',
        ':',
        'en',
        'zh-CN',
        'ip',
        'c',
        'codes',
        'find',
        'q=',
        '&',
        '[',
        '::',
        '\\',
        '\u202e',
        '文',
      ),
      fc.string({ unit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.string(), async (pieces, language) => {
        const url = `${origin}/${pieces.join('')}`
        if (!URL.canParse(url)) return
        const headers = { 'Accept-Language': language.replaceAll(/[^\x20-\x7e]/g, '').trim() }
        const response = await app.request(new Request(url, { headers }))
        assert.ok(response.status < 500, url)
        await response.text()
      }),
      { numRuns: 500 },
    )
  })

  it('never end in a fault when they send a form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
        const response = await app.request(`${origin}/form`, {
          method: 'POST',
          headers,
          body: Uint8Array.from(bytes),
        })
        assert.ok([200, 422].includes(response.status))
      }),
      { numRuns: 1000 },
    )
  })
})
