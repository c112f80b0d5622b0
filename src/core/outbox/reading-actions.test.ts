import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { never, only, queue } from '../../../test/support/outbox.ts'
import { listAudit } from '../audit/actions.ts'
import type { Role } from '../actor.ts'
import { as, transact } from '../context.ts'
import { queueLetter, retryLetter } from './actions.ts'
import { listLetters, openLetter, showLetter } from './reading-actions.ts'
import { claimLetters, noteOutcome } from './deliver-actions.ts'

forEachDatabase((_name, open) => {
  const context = async (): Promise<TestContext> => testContext({ db: await open() })

  describe('the outbox page', () => {
    it('lists newest first, in pages and by state', async () => {
      const ctx = await context()
      for (let n = 0; n < 5; n++) {
        await queue(ctx, `m${n}@example.org`)
        if (n % 2) ctx.clock.advance(1)
      }
      const seen: string[] = []
      let after: string | undefined
      for (;;) {
        const page = await listLetters(ctx, { limit: 2, after })
        seen.push(...page.letters.map(({ id }) => id))
        after = page.next
        if (after === undefined) break
      }
      assert.equal(new Set(seen).size, 5)
      assert.equal((await listLetters(ctx, { state: 'sent', limit: 9 })).letters.length, 0)
      assert.deepEqual(
        await listLetters(ctx, { limit: 9, after: 'nonsense' }),
        await listLetters(ctx, { limit: 9 }),
      )
    })

    it('shows the words of a letter that is kept, and of no other', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      assert.equal((await showLetter(ctx, letter.id)).text, undefined)
      await noteOutcome(ctx, letter, { outcome: 'kept', answer: '' })
      const { text } = await showLetter(ctx, letter.id)
      assert.match(text?.text ?? '', /192\.0\.2\.45/)
      // With the link one acts in the place of its reader.
      assert.doesNotMatch(text?.text ?? '', /secretsecret/)
      await assert.rejects(
        showLetter(ctx, 'x'),
        (error) => error instanceof Refusal && error.code === 'letter.not-found',
      )
    })

    it('shows the link of a kept letter to an administrator who opens it, and writes that down', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, { outcome: 'kept', answer: '' })
      const agents = ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor'] as const
      for (const role of agents)
        await assert.rejects(
          openLetter(as(ctx, { kind: 'operator', name: 'ada', roles: [role] }), letter.id),
          (error) => error instanceof Refusal && error.code === 'permission.denied',
          role,
        )
      const admin = as(ctx, { kind: 'operator', name: 'alan', roles: ['admin'] })
      assert.match((await openLetter(admin, letter.id)).text?.text ?? '', /secretsecret/)
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual(
        [record?.action, record?.actor, record?.subject],
        ['letter.viewed', 'operator:alan', `letter:${letter.id}`],
      )
    })

    it('says to nobody whom a letter was for who has nothing to do with what it is about', async () => {
      const ctx = await context()
      const mailbox = orThrow(parseMailbox('reporter@example.org'))
      const link = 'https://postmaster.provider.example/report/secretsecret'
      await transact(
        ctx,
        async (tx) =>
          await queueLetter(tx, {
            key: 'r',
            kind: 'report-received',
            mailbox,
            language: 'en',
            slots: { link },
          }),
      )
      const seenBy = async (role: Role) => {
        const reader = as(ctx, { kind: 'operator', name: 'ada', roles: [role] })
        const [letter] = (await listLetters(reader, { limit: 1 })).letters
        const shown = await showLetter(reader, letter?.id ?? '')
        assert.deepEqual(shown.letter, letter)
        return [letter?.mailbox, letter?.withheld]
      }
      assert.deepEqual(await seenBy('viewer'), [null, 'role'])
      assert.deepEqual(await seenBy('case-agent'), [null, 'role'])
      assert.deepEqual(await seenBy('abuse-agent'), [mailbox, null])
    })

    it('sends a letter again that was given up, but none whose time has passed or that was sent', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      const final = (error: unknown): boolean => error instanceof Refusal && error.code === 'letter.final'
      await assert.rejects(retryLetter(ctx, letter.id), final)
      await noteOutcome(ctx, letter, never)
      await retryLetter(ctx, letter.id)
      assert.equal((await only(ctx)).attempts, 1)
      ctx.clock.advance(2 * hour)
      await claimLetters(ctx, 1)
      await assert.rejects(retryLetter(ctx, letter.id), final)
    })

    it('is for operators; sending again needs an agent', async () => {
      const ctx = await context()
      await queue(ctx)
      const reader = as(ctx, { kind: 'operator', name: 'ada', roles: ['viewer'] })
      const { letters } = await listLetters(reader, { limit: 1 })
      await assert.rejects(
        retryLetter(reader, letters[0]?.id ?? ''),
        (error) => error instanceof Refusal && error.code === 'permission.denied',
      )
      await assert.rejects(
        listLetters(as(ctx, { kind: 'visitor', client: '192.0.2.1/32' }), { limit: 1 }),
        Refusal,
      )
    })
  })
})
