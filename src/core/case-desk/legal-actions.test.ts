import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { migrationsFolder } from '../../db/migrate.ts'
import { describe, it } from 'node:test'
import { testContext, testSettings, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseAddress } from '../../standards/ip.ts'
import { mailboxKey, parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable, rangeKeys } from '../../standards/prefix.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { closeUnanswered } from '../cases/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { mostBytes } from '../cases/case.ts'
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
import { hearCaseMail, refusalOfTag } from '../cases/mail-actions.ts'
import { addToPage, showPage, withdraw } from '../cases/page-actions.ts'
import { threadsOf } from '../cases/person-actions.ts'
import { Checks } from '../checks/actions.ts'
import { as, transact } from '../context.ts'
import { confirmProven, showRequest, startRequest } from '../delisting/actions.ts'
import { decideCase, requestsOfCase, testsNow } from '../delisting/decide-case-actions.ts'
import { proveControl } from '../delisting/proof-actions.ts'
import { inspectRequest, listRequests, openReviewByMail } from '../delisting/review-actions.ts'
import { claimLetters, noteOutcome } from '../outbox/deliver-actions.ts'
import { queueLetter, retryLetter } from '../outbox/actions.ts'
import { listLetters, openLetter, showLetter } from '../outbox/reading-actions.ts'
import { roles, type Role } from '../actor.ts'
import { addListing } from '../listings/actions.ts'
import type { WaysOut } from '../ways-out.ts'
import { answerAnyCase, endLegal, lookInto, markLegal, mustReachOwner, ownersFor } from './legal-actions.ts'

const agent = { kind: 'operator', name: 'ada', roles: ['case-agent', 'auditor', 'list-operator'] } as const
const counsel = { kind: 'operator', name: 'lex', roles: ['admin'] } as const
const address = orThrow(parseAddress('192.0.2.66'))
const stranger = orThrow(parseMailbox('hostmaster@example.org'))
const ownerMailbox = orThrow(parseMailbox('noc@example.net'))
const how = 'Called back at the number in the registry.'

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

/** Somebody who has proven a network. */
async function owner(ctx: TestContext, network: string, state = 'granted'): Promise<string> {
  const prefix = orThrow(parseListable(network))
  const { first, last } = rangeKeys(prefix)
  const id = `claim${formatPrefix(prefix).replaceAll(/\D/g, '')}`.padEnd(26, '0')
  const now = ctx.clock.now()
  const ownerId = `owner${id}`.slice(0, 26)
  await ctx.db.queries
    .insertInto('owners')
    .values({
      id: ownerId,
      mailbox: ownerMailbox,
      mailbox_key: `${mailboxKey(ownerMailbox)}${id}`,
      language: 'en',
      created_at: now,
      seen_at: now,
    })
    .execute()
  await ctx.db.queries
    .insertInto('owner_claims')
    .values({
      id,
      owner_id: ownerId,
      prefix: formatPrefix(prefix),
      first_key: first,
      last_key: last,
      token: id,
      value: id,
      state,
      proof: 'txt',
      facts: '{"registered":null,"holes":[]}',
      parent_id: null,
      created_at: now,
      since_at: now,
      checked_at: now - day,
      failed_at: null,
      expires_at: now + 90 * day,
      ended_at: null,
      ended_why: null,
      version: 1,
    })
    .execute()
  return id
}

async function world(db: TestContext['db'], out: Partial<WaysOut> = {}) {
  const settings = testSettings({ webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }] })
  const ctx = testContext({ db, settings, out: testWaysOut({ confirmedNames: async () => [], ...out }) })
  await addListing(ctx, {
    prefix: orThrow(parseListable('192.0.2.66')),
    cause: 'manual',
    class: 'investigate',
    ends: '30d',
  })
  const write = async (mailbox: MailAddress, text: string) => {
    ctx.clock.advance(1)
    await openReviewByMail(ctx, {
      mailbox,
      language: 'en',
      address,
      note: text,
      mail: { raw: Buffer.from(text), content: { text }, client: address },
    })
  }
  await write(stranger, 'We mended it.')
  const [found] = await listCases(ctx, { states: ['open'], offset: 0, limit: 1 })
  const id = found?.id ?? ''
  const [first] = (await showCase(ctx, id)).participants
  const claim = await owner(ctx, '192.0.2.0/24')
  return { ctx, id, claim, write, first: first?.id ?? '' }
}

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

const sentTo = async (ctx: TestContext) =>
  (await ctx.db.queries.selectFrom('letters').select(['mailbox', 'kind']).orderBy('created_at').execute())
    .filter(({ kind }) => kind !== 'case-received')
    .map(({ mailbox }) => mailbox)

forEachDatabase((_name, open) => {
  describe('The legal contact', () => {
    it('is with a proven owner of the whole address, and with nobody else', async () => {
      const { ctx, id, claim } = await world(await open())
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
      const { ctx, id, claim } = await world(await open())
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
      assert.equal(await codeOf(mustReachOwner(as(ctx, agent), id)), 'done')
      assert.equal(await answer('And since when?', as(ctx, agent)), 'case.restricted')
      assert.deepEqual(await sentTo(ctx), [ownerMailbox])
      await owner(ctx, '192.0.2.0/25')
      assert.equal((await lookInto(lex, id)).isOwnerStill, true)
      assert.equal(await codeOf(mustReachOwner(lex, id)), 'done')
      assert.equal(await answer('And since when?'), 'done')
    })

    it('writes down the marking, each look and the end; the audit says nothing of what is in it', async () => {
      const { ctx, id, claim } = await world(await open())
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
      const { ctx, id, claim, first, write } = await world(await open())
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
      const { ctx, id, claim, write } = await world(await open(), { fetchFrom: async () => file })
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

    it('keeps what is decided from the threads of all others, also where they are shown their data', async () => {
      const { ctx, id, claim, write } = await world(await open())
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
      const { ctx, id, claim, first } = await world(await open())
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
      const { ctx, id, claim, write } = await world(await open())
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
            assert.equal(await codeOf(retryLetter(reader, letter.id)).then((each) => each === 'done'), false)
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
      const { ctx, id, claim, write } = await world(await open())
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
      const { ctx, id, claim, write } = await world(await open())
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

    it('has a clock that strangers do not move, who join it or leave it', async () => {
      const { ctx, id, claim, first, write } = await world(await open())
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
      const { ctx, id, claim } = await world(await open())
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
      const { ctx, id, claim, first } = await world(await open())
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
