import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { verifyChain } from '../audit/actions.ts'
import { closeUnanswered } from '../cases/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { answerCase, listCases, showCase } from '../cases/desk-actions.ts'
import { splitCase } from '../cases/merge-actions.ts'
import { addToPage, showPage, withdraw } from '../cases/page-actions.ts'
import { takesPart } from '../cases/participant.ts'
import { Checks } from '../checks/actions.ts'
import { addListing, coveringListings } from '../listings/actions.ts'
import { decideCase, type Decision } from './decide-case-actions.ts'
import { recheckConditions } from './recheck-actions.ts'
import { settleRequests } from './settle-actions.ts'
import { countReviews, listRequests, openReviewByMail } from './review-actions.ts'

const address = orThrow(parseAddress('192.0.2.66'))
const checks = new Checks()

/** A sender who writes about a listed address, and a DNS in which the address has the names it is given. */
async function world(db: TestContext['db']) {
  const names: string[] = []
  const ctx = testContext({ db, out: testWaysOut({ confirmedNames: async () => names }) })
  const prefix = orThrow(parseListable('192.0.2.66'))
  await addListing(ctx, { prefix, cause: 'manual', class: 'investigate', ends: '30d' })
  const write = async (mailbox: string, text = 'We mended it.') => {
    // What is said within one millisecond has no order.
    ctx.clock.advance(1)
    return await openReviewByMail(ctx, {
      mailbox: orThrow(parseMailbox(mailbox)),
      language: 'en',
      address,
      note: text,
      mail: { raw: Buffer.from(text), content: { text }, client: address },
    })
  }
  await write('hostmaster@example.org')
  const [found] = await listCases(ctx, { states: ['open'], offset: 0, limit: 1 })
  const id = found?.id ?? ''
  const decide = async (wish: Decision) => {
    ctx.clock.advance(1)
    return await decideCase(ctx, checks, { id, ...wish })
  }
  return { ctx, names, write, id, decide, seen: async () => await showCase(ctx, id) }
}

const isListed = async (ctx: TestContext) => (await coveringListings(ctx, address)).length > 0
const stateOf = async (ctx: TestContext) =>
  (await listRequests(ctx, { limit: 9 })).map(({ state, outcome }) => `${state} ${outcome}`).sort()

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

