import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sessionOf, testCode, testPassword, testToken } from '../../../test/support/console-people.ts'
import { consoleOrigin } from '../../../test/support/console-request.ts'
import { testConsole } from '../../../test/support/console.ts'

const right = { name: 'agent', password: testPassword, code: testCode }

/** A form sent to any address, as a browser of today sends it. */
async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return await testConsole().app.request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  })
}

describe('Signing in to the console', () => {
  it('gives a session in a cookie that only this host over https can set and read', async () => {
    const answer = await post(`${consoleOrigin}/sign-in`, right)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), '/')
    const cookie = answer.headers.get('set-cookie') ?? ''
    assert.match(cookie, new RegExp(`^__Host-postern-console=${sessionOf('agent')};`))
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'])
      assert.ok(cookie.includes(attribute), attribute)
    assert.doesNotMatch(cookie, /Domain|Max-Age|Expires/)
  })

  it('gives a plain cookie over http on the machine itself, where https is not to be had', async () => {
    const answer = await post('http://127.0.0.1:8081/sign-in', right)
    assert.match(answer.headers.get('set-cookie') ?? '', /^postern-console=.+; HttpOnly; SameSite=Lax$/)
  })

  it('takes no password over plain http across a network, and says how else', async () => {
    const { app, deeds } = testConsole()
    const page = await app.request('http://console.provider.example/sign-in')
    const text = await page.text()
    assert.match(text, /ssh -L 8081/)
    assert.doesNotMatch(text, /type="password"/)
    const answer = await post('http://console.provider.example/sign-in', right)
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.deepEqual(deeds, [])
  })

  it('goes on to the page that was asked for, and to no other site', async () => {
    const { app } = testConsole()
    const turned = await app.request(`${consoleOrigin}/listings?text=192.0.2.45`)
    const next = new URL(turned.headers.get('location') ?? '', consoleOrigin).searchParams.get('next')
    assert.equal(next, '/listings?text=192.0.2.45')
    assert.equal(
      (await post(`${consoleOrigin}/sign-in`, { ...right, next: next ?? '' })).headers.get('location'),
      next,
    )
    assert.equal(
      (await post(`${consoleOrigin}/sign-in`, { ...right, next: '//evil.example' })).headers.get('location'),
      '/',
    )
  })

  it('with a provider says what became of it when it fails, in words of its own, and both ways on', async () => {
    const { app } = testConsole()
    for (const [language, failed] of [
      ['en', 'begun in another browser'],
      ['zh-CN', '在另一个浏览器中开始'],
    ] as const) {
      const answer = await app.request(`${consoleOrigin}/sign-in/provider/answer`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          'accept-language': language,
        },
        body: new URLSearchParams({ query: 'error=access_denied' }).toString(),
      })
      assert.equal(answer.status, 401)
      const text = await answer.text()
      assert.ok(text.includes(failed), text)
      assert.doesNotMatch(text, /Name, password and code|用户名、密码/)
      assert.match(text, /href="\/sign-in\/provider".*href="\/sign-in"/s)
    }
    const open = await app.request('http://console.provider.example/sign-in/provider')
    assert.equal(open.headers.get('location'), '/sign-in')
  })

  it('says the same whatever was wrong, keeps the name and not the password', async () => {
    const wrong = [
      { ...right, password: 'wrong horse battery' },
      { ...right, code: '000000' },
      { ...right, name: 'nobody', password: 'x' },
    ]
    const pages = await Promise.all(
      wrong.map(async (form) => {
        const answer = await post(`${consoleOrigin}/sign-in`, form)
        assert.equal(answer.status, 401)
        assert.equal(answer.headers.get('set-cookie'), null)
        return (await answer.text()).replaceAll(form.name, 'NAME')
      }),
    )
    assert.equal(new Set(pages).size, 1)
    assert.match(pages[0] ?? '', /value="NAME"/)
    assert.doesNotMatch(pages.join(''), /battery/)
  })

  it('says when to come back after too many tries', async () => {
    const answer = await post(`${consoleOrigin}/sign-in`, { ...right, name: 'flood' })
    assert.equal(answer.status, 429)
    assert.match(await answer.text(), /4 May 2026, 10:10 UTC/)
  })

  it('tells nobody outside the version', async () => {
    const { ask } = testConsole()
    assert.doesNotMatch(await (await ask(undefined, '/sign-in')).text(), /0\.1\.0/)
    assert.match(await (await ask('reader', '/')).text(), /0\.1\.0/)
  })
})

