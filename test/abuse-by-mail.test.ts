import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { intakeActions } from '../src/core-actions.ts'
import { day, hour } from '../src/base/clock.ts'
import { orThrow } from '../src/base/refusal.ts'
import { reportStatus } from '../src/core/abuse/actions.ts'
import { listReports, ownerEvidence } from '../src/core/abuse/desk-actions.ts'
import { examineDue } from '../src/core/abuse/examine-actions.ts'
import { as } from '../src/core/context.ts'
import { listIncidents, showIncident } from '../src/core/incidents/actions.ts'
import { ownerPage, ownerSecured } from '../src/core/incidents/owner-actions.ts'
import { openIntake, type Intake } from '../src/intake/intake.ts'
import { routesOf } from '../src/intake/route.ts'
import { BareClient, dkimRecord, loopback, signed, testDns } from '../src/intake/test-intake.ts'
import { writeAccessMaps } from '../src/jobs/write-access-maps.ts'
import { parsePrefix } from '../src/standards/prefix.ts'
import { deliveredMessage, feedbackReport, logSent, sentMessage } from './support/abuse.ts'
import { testAbuse, testContext, testSettings, type TestContext } from './support/context.ts'
import { forEachDatabase } from './support/database.ts'

const account = 'ann@provider.example'
const folder = mkdtempSync(join(tmpdir(), 'postern-access-'))
after(() => rmSync(folder, { recursive: true }))

