import { Refusal } from '../../base/refusal.ts'
import { may, permit, recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { queueWebhook } from '../outbox/actions.ts'
import { auditFacts, visibleIncident, webhookFacts } from './act-actions.ts'
import type { ActKind, IncidentOutcome, IncidentState, Weight } from './incident.ts'
import * as store from './store.ts'

/**
 * Ends an incident. Whoever calls closes its reports and tells those who reported; as there may be many, not all at once
 * (`incidentsClosing`, `noteReportsClosed`).
 */
export async function endIncident(
  tx: Tx,
  input: { readonly incident: string; readonly outcome: IncidentOutcome; readonly note: string },
): Promise<Incident> {
  permit(tx.actor, 'abuse.decide')
  const row = await visibleIncident(tx, input.incident)
  if (row.state === 'closed') throw new Refusal('abuse.already-closed')
  const change = {
    state: 'closed',
    outcome: input.outcome,
    closed_at: tx.clock.now(),
    closed_by: recordedName(tx.actor),
    closing_at: tx.clock.now(),
    // A note that is there stays when nobody writes another.
    note: input.note === '' ? row.note : input.note,
  }
  await store.update(tx.queries, row, change)
  await record(tx, {
    action: 'incident.closed',
    subject: `incident:${row.id}`,
    facts: { ...auditFacts(row), outcome: input.outcome },
  })
  await queueWebhook(tx, 'incident.closed', { ...webhookFacts(row), outcome: input.outcome })
  return incidentOf({ ...row, ...change })
}

/** Closed incidents of which some reports are still open, at most `limit`. */
export async function incidentsClosing(ctx: Context, limit: number): Promise<readonly string[]> {
  return await store.closing(ctx.db.queries, limit)
}

/** A closed incident of which some reports are still open; undefined when all are closed. */
export async function closingIncident(tx: Tx, id: string): Promise<Incident | undefined> {
  const row = await store.byId(tx.queries, id)
  return row && row.closing_at !== null ? incidentOf(row) : undefined
}

/** All reports of a closed incident are closed. */
export async function noteReportsClosed(tx: Tx, id: string): Promise<void> {
  const row = await store.byId(tx.queries, id)
  if (row) await store.update(tx.queries, row, { closing_at: null })
}

/** An incident as people see it; nothing in it says who reported. */
export interface Incident {
  readonly id: string
  readonly account: string
  readonly class: string
  readonly severity: string
  readonly state: IncidentState
  readonly outcome: IncidentOutcome | null
  readonly openedAt: number
  readonly lastReportAt: number
  readonly closedAt: number | null
  readonly closedBy: string | null
  readonly weight: Weight
  readonly connector: string | null
  readonly pool: string | null
  readonly campaign: string | null
  readonly note: string
}

export interface Act {
  readonly id: string
  readonly kind: ActKind
  readonly at: number
  readonly actor: string
  readonly why: string | null
}

export interface IncidentSearch {
  readonly states: readonly IncidentState[]
  readonly class?: string | undefined
  readonly severity?: string | undefined
  /** One account, or any of several. */
  readonly account?: string | readonly string[] | undefined
  /** Opened at this time or later, milliseconds since 1970. */
  readonly since?: number | undefined
  /** Opened before this time. */
  readonly until?: number | undefined
  /** As `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Incidents, the newest report first, in pages. Restricted ones only for those who may see them. */
export async function listIncidents(
  ctx: Context,
  wanted: IncidentSearch,
): Promise<{ readonly incidents: readonly Incident[]; readonly next?: string }> {
  permit(ctx.actor, 'abuse.read')
  const [, at, id] = /^(\d{1,15})\.([0-9a-z]{26})$/.exec(wanted.after ?? '') ?? []
  const rows = await store.list(ctx.db.queries, {
    states: wanted.states,
    hidden: hiddenFrom(ctx),
    accounts: typeof wanted.account === 'string' ? [wanted.account] : wanted.account,
    class: wanted.class,
    severity: wanted.severity,
    since: wanted.since,
    until: wanted.until,
    before: at === undefined || id === undefined ? undefined : { at: Number(at), id },
    limit: wanted.limit + 1,
  })
  const incidents = rows.slice(0, wanted.limit).map(incidentOf)
  const last = incidents.at(-1)
  return rows.length > wanted.limit && last
    ? { incidents, next: `${last.lastReportAt}.${last.id}` }
    : { incidents }
}

/** Classes that whoever asks may not see. */
function hiddenFrom({ actor }: Context): readonly string[] {
  return may(actor, 'abuse.restricted') ? [] : ['restricted']
}

/** One incident with what was done. Throws `abuse.incident-not-found`. */
export async function showIncident(
  ctx: Context,
  id: string,
): Promise<{ readonly incident: Incident; readonly acts: readonly Act[] }> {
  permit(ctx.actor, 'abuse.read')
  const row = await store.byId(ctx.db.queries, id)
  if (!row || (row.class === 'restricted' && !may(ctx.actor, 'abuse.restricted')))
    throw new Refusal('abuse.incident-not-found')
  return { incident: incidentOf(row), acts: await actsOf(ctx, id) }
}

/** Whether there is one with this id that whoever asks may see. */
export async function incidentExists(ctx: Context, id: string): Promise<boolean> {
  const row = await store.byId(ctx.db.queries, id)
  return row !== undefined && (row.class !== 'restricted' || may(ctx.actor, 'abuse.restricted'))
}

/** What was done, the oldest first; inside a transaction, as it sees it. */
export async function actsOf(ctx: Context | Tx, incident: string): Promise<readonly Act[]> {
  const rows = await store.actsOf('queries' in ctx ? ctx.queries : ctx.db.queries, incident)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as ActKind,
    at: row.at,
    actor: row.actor,
    why: row.why,
  }))
}

/** How many there are in each state; restricted ones only for those who may see them. */
export async function countIncidents(ctx: Context): Promise<ReadonlyMap<string, number>> {
  permit(ctx.actor, 'abuse.read')
  return await store.countByState(ctx.db.queries, hiddenFrom(ctx))
}

/** What statistics are made of: incidents opened and acts done within a time. Counts only; nobody has to ask for it. */
export async function incidentFigures(
  ctx: Context,
  span: { readonly since: number; readonly until: number },
): Promise<{
  readonly incidents: Awaited<ReturnType<typeof store.openedWithin>>
  readonly acts: ReadonlyMap<string, number>
}> {
  const incidents = await store.openedWithin(ctx.db.queries, span)
  return { incidents, acts: await store.countActsByKind(ctx.db.queries, span) }
}

/** Writes a note for colleagues. */
export async function noteIncident(
  ctx: Context,
  input: { readonly incident: string; readonly note: string },
): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  await transact(ctx, async (tx) => {
    const row = await visibleIncident(tx, input.incident)
    await store.update(tx.queries, row, { note: input.note.slice(0, 4000) })
    await record(tx, { action: 'incident.noted', subject: `incident:${row.id}`, facts: {} })
  })
}

function incidentOf(row: store.IncidentRow): Incident {
  return {
    id: row.id,
    account: row.account,
    class: row.class,
    severity: row.severity,
    state: row.state as IncidentState,
    outcome: row.outcome as IncidentOutcome | null,
    openedAt: row.opened_at,
    lastReportAt: row.last_report_at,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    weight: JSON.parse(row.weight) as Weight,
    connector: row.connector,
    pool: row.pool,
    campaign: row.campaign,
    note: row.note,
  }
}
