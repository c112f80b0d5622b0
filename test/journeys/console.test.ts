import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { minute } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import { Checks } from '../../src/core/checks/actions.ts'
import { consoleActions } from '../../src/core-actions.ts'
import type { Role } from '../../src/core/actor.ts'
import { addOperator, removeOperator } from '../../src/core/operators/actions.ts'
import { totpCode, totpStep } from '../../src/standards/totp.ts'
import { loadAssets } from '../../src/web/assets.ts'
import { consoleApp } from '../../src/web/console/app.ts'
import { testContext } from '../support/context.ts'
import { databases } from '../support/database.ts'

const origin = 'https://console.provider.example'

/** A browser that keeps its cookie and sends the token of the page it is on. */
interface Browser {
  get(path: string): Promise<string>
  /** Sends the form of the page at `path` that goes to `action`; gives where it leads, or the page it shows. */
  send(
    path: string,
    action: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly to: string; readonly text: string }>
}

async function openConsole() {
  const { open, close } = databases('SQLite')
  const ctx = testContext({ db: await open() })
  const app = consoleApp({
    actions: consoleActions(ctx, { view: async () => ({ failure: 'busy' }) }, new Checks()),
    settings: ctx.settings,
    assets: loadAssets(new URL('../../assets/', import.meta.url).pathname),
    clock: ctx.clock,
    log: ctx.log,
    version: 'test',
    trustedProxies: [],
    metrics: async () => '',
  })
  const browser = (): Browser => {
    let cookie = ''
    const request = async (path: string, form?: Readonly<Record<string, string>>): Promise<Response> => {
      const answer = await app.request(origin + path, {
        method: form ? 'POST' : 'GET',
        headers: {
          cookie,
          ...(form
            ? { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
            : {}),
        },
        ...(form ? { body: new URLSearchParams(form).toString() } : {}),
      })
      cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return answer
    }
    const get = async (path: string): Promise<string> => await (await request(path)).text()
    return {
      get,
      async send(path, action, fields) {
        const page = await get(path)
        const start = page.indexOf(`method="post" action="${action}"`)
        assert.ok(start > 0, `the page ${path} has no form to ${action}`)
        const form = page.slice(start, page.indexOf('</form>', start))
        const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [name, value] as const,
        )
        const answer = await request(action, { ...Object.fromEntries(hidden), ...fields })
        return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() }
      },
    }
  }
  /** Somebody new, signed in on a browser of their own. */
  const arrive = async (name: string, role: Role): Promise<Browser> => {
    const { password = '', totpSecret } = await addOperator(ctx, { name, roles: [role] })
    const code = totpCode(secretOf(totpSecret), totpStep(ctx.clock.now()))
    const theirs = browser()
    const { status, to } = await theirs.send('/sign-in?next=%2Flistings', '/sign-in', {
      name,
      password,
      code,
    })
    assert.deepEqual({ status, to }, { status: 303, to: '/listings' })
    return theirs
  }
  return { ctx, arrive, close }
}

function secretOf(base32: string): Secret {
  const bits = base32
    .split('')
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return new Secret(Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []))
}

