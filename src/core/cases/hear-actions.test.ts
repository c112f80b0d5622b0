import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { as } from '../context.ts'
import { pageToken } from './page-link.ts'
import { reopenCase, showCase, snoozeCase } from './desk-actions.ts'
import { hearCaseMail, refusalOfTag } from './mail-actions.ts'
import { addToPage, showPage, withdraw } from './page-actions.ts'

import {
  ada,
  answer,
  client,
  codeOf,
  later,
  mail,
  open,
  other,
  sender,
  stateOf,
} from '../../../test/support/case-thread.ts'

forEachDatabase((_name, database) => {
  describe('A case that somebody writes in', () => {
    it('tells webhooks when they say more, and nothing of what strangers and programs write', async () => {
      const settings = testSettings({ webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }] })
      const ctx = testContext({ db: await database(), settings })
      const opened = await open(ctx)
      await answer(as(ctx, ada), { id: opened.case.id, text: 'Which machine?', next: 'asks' })
      await mail(ctx, opened, { text: 'Close it.', from: other })
      await mail(ctx, opened, { text: 'I am away.', automatic: ['auto-submitted'] })
      await mail(ctx, opened, { text: 'The printer.' })
      const told = await ctx.db.queries.selectFrom('webhook_deliveries').selectAll().execute()
      const events = told.toSorted((a, b) => a.created_at - b.created_at)
      assert.deepEqual(
        events.map(({ event }) => event),
        ['case.opened', 'case.answered', 'case.heard'],
      )
      const { data } = JSON.parse(events.at(-1)?.body ?? '') as { data: { case: string; state: string } }
      assert.deepEqual([data.case, data.state], [opened.case.id, 'open'])
      assert.doesNotMatch(events.at(-1)?.body ?? '', /printer|example\.org/)
    })

    it('keeps mail of anybody else as unverified, and moves for nobody’s word', async () => {
      const ctx = testContext({ db: await database() })
      const opened = await open(ctx)
      await answer(as(ctx, ada), { id: opened.case.id, text: 'Which machine?', next: 'asks' })
      assert.equal(await mail(ctx, opened, { text: 'Lift it.', from: undefined }), 'kept')
      assert.equal(await mail(ctx, opened, { text: 'Lift it now.', from: other }), 'kept')
      const { case: it, messages } = await showCase(ctx, opened.case.id)
      assert.deepEqual([it.state, it.unverified], ['waiting', 2])
      assert.deepEqual(
        messages.filter(({ isVerified }) => !isVerified).map(({ content }) => content.from),
        [other, other],
      )
      const shown = await showPage(ctx, pageToken(ctx, opened.participant.id))
      assert.deepEqual(
        shown.messages.map(({ text }) => text),
        ['We mended it.', 'Which machine?'],
      )
      assert.equal(
        await codeOf(
          hearCaseMail(ctx, {
            tag: `${opened.participant.id}.${'0'.repeat(20)}`,
            raw: Buffer.from('x'),
            content: { text: 'x' },
            writer: sender,
            client,
          }),
        ),
        'case.not-found',
      )
    })

    it('knows its participant by the whole mailbox: who has the same name with other dots or a tag is somebody else', async () => {
      const ctx = testContext({ db: await database() })
      const box = (text: string) => orThrow(parseMailbox(text))
      const opened = await open(ctx, box('ada.b@example.org'))
      const others = ['adab@example.org', 'ada.b+x@example.org', 'a.d.a.b@example.org']
      await answer(as(ctx, ada), { id: opened.case.id, text: 'Which machine?', next: 'asks' })
      for (const [nth, from] of others.entries())
        assert.equal(await mail(ctx, opened, { text: `Lift it: ${nth}`, from: box(from) }), 'kept')
      const { case: it, messages } = await showCase(ctx, opened.case.id)
      assert.deepEqual([it.state, it.unverified], ['waiting', 3])
      assert.deepEqual(
        messages.filter(({ isVerified }) => !isVerified).map(({ content }) => content.from),
        others,
      )
      // A host that told people apart by the case of letters is not known.
      await mail(ctx, opened, { text: 'The one in the cellar.', from: box('Ada.B@EXAMPLE.org') })
      assert.equal((await stateOf(ctx, opened.case.id)).state, 'open')
      // Nor is a case of somebody else one of theirs.
      const theirs = await open(ctx, box('adab@example.org'), '198.51.100.7/32')
      assert.deepEqual((await showCase(ctx, opened.case.id)).others, [])
      const own = await open(ctx, box('ADA.b@example.org'), '198.51.100.8/32')
      assert.deepEqual(
        (await showCase(ctx, opened.case.id)).others.map(({ id }) => id),
        [own.case.id],
      )
      assert.notEqual(theirs.case.id, own.case.id)
    })

    it('keeps the same delivered twice once, and the same words once', async () => {
      const ctx = testContext({ db: await database() })
      const opened = await open(ctx)
      assert.equal(await mail(ctx, opened, { text: 'More of it.', raw: 'A' }), 'kept')
      assert.equal(await mail(ctx, opened, { text: 'More of it.', raw: 'A' }), 'known')
      assert.equal(await mail(ctx, opened, { text: 'more  of it.\n> quoted', raw: 'B' }), 'copy')
      const { messages } = await showCase(ctx, opened.case.id)
      assert.deepEqual(
        messages.filter(({ direction }) => direction === 'in').map(({ copies }) => copies),
        [1, 2],
      )
    })

    it('hears the same words again where they are an answer: to a question, to an end, and once it is known who wrote them', async () => {
      const ctx = testContext({ db: await database() })
      const desk = as(ctx, ada)
      const opened = await open(ctx)
      const { id } = opened.case
      assert.equal(await mail(ctx, opened, { text: 'It is mended.' }), 'kept')
      await answer(desk, { id, text: 'Is it?', next: 'asks' })
      assert.equal(await mail(ctx, opened, { text: 'It is mended.', raw: 'B' }), 'kept')
      assert.equal((await stateOf(ctx, id)).state, 'open')
      await answer(desk, { id, text: 'Thank you.', next: 'closes' })
      assert.equal(await mail(ctx, opened, { text: 'It is mended.', raw: 'C' }), 'kept')
      assert.equal((await stateOf(ctx, id)).state, 'open')
      // Our turn anyway: once is enough.
      assert.equal(await mail(ctx, opened, { text: 'It is mended.', raw: 'D' }), 'copy')
      await snoozeCase(desk, { id, hours: 24 })
      assert.equal(await mail(ctx, opened, { text: 'It is mended.', raw: 'F' }), 'kept')
      assert.equal((await stateOf(ctx, id)).snoozedUntilAt, null)
      await withdraw(ctx, pageToken(ctx, opened.participant.id))
      later(ctx)
      await addToPage(ctx, { token: pageToken(ctx, opened.participant.id), text: 'It is mended.' })
      assert.deepEqual(
        [(await stateOf(ctx, id)).state, (await showCase(ctx, id)).participants[0]?.withdrawnAt],
        ['open', null],
      )
      assert.equal(await mail(ctx, opened, { text: 'Signed now.', from: undefined }), 'kept')
      assert.equal(await mail(ctx, opened, { text: 'Signed now.', raw: 'E' }), 'kept')
    })

    it('lets two programs that answer each other say little', async () => {
      const ctx = testContext({ db: await database() })
      const opened = await open(ctx)
      const { id } = opened.case
      await answer(as(ctx, ada), { id, text: 'Which machine?', next: 'asks' })
      for (let nth = 0; nth < 30; nth++) {
        ctx.clock.advance(minute)
        await mail(ctx, opened, { text: `I am away (${nth})`, automatic: ['auto-replied'] })
      }
      const { case: it } = await showCase(ctx, id)
      assert.equal(it.state, 'waiting')
      assert.ok(it.messages < 30, `${it.messages} are kept`)
      // One that hides that it is a program is acknowledged once a day, and three times in all.
      let said = 0
      for (let nth = 0; nth < 8; nth++) {
        ctx.clock.advance(13 * hour)
        await mail(ctx, opened, { text: `A reply of a program ${nth}` })
        said = (await showCase(ctx, id)).messages.filter(({ content }) => content.says === 'received').length
      }
      assert.equal(said, 3)
    })

    it('opens again by mail for 14 days, and then says so before the message comes', async () => {
      const ctx = testContext({ db: await database() })
      const opened = await open(ctx)
      const { id } = opened.case
      const tag = signTag(ctx.keys.tags, 'case', opened.participant.id)
      const close = async () => await answer(as(ctx, ada), { id, text: 'Done.', next: 'closes' })
      await close()
      ctx.clock.advance(13 * day)
      assert.equal(await refusalOfTag(ctx, tag), undefined)
      await mail(ctx, opened, { text: 'It is back.' })
      assert.equal((await stateOf(ctx, id)).state, 'open')
      await close()
      ctx.clock.advance(14 * day)
      assert.equal((await refusalOfTag(ctx, tag))?.code, 'case.over')
      assert.equal(await codeOf(mail(ctx, opened, { text: 'And again.' })), 'case.over')
      assert.equal(await codeOf(reopenCase(as(ctx, ada), id)), 'case.over')
      assert.equal(await mail(ctx, opened, { text: 'away', automatic: ['auto-replied'] }), 'silent')
    })
  })
})