forEachDatabase((_name, open) => {
  describe('A case about a listed address', () => {
    it('is one for everybody who asks, and for the same message delivered again', async () => {
      const { ctx, write, seen, decide } = await world(await open())
      assert.equal(await write('hostmaster@example.org'), 'opened')
      assert.equal(await write('other@example.net', 'Me too.'), 'joined')
      const { participants, messages, case: it } = await seen()
      assert.deepEqual(
        participants.map(({ mailbox }) => mailbox),
        ['hostmaster@example.org', 'other@example.net'],
      )
      assert.deepEqual(messages.filter(({ direction }) => direction === 'in').length, 2)
      assert.equal(it.kind, 'mail')
      await decide({ decision: 'delist' })
      assert.equal(await isListed(ctx), false)
      assert.deepEqual(await stateOf(ctx), ['done delisted', 'done delisted'])
      assert.equal((await seen()).case.outcome, 'granted')
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('is acknowledged to everybody who asks, however many came before, with the way to their page', async () => {
      const { ctx, write } = await world(await open())
      const others = Array.from({ length: 5 }, (_, n) => `u${n}@example${n}.net`)
      for (const mailbox of others) await write(mailbox, `Me too, ${mailbox}.`)
      const letters = await ctx.db.queries.selectFrom('letters').select(['kind', 'mailbox']).execute()
      const acknowledged = letters
        .filter(({ kind }) => kind === 'case-received')
        .map(({ mailbox }) => mailbox)
      assert.deepEqual(new Set(acknowledged), new Set(['hostmaster@example.org', ...others]))
      assert.equal(acknowledged.length, 6)
    })

    it('has one thread for whoever writes to the delist mailbox again', async () => {
      const { ctx, write, seen } = await world(await open())
      assert.equal(await write('hostmaster@example.org', 'And it is off the network now.'), 'joined')
      assert.equal(await write('Hostmaster@EXAMPLE.org', 'And it is OFF the network now.'), 'joined')
      const { participants, messages } = await seen()
      assert.equal(participants.length, 1)
      assert.deepEqual(
        messages.map(({ direction, content, copies }) => [direction, content.says ?? content.text, copies]),
        [
          ['in', 'We mended it.', 1],
          ['out', 'received', 1],
          ['in', 'And it is off the network now.', 2],
        ],
      )
      assert.deepEqual(await stateOf(ctx), ['review review'])
    })

    it('is granted with a sentence that the senders read', async () => {
      const { ctx, decide, seen } = await world(await open())
      await decide({ decision: 'delist', words: 'Thank you for closing the web form.' })
      const [participant] = (await seen()).participants
      const page = await showPage(ctx, pageToken(ctx, participant?.id ?? ''))
      const said = page.messages.at(-1)
      assert.deepEqual([said?.says, said?.text], ['granted', 'Thank you for closing the web form.'])
      const letters = await ctx.db.queries.selectFrom('letters').select(['kind', 'slots']).execute()
      assert.equal(letters.filter(({ kind }) => kind === 'delisting-reviewed').length, 1)
    })

    it('is granted by itself once the tests pass, and says once a day what is missing', async () => {
      const { ctx, names, seen, decide } = await world(await open())
      assert.equal(await codeOf(decide({ decision: 'conditional', tests: [] })), 'case.reason-missing')
      assert.equal(
        await codeOf(decide({ decision: 'conditional', tests: ['nonsense'] })),
        'case.condition-unknown',
      )
      const many = Array.from({ length: 11 }, (_, n) => `spf:d${n}.example.org`)
      assert.equal(await codeOf(decide({ decision: 'conditional', tests: many })), 'case.conditions-many')
      await decide({ decision: 'conditional', tests: ['Reverse-Name'] })
      const told = async () =>
        (await seen()).messages.filter(({ content }) => content.says === 'unmet').length
      for (let nth = 0; nth < 5; nth++) {
        ctx.clock.advance(6 * hour)
        await recheckConditions(ctx, checks)
      }
      assert.deepEqual(
        [(await seen()).case.state, await told(), await isListed(ctx)],
        ['conditional', 1, true],
      )
      names.push('mail.example.org')
      ctx.clock.advance(10 * minute)
      assert.equal(await recheckConditions(ctx, checks), 0, 'no more often than every half hour')
      ctx.clock.advance(20 * minute)
      await recheckConditions(ctx, checks)
      assert.deepEqual([(await seen()).case.outcome, await isListed(ctx)], ['granted', false])
      assert.deepEqual(await stateOf(ctx), ['done delisted'])
    })

    it('is granted to whoever was promised it, also out of a case of their own', async () => {
      const { ctx, names, write, seen, decide, id } = await world(await open())
      await write('other@example.net', 'Me too.')
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      const [first] = (await seen()).participants
      const own = await splitCase(ctx, { id, participant: first?.id ?? '' })
      names.push('mail.example.org')
      ctx.clock.advance(hour)
      await recheckConditions(ctx, checks)
      // Whichever comes first lifts it; for the other nothing is left to lift.
      const outcomes = [(await showCase(ctx, own.id)).case.outcome, (await seen()).case.outcome]
      assert.deepEqual([new Set(outcomes), await isListed(ctx)], [new Set(['granted', 'not-needed']), false])
      assert.ok((await stateOf(ctx)).every((each) => each.startsWith('done')))
    })

    it('is looked at again as soon as its sender writes that it is mended', async () => {
      const { ctx, names, seen, decide } = await world(await open())
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      assert.equal(await recheckConditions(ctx, checks), 0)
      const { participants } = await seen()
      const token = pageToken(ctx, participants[0]?.id ?? '')
      const say = async (text: string) => {
        ctx.clock.advance(1)
        await addToPage(ctx, { token, text })
        return await recheckConditions(ctx, checks)
      }
      assert.equal(await say('It will be set tomorrow.'), 1)
      assert.equal(await recheckConditions(ctx, checks), 0, 'once for each time')
      names.push('mail.example.org')
      assert.equal(await say('The name is set now.'), 1)
      assert.deepEqual([(await seen()).case.outcome, await isListed(ctx)], ['granted', false])
    })

    it('is refused when its time is over, by the test that does not pass', async () => {
      const { ctx, seen, decide } = await world(await open())
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      ctx.clock.advance(14 * day)
      await recheckConditions(ctx, checks)
      const { case: it } = await seen()
      assert.deepEqual([it.outcome, it.why, await isListed(ctx)], ['refused', 'reverse-name', true])
      assert.deepEqual(await stateOf(ctx), ['done declined'])
    })

    it('is refused with a reason only: a sentence, or a test that really fails', async () => {
      const { names, seen, decide } = await world(await open())
      assert.equal(await codeOf(decide({ decision: 'refuse', words: ' ' })), 'case.reason-missing')
      names.push('mail.example.org')
      assert.equal(
        await codeOf(decide({ decision: 'refuse', unmet: 'reverse-name' })),
        'case.condition-passes',
      )
      await decide({ decision: 'refuse', words: 'It still sends the same mail.' })
      const last = (await seen()).messages.at(-1)
      assert.deepEqual([last?.content.says, last?.content.text], ['refused', 'It still sends the same mail.'])
    })

    it('is refused by no test that says nothing now: nobody is told that it fails', async () => {
      const { ctx, id, seen } = await world(await open())
      const dark = {
        ...ctx,
        out: {
          ...ctx.out,
          confirmedNames: async () => 'temperror' as const,
        },
      }
      const decision = { id, decision: 'refuse', unmet: 'reverse-name' } as const
      assert.equal(await codeOf(decideCase(dark, checks, decision)), 'case.condition-untold')
      assert.equal((await seen()).case.state, 'open')
    })

    it('that was granted is decided anew when the address is listed again and they write', async () => {
      const { ctx, seen, decide } = await world(await open())
      await decide({ decision: 'delist' })
      const [participant] = (await seen()).participants
      const token = pageToken(ctx, participant?.id ?? '')
      const prefix = orThrow(parseListable('192.0.2.66'))
      for (const [decision, outcome] of [
        [{ decision: 'delist' }, 'granted'],
        [{ decision: 'refuse', words: 'It sends the same again.' }, 'refused'],
      ] as const) {
        ctx.clock.advance(day)
        await addListing(ctx, { prefix, cause: 'manual', class: 'investigate', ends: '30d' })
        await addToPage(ctx, { token, text: `It is refused again, ${outcome}.` })
        await decide(decision)
        assert.deepEqual([(await seen()).case.outcome, await isListed(ctx)], [outcome, outcome === 'refused'])
      }
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('that its sender closes takes no place in the queue any more', async () => {
      const { ctx, seen } = await world(await open())
      const [participant] = (await seen()).participants
      await withdraw(ctx, pageToken(ctx, participant?.id ?? ''))
      await settleRequests(ctx)
      assert.deepEqual(await stateOf(ctx), ['done closed'])
      assert.equal(await isListed(ctx), true)
    })

    it('goes on without who withdraws: no letter to them, their place to the next, and back when they write', async () => {
      const { ctx, write, seen, decide } = await world(await open())
      await write('other@example.net', 'Me too.')
      await write('third@example.com', 'And I.')
      const [first, second] = (await seen()).participants
      const token = pageToken(ctx, first?.id ?? '')
      await withdraw(ctx, token)
      await withdraw(ctx, token)
      await settleRequests(ctx)
      assert.deepEqual(await stateOf(ctx), ['done closed', 'joined review', 'review review'])
      const page = await showPage(ctx, token)
      assert.deepEqual([page.state, page.outcome, page.isOver], ['closed', 'withdrawn', false])
      assert.equal((await showPage(ctx, pageToken(ctx, second?.id ?? ''))).state, 'open')
      await answerCase(ctx, { id: (await seen()).case.id, text: 'Which host?', next: 'asks' })
      const letters = async () =>
        (await ctx.db.queries.selectFrom('letters').select(['kind', 'mailbox']).execute())
          .filter(({ kind }) => kind !== 'case-received')
          .map(({ mailbox }) => mailbox)
          .toSorted()
      assert.deepEqual(await letters(), ['other@example.net', 'third@example.com'])
      // They write again: they are back, and what is decided is said to them too.
      ctx.clock.advance(day)
      await addToPage(ctx, { token, text: 'We do need it.' })
      assert.equal((await showPage(ctx, token)).state, 'open')
      await decide({ decision: 'delist' })
      assert.deepEqual(await stateOf(ctx), ['done delisted', 'done delisted', 'done delisted'])
      assert.equal((await letters()).filter((each) => each === 'hostmaster@example.org').length, 1)
      assert.equal((await seen()).participants.filter(takesPart).length, 3)
    })

    it('is not granted by the tests of before where others were named while those ran', async () => {
      const { ctx, names, seen, decide } = await world(await open())
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      names.push('mail.example.org')
      ctx.clock.advance(hour)
      const slow: typeof ctx = {
        ...ctx,
        out: {
          ...ctx.out,
          async confirmedNames() {
            // While the tests run the desk asks for more.
            if ((await seen()).case.conditions.length === 1)
              await decide({ decision: 'conditional', tests: ['helo-name', 'reverse-name'] })
            return names
          },
        },
      }
      await recheckConditions(slow, checks)
      assert.deepEqual([await isListed(ctx), (await seen()).case.state], [true, 'conditional'])
    })

    it('does not keep others from being looked at where nobody is left who asked', async () => {
      const { ctx, write, seen, decide } = await world(await open())
      await write('other@example.net', 'Me too.')
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      await ctx.db.queries
        .updateTable('delist_requests')
        .set({ participant_id: null, state: 'done' })
        .execute()
      ctx.clock.advance(hour)
      await recheckConditions(ctx, checks)
      assert.equal((await seen()).case.checkedAt, ctx.clock.now())
    })

    it('ends when nobody answers what was asked, gives its place in the queue free, and goes on when they do', async () => {
      const { ctx, write, seen, id, decide } = await world(await open())
      await write('other@example.net', 'Me too.')
      await answerCase(ctx, { id, text: 'Which host?', next: 'asks' })
      ctx.clock.advance(8 * day - 1)
      assert.equal(await closeUnanswered(ctx, 10), 0)
      ctx.clock.advance(1)
      assert.equal(await closeUnanswered(ctx, 10), 1)
      await settleRequests(ctx)
      const [first] = (await seen()).participants
      const token = pageToken(ctx, first?.id ?? '')
      const page = await showPage(ctx, token)
      assert.deepEqual([page.state, page.outcome, page.isOver], ['closed', 'unanswered', false])
      assert.deepEqual(await stateOf(ctx), ['done closed', 'done closed'])
      assert.equal(await countReviews(ctx), 0)
      await addToPage(ctx, { token, text: 'It was the old one.' })
      assert.equal((await seen()).case.state, 'open')
      // Tests that run are waited for, also beside a question.
      await decide({ decision: 'conditional', tests: ['reverse-name'] })
      await answerCase(ctx, { id, text: 'Which host?', next: 'asks' })
      ctx.clock.advance(9 * day)
      assert.equal(await closeUnanswered(ctx, 10), 0)
    })

    it('is withdrawn when the last of several withdraws', async () => {
      const { ctx, write, seen } = await world(await open())
      await write('other@example.net', 'Me too.')
      for (const { id } of (await seen()).participants) await withdraw(ctx, pageToken(ctx, id))
      assert.equal((await seen()).case.outcome, 'withdrawn')
    })

    it('is made for a request that a version before cases put before a person', async () => {
      const { ctx } = await world(await open())
      await ctx.db.queries.updateTable('delist_requests').set({ participant_id: null }).execute()
      await settleRequests(ctx)
      const cases = await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })
      assert.equal(cases.length, 2)
      await decideCase(ctx, checks, { id: cases[1]?.id ?? '', decision: 'delist' }).catch(() => undefined)
      await decideCase(ctx, checks, { id: cases[0]?.id ?? '', decision: 'delist' }).catch(() => undefined)
      assert.equal(await isListed(ctx), false)
    })
  })
})
