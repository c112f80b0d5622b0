import { newId } from '../../base/id.ts'
import { record } from '../audit/actions.ts'
import type { AbuseClass } from '../audit/fact-words.ts'
import type { Tx } from '../context.ts'
import { trySpend } from '../limits/actions.ts'
import { queueWebhook } from '../outbox/actions.ts'
import { auditFacts, tellOperator, webhookFacts } from './act-actions.ts'
import { nothing } from './incident.ts'
import * as store from './store.ts'

/** A report that was led back to an account. */
export interface Attributed {
  readonly report: string
  /** Lower case. */
  readonly account: string
  readonly class: AbuseClass
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
  readonly isSevere: boolean
  /** This message to this recipient was not counted before. */
  readonly isFresh: boolean
  /** The message was sent before we acted, so that there is nothing left to do. */
  readonly isOver: boolean
}

/** A recipient’s provider reports, and perhaps a service that they use: a message to one recipient that more report is being sent on. */
const mostOthers = 3

/**
 * Adds a report to the incident of its account and class, or opens one. What rules say to it `considerAll` does, once for all reports that
 * a transaction adds.
 */
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
  return { incident: row.id, isSevere: report.isSevere, isFresh, isOver }
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
    weigh_at: null,
    closing_at: null,
    version: 1,
  }
  await store.insert(tx.queries, row)
  await record(tx, {
    action: 'incident.opened',
    subject: `incident:${row.id}`,
    facts: { ...auditFacts(row), ...(report.class !== 'restricted' && { class: report.class }) },
  })
  if (!(await trySpend(tx, [{ name: 'abuse.webhooks.minute', key: 'all' }])))
    await queueWebhook(tx, 'incident.opened', webhookFacts(row))
  return row
}
