import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import {
  address,
  agent,
  codeOf,
  counsel,
  how,
  legalWorld,
  owner,
  ownerMailbox,
  stranger,
} from '../../../test/support/legal-cases.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { closeUnanswered } from '../cases/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { mostBytes } from '../cases/case.ts'
import { answerCase, noteCase, snoozeCase } from '../cases/desk-actions.ts'
import { splitCase } from '../cases/merge-actions.ts'
import { hearCaseMail, refusalOfTag } from '../cases/mail-actions.ts'
import { addToPage, showPage, withdraw } from '../cases/page-actions.ts'
import { Checks } from '../checks/actions.ts'
import { as } from '../context.ts'
import { confirmProven, showRequest, startRequest } from '../delisting/actions.ts'
import { decideCase } from '../delisting/decide-case-actions.ts'
import { proveControl } from '../delisting/proof-actions.ts'
import { decideAnyAddresses, decideAnyCase, decideAnyWarmUp } from './decide-actions.ts'
import { answerAnyCase, endLegal, lookInto, markLegal, mustReachOwner, ownersFor } from './legal-actions.ts'

const sentTo = async (ctx: TestContext) =>
  (await ctx.db.queries.selectFrom('letters').select(['mailbox', 'kind']).orderBy('created_at').execute())
    .filter(({ kind }) => kind !== 'case-received')
    .map(({ mailbox }) => mailbox)

