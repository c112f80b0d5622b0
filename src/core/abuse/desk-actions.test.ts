import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deliveredMessage, examinerHere, logSent, sentMessage } from '../../../test/support/abuse.ts'
import { testAbuse, testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase, type OpenDatabase } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { showAccount } from '../accounts/actions.ts'
import { listAudit } from '../audit/actions.ts'
import { as } from '../context.ts'
import { releaseAccount, suspendAccount } from '../incidents/act-actions.ts'
import { countIncidents, listIncidents, noteIncident, showIncident } from '../incidents/actions.ts'
import { eraseReporter, showReporter } from '../reporters/actions.ts'
import { confirmReporter, receiveReport, reportStatus } from './actions.ts'
import {
  closeIncident,
  countReports,
  decideReport,
  listReports,
  reportsOfIncident,
  showEvidence,
  showReport,
} from './desk-actions.ts'
import { examineDue } from './examine-actions.ts'
import type { AbuseClass } from './report.ts'
import { signTag } from '../../base/signed-token.ts'

const account = 'ann@provider.example'
const nobody = async (): Promise<void> => {}

async function deskWith(open: OpenDatabase): Promise<TestContext> {
  return testContext({
    db: await open(),
    settings: testSettings({
      abuse: testAbuse({ newReporterMs: 0, notifyWeight: 1 }),
      webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }],
    }),
  })
}

/** A proven message of the account, reported at the form by `mailbox`, who confirms; gives the report’s id. */
async function report(
  ctx: TestContext,
  nth: number,
  mailbox: string,
  more: { readonly class?: AbuseClass } = {},
): Promise<{ readonly id: string; readonly token: string; readonly raw: Buffer }> {
  const to = `r${nth}@example.org`
  const sent = { account, messageId: `<m${nth}@provider.example>`, to, at: ctx.clock.now() - hour }
  await logSent(ctx, [sent])
  const raw = deliveredMessage(await sentMessage(ctx.keys.trace, sent), to)
  const receipt = await receiveReport(ctx, {
    channel: 'web',
    shape: 'reported',
    raw,
    envelope: { client: '192.0.2.45', mailbox },
    ...more,
  })
  await confirmReporter(ctx, signTag(ctx.keys.tags, 'confirm-report', receipt.id))
  await examineDue(ctx, { examiner: examinerHere(), forward: nobody }, 10)
  return { ...receipt, raw }
}

