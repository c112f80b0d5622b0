import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { accountNow, volumeOf } from '../accounts/actions.ts'
import { may, permit, recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { trySpend } from '../limits/actions.ts'
import { queueWebhook } from '../outbox/actions.ts'
import { reportersOf } from '../reporters/actions.ts'
import {
  escalate,
  noteWould,
  notifyOwner,
  suspendByRules,
  tellOperator,
  visibleIncident,
  wasReleased,
  webhookFacts,
} from './act-actions.ts'
import {
  nothing,
  wantedAct,
  weigh,
  type ActKind,
  type Counted,
  type IncidentOutcome,
  type IncidentState,
  type Weight,
} from './incident.ts'
import * as store from './store.ts'

/** A report that was led back to an account. */
export interface Attributed {
  readonly report: string
  /** Lower case. */
  readonly account: string
  readonly class: string
  readonly severity: string
  readonly isSevere: boolean
  readonly grade: string
  readonly messageKey: string
  readonly recipientKey: string
  readonly reporter: string
  readonly organisation: string
  readonly isTrusted: boolean
  /** When the message was sent, milliseconds since 1970. */
  readonly sentAt: number
  readonly connector: string | null
  readonly pool: string | null
  readonly campaign: string | null
}

export interface Joined {
  readonly incident: string
  /** This message to this recipient was not counted before. */
  readonly isFresh: boolean
  /** The message was sent before we acted, so that there is nothing left to do. */
  readonly isOver: boolean
}

/** A recipient’s provider reports, and perhaps a service that they use: a message to one recipient that more report is being sent on. */
const mostOthers = 3

/** Adds a report to the incident of its account and class, or opens one, and does what rules say. */
export async function addToIncident(tx: Tx, report: Attributed): Promise<Joined> {
  const newest = await store.newestOf(tx.queries, report.account, report.class)
  const isOver =
    newest?.state === 'closed' && newest.outcome === 'acted' && report.sentAt < (newest.closed_at ?? 0)
  const row = newest && (isOver || isJoinable(newest, tx)) ? newest : await open(tx, report)
  const counted = {
    account: report.account,
    message_key: report.messageKey,
    recipient_key: report.recipientKey,
    incident_id: row.id,
    report_id: report.report,
    reporter: report.reporter,
    organisation: report.organisation,
    grade: report.grade,
    is_trusted: report.isTrusted ? 1 : 0,
    sent_at: report.sentAt,
    at: tx.clock.now(),
    others: 0,
  }
  const isFresh = await store.insertCounted(tx.queries, counted)
  if (!isFresh && report.grade === 'A' && (await store.noteOther(tx.queries, counted)) >= mostOthers)
    await tellOperator(tx, 'replay', row.id)
  if (!isOver) await consider(tx, row, report)
  return { incident: row.id, isFresh, isOver }
}

function isJoinable({ state, last_report_at: last }: store.IncidentRow, { clock, settings }: Tx): boolean {
  return state !== 'closed' && clock.now() - last <= settings.abuse.windowMs
}

async function open(tx: Tx, report: Attributed): Promise<store.IncidentRow> {
  const now = tx.clock.now()
  const row: store.IncidentRow = {
    id: newId(),
    account: report.account,
    class: report.class,
    severity: report.severity,
    state: 'open',
    outcome: null,
    opened_at: now,
    last_report_at: now,
    closed_at: null,
    closed_by: null,
    weight: JSON.stringify(nothing),
    connector: report.connector,
    pool: report.pool,
    campaign: report.campaign,
    note: '',
    version: 1,
  }
  await store.insert(tx.queries, row)
  await record(tx, {
    action: 'incident.opened',
    subject: `incident:${row.id}`,
    facts: { account: row.account, class: row.class },
  })
  if (!(await trySpend(tx, [{ name: 'abuse.webhooks.minute', key: 'all' }])))
    await queueWebhook(tx, 'incident.opened', webhookFacts(row))
  return row
}

/** Weighs what is known of the account now, and acts on it. */
async function consider(tx: Tx, before: store.IncidentRow, report: Attributed): Promise<void> {
  const weight = await weightOf(tx, before.account)
  await store.update(tx.queries, before, {
    last_report_at: tx.clock.now(),
    weight: JSON.stringify(weight),
  })
  const row = { ...before, version: before.version + 1 }
  // Whoever owns an account with illegal content on it learns of that from people, or from the police.
  const done = row.class === 'restricted' ? null : await act(tx, row, weight)
  const isStopped = done === 'suspended' || row.state === 'suspended'
  if (report.isSevere && (await escalate(tx, row, 'severe')) && !isStopped)
    await setState(tx, row.id, 'escalated')
}

/** The state that it has led to; null when nothing was done. */
async function act(tx: Tx, row: store.IncidentRow, weight: Weight): Promise<IncidentState | null> {
  const { abuse } = tx.settings
  const account = await accountNow(tx, row.account)
  if (account.state === 'suspended')
    return row.state === 'suspended' ? null : await setState(tx, row.id, 'suspended')
  const wanted = wantedAct(weight, abuse, await wasReleased(tx, row.account))
  if (wanted === 'nothing') return null
  if (wanted === 'notify') {
    if (abuse.mode !== 'observe')
      return (await notifyOwner(tx, row)) ? await setState(tx, row.id, 'notified') : null
    await noteWould(tx, row, 'would-notify')
    return null
  }
  const result = wanted === 'suspend' ? await suspendByRules(tx, row) : wanted
  if (result === 'suspended') return 'suspended'
  if (abuse.mode !== 'observe') await notifyOwner(tx, row)
  if (result === 'mode') await noteWould(tx, row, 'would-suspend')
  await escalate(tx, row, result)
  return await setState(tx, row.id, 'escalated')
}

async function setState(tx: Tx, id: string, state: IncidentState): Promise<IncidentState> {
  const row = await store.byId(tx.queries, id)
  if (!row) throw new Error(`incident ${id} is gone within its own transaction`)
  if (row.state !== state) await store.update(tx.queries, row, { state })
  return state
}

/** What is proven of an account, over all of its incidents: a class is a claim, and does not part what is counted. */
async function weightOf(tx: Tx, account: string): Promise<Weight> {
  const { abuse } = tx.settings
  const now = tx.clock.now()
  const { releasedAt } = await accountNow(tx, account)
  const since = Math.max(now - abuse.windowMs, releasedAt ?? 0)
  const rows = await store.countedSince(tx.queries, account, since)
  const known = await reportersOf(
    tx,
    rows.map(({ reporter }) => reporter),
  )
  const counted = rows.map((row): Counted => {
    const reporter = known.get(row.reporter)
    return {
      grade: row.grade,
      reporter: row.reporter,
      organisation: row.organisation,
      at: row.at,
      sentAt: row.sent_at,
      isTrusted: row.is_trusted === 1,
      reporterSince: reporter?.since ?? now,
      agreed: reporter?.agreed ?? 0,
      disagreed: reporter?.disagreed ?? 0,
    }
  })
  return weigh(counted, { now, since, volume: await volumeOf(tx, account, since), rules: abuse })
}

/** Ends an incident; whoever calls closes its reports and tells those who reported. */
export async function endIncident(
  tx: Tx,
  input: { readonly incident: string; readonly outcome: IncidentOutcome; readonly note: string },
): Promise<Incident> {
  permit(tx.actor, 'abuse.decide')
  const row = await store.byId(tx.queries, input.incident)
  if (!row) throw new Refusal('abuse.incident-not-found')
  if (row.state === 'closed') throw new Refusal('abuse.already-closed')
  if (row.class === 'restricted') permit(tx.actor, 'abuse.restricted')
  const change = {
    state: 'closed',
    outcome: input.outcome,
    closed_at: tx.clock.now(),
    closed_by: recordedName(tx.actor),
    // A note that is there stays when nobody writes another.
    note: input.note === '' ? row.note : input.note,
  }
  await store.update(tx.queries, row, change)
  await record(tx, {
    action: 'incident.closed',
    subject: `incident:${row.id}`,
    facts: { account: row.account, outcome: input.outcome },
  })
  await queueWebhook(tx, 'incident.closed', { ...webhookFacts(row), outcome: input.outcome })
  return incidentOf({ ...row, ...change })
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
    hidden: may(ctx.actor, 'abuse.restricted') ? [] : ['restricted'],
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

/** How many there are in each state. */
export async function countIncidents(ctx: Context): Promise<ReadonlyMap<string, number>> {
  permit(ctx.actor, 'abuse.read')
  return await store.countByState(ctx.db.queries)
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
