import { sql } from 'kysely'
import { day } from '../../src/base/clock.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import type { Database } from '../../src/db/open.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { parseMailbox, type MailAddress } from '../../src/standards/mail-address.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { receiveReport } from '../../src/core/abuse/actions.ts'
import { answerCase, listCases, noteCase } from '../../src/core/cases/desk-actions.ts'
import { Checks } from '../../src/core/checks/actions.ts'
import { transact } from '../../src/core/context.ts'
import { decideCase } from '../../src/core/delisting/decide-case-actions.ts'
import { openReviewByMail } from '../../src/core/delisting/review-actions.ts'
import { addListing } from '../../src/core/listings/actions.ts'
import { claimRange } from '../../src/core/owners/actions.ts'
import { askToEnter, enter } from '../../src/core/owners/session-actions.ts'
import { stopMailbox } from '../../src/core/outbox/actions.ts'
import { contentOf } from '../../src/core/outbox/sealed-letter.ts'
import { openSession } from '../../src/core/recipients/session-actions.ts'
import { meetReporter } from '../../src/core/reporters/actions.ts'
import { testContext, testWaysOut, type TestContext } from './context.ts'

export const canary = orThrow(parseMailbox('Canary.Bird@provider.example'))
export const other = orThrow(parseMailbox('hostmaster@example.org'))
const address = orThrow(parseAddress('192.0.2.66'))
export const ada = { kind: 'operator', name: 'ada', roles: ['admin'] } as const
export const bob = { kind: 'operator', name: 'bob', roles: ['admin'] } as const

/** Every row of every table, as text. */
export async function dump(db: Database): Promise<string> {
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
export async function knownPerson(db: Database) {
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

/** Ends their case. */
export async function close(ctx: TestContext): Promise<void> {
  const [found] = await listCases(ctx, { states: ['open', 'waiting'], offset: 0, limit: 1 })
  await decideCase(ctx, new Checks(), { id: found?.id ?? '', decision: 'refuse', words: 'It still sends.' })
}

/** `done`, or the code of the refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}