describe('A session of the console', () => {
  it('is read from the cookie of its channel only', async () => {
    const { app } = testConsole()
    const status = async (url: string, cookie: string): Promise<number> =>
      (await app.request(url, { headers: { cookie } })).status
    const secret = sessionOf('admin')
    assert.equal(await status(`${consoleOrigin}/`, `__Host-postern-console=${secret}`), 200)
    assert.equal(await status(`${consoleOrigin}/`, `postern-console=${secret}`), 303)
    assert.equal(await status('http://127.0.0.1:8081/', `postern-console=${secret}`), 200)
    assert.equal(await status('http://console.provider.example/', `postern-console=${secret}`), 303)
    assert.equal(await status(`${consoleOrigin}/`, `__Host-postern-console=${secret}x`), 303)
    assert.equal(await status(`${consoleOrigin}/`, `__Host-postern-console=${'x'.repeat(5000)}`), 303)
  })

  it('ends at sign-out, with its cookie and what the browser kept of it', async () => {
    const { ask, deeds } = testConsole()
    for (const path of ['/sign-out', '/account/sign-out-everywhere']) {
      const answer = await ask('reader', path, {})
      assert.equal(answer.status, 303)
      assert.match(
        answer.headers.get('set-cookie') ?? '',
        /^__Host-postern-console=; Max-Age=0; Path=\/; Secure$/,
      )
      assert.equal(answer.headers.get('clear-site-data'), '"cache"')
    }
    assert.deepEqual(deeds, ['signOut', 'signOutEverywhere'])
  })

  it('that ran out while a form was written leads to sign-in and back to the form', async () => {
    const { ask } = testConsole()
    const answer = await ask(undefined, '/listings/add', { csrf: testToken, prefix: '192.0.2.1' })
    assert.equal(answer.status, 401)
    assert.match(await answer.text(), /href="\/sign-in\?next=%2Flistings%2Fadd"/)
  })
})

describe('The language of the console', () => {
  it('is the one of Accept-Language until another is chosen, and is kept for a year', async () => {
    const { ask, app } = testConsole()
    assert.match(
      await (await ask('reader', '/', undefined, { 'accept-language': 'zh-CN,zh;q=0.9' })).text(),
      /<html lang="zh-CN"/,
    )
    const chosen = await post(`${consoleOrigin}/language`, { language: 'zh-CN', back: '/listings?state=any' })
    assert.equal(chosen.headers.get('location'), '/listings?state=any')
    const cookie = chosen.headers.get('set-cookie') ?? ''
    assert.match(cookie, /^lang=zh-CN; Max-Age=31536000;/)
    const page = await app.request(`${consoleOrigin}/sign-in`, {
      headers: { cookie: 'lang=zh-CN', 'accept-language': 'en' },
    })
    assert.match(await page.text(), /<html lang="zh-CN"/)
  })

  it('is not changed by a word that is no language of ours', async () => {
    const answer = await post(`${consoleOrigin}/language`, { language: 'xx', back: 'https://evil.example/' })
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.equal(answer.headers.get('location'), '/')
  })
})

describe('The doors for machines', () => {
  it('say that the console is well, and the figures', async () => {
    const { ask } = testConsole()
    assert.equal(await (await ask(undefined, '/healthz')).text(), 'ok\n')
    const metrics = await ask(undefined, '/metrics')
    assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.match(await metrics.text(), /^# TYPE postern_/)
  })
})

describe('A fault behind the console', () => {
  it('shows a reference that is in the log, and nothing of the cause', async () => {
    const logged: Record<string, unknown>[] = []
    const log = {
      info() {},
      warn() {},
      error: (_event: string, fields: Record<string, unknown> = {}) => void logged.push(fields),
    }
    const { ask } = testConsole({
      deps: { log, metrics: async () => await Promise.reject(new Error('the database is on fire')) },
    })
    const answer = await ask('reader', '/metrics')
    assert.equal(answer.status, 500)
    const page = await answer.text()
    assert.doesNotMatch(page, /fire/)
    const [entry] = logged
    assert.ok(entry && typeof entry['reference'] === 'string' && page.includes(entry['reference']))
  })

  it('shows a page also when not even the session can be looked up', async () => {
    const findSession = async (): Promise<never> => await Promise.reject(new Error('the database is on fire'))
    const answer = await testConsole({ actions: { findSession } }).ask('admin', '/listings')
    assert.equal(answer.status, 500)
    assert.match(await answer.text(), /Something broke on our side/)
  })
})
