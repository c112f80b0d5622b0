import { decideReview } from '../../../test/support/decide.ts'
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { mintCaseLink } from '../../access/case-link.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { as } from '../context.ts'
import { addListing } from '../listings/actions.ts'
import { confirmProven, showRequest, startRequest, type Started } from './actions.ts'
import { proveMailbox } from './proof-actions.ts'
import { mostJoined } from './queue-actions.ts'
import { cursorAfter } from './request.ts'
import { countReviews, inspectRequest, listRequests, openReviewByMail } from './review-actions.ts'

const visitorAt = (ctx: TestContext, client = '198.51.100.7/32') => as(ctx, { kind: 'visitor', client })

/** A context whose queue has so many places, where every address of 192.0.2.0/24 needs a person. */
async function queueOf(db: TestContext['db'], mostReviews: number): Promise<TestContext> {
  const { delisting } = testSettings()
  const limits = { 'delisting.unproven.client.day': { count: 1000, windowMs: day } }
  const settings = testSettings({ limits, delisting: { ...delisting, mostReviews } })
  const ctx = testContext({ db, settings })
  await addListing(ctx, {
    prefix: orThrow(parseListable('192.0.2.0/24')),
    cause: 'spam',
    class: 'investigate',
    ends: '30d',
  })
  return ctx
}

/** A request whose mailbox has written to us; with `proven` by the link of a refusal too. */
async function asked(ctx: TestContext, ip: string, mailbox: string, proven = false): Promise<Started> {
  ctx.clock.advance(1)
  const caseToken = mintCaseLink(ctx.keys.caseLink('mx1'), {
    keyId: 1,
    edge: 'mx1',
    minute: Math.floor(ctx.clock.now() / minute),
    reason: 'spam',
    listing: null,
    address: orThrow(parseAddress(ip)),
  })
  const started = await startRequest(visitorAt(ctx), {
    ip,
    mailbox,
    language: 'en',
    statement: true,
    note: `by ${mailbox}`,
    ...(proven ? { caseToken } : {}),
  })
  const tag = started.writeTo.slice('delist+'.length, started.writeTo.indexOf('@'))
  await proveMailbox(ctx, { tag, mailbox: orThrow(parseMailbox(mailbox)) })
  return started
}

async function press(ctx: TestContext, { id, secret }: Started): Promise<string> {
  return (await confirmProven(ctx, { id, secret })).outcome
}

