import { Refusal } from '../../base/refusal.ts'
import { day } from '../../base/clock.ts'
import { openTag } from '../../base/signed-token.ts'
import { breathe } from '../../base/steps.ts'
import { may, permit, recordedName } from '../actor.ts'
import { record, recordAll, type AuditEvent } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import {
  closingIncident,
  endIncident,
  incidentsClosing,
  noteReportsClosed,
  type Incident,
} from '../incidents/actions.ts'
import type { IncidentOutcome } from '../incidents/incident.ts'
import { noteAgreement } from '../reporters/actions.ts'
import { writeOutcome } from './answer-actions.ts'
import type { AccountSource } from './attribution.ts'
import type { EvidenceView, EvidenceViewer } from './evidence-view.ts'
import { openEvidence } from './evidence-actions.ts'
import type { ReportFacts, Sample } from './report-facts.ts'
import type { Grade } from './origin.ts'
import type { AbuseClass, Channel, Lifecycle, ReportOutcome, ReportState } from './report.ts'
import * as store from './store.ts'

/** What people at the desk see and decide. */

/** A report as the desk sees it. Who reported is only an id: `showReporter` tells more, to those who may, and writes that down. */
export interface DeskReport {
  readonly id: string
  readonly channel: Channel
  readonly lifecycle: Lifecycle
  readonly class: AbuseClass
  readonly state: ReportState
  readonly outcome: ReportOutcome | null
  readonly receivedAt: number
  readonly examinedAt: number | null
  readonly closedAt: number | null
  readonly size: number
  readonly reporter: string | null
  readonly mayAnswer: boolean
  readonly grade: Grade | null
  readonly account: string | null
  readonly incident: string | null
  readonly duplicateOf: string | null
  readonly decidedBy: string | null
  /** Empty until it was examined. */
  readonly facts: Partial<ReportFacts>
}

