import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { testSettings } from '../../../test/support/context.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { mintCaseLink } from '../../access/case-link.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { addListing } from '../../core/listings/actions.ts'
import { listRequests } from '../../core/delisting/review-actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
after(close)

const good = { ip: '192.0.2.45', mailbox: 'ada@example.org', statement: 'yes' }
const doors = async (): Promise<Doors> => openDoors(await open())

async function caseToken({ ctx }: Doors, ip: string, ageMs = 0): Promise<string> {
  const minute = Math.floor((ctx.clock.now() - ageMs) / 60_000)
  const facts = {
    keyId: 1,
    edge: 'mx1',
    minute,
    reason: 'spam',
    listing: null,
    address: orThrow(parseAddress(ip)),
  } as const
  return await Promise.resolve(mintCaseLink(ctx.keys.caseLink('mx1'), facts))
}

describe('The portal of a receiver that only observes', () => {
  it('says so on the form, in both languages, and nothing of it where mail is refused', async () => {
    const observing = openDoors(await open(), { settings: testSettings({ policy: { mode: 'observe' } }) })
    const read = async ({ visitor }: Doors, path: string): Promise<string> =>
      await (await visitor().get(path)).text()
    assert.match(await read(observing, '/en/delist'), /Nothing is refused at present/)
    assert.match(await read(observing, '/zh-CN/delist'), /目前不拒收任何邮件/)
    assert.doesNotMatch(await read(await doors(), '/en/delist'), /Nothing is refused at present/)
  })
})