forEachDatabase((name, open) => {
  describe('A feedback report to the abuse mailbox', () => {
    const map = join(folder, `${name}-suspended`)
    let ctx: TestContext
    let intake: Intake
    const forwarded: Buffer[] = []

    before(async () => {
      const abuse = testAbuse({
        suspendWeight: 1,
        organisations: 1,
        trusted: ['example.org'],
        accessMaps: [{ file: map, format: 'postfix' }],
      })
      ctx = testContext({
        db: await open(),
        actor: { kind: 'system', name: 'examine-reports' },
        settings: testSettings({
          abuse,
          webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }],
        }),
      })
      const dns = testDns({
        's1._domainkey.provider.example': dkimRecord,
        's1._domainkey.example.org': dkimRecord,
      })
      intake = await openIntake({
        smtp: { host: '127.0.0.1', port: 0 },
        name: 'postern.provider.example',
        site: ctx.settings.provider.site,
        routes: routesOf(ctx.settings),
        trust: [loopback],
        networks: [orThrow(parsePrefix('203.0.113.0/24'))],
        desk: { domains: ['provider.example'], abuse: 'abuse@provider.example' },
        actions: intakeActions(ctx, 'mailto:postmaster@provider.example', '/nonexistent'),
        lookup: dns,
        mx: async () => [],
        clock: ctx.clock,
        log: ctx.log,
      })
    })
    after(async () => await intake.close())

    async function send(raw: Buffer, from = 'fbl@example.org'): Promise<string> {
      const smtp = new BareClient({ port: intake.smtp && 'port' in intake.smtp ? intake.smtp.port : 0 })
      await smtp.greet('mx.example.org')
      await smtp.command('XFORWARD ADDR=192.0.2.45')
      const answer = await smtp.mail(from, 'abuse@provider.example', raw)
      smtp.send('QUIT\r\n')
      return answer
    }
    const examine = async (): Promise<void> => {
      const forward = async ({ raw }: { readonly raw: Buffer }): Promise<void> => void forwarded.push(raw)
      await examineDue(ctx, { examiner: intake.pool, forward }, 100)
    }
    async function webhooks(): Promise<{ type: string; data: Record<string, unknown> }[]> {
      const rows = await ctx.db.queries
        .selectFrom('webhook_deliveries')
        .select('body')
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
    }
    const letters = async (): Promise<{ kind: string; mailbox: string }[]> =>
      await ctx.db.queries.selectFrom('letters').select(['kind', 'mailbox']).orderBy('created_at').execute()

    let token = ''

    it('is kept, proven, attributed, and stops the account; its owner lets it go again', async () => {
      const at = ctx.clock.now() - hour
      const sent = { account, messageId: '<a1@provider.example>', to: 'joe@example.org', at }
      await logSent(ctx, [sent])
      const message = deliveredMessage(await sentMessage(ctx.keys.trace, sent), sent.to)
      const report = await signed(feedbackReport('fbl@example.org', message), 'example.org')
      assert.match(await send(report), /^250 2\.0\.0 Thank you/)
      const kept = await listReports(ctx, { states: ['received'], limit: 10 })
      assert.equal(kept.reports.length, 1)

      await examine()
      const [found] = (await listReports(ctx, { states: ['examining'], limit: 10 })).reports
      assert.ok(found)
      assert.deepEqual(
        [found.grade, found.account, found.channel, found.facts.attribution?.accountFrom],
        ['A', account, 'fbl', 'log'],
        JSON.stringify(found),
      )
      const [incident] = (await listIncidents(ctx, { states: ['suspended'], limit: 10 })).incidents
      assert.ok(incident)
      assert.deepEqual([incident.account, incident.class, incident.id], [account, 'spam', found.incident])
      assert.deepEqual(
        (await webhooks()).map(({ type, data }) => `${type} ${String(data['account'])}`).toSorted(),
        [`account.suspended ${account}`, `incident.opened ${account}`],
      )
      await writeAccessMaps().run(ctx, AbortSignal.timeout(10_000))
      assert.match(readFileSync(map, 'utf8'), /^ann@provider\.example REJECT 5\.7\.1 /m)

      const { acts } = await showIncident(ctx, incident.id)
      assert.deepEqual(
        acts.map(({ kind, actor }) => [kind, actor]),
        [['suspend', 'rules']],
      )
      const link = await linkToOwner()
      token = link.slice(link.lastIndexOf('/') + 1)
      const owner = as(ctx, { kind: 'visitor', client: '192.0.2.9/32' })
      const page = await ownerPage(owner, token)
      assert.deepEqual(
        [page.account, page.isSuspended, page.release, page.reports],
        [account, true, 'now', 1],
      )
      const [sample] = await ownerEvidence(owner, token)
      assert.deepEqual(
        [sample?.from, sample?.subject, sample?.takenFrom],
        [account, 'An offer', '198.51.100.7'],
      )
      assert.doesNotMatch(JSON.stringify([page, sample]), /joe|example\.org|fbl/)

      assert.equal(await ownerSecured(owner, token), 'released')
      await writeAccessMaps().run(ctx, AbortSignal.timeout(10_000))
      assert.doesNotMatch(readFileSync(map, 'utf8'), /ann/)
      const told = await webhooks()
      const [stopped, freed] = ['account.suspended', 'account.released'].map((wanted) =>
        told.find(({ type }) => type === wanted),
      )
      assert.equal(freed?.data['undoes'], stopped?.data['act'])
    })

    async function linkToOwner(): Promise<string> {
      const { contentOf } = await import('../src/core/outbox/sealed-letter.ts')
      const rows = await ctx.db.queries
        .selectFrom('letters')
        .selectAll()
        .where('kind', '=', 'account-notice')
        .execute()
      const contents = rows.map((row) => contentOf(ctx, row))
      const slots = contents[0]?.slots as { link: string } | undefined
      return slots?.link ?? ''
    }

    it('counts once, however often it is sent and whatever it claims', async () => {
      const at = ctx.clock.now() - hour
      const sent = {
        account: 'bob@provider.example',
        messageId: '<b1@provider.example>',
        to: 'eve@example.org',
        at,
      }
      await logSent(ctx, [sent])
      const message = deliveredMessage(await sentMessage(ctx.keys.trace, sent), sent.to)
      for (const claims of [[], ['Source-IP: 192.0.2.1'], ['Original-Rcpt-To: <x@example.net>']])
        await send(await signed(feedbackReport('fbl@example.org', message, { claims }), 'example.org'))
      await examine()
      const [incident] =
        // One account was suspended today already, and with so few accounts that is all that rules may do.
        (await listIncidents(ctx, { states: ['escalated'], account: 'bob@provider.example', limit: 10 }))
          .incidents
      assert.equal(incident?.weight.reports, 1)
      const { reports } = await listReports(ctx, { states: ['closed'], limit: 10 })
      assert.deepEqual(
        reports.map(({ outcome, incident: id }) => [outcome, id]),
        [
          ['duplicate', incident?.id],
          ['duplicate', incident?.id],
        ],
      )
    })

    it('about a message that is not ours is closed with where to turn, and its writer told', async () => {
      ctx.clock.advance(day)
      const forged = Buffer.from(
        [
          'Received: from mail.example.net (mail.example.net [198.51.100.9]) by mx.example.org with ESMTP',
          'From: ann@provider.example',
          'Message-ID: <f@provider.example>',
          '',
          'Buy',
        ].join('\r\n'),
      )
      const report = await signed(feedbackReport('Joe <joe@example.net>', forged), 'example.org')
      assert.match(await send(report, 'joe@example.net'), /^250 /)
      await examine()
      const { reports } = await listReports(ctx, { states: ['closed'], limit: 1 })
      assert.deepEqual(
        [reports[0]?.outcome, reports[0]?.grade, reports[0]?.facts.elsewhere],
        ['not-ours', 'D', { address: '198.51.100.9', contact: null }],
      )
      // Nobody vouches for joe@example.net, so nothing is written to it.
      assert.ok((await letters()).every(({ mailbox }) => mailbox !== 'joe@example.net'))
    })

    it('without a message goes to people as well, and its writer learns how to attach one', async () => {
      ctx.clock.advance(hour)
      const plain = await signed(
        Buffer.from(
          'From: Kim <kim@example.org>\r\nTo: abuse@provider.example\r\nSubject: help\r\nMessage-ID: <k@example.org>\r\n\r\nI get spam from you\r\n',
        ),
        'example.org',
      )
      // Kim is of a domain of feedback loops, which are not written to; so as somebody else.
      ctx = { ...ctx, settings: { ...ctx.settings, abuse: { ...ctx.settings.abuse, trusted: [] } } }
      assert.match(await send(plain, 'kim@example.org'), /^250 /)
      await examine()
      assert.equal(forwarded.length, 1)
      assert.deepEqual((await letters()).at(-1), { kind: 'report-instructions', mailbox: 'kim@example.org' })
      const [report] = (await listReports(ctx, { states: ['closed'], limit: 1 })).reports
      assert.equal(report?.outcome, 'unproven')
      await assert.rejects(
        reportStatus(ctx, `${report?.id ?? ''}.00000000000000000000`),
        /abuse\.report-not-found/,
      )
    })
  })
})
