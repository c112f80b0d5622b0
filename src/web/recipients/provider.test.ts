import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openProvider, testClient, type Forgery } from '../../../test/support/oidc.ts'
import { refuse } from '../../../test/support/refused.ts'
import { openDoors, origin, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { minute } from '../../base/clock.ts'
import type { RecipientOidcSettings, Settings } from '../../core/settings.ts'

const { open, close } = databases('SQLite')
const provider = await openProvider()
after(async () => {
  await provider.close()
  await close()
})

const answerPath = '/recipients/provider/answer'

async function world(
  more: Partial<RecipientOidcSettings> = {},
  admins: Settings['recipients']['admins'] = [],
  limits: Settings['limits'] = {},
): Promise<Doors> {
  const oidc = {
    issuer: provider.issuer,
    clientId: testClient.id,
    secret: testClient.secret,
    label: 'Mail <account>',
    mailboxClaim: 'email',
    mailboxProof: 'email_verified',
    ...more,
  } as const
  const recipients = { linkMs: 60 * minute, sessionMs: 12 * 60 * minute, admins, oidc }
  return openDoors(await open(), { settings: testSettings({ recipients, limits }) })
}

/** From the button to the page that the browser is sent back to: its query. */
async function goThere(browser: Visitor, login: string, start = '/recipients'): Promise<string> {
  const page = await (await browser.get(start)).text()
  const [, href = ''] = /href="([^"]*\/recipients\/provider)"/.exec(page) ?? []
  const away = await browser.get(href)
  assert.equal(away.status, 303)
  return await provider.visit(away.headers.get('location') ?? '', login)
}

/** Back at the site: the page, and its form as it stands there. */
async function comeBack(browser: Visitor, query: string): Promise<Response> {
  const page = await (await browser.get(`${answerPath}?${query}`)).text()
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page) ?? []
  const [, field = ''] = /name="query" value="([^"]*)"/.exec(page) ?? []
  return await browser.submit(action, { query: field.replaceAll('&amp;', '&') })
}

async function signIn(doors: Doors, login: string): Promise<Visitor> {
  const browser = doors.visitor()
  const answer = await comeBack(browser, await goThere(browser, login))
  assert.equal(answer.headers.get('location'), '/recipients/mail', await answer.text())
  return browser
}

