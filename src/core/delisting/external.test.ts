import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { listCases } from '../cases/desk-actions.ts'
import { as } from '../context.ts'
import { addListing } from '../listings/actions.ts'
import type { SupportSettings } from '../settings.ts'
import { confirmProven, startRequest } from './actions.ts'
import { proveMailbox } from './proof-actions.ts'
import { openReviewByMail, wayByMail } from './review-actions.ts'

type Rules = Pick<SupportSettings, 'external' | 'reasons'>

const grave = '192.0.2.66'
const plain = '192.0.2.45'
const free = '198.51.100.1'

/** Two listed addresses, one that a person decides about, in a house with these rules. */
async function house(db: TestContext['db'], rules: Rules): Promise<TestContext> {
  const { support } = testSettings()
  const ctx = testContext({ db, settings: testSettings({ support: { ...support, ...rules } }) })
  await addListing(ctx, {
    prefix: orThrow(parseListable(grave)),
    cause: 'phish',
    class: 'investigate',
    ends: '30d',
  })
  await addListing(ctx, { prefix: orThrow(parseListable(plain)), cause: 'complaints', ends: '30d' })
  return ctx
}

async function said(work: Promise<unknown>): Promise<unknown> {
  return await work.catch((error: unknown) => (error instanceof Refusal ? error.code : String(error)))
}

const write = async (ctx: TestContext, ip: string): Promise<unknown> =>
  await said(
    openReviewByMail(ctx, {
      mailbox: orThrow(parseMailbox('hostmaster@example.org')),
      language: 'en',
      address: orThrow(parseAddress(ip)),
      note: 'Cleaned.',
    }),
  )

const ways = async (ctx: TestContext): Promise<readonly string[]> =>
  await Promise.all([grave, plain, free].map(async (ip) => await wayByMail(ctx, orThrow(parseAddress(ip)))))

/** The button of the portal. */
async function press(ctx: TestContext, ip: string): Promise<unknown> {
  const visitor = as(ctx, { kind: 'visitor', client: '198.51.100.7/32' })
  const mailbox = 'hostmaster@example.org'
  const started = await startRequest(visitor, { ip, mailbox, language: 'en', statement: true })
  const tag = started.writeTo.slice('delist+'.length, started.writeTo.indexOf('@'))
  await proveMailbox(ctx, { tag, mailbox: orThrow(parseMailbox(mailbox)) })
  return await said(confirmProven(visitor, started).then(({ outcome }) => outcome))
}

const cases = async (ctx: TestContext): Promise<number> =>
  (await listCases(ctx, { states: ['open', 'waiting'], offset: 0, limit: 9 })).length

forEachDatabase((_name, open) => {
  describe('Cases of outsiders', () => {
    it('are opened by the path by default, at the portal and by mail', async () => {
      const ctx = await house(await open(), { external: 'by-path', reasons: {} })
      assert.deepEqual(await ways(ctx), ['case', 'elsewhere', 'unlisted'])
      assert.equal(await press(ctx, grave), 'review')
      assert.equal(await write(ctx, grave), 'joined')
      assert.equal(await write(ctx, free), 'not-listed')
      assert.equal(await cases(ctx), 1)
    })

    it('are not opened at all with none, whatever the door, and the portal goes on', async () => {
      const ctx = await house(await open(), { external: 'none', reasons: {} })
      assert.deepEqual(await ways(ctx), ['no-case', 'elsewhere', 'unlisted'])
      assert.equal(await press(ctx, grave), 'case.not-opened')
      assert.equal(await write(ctx, grave), 'case.not-opened')
      assert.equal(await cases(ctx), 0)
      assert.equal(await press(ctx, plain), 'delisted')
    })

    it('keep a request that was refused so, and say when the listing ends', async () => {
      const ctx = await house(await open(), { external: 'by-path', reasons: { investigate: 'none' } })
      const visitor = as(ctx, { kind: 'visitor', client: '198.51.100.7/32' })
      const started = await startRequest(visitor, {
        ip: grave,
        mailbox: 'hostmaster@example.org',
        language: 'en',
        statement: true,
      })
      const tag = started.writeTo.slice('delist+'.length, started.writeTo.indexOf('@'))
      await proveMailbox(ctx, { tag, mailbox: orThrow(parseMailbox('hostmaster@example.org')) })
      const isRefused = (error: unknown): boolean =>
        error instanceof Refusal &&
        error.facts['reason'] === 'investigate' &&
        error.facts['ends'] === '2026-06-03T10:00:00.000Z'
      await assert.rejects(confirmProven(visitor, started), isRefused)
      await assert.rejects(confirmProven(visitor, started), isRefused)
    })

    it('are opened by any mail about an address with full, and there is an answer for what nothing refuses', async () => {
      const ctx = await house(await open(), { external: 'full', reasons: {} })
      assert.deepEqual(await ways(ctx), ['case', 'case', 'question'])
      assert.equal(await write(ctx, plain), 'opened')
      assert.equal(await write(ctx, free), 'opened')
      const [first, second] = await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })
      assert.deepEqual(new Set([first?.about, second?.about]), new Set([`${plain}/32`, `${free}/32`]))
    })

    it('are opened about no address that nobody sends from', async () => {
      const ctx = await house(await open(), { external: 'full', reasons: {} })
      for (const ip of ['10.0.0.5', '127.0.0.1', 'fe80::1'])
        assert.equal(await wayByMail(ctx, orThrow(parseAddress(ip))), 'unlisted', ip)
    })

    it('follow the rule of their reason where it has one', async () => {
      const ctx = await house(await open(), { external: 'none', reasons: { complaints: 'full' } })
      assert.deepEqual(await ways(ctx), ['no-case', 'case', 'unlisted'])
      assert.equal(await write(ctx, plain), 'opened')
      const other = await house(await open(), { external: 'form', reasons: { investigate: 'none' } })
      assert.deepEqual(await ways(other), ['no-case', 'elsewhere', 'unlisted'])
    })
  })
})