describe('The form of the portal', () => {
  const wrong: readonly (readonly [
    what: string,
    fields: Readonly<Record<string, string>>,
    field: string | undefined,
    words: RegExp,
  ])[] = [
    ['no address', { ip: '' }, 'ip', /not an IP address/],
    ['a name', { ip: 'mail.example.org' }, 'ip', /not an IP address/],
    ['octets that some read as octal', { ip: '010.0.0.1' }, 'ip', /zero/],
    ['an octet too large', { ip: '192.0.2.256' }, 'ip', /not an IP address/],
    ['five octets', { ip: '192.0.2.4.5' }, 'ip', /not an IP address/],
    ['a prefix', { ip: '192.0.2.0/24' }, 'ip', /one address/i],
    ['a private address', { ip: '10.1.2.3' }, 'ip', /10\.0\.0\.0\/8|special/i],
    ['the loopback', { ip: '::1' }, 'ip', /special|loopback|::1/i],
    ['an address in another script', { ip: '１９２.0.2.45' }, 'ip', /not an IP address/],
    ['far too much', { ip: '1'.repeat(5000) }, 'ip', /not an IP address/],
    ['no mailbox', { mailbox: '' }, 'mailbox', /mail address/],
    ['a mailbox without a domain', { mailbox: 'ada' }, 'mailbox', /mail address/],
    ['a mailbox with a display name', { mailbox: 'Ada <ada@example.org>' }, 'mailbox', /mail address/],
    ['two mailboxes', { mailbox: 'ada@example.org, bob@example.org' }, 'mailbox', /mail address/],
    [
      'a mailbox that would be a header',
      { mailbox: 'ada@example.org\nBcc: bob@example.org' },
      'mailbox',
      /./,
    ],
    ['no responsibility taken', { statement: '' }, 'statement', /not ticked/],
    ['a sum that is not one', { pow: 'bm90aGluZw==' }, undefined, /sum|proof of work/],
  ]
  for (const [what, change, field, words] of wrong) {
    it(`says what is wrong and what to do, keeps what was typed, and begins nothing: ${what}`, async () => {
      const { visitor, dump, ctx } = await doors()
      const before = await dump()
      const answer = await visitor().submit('/delist', { ...good, note: 'We <b>cleaned</b> it', ...change })
      const page = await answer.text()
      assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status))
      assert.match(page, words)
      assert.match(page, /role="alert"|class="[^"]*error/)
      if (field !== undefined) {
        assert.match(
          page,
          new RegExp(`aria-invalid="true"[^>]*name="${field}"|name="${field}"[^>]*aria-invalid="true"`),
        )
        assert.match(page, new RegExp(`href="#f-${field}"`), 'the summary leads to the field')
      }
      assert.match(page, /We &lt;b&gt;cleaned&lt;\/b&gt; it/)
      if (change['ip'] === undefined) assert.match(page, /value="192\.0\.2\.45"/)
      assert.deepEqual(answer.headers.getSetCookie(), [])
      assert.deepEqual(await listRequests(ctx, { limit: 5 }), [])
      assert.equal(await dump(), before)
    })
  }

  it('speaks the reader’s language, in errors too', async () => {
    const { visitor } = await doors()
    const answer = await visitor().submit('/zh-CN/delist', { ...good, ip: 'x' })
    const page = await answer.text()
    assert.match(page, /<html[^>]*lang="zh-CN"/)
    assert.match(page, /[\u4e00-\u9fff]{4}/)
    const ok = await visitor().submit('/zh-CN/delist', good)
    assert.match(ok.headers.get('location') ?? '', /^\/zh-CN\/delist\/[0-9a-z]{26}$/)
  })

  it('refuses what no form of ours sends: another site, another type, charset, control characters, a field twice', async () => {
    const { visitor, dump } = await doors()
    const before = await dump()
    const asked = visitor()
    const body = new URLSearchParams(good).toString()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent: readonly (readonly [
      string | Uint8Array<ArrayBuffer>,
      Readonly<Record<string, string>>,
      number,
    ])[] = [
      [body, { ...form, 'sec-fetch-site': 'cross-site' }, 403],
      [body, { ...form, 'sec-fetch-site': 'same-site' }, 403],
      [body, { ...form, origin: 'https://evil.example' }, 403],
      [body, { ...form, origin: 'null' }, 403],
      [JSON.stringify(good), { 'content-type': 'application/json' }, 422],
      [body, { 'content-type': 'multipart/form-data; boundary=x' }, 422],
      [body, { 'content-type': 'text/plain' }, 422],
      [body, { 'content-type': `${form['content-type']}; charset=gb2312` }, 422],
      [new Uint8Array([...new TextEncoder().encode('ip=192.0.2.45&note='), 0xff, 0xfe]), form, 422],
      ['ip=192.0.2.45&mailbox=a%00b', form, 422],
      ['ip=192.0.2.45&ip=192.0.2.46', form, 422],
      [`note=${'x'.repeat(70_000)}`, form, 413],
    ]
    for (const [text, headers, status] of sent) {
      const answer = await asked.send('/delist', text, headers)
      assert.equal(answer.status, status, `${JSON.stringify(headers)} ${String(text).slice(0, 40)}`)
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
      assert.match(await answer.text(), /<h1>/)
    }
    assert.equal(await dump(), before)
  })

  it('works out a sum once: the same answer again, an old one and a forged one are refused', async () => {
    const { visitor, solved, ctx, letter } = await doors()
    const pow = await solved()
    assert.equal((await visitor().submit('/delist', { ...good, pow })).status, 303)
    assert.match((await letter()) ?? '', /^\/confirm\//)
    const again = await visitor().submit('/delist', { ...good, pow })
    assert.equal(again.status, 409)
    const old = await solved()
    ctx.clock.advance(hour)
    assert.equal((await visitor().submit('/delist', { ...good, pow: old })).status, 422)
    const forged = JSON.parse(Buffer.from(await solved(), 'base64').toString()) as {
      challenge: { parameters: { keyPrefix: string } }
    }
    forged.challenge.parameters.keyPrefix = ''
    const cheap = Buffer.from(JSON.stringify(forged)).toString('base64')
    assert.equal((await visitor().submit('/delist', { ...good, pow: cheap })).status, 422)
    assert.equal((await listRequests(ctx, { limit: 5 })).length, 1)
  })

  it('shows the address of a case link and counts it as proof for a week; a forged one is worth nothing', async () => {
    const all = await doors()
    const { visitor, ctx } = all
    const fresh = await caseToken(all, '192.0.2.45')
    const page = await (await visitor().get(`/delist?case=${fresh}`)).text()
    assert.match(page, /value="192\.0\.2\.45"/)
    assert.match(page, new RegExp(`name="case" value="${fresh}"`))
    const old = await caseToken(all, '192.0.2.46', 8 * day)
    const oldPage = await (await visitor().get(`/delist?case=${old}`)).text()
    assert.match(oldPage, /value="192\.0\.2\.46"/)
    assert.doesNotMatch(oldPage, /name="case"/)
    const forged = `${fresh.slice(0, -3)}AAA`
    const forgedPage = await visitor().get(`/delist?case=${forged}`)
    assert.equal(forgedPage.status, 200)
    assert.doesNotMatch(await forgedPage.text(), /name="case"|192\.0\.2\.45"/)
    for (const [token, ip] of [
      [fresh, '192.0.2.45'],
      [fresh, '192.0.2.99'],
      [old, '192.0.2.46'],
      [forged, '192.0.2.45'],
    ] as const) {
      assert.equal((await visitor().submit('/delist', { ...good, ip, case: token })).status, 303)
    }
    const controls = (await listRequests(ctx, { limit: 9 })).map(({ control }) => control).toSorted()
    assert.deepEqual(controls, ['case-link', 'none', 'none', 'none'])
  })

  it('answers the same whether the address is listed or not, and whatever the mailbox', async () => {
    const { visitor, ctx, solved } = await doors()
    await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
    const shapes: string[] = []
    for (const change of [
      {},
      { ip: '192.0.2.46' },
      { mailbox: 'nobody@nowhere.example' },
      { mailbox: 'ada@example.org' },
    ]) {
      const browser = visitor()
      const answer = await browser.submit('/delist', { ...good, ...change, pow: await solved() })
      const page = await (await browser.get(answer.headers.get('location') ?? '')).text()
      const body = /<main[\s\S]*<\/main>/.exec(page)?.[0] ?? ''
      shapes.push(
        body
          .replaceAll(/192\.0\.2\.4\d/g, 'IP')
          .replaceAll(/[0-9a-z]{26}/g, 'ID')
          // A digest of what the page shows, so of the id too.
          .replaceAll(/seen=[\w-]{16}/g, 'SEEN')
          .replaceAll(/<output>[0-9A-Z]{6}<\/output>/g, 'CODE')
          .replaceAll(/\S*…?\S*@\S+/g, 'MAILBOX'),
      )
    }
    assert.equal(new Set(shapes).size, 1)
  })
})

