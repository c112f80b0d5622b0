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
import {
  escalateIncident,
  releaseAccount,
  suspendAccount,
  suspensionsLeft,
  tellOwner,
} from '../incidents/act-actions.ts'
import { restrictedAccounts } from '../incidents/restricted-actions.ts'
import { readXarf4 } from '../../standards/xarf-4.ts'
import { viewMessage } from '../../intake/view-message.ts'
import { exportIncidents, xarfOf } from './export-actions.ts'
import { findAtDesk } from './search-actions.ts'
import { deskFigures } from './statistics-actions.ts'
import { Transparency } from './transparency-actions.ts'
import { countIncidents, listIncidents, noteIncident, showIncident } from '../incidents/actions.ts'
import { eraseReporter, showReporter } from '../reporters/actions.ts'
import { receiveReport, reportStatus } from './actions.ts'
import { confirmReporter } from './confirm-actions.ts'
import { halvesOf } from './reporter-halves.ts'
import {
  closeIncident,
  countReports,
  decideReport,
  listReports,
  reportsOfIncident,
  showEvidence,
  showReport,
  viewEvidence,
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
  await confirmReporter(ctx, signTag(ctx.keys.tags, 'confirm-report', receipt.id), halvesOf(ctx, receipt.id))
  await examineDue(ctx, { examiner: examinerHere(), forward: nobody }, 10)
  return { ...receipt, raw }
}