forEachDatabase((_name, open) => {
  describe('The legal contact', () => {
    it('is with a proven owner of the whole address, and with nobody else', async () => {
      const { ctx, id, claim } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      const narrow = await owner(ctx, '192.0.2.66', 'ended')
      await owner(ctx, '198.51.100.0/24')
      assert.deepEqual(
        (await ownersFor(lex, id)).map((each) => each.claim.id),
        [claim],
      )
      assert.equal(await codeOf(markLegal(lex, { id, claim: narrow, how })), 'case.no-owner')
      assert.equal(await codeOf(markLegal(lex, { id, claim, how: ' ' })), 'case.empty')
      assert.equal(await codeOf(markLegal(as(ctx, agent), { id, claim, how })), 'permission.denied')
      await markLegal(lex, { id, claim, how })
      assert.equal(await codeOf(markLegal(lex, { id, claim, how })), 'case.restricted')
      const { case: it_, messages, participants } = await lookInto(lex, id)
      assert.deepEqual(
        [it_.legal?.claim, it_.legal?.proof, it_.legal?.prefix, it_.legal?.checkedAt, it_.legal?.by],
        [claim, 'txt', '192.0.2.0/24', (await ownersFor(lex, id))[0]?.claim.checkedAt, 'operator:lex'],
      )
      assert.deepEqual(participants.map(({ role, mailbox }) => `${role} ${mailbox}`).toSorted(), [
        `owner ${ownerMailbox}`,
        `sender ${stranger}`,
      ])
      assert.equal(messages.filter(({ direction }) => direction === 'note')[0]?.content.text, how)
    })

    it('sends no answer once the proof has ended, and says so to whoever looks; a newer proof of the same mailbox does', async () => {
      const { ctx, id, claim } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      const answer = async (text: string, by = lex): Promise<string> =>
        await codeOf(answerAnyCase(by, { id, text, next: 'asks' }))
      assert.deepEqual(
        [await answer('Who is your customer there?'), await sentTo(ctx)],
        ['done', [ownerMailbox]],
      )
      const end = { state: 'ended', ended_at: ctx.clock.now(), ended_why: 'revoked' } as const
      await ctx.db.queries.updateTable('owner_claims').set(end).where('id', '=', claim).execute()
      assert.equal((await lookInto(lex, id)).isOwnerStill, false)
      assert.equal(await answer('And since when?'), 'case.owner-gone')
      assert.equal(await codeOf(mustReachOwner(lex, id)), 'case.owner-gone')
      const decisions = [
        decideAnyCase(lex, new Checks(), { id, decision: 'delist' }),
        decideAnyAddresses(lex, { id, prefixes: ['192.0.2.66/32'], deed: 'mitigate' }),
        decideAnyWarmUp(lex, { id, participant: '', deed: 'agree' }),
      ]
      for (const code of await Promise.all(decisions.map(codeOf))) assert.equal(code, 'case.owner-gone')
      assert.equal(await codeOf(mustReachOwner(as(ctx, agent), id)), 'done')
      assert.equal(await answer('And since when?', as(ctx, agent)), 'case.restricted')
      assert.deepEqual(await sentTo(ctx), [ownerMailbox])
      await owner(ctx, '192.0.2.0/25')
      assert.equal((await lookInto(lex, id)).isOwnerStill, true)
      assert.equal(await codeOf(mustReachOwner(lex, id)), 'done')
      assert.equal(await answer('And since when?'), 'done')
    })

    it('writes down the marking, each look and the end; the audit says nothing of what is in it', async () => {
      const { ctx, id, claim } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      await lookInto(lex, id)
      await lookInto(lex, id)
      await endLegal(lex, id)
      const records = await listAudit(ctx, { subject: `case:${id}`, limit: 50 })
      const legal = records.filter(({ action }) => action.startsWith('case.legal'))
      assert.deepEqual(
        legal.map(({ action, actor }) => `${action} ${actor}`),
        [
          'case.legal-ended operator:lex',
          'case.legal-viewed operator:lex',
          'case.legal-viewed operator:lex',
          'case.legal operator:lex',
        ],
      )
      assert.doesNotMatch(JSON.stringify(records), /example\.(?:org|net)|Called/)
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('writes letters to the owner alone, and says to the others only that it is handled with the owner', async () => {
      const { ctx, id, claim, first, write } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      // An answer that still waits for room in the budget of a stranger must not come to them later either.
      await markLegal(lex, { id, claim, how })
      ctx.clock.advance(1)
      await answerCase(lex, { id, text: 'We have a court order.', next: 'asks' })
      ctx.clock.advance(20 * day)
      assert.equal(await closeUnanswered(ctx, 9), 0)
      assert.deepEqual(await sentTo(ctx), [ownerMailbox])
      const others = pageToken(ctx, first)
      const page = await showPage(ctx, others)
      assert.deepEqual(
        [page.isWithOwner, page.state, page.messages, page.askedUntilAt, page.dueAt],
        [true, 'open', [], null, null],
      )
      assert.equal(await codeOf(addToPage(ctx, { token: others, text: 'And?' })), 'case.with-owner')
      const tag = signTag(ctx.keys.tags, 'case', first)
      assert.equal((await refusalOfTag(ctx, tag))?.code, 'case.with-owner')
      const mail = { tag, raw: Buffer.from('x'), content: { text: 'x' }, writer: stranger, client: address }
      assert.equal(await codeOf(hearCaseMail(ctx, mail)), 'case.with-owner')
      // Somebody else who asks for the address joins, and learns as little.
      await write(orThrow(parseMailbox('third@example.com')), 'We, too.')
      assert.equal(
        await codeOf(decideCase(as(ctx, agent), new Checks(), { id, decision: 'delist' })),
        'case.restricted',
      )
      await decideCase(lex, new Checks(), { id, decision: 'delist' })
      assert.deepEqual(await sentTo(ctx), [ownerMailbox])
      const ended = await showPage(ctx, others)
      assert.deepEqual([ended.state, ended.outcome, ended.messages], ['closed', 'granted', []])
      const told = await ctx.db.queries
        .selectFrom('webhook_deliveries')
        .select(['event', 'body'])
        .where('event', 'in', ['case.answered', 'case.closed'])
        .execute()
      assert.equal(told.length, 2)
      for (const { body } of told) assert.doesNotMatch(body, /192\.0\.2\.66/)
    })

    it('is never spoken of in a thread for which somebody only typed the mailbox of the owner', async () => {
      let file = ''
      const { ctx, id, claim, write } = await legalWorld(await open(), { fetchFrom: async () => file })
      const visitor = as(ctx, { kind: 'visitor', client: '192.0.2.66/32' })
      const asked = { ip: '192.0.2.66', mailbox: ownerMailbox, language: 'en', statement: true } as const
      const started = await startRequest(visitor, asked)
      file = (await showRequest(visitor, started)).proof.token
      await proveControl(visitor, { ...started, method: 'http' })
      assert.equal((await confirmProven(visitor, started)).outcome, 'review')
      const { casePage } = await showRequest(visitor, started)
      // The owner writes: what they say does not stand on the page of whoever typed their name.
      await write(ownerMailbox, 'Our counsel will call you.')
      assert.deepEqual((await showPage(ctx, casePage ?? '')).messages, [])
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      await answerCase(lex, { id, text: 'We have a court order.', next: 'asks' })
      const page = await showPage(ctx, casePage ?? '')
      assert.deepEqual([page.isWithOwner, page.messages], [true, []])
      const own = (await lookInto(lex, id)).participants.find(({ role }) => role === 'owner')
      assert.equal(own?.mailbox, ownerMailbox)
      // Marked again it is the same thread, and no other one.
      await endLegal(lex, id)
      await markLegal(lex, { id, claim, how })
      assert.equal((await lookInto(lex, id)).participants.length, 4)
    })

    it('has a clock that strangers do not move, who join it or leave it', async () => {
      const { ctx, id, claim, first, write } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      ctx.clock.advance(1)
      await answerCase(lex, { id, text: 'We have a court order.', next: 'asks' })
      await snoozeCase(lex, { id, hours: 24 })
      const clock = async () => {
        const { messages, bytes, version, ...rest } = (await lookInto(lex, id)).case
        assert.ok(messages + bytes + version > 0)
        return rest
      }
      const stands = await clock()
      assert.deepEqual([stands.state, stands.dueAt, stands.acks], ['waiting', null, 1])
      await write(orThrow(parseMailbox('third@example.com')), 'We, too.')
      assert.deepEqual(await clock(), stands)
      // Tests that the owner waits for are run when their time comes, not when a stranger writes.
      await decideCase(lex, new Checks(), { id, decision: 'conditional', tests: ['reverse-name'] })
      const tested = await clock()
      await write(orThrow(parseMailbox('fourth@example.com')), 'And we.')
      assert.deepEqual(await clock(), tested)
      // Nor do they end it, though nobody else should be left.
      const { participants } = await lookInto(lex, id)
      const own = participants.find(({ role }) => role === 'owner')
      await withdraw(ctx, pageToken(ctx, own?.id ?? ''))
      for (const each of [first, ...participants.filter(({ role }) => role !== 'owner').map((p) => p.id)])
        await withdraw(ctx, pageToken(ctx, each))
      assert.equal((await clock()).state, 'conditional')
    })

    it('has room for the owner, whatever strangers have put there', async () => {
      const { ctx, id, claim } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      const own = (await lookInto(lex, id)).participants.find(({ role }) => role === 'owner')
      const strangers = (await lookInto(lex, id)).participants.find(({ role }) => role === 'sender')
      // As if it had all come from those who wait for the same.
      await ctx.db.queries
        .updateTable('case_messages')
        .set({ size: mostBytes })
        .where('participant_id', '=', strangers?.id ?? '')
        .execute()
      await noteCase(lex, { id, text: 'x' })
      assert.ok((await lookInto(lex, id)).case.bytes >= mostBytes)
      await addToPage(ctx, { token: pageToken(ctx, own?.id ?? ''), text: 'Our counsel writes.' })
      assert.ok(
        (await lookInto(lex, id)).messages.some(({ content }) => content.text === 'Our counsel writes.'),
      )
    })

    it('is neither merged nor split by anybody, and ends: then everybody is spoken to again', async () => {
      const { ctx, id, claim, first } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      assert.equal(await codeOf(splitCase(lex, { id, participant: first })), 'case.legal-stays')
      await endLegal(lex, id)
      ctx.clock.advance(1)
      await answerCase(as(ctx, agent), { id, text: 'It is settled.', next: 'open' })
      assert.deepEqual((await sentTo(ctx)).toSorted(), [stranger, ownerMailbox].toSorted())
      const page = await showPage(ctx, pageToken(ctx, first))
      assert.equal(page.isWithOwner, false)
      // What was said with the owner stays in the owner's thread.
      assert.ok(!page.messages.some(({ text }) => text.includes('court')))
    })
  })
})