const textOf = async (answer: Response): Promise<string> =>
  (await answer.text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')

async function sessions({ ctx }: Doors): Promise<number> {
  const rows = await ctx.db.queries.selectFrom('recipient_sessions').select('hash').execute()
  return rows.length
}

describe('A recipient at an OpenID provider', () => {
  it('comes in as the mailbox that it stands for, without a letter, and sees what was refused to it', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['grace.h@provider.example'], { mailFrom: 'shop.example' })
    await refuse(doors.ctx, ['bob@provider.example'], { ip: '198.51.100.9', mailFrom: 'secret.example' })
    const grace = await signIn(doors, 'grace')
    const page = await textOf(await grace.get('/recipients/mail'))
    assert.match(page, /shop\.example 192\.0\.2\.45/)
    assert.doesNotMatch(page, /198\.51\.100\.9|secret\.example/)
    const entered = await doors.ctx.db.queries
      .selectFrom('audit_records')
      .select('facts')
      .where('action', '=', 'recipient.entered')
      .execute()
    assert.deepEqual(
      entered.map(({ facts }) => facts),
      ['{"way":"oidc"}'],
    )
    assert.equal(await doors.letter('recipient-link'), undefined)
  })

  it('is the same recipient by a letter, whatever the case of its letters', async () => {
    const doors = await world()
    await signIn(doors, 'grace')
    const byLetter = doors.visitor()
    await byLetter.submit('/recipients', { mailbox: 'grace.h@provider.example' })
    await byLetter.submit((await doors.letter('recipient-link')) ?? '', {})
    const known = await doors.ctx.db.queries.selectFrom('recipients').select('mailbox_key').execute()
    assert.deepEqual(known, [{ mailbox_key: 'grace.h@provider.example' }])
    assert.equal(await sessions(doors), 2)
  })

  it('has the button beside the form in both languages, and comes back to its own', async () => {
    const doors = await world()
    assert.match(
      await (await doors.visitor().get('/recipients')).text(),
      /Sign in with Mail &lt;account&gt;[\s\S]*name="mailbox"/,
    )
    const browser = doors.visitor()
    const query = await goThere(browser, 'ada', '/zh-CN/recipients')
    const back = await browser.get(`${answerPath}?${query}`)
    assert.match(await back.text(), /您已从登录提供方返回/)
    const answer = await comeBack(browser, query)
    assert.equal(answer.headers.get('location'), '/zh-CN/recipients/mail')
    const known = await doors.ctx.db.queries.selectFrom('recipients').select('language').execute()
    assert.deepEqual(known, [{ language: 'zh-CN' }])
  })

  it('finds no button and no way where there is no provider', async () => {
    const doors = openDoors(await open())
    assert.doesNotMatch(await (await doors.visitor().get('/recipients')).text(), /recipients\/provider/)
    assert.equal((await doors.visitor().get('/recipients/provider')).status, 404)
    assert.equal((await doors.visitor().submit(answerPath, { query: 'code=x' })).status, 404)
  })

  it('is told what to do when the provider is away', async () => {
    const doors = await world({ issuer: 'http://127.0.0.1:1' })
    const answer = await doors.visitor().get('/recipients/provider')
    assert.equal(answer.status, 503)
    assert.match(await textOf(answer), /provider does not answer.*have a link sent to your mailbox/)
  })

  it('keeps the errand for this host, for ten minutes, out of reach of scripts', async () => {
    const doors = await world()
    const away = await doors.visitor().get('/recipients/provider')
    const [cookie = ''] = away.headers.getSetCookie()
    assert.match(cookie, /^__Host-recipient-errand=[\w-]+;/)
    for (const attribute of [/Max-Age=600/, /Path=\//, /HttpOnly/, /Secure/, /SameSite=Lax/])
      assert.match(cookie, attribute)
  })
})

describe('Whoever looks after a domain by a group', () => {
  const admins = [
    { group: 'mail-admins', domains: ['provider.example', 'example.org'] },
    { mailbox: 'mail-desk@provider.example', domains: ['provider.example'] },
  ]

  it('sees that domain and only it', async () => {
    const doors = await world({ groupsClaim: 'groups' }, admins)
    await refuse(doors.ctx, ['bob@provider.example'], { mailFrom: 'shop.example' })
    const alan = await signIn(doors, 'alan')
    assert.match(await textOf(await alan.get('/recipients/mail?domain=provider.example')), /shop\.example/)
    assert.match(
      await textOf(await alan.get('/recipients/mail?mailbox=bob@provider.example')),
      /192\.0\.2\.45/,
    )
    // Named in the configuration, and no domain of ours.
    assert.equal((await alan.get('/recipients/mail?domain=example.org')).status, 403)
    const ada = await signIn(doors, 'ada')
    for (const query of ['domain=provider.example', 'mailbox=bob@provider.example'])
      assert.equal((await ada.get(`/recipients/mail?${query}`)).status, 403, query)
    const kept = await doors.ctx.db.queries.selectFrom('recipient_sessions').select('groups').execute()
    assert.deepEqual(kept.map(({ groups }) => groups).toSorted(), ['["mail-admins"]', '[]'])
  })

  it('does so with the account alone, not after a letter, nor where no claim says the groups', async () => {
    const doors = await world({ groupsClaim: 'groups' }, admins)
    const letter = doors.visitor()
    await letter.submit('/recipients', { mailbox: 'alan@provider.example' })
    await letter.submit((await doors.letter('recipient-link')) ?? '', {})
    assert.equal((await letter.get('/recipients/mail?domain=provider.example')).status, 403)
    const untold = await world({}, admins)
    const alan = await signIn(untold, 'alan')
    assert.equal((await alan.get('/recipients/mail?domain=provider.example')).status, 403)
  })
})

/** An answer whose token is ours to write: all that is right, then changed. */
async function forged(
  browser: Visitor,
  change: (good: Record<string, unknown>) => Readonly<Record<string, unknown>>,
  signedBy?: Forgery['signedBy'],
): Promise<URLSearchParams> {
  const away = await browser.get('/recipients/provider')
  const sent = new URL(away.headers.get('location') ?? '').searchParams
  assert.equal(sent.get('redirect_uri'), `${origin}${answerPath}`)
  const good = {
    ...provider.goodClaims(sent.get('nonce') ?? ''),
    email: 'ada@provider.example',
    email_verified: true,
  }
  const claims = change(good)
  provider.forge = () => ({ claims, ...(signedBy && { signedBy }) })
  return new URLSearchParams({
    code: 'forged-1',
    state: sent.get('state') ?? '',
    iss: provider.issuer,
  })
}

const asItIs = (good: Record<string, unknown>): Record<string, unknown> => good

function changed(query: URLSearchParams, name: string, value?: string): URLSearchParams {
  if (value === undefined) query.delete(name)
  else query.set(name, value)
  return query
}

type Bad = Readonly<Record<string, (browser: Visitor) => Promise<URLSearchParams>>>

const tampered: Bad = {
  'another state': async (browser) => changed(await forged(browser, asItIs), 'state', 'x'.repeat(43)),
  'no state': async (browser) => changed(await forged(browser, asItIs), 'state'),
  'another nonce': async (browser) => await forged(browser, (good) => ({ ...good, nonce: 'another' })),
  'another issuer of the token': async (browser) =>
    await forged(browser, (good) => ({ ...good, iss: 'https://evil.example' })),
  'another issuer of the answer': async (browser) =>
    changed(await forged(browser, asItIs), 'iss', 'https://evil.example'),
  'another audience': async (browser) => await forged(browser, (good) => ({ ...good, aud: 'another' })),
  'another signer': async (browser) => await forged(browser, asItIs, 'another'),
  'no signature': async (browser) => await forged(browser, asItIs, 'nobody'),
  'a code that the provider never gave': async (browser) =>
    changed(await forged(browser, asItIs), 'code', 'unknown'),
  'a refusal of the provider': async (browser) =>
    changed(await forged(browser, asItIs), 'error', 'access_denied'),
}

const unverified: Bad = {
  'a mailbox that is not verified': async (browser) =>
    await forged(browser, (good) => ({ ...good, email_verified: false })),
  'a mailbox of which nothing is said': async (browser) =>
    await forged(browser, ({ email_verified: _, ...good }) => good),
  'a word in place of a verification': async (browser) =>
    await forged(browser, (good) => ({ ...good, email_verified: 'true' })),
  'no mailbox': async (browser) => await forged(browser, ({ email: _, ...good }) => good),
  'two mailboxes': async (browser) =>
    await forged(browser, (good) => ({ ...good, email: 'ada@provider.example,eve@example.org' })),
  'a list of mailboxes': async (browser) =>
    await forged(browser, (good) => ({ ...good, email: ['ada@provider.example'] })),
}

const foreign: Bad = {
  'a foreign domain': async (browser) =>
    await forged(browser, (good) => ({ ...good, email: 'ada@example.org' })),
  'a domain below ours': async (browser) =>
    await forged(browser, (good) => ({ ...good, email: 'ada@sub.provider.example' })),
}

describe('An answer for a recipient', () => {
  it('opens a session when it is good, so that the following means something', async () => {
    const doors = await world()
    const browser = doors.visitor()
    const answer = await comeBack(browser, (await forged(browser, asItIs)).toString())
    assert.equal(answer.headers.get('location'), '/recipients/mail')
    assert.equal(await sessions(doors), 1)
  })

  const groups: readonly (readonly [RegExp, Bad])[] = [
    [/The sign-in did not succeed/, tampered],
    [/does not confirm that a mailbox is yours/, unverified],
    [/not in a domain whose mail we receive/, foreign],
  ]
  const each = groups.flatMap(([sentence, bad]) =>
    Object.entries(bad).map(([name, make]) => [sentence, name, make] as const),
  )
  for (const [sentence, name, make] of each) {
    it(`opens none with ${name}`, async () => {
      const doors = await world()
      const browser = doors.visitor()
      const answer = await comeBack(browser, (await make(browser)).toString())
      assert.equal(answer.status, 403)
      assert.match(await textOf(answer), sentence)
      assert.equal(await sessions(doors), 0)
      assert.equal(browser.cookies.has('__Host-recipient'), false)
    })
  }

  it('opens none for accounts of the provider whose mailbox is unverified or foreign', async () => {
    const doors = await world()
    for (const [login, sentence] of [
      ['rosa', /does not confirm that a mailbox is yours/],
      ['eve', /not in a domain whose mail we receive.*provider\.example/],
    ] as const) {
      const browser = doors.visitor()
      const answer = await comeBack(browser, await goThere(browser, login))
      assert.equal(answer.status, 403)
      assert.match(await textOf(answer), sentence)
    }
    assert.equal(await sessions(doors), 0)
  })

  it('is believed without a verification only where the operator says that the claim is enough', async () => {
    const doors = await world({ mailboxClaim: 'upn', mailboxProof: 'claim' })
    const browser = doors.visitor()
    const upn = (text: string) => (good: Record<string, unknown>) => ({
      ...good,
      upn: text,
      email: 'x@y.example',
    })
    await comeBack(browser, (await forged(browser, upn('eve@example.org'))).toString())
    assert.equal(await sessions(doors), 0)
    await comeBack(browser, (await forged(browser, upn('Ada@provider.example'))).toString())
    assert.match(await textOf(await browser.get('/recipients/mail')), /You are here as Ada@provider\.example/)
    // What is verified is another claim than the one that is asked for.
    const careless = await world({ mailboxClaim: 'upn' })
    const other = careless.visitor()
    const refused = await comeBack(other, (await forged(other, upn('ada@provider.example'))).toString())
    assert.equal(refused.status, 403)
  })

  it('does nothing by being opened, and nothing in a browser that did not begin', async () => {
    const doors = await world()
    const browser = doors.visitor()
    const query = await goThere(browser, 'ada')
    assert.equal((await browser.get(`${answerPath}?${query}`)).status, 200)
    assert.equal(await sessions(doors), 0)
    const thief = doors.visitor()
    assert.equal((await comeBack(thief, query)).status, 403)
    await goThere(thief, 'alan')
    assert.equal((await comeBack(thief, query)).status, 403)
    const cross = await browser.submit(answerPath, { query }, { 'sec-fetch-site': 'cross-site' })
    assert.equal(cross.status, 403)
    assert.equal(await sessions(doors), 0)
    assert.equal((await comeBack(browser, query)).status, 303)
  })

  it('opens none a second time, nor after ten minutes', async () => {
    const doors = await world()
    const browser = doors.visitor()
    const query = await goThere(browser, 'ada')
    const errand = browser.cookies.get('__Host-recipient-errand') ?? ''
    await comeBack(browser, query)
    browser.cookies.set('__Host-recipient-errand', errand)
    assert.equal((await comeBack(browser, query)).status, 403)
    const late = doors.visitor()
    const lateQuery = await goThere(late, 'ada')
    doors.ctx.clock.advance(10 * minute)
    assert.equal((await comeBack(late, lateQuery)).status, 403)
    assert.equal(await sessions(doors), 1)
  })

  it('counts in the budget of its network, right or wrong', async () => {
    const doors = await world({}, [], { 'recipients.enter.client.hour': { count: 2, windowMs: 60 * minute } })
    await signIn(doors, 'ada')
    const browser = doors.visitor()
    await comeBack(browser, changed(await forged(browser, asItIs), 'state').toString())
    const third = doors.visitor()
    assert.equal((await comeBack(third, await goThere(third, 'ada'))).status, 429)
    const elsewhere = doors.visitor('192.0.2.200')
    assert.equal((await comeBack(elsewhere, await goThere(elsewhere, 'ada'))).status, 303)
    assert.equal(await sessions(doors), 2)
  })
})