forEachDatabase((_name, open) => {
  describe('the abuse desk', () => {
    it('shows reports without who reported, and tells that to agents alone, who are written down', async () => {
      const ctx = await deskWith(open)
      const { id, raw } = await report(ctx, 1, 'joe@example.org')
      const reader = as(ctx, { kind: 'operator', name: 'rob', roles: ['viewer'] })
      const agent = as(ctx, { kind: 'operator', name: 'ada', roles: ['abuse-agent'] })
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
      const stretch = async (offset: number, limit: number): Promise<readonly [string[], number]> => {
        const { reports, total, accountFrom } = await reportsOfIncident(ctx, incident.id, { offset, limit })
        assert.ok(accountFrom !== null, 'of the incident, not of the stretch')
        return [reports.map(({ id }) => id), total]
      }
      // Of the same moment, so by their ids.
      const both = [first.id, second.id].toSorted()
      assert.deepEqual(await stretch(0, 9), [both, 2])
      assert.deepEqual(await stretch(1, 9), [both.slice(1), 2])
      assert.deepEqual(await stretch(0, 1), [both.slice(0, 1), 2])
      assert.deepEqual(await stretch(9, 9), [[], 2])
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

    it('answers the mailbox that reported, not one that is like it: they count as one and are told apart', async () => {
      const ctx = await deskWith(open)
      const [theirs, alike] = ['a.b@example.org', 'ab@example.org'] as const
      const first = await report(ctx, 1, theirs)
      const second = await report(ctx, 2, alike)
      // Somebody types one more at the form, and confirms nothing.
      await receiveReport(ctx, {
        channel: 'web',
        shape: 'reported',
        raw: Buffer.from('From: x@example.org\r\n\r\nspam'),
        envelope: { client: '192.0.2.45', mailbox: 'ab+x@example.org' },
      })
      // Their letters of the day are one budget.
      ctx.clock.advance(25 * hour)
      for (const [{ id }, mailbox] of [
        [first, theirs],
        [second, alike],
      ] as const)
        assert.equal(await showReporter(ctx, (await showReport(ctx, id)).reporter ?? ''), mailbox)
      const [incident] = (await listIncidents(ctx, { states: ['open', 'notified'], limit: 5 })).incidents
      assert.ok(incident)
      assert.equal(incident.weight.reporters, 1)
      await closeIncident(ctx, { incident: incident.id, outcome: 'acted', note: 'done' })
      const letters = await ctx.db.queries
        .selectFrom('letters')
        .select('mailbox')
        .where('kind', '=', 'report-closed')
        .orderBy('mailbox')
        .execute()
      assert.deepEqual(
        letters.map(({ mailbox }) => mailbox),
        [theirs, alike],
      )
    })

    it('finds by id, by the link of a receipt, by Message-ID and by account', async () => {
      const ctx = await deskWith(open)
      const { id, token } = await report(ctx, 1, 'joe@example.org')
      const incident = (await showReport(ctx, id)).incident ?? ''
      for (const text of [id, token, `https://postmaster.provider.example/report/${token}`])
        assert.deepEqual(await findAtDesk(ctx, text), { kind: 'report', id })
      assert.deepEqual(await findAtDesk(ctx, incident), { kind: 'incident', id: incident })
      const found = { kind: 'accounts', accounts: [account] }
      for (const text of ['<m1@provider.example>', 'm1@provider.example', ' Ann@provider.example '])
        assert.deepEqual(await findAtDesk(ctx, text), found)
    })

    it('hides restricted incidents from whoever may not see them, whatever they ask or do', async () => {
      const ctx = await deskWith(open)
      const { id } = await report(ctx, 1, 'joe@example.org', { class: 'restricted' })
      const incident = (await showReport(ctx, id)).incident ?? ''
      const agent = as(ctx, { kind: 'operator', name: 'ada', roles: ['abuse-agent'] })
      const admin = as(ctx, { kind: 'operator', name: 'alan', roles: ['admin'] })
      for (const text of [id, incident])
        assert.deepEqual(await findAtDesk(agent, text), { kind: 'accounts', accounts: [text] })
      for (const deed of [suspendAccount, releaseAccount, tellOwner, escalateIncident])
        await assert.rejects(deed(agent, { incident }), /abuse\.incident-not-found/)
      await assert.rejects(noteIncident(agent, { incident, note: 'x' }), /abuse\.incident-not-found/)
      await assert.rejects(xarfOf(agent, incident), /abuse\.incident-not-found/)
      await suspendAccount(admin, { incident })
      const [hidden] = (await restrictedAccounts(agent)).accounts
      assert.deepEqual([hidden?.account, hidden?.incident, hidden?.by], [account, null, 'operator:alan'])
      assert.equal((await restrictedAccounts(admin)).accounts[0]?.incident?.id, incident)
    })

    it('lets people tell the owner once and put it before a colleague; the brake of rules is not theirs', async () => {
      const ctx = await deskWith(open)
      const { id } = await report(ctx, 1, 'joe@example.org')
      const incident = (await showReport(ctx, id)).incident ?? ''
      await assert.rejects(tellOwner(ctx, { incident }), /abuse\.owner-told/)
      await escalateIncident(ctx, { incident })
      const { acts, incident: now } = await showIncident(ctx, incident)
      assert.deepEqual(
        acts.map(({ kind, why }) => `${kind} ${why ?? ''}`).toSorted((a, b) => (a < b ? -1 : 1)),
        ['escalate person', 'notify '],
      )
      assert.equal(now.state, 'escalated')
      const before = await suspensionsLeft(ctx)
      await suspendAccount(ctx, { incident })
      assert.deepEqual(before, { tenMinutes: 5, today: { left: 1, most: 1 } })
      assert.deepEqual(await suspensionsLeft(ctx), before)
    })

    it('filters incidents by class, severity, account and when they were opened', async () => {
      const ctx = await deskWith(open)
      await report(ctx, 1, 'joe@example.org')
      const now = ctx.clock.now()
      const count = async (more: object): Promise<number> =>
        (await listIncidents(ctx, { states: ['notified'], limit: 5, ...more })).incidents.length
      for (const [more, expected] of [
        [{ class: 'spam' }, 1],
        [{ class: 'phish' }, 0],
        [{ severity: 'medium' }, 1],
        [{ severity: 'low' }, 0],
        [{ account: ['x@provider.example', account] }, 1],
        [{ account: 'x@provider.example' }, 0],
        [{ since: now }, 1],
        [{ since: now + 1 }, 0],
        [{ until: now + 1 }, 1],
        [{ until: now }, 0],
      ] as const)
        assert.equal(await count(more), expected, JSON.stringify(more))
    })

    it('counts reports, incidents and first acts by day, and shows the public only rounded months', async () => {
      const ctx = await deskWith(open)
      await report(ctx, 1, 'joe@example.org')
      const { days, reports, incidents, acted, medianMs, classes } = await deskFigures(ctx, { days: 30 })
      assert.deepEqual([days.length, reports, incidents, acted, medianMs], [30, 1, 1, 1, 0])
      assert.deepEqual([...classes], [['spam', 1]])
      assert.equal(days.at(-1)?.reports, 1)
      const transparency = new Transparency()
      assert.deepEqual(await transparency.months(ctx), [])
      ctx.clock.advance(31 * day)
      const months = await transparency.months(as(ctx, { kind: 'visitor', client: '192.0.2.45/32' }))
      assert.deepEqual(
        months.map(({ month, reports: counted, suspended, medianHours }) => [
          month,
          counted,
          suspended,
          medianHours,
        ]),
        [['2026-05', 'few', 0, null]],
      )
    })

    it('exports incidents without formulas, and one as XARF without any mailbox of strangers', async () => {
      const ctx = await deskWith(open)
      const { id } = await report(ctx, 1, 'joe@example.org')
      const incident = (await showReport(ctx, id)).incident ?? ''
      const lines = await Array.fromAsync(exportIncidents(ctx))
      assert.match(lines[0] ?? '', /^id,account,class/)
      assert.match(
        lines[1] ?? '',
        new RegExp(`^"${incident}","ann@provider.example","spam","medium","notified",""`),
      )
      const xarf = await xarfOf(ctx, incident)
      // Mail servers do not write down the port; nothing else is wrong with it.
      assert.deepEqual(readXarf4(xarf).errors, ['source_port: missing'])
      assert.doesNotMatch(JSON.stringify(xarf), /joe|r1@|ann@/)
      assert.deepEqual(await xarfOf(ctx, incident), xarf)
    })

    it('writes down who looked at evidence as text', async () => {
      const ctx = await deskWith(open)
      const { id, raw } = await report(ctx, 1, 'joe@example.org')
      const { size, view } = await viewEvidence(ctx, { view: async (bytes) => viewMessage(bytes) }, id)
      assert.equal(size, raw.length)
      assert.ok(view?.parts[0]?.fields.some(({ name }) => name === 'x-postern-trace'))
      assert.equal((await listAudit(ctx, { limit: 1 }))[0]?.action, 'evidence.shown')
      const failed = await viewEvidence(ctx, { view: async () => ({ failure: 'time' }) }, id)
      assert.equal(failed.view, undefined)
    })

    it('suspends and releases by hand in every mode; what was sent before the end of an incident opens none', async () => {
      const ctx = await deskWith(open)
      await report(ctx, 1, 'joe@example.org')
      const [incident] = (await listIncidents(ctx, { states: ['notified', 'open'], limit: 5 })).incidents
      assert.ok(incident)
      const reader = as(ctx, { kind: 'operator', name: 'rob', roles: ['viewer'] })
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
      const agent = as(ctx, { kind: 'operator', name: 'ada', roles: ['abuse-agent'] })
      await assert.rejects(showReport(agent, id), /report-not-found/)
      await assert.rejects(showEvidence(agent, id), /report-not-found/)
      assert.deepEqual((await listReports(agent, { states: ['examining'], limit: 5 })).reports, [])
      assert.deepEqual((await listIncidents(agent, { states: ['escalated'], limit: 5 })).incidents, [])
      const [incident] = (await listIncidents(ctx, { states: ['escalated'], limit: 5 })).incidents
      assert.equal(incident?.severity, 'critical')
      assert.deepEqual([...(await countIncidents(agent))], [])
      assert.deepEqual([...(await countIncidents(ctx))], [['escalated', 1]])
      await assert.rejects(
        closeIncident(agent, { incident: incident?.id ?? '', outcome: 'acted' }),
        /incident-not-found/,
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

    it('waits without using up a try while no process is free to read, and leaves to people what ends three', async () => {
      const ctx = await deskWith(open)
      const failing = async (failure: 'busy' | 'crash', times: number): Promise<void> => {
        for (let nth = 0; nth < times; nth++) {
          await examineDue(ctx, { examiner: { examine: async () => ({ failure }) }, forward: nobody }, 10)
          ctx.clock.advance(hour)
        }
      }
      const envelope = { client: '192.0.2.45' }
      const raw = Buffer.from('From: a@example.org\r\nMessage-ID: <a@example.org>\r\n\r\nb')
      const { id } = await receiveReport(ctx, { channel: 'web', shape: 'reported', raw, envelope })
      const states = []
      for (const [failure, times] of [
        ['busy', 5],
        ['crash', 2],
        ['busy', 5],
        ['crash', 1],
      ] as const) {
        await failing(failure, times)
        states.push((await showReport(ctx, id)).state)
      }
      assert.deepEqual(states, ['received', 'received', 'received', 'examining'])
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