describe('Looking at pages of the portal', () => {
  it('changes nothing, with GET and HEAD, with the letter’s link, a cookie and both', async () => {
    const { visitor, solved, letter, dump, ctx } = await doors()
    await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
    const browser = visitor()
    const answer = await browser.submit('/delist', { ...good, pow: await solved() })
    const request = answer.headers.get('location') ?? ''
    const link = (await letter()) ?? ''
    const before = await dump()
    const scanner = visitor('203.0.113.77')
    const pages = [
      '/delist',
      '/delist?ip=192.0.2.45',
      request,
      link,
      `${link}?do=delist&code=AAAAAA`,
      `/en${link}`,
      `/zh-CN${request}`,
    ]
    for (const who of [browser, scanner]) {
      for (const path of pages) {
        for (const method of ['GET', 'HEAD']) {
          const seen = await who.get(path, {}, method)
          assert.equal(seen.status, 200, `${method} ${path}`)
          assert.equal(seen.headers.get('cache-control'), 'no-store', path)
          assert.equal(seen.headers.get('referrer-policy'), 'no-referrer', path)
          if (method === 'GET') assert.match(await seen.text(), /noindex|<form/)
        }
      }
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const path of [request, link])
        assert.equal((await browser.get(path, {}, method)).status, 404, `${method} ${path}`)
    }
    assert.equal(await dump(), before)
  })

  it('that are not there says so and leads on', async () => {
    const { visitor } = await doors()
    const missing = [
      '/confirm/nothing',
      `/confirm/${'0'.repeat(26)}.${'A'.repeat(43)}`,
      '/delist/nothing/else',
      '/confirm/',
    ]
    for (const path of missing) {
      const answer = await visitor().get(path)
      assert.equal(answer.status, 404, path)
      assert.match(await answer.text(), /<a [^>]*href="\/(delist|find)?"/, path)
    }
    // A request that is not there looks like one whose half this browser does not hold.
    const stranger = await visitor().get(`/delist/${'0'.repeat(26)}`)
    assert.equal(stranger.status, 200)
    assert.match(await stranger.text(), /name="code"/)
  })
})