/** Asks and presses the button; the outcome or the code of the refusal. */
async function pressed(ctx: TestContext, ip: string, mailbox: string, proven = false): Promise<string> {
  const started = await asked(ctx, ip, mailbox, proven)
  try {
    return await press(ctx, started)
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

forEachDatabase((_name, open) => {
  describe('The queue of requests that wait for a person', () => {
    it('has one place for a unit; one decision holds for all who wait there, and each gets a letter', async () => {
      const ctx = await queueOf(await open(), 10)
      const first = await asked(ctx, '192.0.2.45', 'ada@example.org')
      const second = await asked(ctx, '192.0.2.45', 'bob@example.org')
      assert.deepEqual([await press(ctx, first), await press(ctx, second)], ['review', 'review'])
      const [waits, ...others] = await listRequests(ctx, { state: 'review', limit: 9 })
      assert.deepEqual([waits?.id, others.length, await countReviews(ctx)], [first.id, 0, 1])
      const { waiting } = await inspectRequest(ctx, first.id)
      assert.deepEqual(
        waiting.map(({ id, note }) => [id, note]),
        [[second.id, 'by bob@example.org']],
      )
      const shown = await showRequest(ctx, { id: second.id, secret: second.secret })
      assert.deepEqual([shown.state, shown.outcome], ['review', 'review'])
      assert.equal(shown.facts.again, (await showRequest(ctx, first)).facts.again)
      await decideReview(ctx, { id: first.id, decision: 'delist' })
      for (const { id, secret } of [first, second])
        assert.equal((await showRequest(ctx, { id, secret })).outcome, 'delisted')
      const letters = await ctx.db.queries.selectFrom('letters').select(['kind', 'mailbox']).execute()
      assert.deepEqual(
        letters.map(({ kind }) => kind),
        ['delisting-reviewed', 'delisting-reviewed'],
      )
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('when full says when to come again, and the request is pressed again then', async () => {
      const ctx = await queueOf(await open(), 4)
      assert.equal(await pressed(ctx, '192.0.2.1', 'a1@example.org'), 'review')
      const due = ctx.clock.now() + 48 * hour
      assert.equal(await pressed(ctx, '192.0.2.2', 'a2@example.org'), 'review')
      const third = await asked(ctx, '192.0.2.3', 'a3@example.org')
      await assert.rejects(press(ctx, third), (error) => {
        assert.ok(error instanceof Refusal)
        const again = new Date(due).toISOString()
        assert.deepEqual([error.code, error.facts], ['delisting.queue-full', { again }])
        return true
      })
      const before = await listAudit(ctx, { subject: `delist-request:${third.id}`, limit: 9 })
      assert.deepEqual(
        before.map(({ action }) => action),
        ['delist-request.proven', 'delist-request.started'],
      )
      assert.equal((await showRequest(ctx, third)).state, 'proven')
      ctx.clock.advance(48 * hour)
      const [oldest] = await listRequests(ctx, { state: 'review', limit: 1 })
      await decideReview(ctx, { id: oldest?.id ?? '', decision: 'refuse' })
      assert.equal(await press(ctx, third), 'review')
    })

    it('when full counts the time to come again in working hours, as the cases do that stand in it', async () => {
      const ctx = await queueOf(await open(), 2)
      const calendar = { zone: 'Europe/Vienna', days: [1, 2, 3, 4, 5], from: 540, until: 1020, holidays: [] }
      const settings = { ...ctx.settings, support: { ...ctx.settings.support, calendar } }
      const office: TestContext = { ...ctx, settings }
      assert.equal(await pressed(office, '192.0.2.1', 'a1@example.org'), 'review')
      const second = await asked(office, '192.0.2.2', 'a2@example.org')
      await assert.rejects(press(office, second), (error) => {
        assert.ok(error instanceof Refusal)
        // Monday at noon in Vienna, and 48 hours of work: six days of eight hours, over one weekend.
        assert.match(String(error.facts['again']), /^2026-05-12T10:00:00/)
        return true
      })
    })

    it('keeps half of its places for who shows control of the address', async () => {
      const ctx = await queueOf(await open(), 4)
      const outcomes: string[] = []
      for (let n = 1; n <= 6; n++)
        outcomes.push(await pressed(ctx, `192.0.2.${n}`, `a${n}@example.org`, n > 3))
      assert.deepEqual(outcomes, [
        'review',
        'review',
        'delisting.queue-full',
        'review',
        'review',
        'delisting.queue-full',
      ])
      assert.equal(await countReviews(ctx), 4)
    })

    it('lets few strangers wait for one unit, and its owner all the same', async () => {
      const ctx = await queueOf(await open(), 10)
      const outcomes = new Map<string, number>()
      for (let n = 0; n < mostJoined + 3; n++) {
        const outcome = await pressed(ctx, '192.0.2.45', `a${n}@d${n}.example`)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      assert.deepEqual(
        [...outcomes],
        [
          ['review', mostJoined + 1],
          ['delisting.queue-full', 2],
        ],
      )
      assert.equal(await pressed(ctx, '192.0.2.45', 'owner@example.org', true), 'review')
    })

    it('holds for mail to the delist mailbox too, and loses no words', async () => {
      const ctx = await queueOf(await open(), 2)
      const write = async (ip: string, note: string, mailbox = 'ada@example.org') =>
        await openReviewByMail(ctx, {
          mailbox: orThrow(parseMailbox(mailbox)),
          language: 'en',
          address: orThrow(parseAddress(ip)),
          note,
        })
      assert.deepEqual(
        [await write('192.0.2.1', 'one'), await write('192.0.2.1', 'two', 'bob@example.org')],
        ['opened', 'joined'],
      )
      const [request] = await listRequests(ctx, { state: 'review', limit: 9 })
      const { waiting } = await inspectRequest(ctx, request?.id ?? '')
      assert.deepEqual(
        waiting.map(({ note }) => note),
        ['two'],
      )
      await assert.rejects(
        write('192.0.2.2', 'three'),
        (error) => error instanceof Refusal && error.code === 'delisting.queue-full',
      )
    })

    it('takes no more than it has places, however many press at once', async () => {
      const ctx = await queueOf(await open(), 6)
      const all: Started[] = []
      for (let n = 1; n <= 10; n++) all.push(await asked(ctx, `192.0.2.${n}`, `a${n}@d${n}.example`))
      const answers = await Promise.allSettled(all.map(async (each) => await press(ctx, each)))
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 3)
      assert.equal(await countReviews(ctx), 3)
    })

    it('is read in pages, the longest waiting first, also where two came at once', async () => {
      const ctx = await queueOf(await open(), 100)
      for (let n = 1; n <= 5; n++) {
        await openReviewByMail(ctx, {
          mailbox: orThrow(parseMailbox(`a${n}@example.org`)),
          language: 'en',
          address: orThrow(parseAddress(`192.0.2.${n}`)),
          note: '',
        })
        if (n % 2 === 0) ctx.clock.advance(minute)
      }
      for (const state of ['review', undefined] as const) {
        const whole = await listRequests(ctx, { state, limit: 9 })
        const paged: string[] = []
        let after: string | undefined
        for (;;) {
          const page = await listRequests(ctx, { state, after, limit: 2 })
          const last = page.at(-1)
          if (!last) break
          paged.push(...page.map(({ id }) => id))
          after = cursorAfter(last)
        }
        assert.deepEqual(
          paged,
          whole.map(({ id }) => id),
        )
        const times = whole.map(({ createdAt }) => createdAt)
        const sorted = times.toSorted((a, b) => (state === 'review' ? a - b : b - a))
        assert.deepEqual([times.length, times], [5, sorted])
      }
    })
  })

  describe('The audit', () => {
    it('keeps the network of a visitor and no address (security AUD-2)', async () => {
      const ctx = await queueOf(await open(), 10)
      for (const client of ['198.51.100.7/32', '2001:db8:1:2::/64'])
        await startRequest(visitorAt(ctx, client), {
          ip: '192.0.2.45',
          mailbox: 'ada@example.org',
          language: 'en',
          statement: true,
        })
      assert.deepEqual(
        (await listAudit(ctx, { limit: 2 })).map(({ actor }) => actor),
        ['visitor:2001:db8:1::/56', 'visitor:198.51.100.0/24'],
      )
    })
  })
})