/** Reports, the newest first, in pages. `unassigned`: those that wait for a person, without an incident. */
export async function listReports(
  ctx: Context,
  wanted: {
    readonly states: readonly ReportState[]
    readonly unassigned?: boolean | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<{ readonly reports: readonly DeskReport[]; readonly next?: string }> {
  permit(ctx.actor, 'abuse.read')
  const [, at, id] = /^(\d{1,15})\.([0-9a-z]{26})$/.exec(wanted.after ?? '') ?? []
  const rows = await store.listReports(ctx.db.queries, {
    states: wanted.states,
    hidden: may(ctx.actor, 'abuse.restricted') ? [] : ['restricted'],
    unassigned: wanted.unassigned === true,
    before: at === undefined || id === undefined ? undefined : { at: Number(at), id },
    limit: wanted.limit + 1,
  })
  const reports = rows.slice(0, wanted.limit).map(reportOf)
  const last = reports.at(-1)
  return rows.length > wanted.limit && last ? { reports, next: `${last.receivedAt}.${last.id}` } : { reports }
}

/** One report. Throws `abuse.report-not-found`. */
export async function showReport(ctx: Context, id: string): Promise<DeskReport> {
  permit(ctx.actor, 'abuse.read')
  return reportOf(await visible(ctx, id))
}

/** Reports of an incident, a stretch of all that whoever asks may see. */
export interface IncidentReports {
  readonly reports: readonly DeskReport[]
  readonly total: number
  /** How the oldest of all were led back to the account, whichever the stretch; null where none was. */
  readonly accountFrom: AccountSource | null
}

/** The reports of an incident, the oldest first. */
export async function reportsOfIncident(
  ctx: Context,
  incident: string,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<IncidentReports> {
  permit(ctx.actor, 'abuse.read')
  const hidden = may(ctx.actor, 'abuse.restricted') ? [] : ['restricted']
  const { queries } = ctx.db
  const rows = await store.ofIncident(queries, incident, { offset, limit, hidden })
  const oldest = offset === 0 ? rows : await store.ofIncident(queries, incident, { offset: 0, limit, hidden })
  return {
    reports: rows.map(reportOf),
    total: await store.countOfIncident(queries, incident, hidden),
    accountFrom: accountFromOf(oldest.map(reportOf)),
  }
}

function accountFromOf(reports: readonly DeskReport[]): AccountSource | null {
  const attributed = reports.map(({ facts }) => facts.attribution ?? null).find((each) => each !== null)
  return attributed?.accountFrom ?? null
}

/** Reports of the last thirty days by state and outcome. */
export async function countReports(ctx: Context): ReturnType<typeof store.countReports> {
  permit(ctx.actor, 'abuse.read')
  return await store.countReports(ctx.db.queries, ctx.clock.now() - 30 * day)
}

/**
 * What came, decoded to text by a process that may be killed; a look as any other, and written down. A failure leaves the bytes.
 * Throws `abuse.evidence-gone`.
 */
export async function viewEvidence(
  ctx: Context,
  viewer: EvidenceViewer,
  id: string,
): Promise<{ readonly size: number; readonly view: EvidenceView | undefined }> {
  const raw = await showEvidence(ctx, id)
  const view = await viewer.view(raw)
  return { size: raw.length, view: 'failure' in view ? undefined : view }
}

/** What came, as it came; the reporter may stand in it, so every look is written down. Throws `abuse.evidence-gone`. */
export async function showEvidence(ctx: Context, id: string): Promise<Buffer> {
  permit(ctx.actor, 'abuse.evidence')
  permit(ctx.actor, 'abuse.reporter')
  const row = await visible(ctx, id)
  const evidence = await openEvidence(ctx, row.id)
  if (!evidence) throw new Refusal('abuse.evidence-gone')
  await transact(
    ctx,
    async (tx) => await record(tx, { action: 'evidence.shown', subject: `report:${id}`, facts: {} }),
  )
  return evidence.raw
}

/** A person closes a report that has no incident. Throws `abuse.already-closed`. */
export async function decideReport(
  ctx: Context,
  input: { readonly report: string; readonly outcome: Exclude<ReportOutcome, 'duplicate'> },
): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  const { class: abuseClass } = await visible(ctx, input.report)
  if (abuseClass === 'restricted') permit(ctx.actor, 'abuse.restricted')
  await transact(ctx, async (tx) => {
    const row = await store.byId(tx.queries, input.report)
    if (!row) throw new Refusal('abuse.report-not-found')
    if (row.state === 'closed' || row.incident_id !== null) throw new Refusal('abuse.already-closed')
    await record(tx, await closeReport(tx, row, input.outcome, recordedName(tx.actor)))
  })
}

/**
 * Ends an incident and its reports, and tells those who reported and may be told: the first `atOnce` reports with it, so that for nearly
 * every incident all is done, and the others soon after (`closeReportsDue`).
 */
export async function closeIncident(
  ctx: Context,
  input: { readonly incident: string; readonly outcome: IncidentOutcome; readonly note?: string | undefined },
): Promise<Incident> {
  return await transact(ctx, async (tx) => {
    const ended = await endIncident(tx, { ...input, note: (input.note ?? '').slice(0, 4000) })
    await closeReportsOf(tx, ended)
    tx.afterCommit('reports')
    return ended
  })
}

/** Reports that are closed in one transaction. */
const atOnce = 100

/** Incidents whose reports are closed in one run. */
const incidentsAtOnce = 10

/** Goes on closing reports of incidents that were closed; gives how many incidents were at hand, which is none only when none is left. */
export async function closeReportsDue(ctx: Context): Promise<number> {
  const closing = await incidentsClosing(ctx, incidentsAtOnce)
  for (const id of closing)
    await transact(ctx, async (tx) => {
      const incident = await closingIncident(tx, id)
      if (incident) await closeReportsOf(tx, incident)
    })
  return closing.length
}

async function closeReportsOf(tx: Tx, { id, outcome, closedBy }: Incident): Promise<void> {
  const rows = await store.openOfIncident(tx.queries, id, atOnce)
  const events: AuditEvent[] = []
  const byReporter = new Map<string, number>()
  for (const row of rows) {
    events.push(await closeReport(tx, row, outcome ?? 'unproven', closedBy))
    if (row.reporter !== null) byReporter.set(row.reporter, (byReporter.get(row.reporter) ?? 0) + 1)
    await breathe()
  }
  const [first, ...rest] = events
  if (first) await recordAll(tx, [first, ...rest])
  if (outcome === 'acted' || outcome === 'no-violation')
    for (const [reporter, reports] of byReporter)
      await noteAgreement(tx, reporter, outcome === 'acted', reports)
  if (rows.length < atOnce) await noteReportsClosed(tx, id)
}

/** Gives what is to be recorded. */
async function closeReport(
  tx: Tx,
  row: store.ReportRow,
  outcome: ReportOutcome,
  decidedBy: string | null,
): Promise<AuditEvent> {
  await store.updateReport(tx.queries, row, {
    state: 'closed',
    outcome,
    closed_at: tx.clock.now(),
    decided_by: decidedBy,
  })
  const { elsewhere } = JSON.parse(row.facts) as Partial<ReportFacts>
  await writeOutcome(tx, row, outcome, elsewhere ?? null)
  return { action: 'report.closed', subject: `report:${row.id}`, facts: { outcome } }
}

/** What the owner of an account sees of the messages that were reported: at most twenty, and nothing of who did. */
export async function ownerEvidence(ctx: Context, token: string): Promise<readonly Sample[]> {
  const incident = openTag(ctx.keys.tags, 'incident', token)
  if (incident === undefined) throw new Refusal('abuse.incident-not-found')
  const stretch = { offset: 0, limit: 200, hidden: ['restricted'] }
  const rows = await store.ofIncident(ctx.db.queries, incident, stretch)
  const samples = rows.flatMap(({ facts }) => (JSON.parse(facts) as Partial<ReportFacts>).sample ?? [])
  const byMessage = new Map(samples.map((sample) => [sample.messageId ?? '', sample]))
  return [...byMessage.values()].slice(0, 20)
}

/** Restricted ones only for those who may see them. */
async function visible(ctx: Context, id: string): Promise<store.ReportRow> {
  const row = await store.byId(ctx.db.queries, id)
  if (!row || (row.class === 'restricted' && !may(ctx.actor, 'abuse.restricted')))
    throw new Refusal('abuse.report-not-found')
  return row
}

function reportOf(row: store.ReportRow): DeskReport {
  return {
    id: row.id,
    channel: row.channel as Channel,
    lifecycle: row.lifecycle as Lifecycle,
    class: row.class as AbuseClass,
    state: row.state as ReportState,
    outcome: row.outcome as ReportOutcome | null,
    receivedAt: row.received_at,
    examinedAt: row.examined_at,
    closedAt: row.closed_at,
    size: row.size,
    reporter: row.reporter,
    mayAnswer: row.may_answer === 1,
    grade: row.grade as Grade | null,
    account: row.account,
    incident: row.incident_id,
    duplicateOf: row.duplicate_of,
    decidedBy: row.decided_by,
    facts: JSON.parse(row.facts) as Partial<ReportFacts>,
  }
}
