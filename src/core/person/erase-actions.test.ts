import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { ada, bob, canary, close, codeOf, dump, knownPerson, other } from '../../../test/support/persons.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { listAnswered } from '../approvals/actions.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { closeCase } from '../cases/actions.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { showCase } from '../cases/desk-actions.ts'
import { refusalOfTag } from '../cases/mail-actions.ts'
import { showPage } from '../cases/page-actions.ts'
import { as, transact } from '../context.ts'
import { ownerOfSession } from '../owners/session-actions.ts'
import { claimLetters } from '../outbox/deliver-actions.ts'
import { isTombstone, tombstoneOf } from '../tombstone.ts'
import { purge } from '../retention/actions.ts'
import {
  askErasure,
  blockersNow,
  confirmErasure,
  declineErasure,
  erasePerson,
  eraseWaiting,
  listErasures,
} from './erase-actions.ts'

forEachDatabase((_name, open) => {
  describe('Somebody who is to be erased', () => {
    it('waits with erasing for what is open, says what that is, and then goes by itself: no trace in any table', async () => {
      const { ctx, id, session } = await knownPerson(await open())
      const before = await dump(ctx.db)
      assert.ok((before.match(/canary/gi) ?? []).length > 8)
      const [theirs, others] = (await showCase(ctx, id)).participants.toSorted((a) =>
        a.mailbox === canary ? -1 : 1,
      )
      const first = await erasePerson(ctx, canary)
      assert.deepEqual(
        [first.state, first.blockers.map(({ kind }) => kind)],
        ['waiting', ['case', 'request']],
      )
      assert.equal(await eraseWaiting(ctx), 0)
      await close(ctx)
      ctx.clock.advance(day)
      assert.equal(await eraseWaiting(ctx), 1)
      const after = await dump(ctx.db)
      assert.deepEqual(
        after.split('\n').filter((line) => /canary/i.test(line)),
        [],
      )
      assert.ok(after.includes(tombstoneOf(ctx.keys.hashes, canary)))
      // Nothing of what was sealed is left either; what the other one said is.
      const { messages } = await showCase(ctx, id)
      for (const message of messages.filter(({ participant }) => participant === theirs?.id))
        assert.deepEqual([message.content.text, message.content.isErased, message.original], ['', true, null])
      assert.ok(messages.some(({ content }) => content.text === 'The others did not.'))
      assert.equal((await showPage(ctx, pageToken(ctx, others?.id ?? ''))).messages.length, 4)
      // Their page, their address, their session and their link lead to nothing.
      assert.equal(await codeOf(showPage(ctx, pageToken(ctx, theirs?.id ?? ''))), 'case.not-found')
      assert.equal(
        (await refusalOfTag(ctx, signTag(ctx.keys.tags, 'case', theirs?.id ?? '')))?.code,
        'case.not-found',
      )
      assert.equal(await codeOf(ownerOfSession(ctx, session)), 'owners.sign-in')
      const changes = await ctx.db.queries.selectFrom('feed_changes').select('change').execute()
      assert.ok(changes.some(({ change }) => /vouch/.test(change)))
      const claims = await ctx.db.queries.selectFrom('owner_claims').select('state').execute()
      assert.deepEqual(claims, [{ state: 'ended' }])
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('keeps that they want no letters, sends none that was on its way, and names no reporter', async () => {
      const { ctx, report } = await knownPerson(await open())
      await close(ctx)
      await erasePerson(ctx, canary)
      const kept = await ctx.db.queries.selectFrom('suppressions').select('why').execute()
      assert.deepEqual(kept, [{ why: 'stop' }])
      assert.ok((await claimLetters(ctx, 99)).length > 0)
      const letters = await ctx.db.queries
        .selectFrom('letters')
        .select(['mailbox', 'state', 'slots'])
        .execute()
      const theirs = letters.filter(({ mailbox }) => isTombstone(mailbox))
      assert.ok(theirs.length > 2)
      assert.ok(theirs.every(({ state, slots }) => state === 'dead' && slots === ''))
      assert.ok(letters.some(({ mailbox, state }) => mailbox === other && state === 'sending'))
      const row = await ctx.db.queries
        .selectFrom('abuse_reports')
        .innerJoin('abuse_reporters', 'abuse_reporters.id', 'abuse_reports.reporter')
        .select(['abuse_reports.id', 'abuse_reporters.mailbox', 'may_answer'])
        .executeTakeFirstOrThrow()
      assert.deepEqual(row, { id: report, mailbox: null, may_answer: 0 })
    })

    it('is erased once, however often it is asked for, and found by any spelling of the mailbox', async () => {
      const { ctx } = await knownPerson(await open())
      await close(ctx)
      const first = await erasePerson(ctx, orThrow(parseMailbox('canary.bird@PROVIDER.example')))
      assert.equal(first.state, 'done')
      assert.ok((first.counts['letters'] ?? 0) > 0)
      const again = await erasePerson(ctx, canary)
      assert.deepEqual([again.state, again.counts], ['done', {}])
      assert.doesNotMatch(await dump(ctx.db), /canary/i)
    })

    it('is erased by an operator when a second one agrees, not when the first does', async () => {
      const { ctx } = await knownPerson(await open())
      await close(ctx)
      const { erasure, approval } = await askErasure(as(ctx, ada), canary)
      assert.equal(erasure.state, 'proposed')
      assert.equal(await codeOf(askErasure(as(ctx, ada), canary)), 'approval.waiting')
      assert.equal(await codeOf(confirmErasure(as(ctx, ada), approval?.id ?? '')), 'approval.same-person')
      assert.match(await dump(ctx.db), /canary/i)
      await confirmErasure(as(ctx, bob), approval?.id ?? '')
      assert.doesNotMatch(await dump(ctx.db), /canary/i)
      const [record] = await listAudit(ctx, { subject: `person:${erasure.pseudonym}`, limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['person.erased', 'operator:bob'])
      assert.equal(await codeOf(confirmErasure(as(ctx, bob), approval?.id ?? '')), 'approval.not-waiting')
    })

    it('is not erased where the second person says no: it ends there, whoever asked is told, and may ask again', async () => {
      const { ctx } = await knownPerson(await open())
      await close(ctx)
      const before = await dump(ctx.db)
      const { erasure, approval } = await askErasure(as(ctx, ada), canary)
      await declineErasure(as(ctx, bob), approval?.id ?? '')
      assert.equal(await codeOf(confirmErasure(as(ctx, bob), approval?.id ?? '')), 'approval.not-waiting')
      const [listed] = await listErasures(as(ctx, ada))
      assert.deepEqual([listed?.id, listed?.state, listed?.doneAt], [erasure.id, 'declined', ctx.clock.now()])
      ctx.clock.advance(day)
      assert.equal(await eraseWaiting(ctx), 0)
      const [record] = await listAudit(ctx, { subject: `person:${erasure.pseudonym}`, limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['person.erase-declined', 'operator:bob'])
      assert.deepEqual(
        (await listAnswered(as(ctx, ada))).map(({ kind, state }) => `${kind} ${state}`),
        ['person.erase declined'],
      )
      assert.match(before, /canary/i)
      // The mailbox is kept for as long as whoever asked is told, and goes with the person when they are erased after all.
      const again = await askErasure(as(ctx, ada), canary)
      assert.notEqual(again.erasure.id, erasure.id)
      await confirmErasure(as(ctx, bob), again.approval?.id ?? '')
      assert.doesNotMatch(await dump(ctx.db), /canary/i)
    })

    it('keeps a declined erasure, which names somebody, for little longer than whoever asked is told', async () => {
      const { ctx } = await knownPerson(await open())
      const { approval } = await askErasure(as(ctx, ada), canary)
      await declineErasure(as(ctx, bob), approval?.id ?? '')
      ctx.clock.advance(7 * day)
      await purge(ctx)
      assert.equal((await listErasures(as(ctx, ada))).length, 1)
      ctx.clock.advance(2 * day)
      await purge(ctx)
      assert.deepEqual(await listErasures(as(ctx, ada)), [])
    })

    it('goes on with what they asked for themselves, whatever operators agree on', async () => {
      const { ctx } = await knownPerson(await open())
      const { approval } = await askErasure(as(ctx, ada), canary)
      assert.equal((await erasePerson(ctx, canary)).state, 'waiting')
      await declineErasure(as(ctx, bob), approval?.id ?? '')
      await close(ctx)
      ctx.clock.advance(day)
      assert.equal(await eraseWaiting(ctx), 1)
    })

    it('leaves nothing half: what fails in the middle has erased nothing, and the next try erases all', async () => {
      const { ctx } = await knownPerson(await open())
      await close(ctx)
      const before = await dump(ctx.db)
      // The last thing that an erasure does is its record in the audit.
      const broken: TestContext = {
        ...ctx,
        db: {
          ...ctx.db,
          queries: ctx.db.queries,
          dialect: ctx.db.dialect,
          transaction: async (work) =>
            await ctx.db.transaction(async (queries) => {
              const answer = await work(queries)
              throw Object.assign(new Error('killed'), { answer })
            }),
        },
      }
      await assert.rejects(erasePerson(broken, canary), /killed/)
      assert.equal(await dump(ctx.db), before)
      assert.equal((await erasePerson(ctx, canary)).state, 'done')
      assert.doesNotMatch(await dump(ctx.db), /canary/i)
    })

    it('names a case that is spoken of with the owner alone as what delays it', async () => {
      const { ctx, id } = await knownPerson(await open())
      await ctx.db.queries
        .updateTable('cases')
        .set({ legal: '{"participant":"x"}' })
        .where('id', '=', id)
        .execute()
      const kinds = (await blockersNow(ctx, canary)).map(({ kind }) => kind)
      assert.deepEqual(kinds, ['legal', 'request'])
      await transact(ctx, async (tx) => {
        const it_ = await lockCase(tx, id)
        assert.ok(it_)
        await closeCase(tx, it_, { outcome: 'answered' })
      })
      assert.deepEqual(
        (await blockersNow(ctx, canary)).map(({ kind }) => kind),
        ['request'],
      )
    })
  })
})
