import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { mintCaseLink } from '../../access/case-link.ts'
import { orThrow } from '../../base/refusal.ts'
import { day, minute } from '../../base/clock.ts'
import { as, type Context } from '../../core/context.ts'
import { addListing } from '../../core/listings/actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { directReader } from '../../../test/support/direct-reader.ts'
import { testContext, testKeys, testStart } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { testSite } from '../../../test/support/site.ts'
import { visitorOf } from '../client.ts'
import type { Web } from '../env.ts'
import { siteActions } from './actions.ts'

const origin = 'https://postmaster.provider.example'
const { open, close } = databases('SQLite')
after(close)

async function site(): Promise<{ app: Web; ctx: Context; listing: string }> {
  const ctx = testContext({ db: await open() })
  const { id } = await addListing(ctx, {
    prefix: orThrow(parseListable('192.0.2.45')),
    cause: 'spam',
    note: 'for operators',
  })
  const actions = siteActions(
    (c) => as(ctx, visitorOf(c.var.client)),
    async () => undefined,
    directReader,
  )
  return { app: testSite({ site: actions, clock: ctx.clock }), ctx, listing: id }
}

async function ask(
  app: Web,
  path: string,
  from = '198.51.100.1',
): Promise<{ status: number; page: string; retry: string | null }> {
  const response = await app.request(origin + path, {}, { incoming: { socket: { remoteAddress: from } } })
  return { status: response.status, page: await response.text(), retry: response.headers.get('Retry-After') }
}

describe('the site over the core', () => {
  it('looks an address up, 30 times a day for each network that asks, and says when again', async () => {
    const { app } = await site()
    assert.match((await ask(app, '/ip/192.0.2.45')).page, /192\.0\.2\.45 is refused here/)
    for (let n = 2; n <= 30; n++)
      assert.equal((await ask(app, `/ip/192.0.2.${n}`, `198.51.100.${n}`)).status, 200)
    const { status, page, retry } = await ask(app, '/ip/192.0.2.45', '198.51.100.200')
    assert.equal(status, 429)
    assert.match(page, /You can try again from 5 May 2026, 10:00 UTC\./)
    assert.equal(retry, String(day / 1000))
    assert.match(page, /At most 30 addresses are looked up from one network in 24 hours/)
    // What needs no look-up is offered, and does not need one.
    for (const way of ['/delist?ip=192.0.2.45', '/codes', 'mailto:delist@'])
      assert.ok(page.includes(`href="${way}`), way)
    assert.equal((await ask(app, '/codes', '198.51.100.200')).status, 200)
    assert.equal((await ask(app, '/ip/192.0.2.45', '203.0.113.1')).status, 200)
  })

  it('lets an address ask about itself without end', async () => {
    const { app } = await site()
    for (let n = 0; n < 32; n++) assert.equal((await ask(app, '/ip/192.0.2.45', '192.0.2.45')).status, 200)
  })

  it('does not spend a look-up on what is no address', async () => {
    const { app } = await site()
    for (let n = 0; n < 32; n++) assert.equal((await ask(app, '/ip/010.0.0.1')).status, 422)
    assert.equal((await ask(app, '/ip/192.0.2.45')).status, 200)
  })

  it('falls back to the address or the code of the same line where the link in it is cut off or too old', async () => {
    const { app, ctx } = await site()
    const find = async (q: string): Promise<string> => {
      const answer = await app.request(
        `${origin}/find?${new URLSearchParams({ q }).toString()}`,
        {},
        { incoming: { socket: { remoteAddress: '198.51.100.1' } } },
      )
      return `${answer.status} ${answer.headers.get('location')}`
    }
    const address = orThrow(parseAddress('192.0.2.45'))
    const mint = (at: number): string =>
      mintCaseLink(testKeys().caseLink('mx1'), {
        keyId: 1,
        edge: 'mx1',
        minute: at / minute,
        reason: 'spam',
        listing: null,
        address,
      })
    const line = (token: string): string =>
      `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit ${origin}/c/${token} (PSN606)`
    const whole = mint(testStart)
    const old = mint(ctx.clock.now() - 31 * day)
    assert.equal(await find(line(whole)), `303 /c/${whole}`)
    assert.equal(await find(line(whole.slice(0, 40))), '303 /ip/192.0.2.45')
    assert.equal(await find(line(old)), '303 /ip/192.0.2.45')
    assert.equal(
      await find(
        `451 4.7.500 Please try again later [192.0.2.99]. Please visit ${origin}/c/${whole.slice(0, 40)} (PSN500)`,
      ),
      '303 /codes/new-sender?ip=192.0.2.99',
    )
    const { page } = await ask(app, '/codes/new-sender?ip=192.0.2.99')
    assert.match(page, /href="\/check\?ip=192\.0\.2\.99"/)
    assert.doesNotMatch(page, /Does it hold for your address/)
    // Alone it has nothing beside it: the page of the link says what is wrong.
    assert.equal(await find(`${origin}/c/${whole.slice(0, 40)}`), `303 /c/${whole.slice(0, 40)}`)
  })

  it('opens the link of a refusal, and after twenty guesses no more', async () => {
    const { app, listing } = await site()
    const address = orThrow(parseAddress('192.0.2.45'))
    const facts = {
      keyId: 1,
      edge: 'mx1',
      minute: testStart / minute,
      reason: 'spam',
      listing,
      address,
    } as const
    const token = mintCaseLink(testKeys().caseLink('mx1'), facts)
    const { status, page } = await ask(app, `/c/${token}`)
    assert.equal(status, 200)
    assert.match(page, /192\.0\.2\.45 is still refused/)
    assert.ok(!page.includes('for operators'))
    for (let n = 0; n < 20; n++) assert.equal((await ask(app, `/c/${token.slice(0, -4)}AAAA`)).status, 404)
    assert.equal((await ask(app, `/c/${token.slice(0, -4)}AAAA`)).status, 429)
    assert.equal((await ask(app, `/c/${token}`)).status, 200)
  })
})
