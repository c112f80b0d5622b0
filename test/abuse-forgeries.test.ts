import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { day, hour } from '../src/base/clock.ts'
import { receiveReport } from '../src/core/abuse/actions.ts'
import { listReports } from '../src/core/abuse/desk-actions.ts'
import { examineDue } from '../src/core/abuse/examine-actions.ts'
import { showAccount } from '../src/core/accounts/actions.ts'
import { transact } from '../src/core/context.ts'
import { listIncidents } from '../src/core/incidents/actions.ts'
import { meetReporter } from '../src/core/reporters/actions.ts'
import { signed } from '../src/intake/test-intake.ts'
import type { MailAddress } from '../src/standards/mail-address.ts'
import { deliveredMessage, examinerHere, feedbackReport, logSent, sentMessage } from './support/abuse.ts'
import { testAbuse, testContext, testSettings, type TestContext } from './support/context.ts'
import { databases } from './support/database.ts'

/**
 * A competitor who wants an innocent account stopped: he owns genuine mail of it, mailboxes that are old enough, and three domains. The
 * account sends so little that the share of reported mail protects nobody.
 */
const account = 'shop@provider.example'
const domains = ['example.org', 'example.net', 'example.com']

describe('A thousand forged reports', () => {
  const { open, close } = databases('SQLite')
  let ctx: TestContext
  const genuine = new Map<string, Buffer>()

  before(async () => {
    ctx = testContext({
      db: await open(),
      settings: testSettings({
        abuse: testAbuse(),
        webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }],
        limits: { 'abuse.reports.client.hour': { count: 100_000, windowMs: hour } },
      }),
    })
    for (const mailbox of puppets())
      await transact(ctx, async (tx) => await meetReporter(tx, { mailbox: mailbox as MailAddress }))
    ctx.clock.advance(20 * day)
    for (const [nth, mailbox] of puppets().entries()) {
      const sent = {
        account,
        messageId: `<m${nth}@provider.example>`,
        to: mailbox,
        at: ctx.clock.now() - hour,
      }
      await logSent(ctx, [sent])
      genuine.set(mailbox, deliveredMessage(await sentMessage(ctx.keys.trace, sent), mailbox))
    }
  })
  after(close)

  /** Forty mailboxes of one organization, and one of each other. */
  function puppets(): string[] {
    const many = Array.from({ length: 40 }, (_, nth) => `p${nth}@mail${nth % 5}.example.org`)
    return [...many, 'a@example.net', 'b@example.com']
  }

  async function send(from: string, message: Buffer, claims: readonly string[] = []): Promise<void> {
    const domain = from.slice(from.lastIndexOf('@') + 1)
    const raw = await signed(feedbackReport(from, message, { claims }), domain)
    const envelope = {
      client: '192.0.2.45',
      helo: 'mx.example.org',
      mailFrom: from,
      recipient: 'abuse@provider.example',
    }
    await receiveReport(ctx, { channel: 'mail', shape: 'message', raw, envelope })
  }
  const text = (message: Buffer): string => message.toString('latin1')
  const bytes = (message: string): Buffer => Buffer.from(message, 'latin1')

  const forgeries: Readonly<Record<string, (nth: number, from: string, own: Buffer) => Promise<void>>> = {
    'trace fields that name our servers': async (nth, from) =>
      await send(
        from,
        bytes(
          [
            `Received: from mail.provider.example (mail.provider.example [203.0.113.25]) by mx.example.org with ESMTPS id ${nth}`,
            'Received: from x (x [198.51.100.7]) (Authenticated sender: shop@provider.example) by mail.provider.example (Postfix) with ESMTPSA id 4X',
            `From: ${account}`,
            `Message-ID: <forged${nth}@provider.example>`,
            '',
            'Buy',
          ].join('\r\n'),
        ),
      ),
    'a genuine header over another body': async (nth, from, own) =>
      await send(from, bytes(text(own).replace('Buy now!', `Buy ${nth} pills`))),
    'a genuine trace header on another message': async (nth, from, own) =>
      await send(
        from,
        bytes(text(own).replace(/Message-ID: <[^>]+>/, `Message-ID: <swapped${nth}@provider.example>`)),
      ),
    'the same genuine message again and again': async (nth, from, own) =>
      await send(from, own, [`Incidents: ${nth}`]),
    'a genuine message, said to be to somebody else': async (nth, from, own) =>
      await send(
        from,
        bytes(text(own).replace(/Delivered-To: \S+/, `Delivered-To: victim${nth}@example.com`)),
      ),
    'a genuine message from somebody whom nobody vouches for': async (nth, _from, own) =>
      await receiveReport(ctx, {
        channel: 'mail',
        shape: 'message',
        raw: feedbackReport(`someone${nth}@victim.example`, own),
        envelope: { client: '192.0.2.45', mailFrom: '', recipient: 'abuse@provider.example' },
      }).then(() => {}),
    'a genuine message from another mailbox of the same organization': async (nth, _from, own) =>
      await send(`q${nth}@example.org`, own),
    'claims of every kind': async (nth, from, own) =>
      await send(from, own, [
        `Source-IP: 203.0.113.${nth % 250}`,
        `Original-Rcpt-To: <x${nth}@example.com>`,
        'Original-Mail-From: <ceo@provider.example>',
        `Reported-Domain: provider.example`,
      ]),
  }

  it('stop nobody and count each message to each recipient once', { timeout: 240_000 }, async () => {
    const kinds = Object.entries(forgeries)
    const owners = puppets()
    for (let nth = 0; nth < 1000; nth++) {
      const [, forge] = kinds[nth % kinds.length] ?? []
      const from = owners[Math.floor(nth / kinds.length) % owners.length] ?? ''
      const own = genuine.get(from)
      assert.ok(forge && own)
      await forge(nth, from, own)
      ctx.clock.advance(1000)
    }
    // Where the organization of a mailbox has its keys.
    const examiner = examinerHere([
      ...domains,
      ...[0, 1, 2, 3, 4].map((nth) => `mail${nth}.example.org`),
      'mail.example.org',
    ])
    while ((await examineDue(ctx, { examiner, forward: async () => {} }, 200)) > 0);

    assert.equal((await showAccount(ctx, account))?.state, 'active')
    const acts = await ctx.db.queries.selectFrom('incident_acts').select(['kind', 'why']).execute()
    assert.ok(
      acts.every(({ kind }) => kind === 'notify' || kind === 'escalate'),
      JSON.stringify(acts),
    )
    const counted = await ctx.db.queries.selectFrom('incident_reports').selectAll().execute()
    assert.equal(counted.filter(({ grade }) => grade === 'A').length, owners.length)
    const incidents = (await listIncidents(ctx, { states: ['open', 'notified', 'escalated'], limit: 50 }))
      .incidents
    assert.deepEqual(
      incidents.map(({ account: name }) => name),
      [account],
    )
    const [incident] = incidents
    assert.ok(incident && incident.weight.organisations === 3)
    assert.ok(
      incident.weight.weight <= 7,
      `half of ten from one organization, one from each other: ${incident.weight.weight}`,
    )
    const webhooks = await ctx.db.queries.selectFrom('webhook_deliveries').select('event').execute()
    assert.deepEqual(
      webhooks.filter(({ event }) => event.startsWith('account.')),
      [],
    )
    assert.ok(webhooks.length <= 3)
    // A forger’s mail under a foreign organization is nobody’s, and nobody else’s mailbox is written to.
    const letters = await ctx.db.queries.selectFrom('letters').select('mailbox').distinct().execute()
    assert.ok(letters.every(({ mailbox }) => !mailbox.includes('victim')))
  })

  it('are told apart by grade, whatever they claim', async () => {
    const grades = new Map<string, number>()
    for (let after: string | undefined; ;) {
      const page = await listReports(ctx, { states: ['examining', 'closed'], limit: 200, after })
      for (const { grade } of page.reports) grades.set(grade ?? '-', (grades.get(grade ?? '-') ?? 0) + 1)
      if (page.next === undefined) break
      after = page.next
    }
    assert.equal(
      [...grades.values()].reduce((sum, count) => sum + count, 0),
      1000,
    )
    // Of the eight kinds four bring an unchanged genuine message to its own recipient.
    assert.deepEqual([grades.get('A'), grades.get('B'), grades.get('C')], [500, 250, 250])
  })
})