forEachDatabase((_name, open) => {
  describe('the abuse desk', () => {
    it('shows reports without who reported, and tells that to agents alone, who are written down', async () => {
      const ctx = await deskWith(open)
      const { id, raw } = await report(ctx, 1, 'joe@example.org')
      const reader = as(ctx, { kind: 'operator', name: 'rob', role: 'reader' })
      const agent = as(ctx, { kind: 'operator', name: 'ada', role: 'agent' })
      const seen = await showReport(reader, id)
      assert.deepEqual([seen.grade, seen.account, seen.state], ['A', account, 'examining'])
      const listed = await listReports(reader, { states: ['examining'], limit: 5 })
      assert.doesNotMatch(JSON.stringify([seen, listed]), /joe|r1@/)
      await assert.rejects(showEvidence(reader, id), /permission\.denied/)
      await assert.rejects(showReporter(reader, seen.reporter ?? ''), /permission\.denied/)
      assert.equal(await showReporter(agent, seen.reporter ?? ''), 'joe@example.org')
      assert.deepEqual(await showEvidence(agent, id), raw)
      const actions = (await listAudit(ctx, { limit: 5 })).map(({ action, actor }) => `${actor} ${action}`)
      assert.deepEqual(actions.slice(0, 2), ['operator:ada evidence.shown', 'operator:ada reporter.shown'])
    })

    it('keeps evidence and reporters sealed, and erases a reporter who asks', async () => {
      const ctx = await deskWith(open)
      const { id } = await report(ctx, 1, 'joe@example.org')
      for (const table of [
        'abuse_evidence',
        'abuse_reporters',
        'abuse_reports',
        'incident_reports',
      ] as const) {
        const rows = await ctx.db.queries.selectFrom(table).selectAll().execute()
        assert.ok(rows.length > 0)
        assert.doesNotMatch(JSON.stringify(rows), /joe|r1@example|Buy now/, table)
      }
      const { reporter } = await showReport(ctx, id)
      await eraseReporter(ctx, 'Joe@example.org' as MailAddress)
      assert.equal(await showReporter(ctx, reporter ?? ''), undefined)
    })

    it('closes an incident with its reports, and tells each reporter once', async () => {
      const ctx = await deskWith(open)
      const first = await report(ctx, 1, 'joe@example.org')
      const second = await report(ctx, 2, 'eve@example.net')
      ctx.clock.advance(hour)
      const [incident] = (await listIncidents(ctx, { states: ['notified'], limit: 5 })).incidents
      assert.ok(incident)
      assert.deepEqual([incident.weight.reporters, incident.weight.organisations], [2, 2])
      assert.equal((await reportsOfIncident(ctx, incident.id)).length, 2)
      await assert.rejects(
        decideReport(ctx, { report: first.id, outcome: 'no-violation' }),
        /abuse\.already-closed/,
      )
      await noteIncident(ctx, { incident: incident.id, note: 'password was stolen' })
      await closeIncident(ctx, { incident: incident.id, outcome: 'acted', note: 'done' })
      for (const { token } of [first, second])
        assert.deepEqual((await reportStatus(ctx, token)).outcome, 'acted')
      const letters = await ctx.db.queries
        .selectFrom('letters')
        .select(['kind', 'mailbox'])
        .where('kind', '=', 'report-closed')
        .orderBy('mailbox')
        .execute()
      assert.deepEqual(
        letters.map(({ mailbox }) => mailbox),
        ['eve@example.net', 'joe@example.org'],
      )
      const reporters = await ctx.db.queries
        .selectFrom('abuse_reporters')
        .select(['agreed', 'disagreed'])
        .execute()
      assert.ok(reporters.every(({ agreed, disagreed }) => agreed === 1 && disagreed === 0))
      await assert.rejects(closeIncident(ctx, { incident: incident.id, outcome: 'acted' }), /already-closed/)
      assert.deepEqual([...(await countIncidents(ctx))], [['closed', 1]])
      assert.deepEqual(await countReports(ctx), [{ state: 'closed', outcome: 'acted', count: 2 }])
    })

    it('suspends and releases by hand in every mode; what was sent before the end of an incident opens none', async () => {
      const ctx = await deskWith(open)
      await report(ctx, 1, 'joe@example.org')
      const [incident] = (await listIncidents(ctx, { states: ['notified', 'open'], limit: 5 })).incidents
      assert.ok(incident)
      const reader = as(ctx, { kind: 'operator', name: 'rob', role: 'reader' })
      await assert.rejects(suspendAccount(reader, { incident: incident.id }), /permission\.denied/)
      await suspendAccount(ctx, { incident: incident.id })
      assert.equal((await showAccount(ctx, account))?.state, 'suspended')
      ctx.clock.advance(1000)
      await releaseAccount(ctx, { incident: incident.id })
      await assert.rejects(releaseAccount(ctx, { incident: incident.id }), /abuse\.not-suspended/)
      const { acts } = await showIncident(ctx, incident.id)
      const [suspend, release] = ['suspend', 'release'].map((kind) => acts.find((act) => act.kind === kind))
      assert.equal(release?.why, suspend?.id)
      await closeIncident(ctx, { incident: incident.id, outcome: 'acted' })
      const late = await report(ctx, 3, 'kim@example.org')
      const found = await showReport(ctx, late.id)
      assert.deepEqual([found.state, found.outcome, found.incident], ['closed', 'acted', incident.id])
      assert.deepEqual([...(await countIncidents(ctx))], [['closed', 1]])
    })

    it('keeps restricted reports from those who need not see them', async () => {
      const ctx = await deskWith(open)
      const { id } = await report(ctx, 1, 'joe@example.org', { class: 'restricted' })
      const agent = as(ctx, { kind: 'operator', name: 'ada', role: 'agent' })
      await assert.rejects(showReport(agent, id), /report-not-found/)
      await assert.rejects(showEvidence(agent, id), /report-not-found/)
      assert.deepEqual((await listReports(agent, { states: ['examining'], limit: 5 })).reports, [])
      assert.deepEqual((await listIncidents(agent, { states: ['escalated'], limit: 5 })).incidents, [])
      const [incident] = (await listIncidents(ctx, { states: ['escalated'], limit: 5 })).incidents
      assert.equal(incident?.severity, 'critical')
      await assert.rejects(
        closeIncident(agent, { incident: incident?.id ?? '', outcome: 'acted' }),
        /permission/,
      )
      const bare = { channel: 'web', shape: 'reported', envelope: {}, class: 'restricted' } as const
      const unread = await receiveReport(ctx, { ...bare, raw: Buffer.from('no message at all') })
      ctx.clock.advance(day)
      await examineDue(ctx, { examiner: examinerHere(), forward: nobody }, 10)
      assert.equal((await showReport(ctx, unread.id)).state, 'examining')
      await assert.rejects(
        decideReport(agent, { report: unread.id, outcome: 'unproven' }),
        /report-not-found/,
      )
      await decideReport(ctx, { report: unread.id, outcome: 'unproven' })
      assert.equal((await reportStatus(ctx, unread.token)).outcome, 'unproven')
    })

    it('gives the same receipt for the same bytes of the same submitter, and another to others', async () => {
      const ctx = await deskWith(open)
      const wish = { channel: 'web', shape: 'reported', raw: Buffer.from('From: a\r\n\r\nb') } as const
      const first = await receiveReport(ctx, { ...wish, envelope: { client: '192.0.2.45' } })
      const again = await receiveReport(ctx, { ...wish, envelope: { client: '192.0.2.45' } })
      const other = await receiveReport(ctx, { ...wish, envelope: { client: '198.51.100.7' } })
      assert.deepEqual([again.token, again.isNew, first.isNew], [first.token, false, true])
      assert.notEqual(other.token, first.token)
    })
  })
})
