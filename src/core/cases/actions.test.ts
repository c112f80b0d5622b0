import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { signTag } from '../../base/signed-token.ts'
import { verifyChain } from '../audit/actions.ts'
import { as, type Context } from '../context.ts'
import { claimLetters } from '../outbox/deliver-actions.ts'
import { pageToken } from './page-link.ts'
import { mostUnverified } from './case.ts'
import { assignCase, listCases, noteCase, showCase, snoozeCase, weighCase } from './desk-actions.ts'
import { mergeCases, splitCase } from './merge-actions.ts'
import { stopCaseLetters } from './mail-actions.ts'
import { addToPage, answerSurvey, showPage, withdraw } from './page-actions.ts'
import { writeWaiting } from './say-actions.ts'

import {
  ada,
  answer,
  codeOf,
  later,
  mail,
  open,
  other,
  sender,
  stateOf,
} from '../../../test/support/case-thread.ts'

forEachDatabase((_name, database) => {
  describe('A case', () => {
    it('keeps the order of what is said within one millisecond, also after it is merged', async () => {
      const ctx = testContext({ db: await database() })
      const { case: first } = await open(ctx)
      for (let n = 0; n < 12; n++) await noteCase(ctx, { id: first.id, text: `note ${n}` })
      const { case: second } = await open(ctx, other)
      await mergeCases(ctx, { id: first.id, into: second.id })
      for (let n = 12; n < 24; n++) await noteCase(ctx, { id: second.id, text: `note ${n}` })
      const { messages } = await showCase(ctx, second.id)
      const notes = messages
        .filter(({ direction }) => direction === 'note')
        .map(({ content }) => content.text)
      assert.deepEqual(
        notes,
        Array.from({ length: 24 }, (_, n) => `note ${n}`),
      )
    })

    it('is asked about, answered by mail, and closed, with its clock', async () => {
      const ctx = testContext({ db: await database() })
      const desk = as(ctx, ada)
      const opened = await open(ctx)
      const { id } = opened.case
      ctx.clock.advance(hour)
      await answer(desk, { id, text: 'Which machine was it?', next: 'asks' })
      assert.deepEqual(
        [
          (await stateOf(ctx, id)).state,
          (await showPage(ctx, pageToken(ctx, opened.participant.id))).askedUntilAt,
        ],
        ['waiting', ctx.clock.now() + 7 * day],
      )
      ctx.clock.advance(day)
      assert.equal(await mail(ctx, opened, { text: 'The printer.' }), 'kept')
      const back = await stateOf(ctx, id)
      assert.deepEqual(
        [back.state, back.dueAt, back.waitedMs],
        ['open', ctx.clock.now() + 47 * hour - 1, day + 1],
      )
      await answer(desk, { id, text: 'Thank you.', next: 'closes' })
      assert.deepEqual(
        [(await stateOf(ctx, id)).state, (await stateOf(ctx, id)).outcome],
        ['closed', 'answered'],
      )
      const letters = await claimLetters(ctx, 10)
      assert.deepEqual(
        letters.map(({ kind }) => kind),
        ['case-answer', 'case-received', 'case-answer'],
      )
      const tag = signTag(ctx.keys.tags, 'case', opened.participant.id)
      for (const { mail: letter } of letters) {
        assert.equal(letter.replyTo, `c+${tag}@postern.provider.example`)
        assert.match(letter.messageId, new RegExp(`^<c\\.${tag.replace('.', '\\.')}\\.[0-9a-z]{26}@postern`))
        assert.equal(letter.headers['In-Reply-To'], '<one@example.org>')
      }
      assert.match(letters[0]?.mail.text ?? '', /\n\| Which machine was it\?\n/)
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('is answered and noted once by a button that is pressed twice, and anew after a while, by another, or once they wrote', async () => {
      const ctx = testContext({ db: await database() })
      const opened = await open(ctx)
      const { id } = opened.case
      const [by, bob] = [as(ctx, ada), as(ctx, { ...ada, name: 'bob' })]
      const countOf = async (wanted: 'out' | 'note'): Promise<number> =>
        (await showCase(ctx, id)).messages.filter(
          ({ direction, content }) => direction === wanted && content.says !== 'received',
        ).length
      const asks = { id, text: 'Which machine was it?', next: 'asks' } as const
      await answer(by, asks)
      await answer(by, asks)
      assert.equal(await countOf('out'), 1)
      await answer(bob, asks)
      assert.equal(await countOf('out'), 2)
      await mail(ctx, opened, { text: 'The one in the hall.' })
      await answer(bob, asks)
      assert.equal(await countOf('out'), 3)
      ctx.clock.advance(11 * minute)
      await answer(bob, asks)
      assert.equal(await countOf('out'), 4)
      await answer(bob, { ...asks, next: 'open' })
      assert.equal(await countOf('out'), 5, 'nothing is asked for any more')
      for (const text of ['Called them.', 'Called them.', 'Called again.', 'Called them.']) {
        later(ctx)
        await noteCase(by, { id, text })
      }
      assert.equal(await countOf('note'), 3)
      ctx.clock.advance(11 * minute)
      await noteCase(by, { id, text: 'Called them.' })
      assert.equal(await countOf('note'), 4)
    })

    it('says what does not fit into the budget of letters later', async () => {
      const ctx = testContext({ db: await database() })
      const desk = as(ctx, ada)
      const {
        case: { id },
      } = await open(ctx)
      for (const text of ['One', 'Two', 'Three', 'Four']) await answer(desk, { id, text, next: 'open' })
      const letters = async () =>
        (await showCase(ctx, id)).messages.flatMap(({ letter }) => (letter === null ? [] : [letter]))
      assert.deepEqual(await letters(), ['written', 'written', 'written', 'waiting'])
      assert.equal(await writeWaiting(ctx, 10), 0)
      ctx.clock.advance(day + 1)
      assert.equal(await writeWaiting(ctx, 10), 1)
      assert.deepEqual(await letters(), ['written', 'written', 'written', 'written'])
      const { participant } = await open(ctx)
      await stopCaseLetters(ctx, signTag(ctx.keys.tags, 'case', participant.id))
      await answer(desk, { id, text: 'Five', next: 'open' })
      assert.equal((await letters()).at(-1), 'unwanted')
    })

    it('asks whether it helped only where that is on, once it is closed, and keeps one answer', async () => {
      const { support } = testSettings()
      const ctx = testContext({ db: await database() })
      const { case: it_, participant } = await open(ctx)
      const token = pageToken(ctx, participant.id)
      const asks: Context = { ...ctx, settings: testSettings({ support: { ...support, survey: 'on' } }) }
      assert.equal((await showPage(asks, token)).survey, null)
      assert.equal(await codeOf(answerSurvey(asks, { token, helped: 'yes' })), 'case.no-survey')
      await answer(as(ctx, ada), { id: it_.id, text: 'Done.', next: 'closes' })
      assert.equal((await showPage(ctx, token)).survey, null)
      assert.equal(await codeOf(answerSurvey(ctx, { token, helped: 'yes' })), 'case.no-survey')
      assert.deepEqual((await showPage(asks, token)).survey, { answer: null })
      await answerSurvey(asks, { token, helped: 'yes' })
      await answerSurvey(asks, { token, helped: 'partly' })
      assert.deepEqual((await showPage(asks, token)).survey, { answer: 'partly' })
      assert.equal((await showCase(as(ctx, ada), it_.id)).participants[0]?.helped, 'partly')
    })

    it('is merged and split with its threads, whose addresses go on working', async () => {
      const ctx = testContext({ db: await database() })
      const desk = as(ctx, ada)
      const [one, two] = [await open(ctx), await open(ctx, other)]
      await noteCase(desk, { id: one.case.id, text: 'Same hoster.' })
      await mergeCases(desk, { id: one.case.id, into: two.case.id })
      const merged = await showCase(ctx, two.case.id)
      assert.deepEqual([merged.participants.length, merged.messages.length, merged.case.messages], [2, 4, 4])
      assert.deepEqual(
        [(await stateOf(ctx, one.case.id)).outcome, (await stateOf(ctx, one.case.id)).mergedInto],
        ['merged', two.case.id],
      )
      assert.equal(await mail(ctx, one, { text: 'Still here.' }), 'kept')
      // Nobody sees the other's thread.
      const page = await showPage(ctx, pageToken(ctx, two.participant.id))
      assert.deepEqual(
        page.messages.map(({ text }) => text),
        ['We mended it.'],
      )
      const own = await splitCase(desk, { id: two.case.id, participant: one.participant.id })
      assert.deepEqual(
        (await showCase(ctx, own.id)).messages
          .filter(({ direction }) => direction === 'in')
          .map(({ content }) => content.text),
        ['We mended it.', 'Still here.'],
      )
      assert.equal(
        await codeOf(splitCase(desk, { id: own.id, participant: one.participant.id })),
        'case.nobody',
      )
      assert.equal(await codeOf(mergeCases(desk, { id: own.id, into: own.id })), 'case.same')
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('stands in a queue by its clock, asleep out of sight', async () => {
      const ctx = testContext({ db: await database() })
      const desk = as(ctx, ada)
      const ids: string[] = []
      for (let nth = 0; nth < 3; nth++) {
        ctx.clock.advance(hour)
        ids.push((await open(ctx, sender, `192.0.2.${nth}/32`)).case.id)
      }
      const [first = '', second = '', third = ''] = ids
      await weighCase(desk, { id: third, severity: 'A' })
      await snoozeCase(desk, { id: second, hours: 24 })
      await assignCase(desk, { id: first, to: 'me' })
      const search = { states: ['open', 'waiting'], offset: 0, limit: 10 } as const
      const list = async (more: object = {}) =>
        (await listCases(desk, { ...search, ...more })).map(({ id }) => id)
      assert.deepEqual(await list(), [third, first])
      assert.deepEqual(await list({ asleep: true }), [third, first, second])
      assert.deepEqual(
        [await list({ assigned: 'mine' }), await list({ assigned: 'nobody' })],
        [[first], [third]],
      )
      await answer(desk, { id: third, text: 'What?', next: 'asks' })
      assert.deepEqual(await list(), [first, third])
      assert.equal(
        await codeOf(listCases(as(ctx, { ...ada, roles: ['abuse-agent'] }), search)),
        'permission.denied',
      )
      assert.equal(
        await codeOf(assignCase(as(ctx, { ...ada, roles: ['viewer'] }), { id: first, to: 'me' })),
        'permission.denied',
      )
    })

    it('is added to and closed on its page, and holds no more of strangers than it should', async () => {
      const limits = Object.fromEntries(
        ['cases.mailbox.hour', 'cases.client.hour', 'cases.domain.hour'].map((name) => [
          name,
          { count: 1000, windowMs: hour },
        ]),
      )
      const ctx = testContext({ db: await database(), settings: testSettings({ limits }) })
      const opened = await open(ctx)
      const token = pageToken(ctx, opened.participant.id)
      await addToPage(as(ctx, { kind: 'visitor', client: '198.51.100.7/32' }), {
        token,
        text: 'And one thing more.',
      })
      assert.equal((await showPage(ctx, token)).messages.length, 2)
      assert.equal(await codeOf(addToPage(ctx, { token, text: '  ' })), 'case.empty')
      for (let nth = 0; nth < mostUnverified; nth++)
        await mail(ctx, opened, { text: `x${nth}`, from: undefined })
      assert.equal(await codeOf(mail(ctx, opened, { text: 'one more', from: undefined })), 'case.full')
      assert.equal(await mail(ctx, opened, { text: 'mine' }), 'kept')
      await withdraw(ctx, token)
      assert.equal((await showPage(ctx, token)).outcome, 'withdrawn')
      assert.equal(
        await codeOf(showPage(ctx, `${opened.participant.id}.${'1'.repeat(20)}`)),
        'case.not-found',
      )
    })
  })
})
