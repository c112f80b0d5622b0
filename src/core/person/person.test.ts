import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { testContext, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import type { Database } from '../../db/open.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { receiveReport } from '../abuse/actions.ts'
import { listAnswered } from '../approvals/actions.ts'
import { listAudit, verifyChain } from '../audit/actions.ts'
import { closeCase, restrictCase } from '../cases/actions.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { answerCase, listCases, noteCase, showCase } from '../cases/desk-actions.ts'
import { refusalOfTag } from '../cases/mail-actions.ts'
import { showPage } from '../cases/page-actions.ts'
import { Checks } from '../checks/actions.ts'
import { as, transact } from '../context.ts'
import { decideCase } from '../delisting/decide-case-actions.ts'
import { openReviewByMail } from '../delisting/review-actions.ts'
import { addListing } from '../listings/actions.ts'
import { claimRange } from '../owners/actions.ts'
import { askToEnter, enter, ownerOfSession } from '../owners/session-actions.ts'
import { contentOf } from '../outbox/sealed-letter.ts'
import { claimLetters } from '../outbox/deliver-actions.ts'
import { openSession } from '../recipients/session-actions.ts'
import { meetReporter } from '../reporters/actions.ts'
import { isTombstone, tombstoneOf } from '../tombstone.ts'
import { purge } from '../retention/actions.ts'
import { stopMailbox } from '../outbox/actions.ts'
import {
  askErasure,
  blockersNow,
  confirmErasure,
  declineErasure,
  erasePerson,
  eraseWaiting,
  listErasures,
} from './erase-actions.ts'
import { exportPerson, exportSelf } from './export-actions.ts'

const canary = orThrow(parseMailbox('Canary.Bird@provider.example'))
const other = orThrow(parseMailbox('hostmaster@example.org'))
const address = orThrow(parseAddress('192.0.2.66'))
const ada = { kind: 'operator', name: 'ada', roles: ['admin'] } as const
const bob = { kind: 'operator', name: 'bob', roles: ['admin'] } as const

/** Every row of every table, as text. */
async function dump(db: Database): Promise<string> {
  const names =
    db.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name <> 'migrations'`
      : sql<{
          name: string
        }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'migrations'`
  const lines: string[] = []
  for (const { name } of (await names.execute(db.queries)).rows) {
    const { rows } = await sql`select * from ${sql.table(name)}`.execute(db.queries)
    lines.push(...rows.map((row) => `${name} ${JSON.stringify(row)}`))
  }
  return lines.join('\n')
}

async function write(ctx: TestContext, mailbox: MailAddress, text: string): Promise<void> {
  ctx.clock.advance(1)
  await openReviewByMail(ctx, {
    mailbox,
    language: 'en',
    address,
    note: text,
    mail: {
      raw: Buffer.from(text),
      content: { text, attachments: [{ type: 'text/plain', size: 4 }] },
      client: address,
    },
  })
}

/** Somebody whom every part of the house knows, and a second one in the same case. */
async function world(db: Database) {
  const ctx = testContext({
    db,
    out: testWaysOut({ confirmedNames: async () => [], acceptsMail: async () => true }),
  })
  await addListing(ctx, {
    prefix: orThrow(parseListable('192.0.2.66')),
    cause: 'manual',
    class: 'investigate',
    ends: '30d',
  })
  await write(ctx, canary, 'The canary sang.')
  await write(ctx, other, 'The others did not.')
  const [found] = await listCases(ctx, { states: ['open'], offset: 0, limit: 1 })
  const id = found?.id ?? ''
  ctx.clock.advance(1)
  await noteCase(ctx, { id, text: 'Canary.Bird@provider.example is our neighbour.' })
  await answerCase(ctx, { id, text: 'Dear canary', next: 'open' })
  // An owner, by letter and link.
  const asked = await askToEnter(ctx, { mailbox: canary, language: 'en' })
  const letter = await ctx.db.queries
    .selectFrom('letters')
    .selectAll()
    .where('kind', '=', 'owner-link')
    .executeTakeFirstOrThrow()
  const content = contentOf(ctx, letter)
  const link = content?.kind === 'owner-link' ? (content.slots.link.split('/').at(-1) ?? '') : ''
  const entered = await enter(ctx, { link, secret: asked.secret })
  await claimRange(ctx, entered.owner, '192.0.2.0/24')
  // A recipient, a reporter, a probe, somebody who wants no letters.
  await transact(
    ctx,
    async (tx) =>
      void (await openSession(tx, { mailbox: canary, language: 'en', groups: [], way: 'letter' })),
  )
  const report = await receiveReport(ctx, {
    channel: 'web',
    shape: 'reported',
    raw: Buffer.from('From: x@example.org\r\n\r\nspam'),
    envelope: { client: '192.0.2.45', mailbox: canary },
  })
  const reporter = await transact(ctx, async (tx) => await meetReporter(tx, { mailbox: canary }))
  await ctx.db.queries
    .updateTable('abuse_reports')
    .set({ state: 'closed', closed_at: ctx.clock.now(), reporter: reporter.id })
    .execute()
  await ctx.db.queries
    .insertInto('probes')
    .values({
      id: 'probe',
      tag: 'probe',
      language: 'en',
      created_at: ctx.clock.now(),
      valid_until: ctx.clock.now(),
      received_at: ctx.clock.now(),
      digest: null,
      found: JSON.stringify({ from: canary }),
      letter: null,
    })
    .execute()
  await ctx.db.queries
    .insertInto('vouches')
    .values({
      id: 'v'.padEnd(26, '0'),
      mailbox: canary,
      mailbox_key: canary.toLowerCase(),
      recipient_id: 'r',
      domain: 'example.org',
      network: '192.0.2.0/24',
      hash: 'vouch-of-the-test',
      ip: '192.0.2.66',
      reason: 'spam',
      since_at: ctx.clock.now(),
      ends_at: ctx.clock.now() + 30 * day,
      ended_at: null,
      ended_why: null,
      version: 1,
    })
    .execute()
  await transact(ctx, async (tx) => await stopMailbox(tx, canary, `case:${id}`))
  return { ctx, id, report: report.id, session: entered.session }
}

async function close(ctx: TestContext): Promise<void> {
  const [found] = await listCases(ctx, { states: ['open', 'waiting'], offset: 0, limit: 1 })
  await decideCase(ctx, new Checks(), { id: found?.id ?? '', decision: 'refuse', words: 'It still sends.' })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

forEachDatabase((_name, open) => {
  describe('The data of a person', () => {
    it('is exported from everywhere, with nothing of anybody else, and the export is written down under a pseudonym', async () => {
      const { ctx } = await world(await open())
      const exported = await exportPerson(as(ctx, ada), canary)
      assert.deepEqual([...new Set(exported.places.map(({ place }) => place))].toSorted(), [
        'abuse_evidence',
        'abuse_reporters',
        'abuse_reports',
        'case_originals',
        'case_participants',
        'delist_requests',
        'letter_links',
        'letters',
        'owner_claims',
        'owner_sessions',
        'owners',
        'probes',
        'recipient_sessions',
        'recipients',
        'suppressions',
        'vouches',
      ])
      const text = JSON.stringify(exported)
      assert.match(text, /The canary sang/)
      assert.match(text, /Dear canary/)
      for (const secret of ['hostmaster@', 'The others did not', 'neighbour', 'operator:', '"link_hash"'])
        assert.ok(!text.includes(secret), secret)
      assert.deepEqual(
        exported.threads[0]?.messages.map(({ by }) => by),
        ['you', 'us', 'us'],
      )
      assert.ok(exported.audit.some(({ action }) => action === 'case.joined'))
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['person.exported', 'operator:ada'])
      assert.equal(
        await codeOf(exportPerson(as(ctx, { ...ada, roles: ['case-agent'] }), canary)),
        'permission.denied',
      )
      // Whoever is not known gets an answer of the same shape.
      const stranger = await exportPerson(as(ctx, ada), orThrow(parseMailbox('nobody@example.net')))
      assert.deepEqual([stranger.places, stranger.threads], [[], []])
    })

    it('is nobody’s who has a mailbox that is like theirs, to read or to erase', async () => {
      const { ctx } = await world(await open())
      await close(ctx)
      const before = await dump(ctx.db)
      for (const text of ['CanaryBird@provider.example', 'canary.bird+x@provider.example']) {
        const alike = orThrow(parseMailbox(text))
        const exported = await exportPerson(as(ctx, ada), alike)
        assert.deepEqual([exported.places, exported.threads], [[], []])
        assert.deepEqual((await erasePerson(ctx, alike)).counts, {})
      }
      const after = new Set((await dump(ctx.db)).split('\n'))
      assert.deepEqual(
        before.split('\n').filter((line) => /canary/i.test(line) && !after.has(line)),
        [],
      )
      assert.equal((await exportPerson(as(ctx, ada), canary)).threads.length, 1)
    })

    it('is a look into a restricted case where something of theirs is in one, but for themselves', async () => {
      const { ctx, id } = await world(await open())
      const [theirs] = (await showCase(ctx, id)).participants.filter(({ mailbox }) => mailbox === canary)
      const legal = {
        at: ctx.clock.now(),
        by: 'operator:lex',
        participant: theirs?.id ?? '',
        claim: 'c',
        prefix: '192.0.2.0/24',
        proof: 'txt',
        checkedAt: ctx.clock.now(),
      }
      await transact(ctx, async (tx) => await restrictCase(tx, id, legal))
      const looks = async () =>
        (await listAudit(ctx, { subject: `case:${id}`, limit: 50, isOpened: true }))
          .filter(({ action }) => action === 'case.legal-viewed')
          .map(({ actor }) => actor)
      assert.match(JSON.stringify(await exportSelf(ctx, canary)), /Dear canary/)
      assert.deepEqual(await looks(), [])
      assert.match(JSON.stringify(await exportPerson(as(ctx, ada), canary)), /Dear canary/)
      assert.deepEqual(await looks(), ['operator:ada'])
      await exportPerson(as(ctx, { kind: 'cli', name: 'root' }), canary)
      assert.deepEqual(await looks(), ['cli:root', 'operator:ada'])
      // The other one has a thread in it, too; somebody else has not.
      await exportPerson(as(ctx, ada), other)
      assert.equal((await looks()).length, 3)
      await exportPerson(as(ctx, ada), orThrow(parseMailbox('nobody@example.net')))
      assert.equal((await looks()).length, 3)
    })

    it('waits with erasing for what is open, says what that is, and then goes by itself: no trace in any table', async () => {
      const { ctx, id, session } = await world(await open())
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
      const { ctx, report } = await world(await open())
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
      const { ctx } = await world(await open())
      await close(ctx)
      const first = await erasePerson(ctx, orThrow(parseMailbox('canary.bird@PROVIDER.example')))
      assert.equal(first.state, 'done')
      assert.ok((first.counts['letters'] ?? 0) > 0)
      const again = await erasePerson(ctx, canary)
      assert.deepEqual([again.state, again.counts], ['done', {}])
      assert.doesNotMatch(await dump(ctx.db), /canary/i)
    })

    it('is erased by an operator when a second one agrees, not when the first does', async () => {
      const { ctx } = await world(await open())
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
      const { ctx } = await world(await open())
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
      const { ctx } = await world(await open())
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
      const { ctx } = await world(await open())
      const { approval } = await askErasure(as(ctx, ada), canary)
      assert.equal((await erasePerson(ctx, canary)).state, 'waiting')
      await declineErasure(as(ctx, bob), approval?.id ?? '')
      await close(ctx)
      ctx.clock.advance(day)
      assert.equal(await eraseWaiting(ctx), 1)
    })

    it('leaves nothing half: what fails in the middle has erased nothing, and the next try erases all', async () => {
      const { ctx } = await world(await open())
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
      const { ctx, id } = await world(await open())
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
