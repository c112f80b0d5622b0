import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, it } from 'node:test'
import type { TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import {
  agent,
  codeOf,
  counsel,
  how,
  legalWorld,
  ownerMailbox,
  stranger,
} from '../../../test/support/legal-cases.ts'
import { migrationsFolder } from '../../db/migrate.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { roles, type Role } from '../actor.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import {
  answerCase,
  assignCase,
  listCases,
  noteCase,
  reopenCase,
  showCase,
  snoozeCase,
  takeOriginal,
  weighCase,
} from '../cases/desk-actions.ts'
import { mergeCases, splitCase } from '../cases/merge-actions.ts'
import { addToPage } from '../cases/page-actions.ts'
import { threadsOf } from '../cases/person-actions.ts'
import { Checks } from '../checks/actions.ts'
import { as, transact } from '../context.ts'
import { testsNow } from '../delisting/condition-actions.ts'
import { decideCase, requestsOfCase } from '../delisting/decide-case-actions.ts'
import { inspectRequest, listRequests } from '../delisting/review-actions.ts'
import { claimLetters, noteOutcome } from '../outbox/deliver-actions.ts'
import { queueLetter, retryLetter } from '../outbox/actions.ts'
import { listLetters, openLetter, showLetter } from '../outbox/reading-actions.ts'
import { endLegal, lookInto, markLegal, ownersFor } from './legal-actions.ts'

/** A second case about the same, with somebody else. */
async function splitCaseOf(
  ctx: TestContext,
  id: string,
  write: (mailbox: MailAddress, text: string) => Promise<void>,
): Promise<string> {
  await write(orThrow(parseMailbox('second@example.com')), 'We as well.')
  const second = (await showCase(ctx, id)).participants.find(({ mailbox }) => mailbox.startsWith('second'))
  return (await splitCase(as(ctx, agent), { id, participant: second?.id ?? '' })).id
}

forEachDatabase((_name, open) => {
  describe('A restricted case', () => {
    it('keeps what is decided from the threads of all others, also where they are shown their data', async () => {
      const { ctx, id, claim, write } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      await markLegal(lex, { id, claim, how })
      await write(orThrow(parseMailbox('third@example.com')), 'We, too.')
      await decideCase(lex, new Checks(), { id, decision: 'refuse', words: 'A court has decided.' })
      for (const mailbox of [stranger, orThrow(parseMailbox('third@example.com'))])
        assert.doesNotMatch(JSON.stringify(await threadsOf(ctx, mailbox)), /court/)
      await endLegal(lex, id)
      assert.doesNotMatch(JSON.stringify(await threadsOf(ctx, stranger)), /court/)
    })

    it('is closed to whoever has not the permission: nothing of it is shown, found or changed', async () => {
      const { ctx, id, claim, first } = await legalWorld(await open())
      await markLegal(as(ctx, counsel), { id, claim, how })
      const desk = as(ctx, agent)
      const shown = await showCase(desk, id)
      assert.deepEqual(
        [shown.case.about, shown.case.state, shown.participants, shown.messages, shown.history],
        [null, 'open', [], [], []],
      )
      assert.doesNotMatch(JSON.stringify(shown), /192\.0\.2|claim1920/)
      const listed = await listCases(desk, { states: ['open'], offset: 0, limit: 9 })
      assert.deepEqual(
        listed.map((each) => [each.id, each.about]),
        [[id, null]],
      )
      const search = { states: ['open'], about: '192.0.2.66/32', offset: 0, limit: 9 } as const
      assert.deepEqual(await listCases(desk, search), [])
      assert.equal((await listCases(as(ctx, counsel), search)).length, 1)
      assert.deepEqual(await listRequests(desk, { limit: 9 }), [])
      const request = await ctx.db.queries.selectFrom('delist_requests').select('id').executeTakeFirst()
      assert.equal(await codeOf(inspectRequest(desk, request?.id ?? '')), 'case.restricted')
      // Who may look into the case finds it there; to look here would be to look without a word of it.
      assert.deepEqual(await listRequests(as(ctx, counsel), { limit: 9 }), [])
      assert.equal(await codeOf(inspectRequest(as(ctx, counsel), request?.id ?? '')), 'case.restricted')
      const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
        look: () => lookInto(desk, id),
        end: () => endLegal(desk, id),
        owners: () => ownersFor(desk, id),
        answer: () => answerCase(desk, { id, text: 'x', next: 'open' }),
        note: () => noteCase(desk, { id, text: 'x' }),
        assign: () => assignCase(desk, { id, to: 'me' }),
        snooze: () => snoozeCase(desk, { id, hours: 24 }),
        weigh: () => weighCase(desk, { id, severity: 'A' }),
        reopen: () => reopenCase(desk, id),
        merge: () => mergeCases(desk, { id, into: 'x'.padEnd(26, '0') }),
        split: () => splitCase(desk, { id, participant: first }),
        original: () => takeOriginal(desk, { id, message: 'x' }),
        tests: () => testsNow(desk, new Checks(), { id, tests: ['reverse-name'] }),
        requests: () => requestsOfCase(desk, id),
        decide: () => decideCase(desk, new Checks(), { id, decision: 'delist' }),
      }
      for (const [name, attempt] of Object.entries(attempts)) {
        const code = await codeOf(attempt())
        assert.ok(
          ['case.restricted', 'permission.denied', 'case.not-found'].includes(code),
          `${name}: ${code}`,
        )
      }
      assert.deepEqual((await showCase(desk, id)).case.assignee, null)
    })

    it('keeps its letters from whoever may not look into it, also those of before, and writes down who opens one', async () => {
      const { ctx, id, claim, write } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      const third = orThrow(parseMailbox('third@example.com'))
      await answerCase(as(ctx, agent), { id, text: 'Which machine was it?', next: 'asks' })
      await markLegal(lex, { id, claim, how })
      await answerCase(lex, { id, text: 'We have a court order.', next: 'asks' })
      await write(third, 'We, too.')
      for (const letter of await claimLetters(ctx, 50))
        await noteOutcome(ctx, letter, { outcome: 'kept', answer: '' })
      const names = new RegExp([stranger, ownerMailbox, third, 'court', 'Which machine'].join('|'))
      const readers = [...roles.map((role) => [role]), ['case-agent', 'auditor', 'abuse-agent'] as const]
      let opened = 0
      for (const held of readers) {
        const reader = as(ctx, { kind: 'operator', name: 'eve', roles: held })
        const { letters } = await listLetters(reader, { limit: 50 })
        assert.equal(letters.length, 3)
        for (const letter of letters) {
          assert.equal(letter.withheld, 'restricted')
          assert.doesNotMatch(JSON.stringify([letter, await showLetter(reader, letter.id)]), names)
          const code = await codeOf(openLetter(reader, letter.id))
          assert.equal(code, held[0] === 'admin' ? 'done' : 'permission.denied')
          if (code === 'done') opened++
          if (held[0] !== 'admin')
            assert.match(
              await codeOf(retryLetter(reader, letter.id)),
              /^(?:permission\.denied|case\.restricted)$/,
            )
        }
      }
      assert.equal(opened, 3)
      const looks = await listAudit(lex, { subject: `case:${id}`, limit: 50, isOpened: true })
      assert.equal(
        looks.filter(({ action, actor }) => action === 'case.legal-viewed' && actor === 'operator:eve')
          .length,
        3,
      )
      await endLegal(lex, id)
      const { letters } = await listLetters(as(ctx, agent), { limit: 50 })
      assert.ok(letters.some(({ mailbox }) => mailbox === ownerMailbox))
    })

    it('says nothing of itself in the audit to an auditor: what was done, when and by which of us', async () => {
      const { ctx, id, claim, write } = await legalWorld(await open())
      const lex = as(ctx, counsel)
      const visitor = as(ctx, { kind: 'visitor', client: '192.0.2.66/32' })
      // Another request about the same address, by the form, and a case that went on in this one.
      const [first] = (await showCase(ctx, id)).participants
      const other = await splitCaseOf(ctx, id, write)
      await mergeCases(as(ctx, agent), { id: other, into: id })
      await addToPage(visitor, { token: pageToken(ctx, first?.id ?? ''), text: 'By the form.' })
      await markLegal(lex, { id, claim, how })
      await write(orThrow(parseMailbox('third@example.com')), 'We, too.')
      const restricted = async (role: Role) => {
        const records = await listAudit(as(ctx, { kind: 'operator', name: 'eve', roles: [role] }), {
          limit: 200,
        })
        return records.filter(({ subject }) => /^(?:case|delist-request):/.test(subject))
      }
      for (const role of ['auditor', 'admin'] as const) {
        const records = await restricted(role)
        assert.ok(records.length > 10)
        for (const each of records)
          assert.deepEqual(
            [each.facts, each.isRestricted, each.at > 0, each.action !== ''],
            [{}, true, true, true],
            `${each.action} ${each.subject}`,
          )
        assert.doesNotMatch(JSON.stringify(records), /192\.0\.2|"visitor:[^"]/)
      }
      const of = (subject: string) =>
        listAudit(as(ctx, { kind: 'operator', name: 'eve', roles: ['viewer'] }), { subject, limit: 50 })
      assert.ok((await of(`case:${other}`)).every(({ facts }) => Object.keys(facts).length === 0))
      // The case that went on in this one is closed to the desk as well.
      assert.equal((await showCase(as(ctx, agent), other)).case.about, null)
      assert.ok((await lookInto(lex, id)).history.some(({ facts }) => facts['about'] === '192.0.2.66/32'))
      assert.equal((await verifyChain(ctx)).broken, undefined)
      await endLegal(lex, id)
      assert.ok((await restricted('auditor')).some(({ facts }) => facts['about'] === '192.0.2.66/32'))
    })

    it('is restricted in the same way after the upgrade of a database that knew nothing of it', async () => {
      const { ctx, id, claim, write } = await legalWorld(await open())
      await write(orThrow(parseMailbox('third@example.com')), 'We, too.')
      const link = 'https://postmaster.provider.example/confirm/secretsecret'
      await transact(
        ctx,
        async (tx) =>
          await queueLetter(tx, {
            key: 'confirm:r1',
            about: 'delist-request:r1',
            kind: 'confirm-delisting',
            mailbox: stranger,
            language: 'en',
            slots: { ip: '192.0.2.66', link, expiresAt: ctx.clock.now() },
          }),
      )
      const other = await splitCaseOf(ctx, id, write)
      await mergeCases(as(ctx, agent), { id: other, into: id })
      await markLegal(as(ctx, counsel), { id, claim, how })
      const { queries } = ctx.db
      const state = async () => ({
        subjects: await queries
          .selectFrom('restricted_subjects')
          .select(['subject', 'case_id'])
          .orderBy('subject')
          .execute(),
        letters: await queries.selectFrom('letters').select(['id', 'about']).orderBy('id').execute(),
        cases: await queries.selectFrom('cases').select(['id', 'legal']).orderBy('id').execute(),
      })
      const written = await state()
      assert.ok(written.subjects.length > 6)
      assert.ok(written.letters.some(({ about }) => about?.startsWith('delist-request:')))
      await queries.updateTable('cases').set({ legal: null }).where('id', '=', other).execute()
      await sql.raw('drop table restricted_subjects').execute(queries)
      await sql.raw('alter table letters drop column about').execute(queries)
      const file = join(migrationsFolder(ctx.db.dialect), '0031-restricted-subjects.sql')
      for (const statement of readFileSync(file, 'utf8').split(/;\n/))
        if (statement.trim() !== '') await sql.raw(statement).execute(queries)
      assert.deepEqual(await state(), written)
    })
  })
})