describe('The console over the real core', async () => {
  const { ctx, arrive, close } = await openConsole()
  after(close)
  const ada = await arrive('ada', 'list-operator')
  const alan = await arrive('alan', 'admin')
  const rosa = await arrive('rosa', 'viewer')

  it('lists an address exactly as its preview said, finds it and ends it', async () => {
    const preview = await ada.send('/listings/add', '/listings/add', {
      prefix: '192.0.2.45',
      cause: 'spam',
      note: 'pills',
    })
    assert.match(preview.text, /5 May 2026, 10:00 UTC/)
    const ends = /name="ends" value="([^"]*)"/.exec(preview.text)?.[1] ?? ''
    const added = await ada.send('/listings/add', '/listings/add', {
      prefix: '192.0.2.45',
      cause: 'spam',
      note: 'pills',
      ends,
      step: 'confirm',
    })
    assert.match(added.to, /^\/listings\/[0-9a-z]{12}\?done=added$/)
    const listing = added.to.replace(/\?.*/, '')
    assert.match(await rosa.get(listing), /5 May 2026, 10:00 UTC/)
    const found = await rosa.get('/listings?text=192.0.2.45')
    assert.match(found, new RegExp(`href="${listing}"`))
    assert.match(found, /550 5\.7\.606 Access denied/)
    const ended = await ada.send(`${listing}/end`, `${listing}/end`, { note: 'form closed' })
    assert.equal(ended.to, `${listing}?done=ended`)
    const after = await rosa.get(ended.to)
    assert.match(after, /Ended\. Every connected edge/)
    assert.match(after, /form closed/)
    assert.match(await rosa.get('/listings?text=192.0.2.45'), /Mail from 192\.0\.2\.45 passes/)
    // The next time it counts as a return, and lasts longer.
    const again = await ada.send('/listings/add', '/listings/add', { prefix: '192.0.2.45', cause: 'spam' })
    assert.match(again.text, /7 May 2026, 10:00 UTC.*second time/s)
  })

  it('puts a wide listing in force when a second person agrees', async () => {
    const wide = { prefix: '198.51.0.0/16', cause: 'spam', ends: '24h', step: 'confirm' }
    const proposed = await ada.send('/listings/add', '/listings/add', wide)
    const listing = proposed.to.replace(/\?.*/, '')
    assert.match(await rosa.get(proposed.to), /Proposed\. It acts when a second person agrees/)
    assert.doesNotMatch(await ada.get(listing), /\/agree"/)
    const agreed = await alan.send(`${listing}/agree`, `${listing}/agree`, {})
    assert.equal(agreed.to, `${listing}?done=agreed`)
    assert.match(await rosa.get('/listings?text=198.51.7.7'), /of network 198\.51\.0\.0\/16/)
  })

  it('imports what its check promised, and exports it again', async () => {
    const text =
      'ip,reason,class,ends,note\n192.0.2.1,spam,,,=1+1\n192.0.2.2,traps\n203.0.113.1,spam,,,ours\n'
    const check = await alan.send('/listings/import', '/listings/import', { format: 'csv', text })
    assert.match(check.text, /2 can be put in force/)
    const done = await alan.send('/listings/import', '/listings/import', {
      format: 'csv',
      text,
      step: 'confirm',
    })
    assert.match(done.text, /2 listings are in force now/)
    const { text: csv } = await rosa.send('/listings/export', '/listings/export', { format: 'csv' })
    assert.match(csv, /^"192\.0\.2\.1","spam",.*"'=1\+1"/m)
    assert.match(csv, /^"192\.0\.2\.2","traps"/m)
  })

  it('shows every deed in the audit, and the chain is whole', async () => {
    const audit = await alan.get('/audit')
    for (const words of [
      'Imported listings',
      'Agreed to a listing',
      'Proposed a listing',
      'Ended a listing',
      'Signed in',
      'Added an operator',
    ]) {
      assert.ok(audit.includes(words), words)
    }
    assert.match(
      (await alan.send('/audit/verify', '/audit/verify', {})).text,
      /The chain is whole: \d+ records/,
    )
  })

  it('shows the overview, the cases, the requests and the outbox of a system where no stranger has asked yet', async () => {
    assert.match(await rosa.get('/'), /Nobody is waiting for you/)
    assert.match(await rosa.get('/cases'), /Cases that need a person appear here/)
    assert.match(await rosa.get('/requests'), /There are none/)
    // The wide listing is waited for by operators only.
    const outbox = await rosa.get('/outbox')
    assert.deepEqual(
      [...outbox.matchAll(/<a href="\/outbox\/\w+">([^<]+)/g)].map(([, about]) => about),
      ['A range waits for a second person'],
    )
  })

  it('knows nobody any more who signed out, was away too long, or was removed', async () => {
    assert.equal(
      (await rosa.send('/account/sign-out-everywhere', '/account/sign-out-everywhere', {})).to,
      '/sign-in',
    )
    assert.equal(await rosa.get('/'), '')
    await removeOperator(ctx, 'alan')
    assert.equal(await alan.get('/'), '')
    ctx.clock.advance(31 * minute)
    assert.equal(await ada.get('/'), '')
  })
})
