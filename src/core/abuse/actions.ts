import { hash } from 'node:crypto'
import type { Language } from '../../access/reasons.ts'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { seal } from '../../base/seal.ts'
import { mac } from '../../base/secret.ts'
import { openTag, signTag } from '../../base/signed-token.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { visitorNetwork } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transactTogether, type Context } from '../context.ts'
import { spendAll, type Cost } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { meetReporter } from '../reporters/actions.ts'
import type { Envelope, Shape } from './examination.ts'
import { halvesOf } from './reporter-halves.ts'
import {
  restrictedAbout,
  type AbuseClass,
  type Channel,
  type Lifecycle,
  type ReportOutcome,
  type ReportState,
} from './report.ts'
import * as store from './store.ts'

/** A report as a door hands it over. */
export interface Incoming {
  readonly channel: Extract<Channel, 'mail' | 'web' | 'api'>
  /** `message`: a message that brings what is reported; `reported`: that itself; `xarf`: JSON. */
  readonly shape: Shape
  readonly raw: Buffer
  readonly envelope: Envelope
  /** What the reporter chose at a form. */
  readonly class?: AbuseClass | undefined
  readonly lifecycle?: Lifecycle | undefined
  readonly language?: Language | undefined
}

export interface Receipt {
  readonly id: string
  /** For the page that only the reporter has. */
  readonly token: string
  readonly link: string
  readonly receivedAt: number
  /** False when the same was kept before: nothing was done. */
  readonly isNew: boolean
}

/** Bytes; more is refused. XARF 4 allows 15 MB of evidence in it. */
export const mostReportBytes = 25 * 1024 * 1024

/**
 * Keeps a report; durable when it resolves. Nothing of it is read here: that happens later, in a process that may be killed, and whatever
 * is in it the reporter was heard. The same bytes from the same submitter are the same report. Throws `abuse.report-empty`,
 * `abuse.report-too-large`, `mailbox.invalid`, `limit.exceeded`.
 */
export async function receiveReport(ctx: Context, incoming: Incoming): Promise<Receipt> {
  const { channel, shape, raw, envelope } = incoming
  if (raw.length === 0) throw new Refusal('abuse.report-empty')
  if (raw.length > mostReportBytes) throw new Refusal('abuse.report-too-large', { most: mostReportBytes })
  const mailbox = envelope.mailbox === undefined ? undefined : parseMailbox(envelope.mailbox)
  if (mailbox instanceof Refusal) throw mailbox
  const key = intakeKey(ctx, incoming)
  const id = newId()
  const content = seal(ctx.keys.vault, `evidence:${id}`, raw)
  // A flood comes over many connections at once; the key makes it bear being done twice.
  const receipt = await transactTogether(ctx, async (tx) => {
    const known = await store.byIntakeKey(tx.queries, key)
    if (known) return receiptOf(tx, known, false)
    await spendAll(tx, costsOf(incoming))
    const now = tx.clock.now()
    const reporter = mailbox === undefined ? undefined : await meetReporter(tx, { mailbox })
    const language = incoming.language ?? 'en'
    const row: store.ReportRow = {
      id,
      intake_key: key,
      channel,
      lifecycle: incoming.lifecycle ?? 'live',
      state: 'received',
      outcome: null,
      class: incoming.class ?? 'spam',
      chosen_class: incoming.class ?? null,
      received_at: now,
      examined_at: null,
      closed_at: null,
      next_at: now,
      attempts: 0,
      size: raw.length,
      reporter: reporter?.id ?? null,
      may_answer: 0,
      language,
      grade: null,
      account: null,
      incident_id: null,
      duplicate_of: null,
      dedupe_key: null,
      facts: '{}',
      decided_by: null,
      version: 1,
      source: null,
    }
    if (!(await store.insertReport(tx.queries, row))) {
      const twin = await store.byIntakeKey(tx.queries, key)
      if (twin) return receiptOf(tx, twin, false)
    }
    await store.insertEvidence(tx.queries, {
      report_id: id,
      shape,
      envelope: seal(tx.keys.vault, `envelope:${id}`, JSON.stringify(envelope)),
      content,
      at: now,
    })
    await record(tx, {
      action: 'report.received',
      subject: `report:${id}`,
      facts: { channel, size: raw.length, sha256: hash('sha256', raw) },
    })
    if (mailbox !== undefined) {
      const link = `${tx.settings.provider.site}/report/confirm/${signTag(tx.keys.tags, 'confirm-report', id)}`
      await queueLetter(tx, {
        kind: 'confirm-report',
        key: `confirm-report:${id}`,
        about: restrictedAbout(row),
        mailbox,
        language,
        slots: { link },
      })
    }
    tx.afterCommit('reports')
    return receiptOf(tx, row, true)
  })
  ctx.tally.add('abuse reports', { channel, result: receipt.isNew ? 'kept' : 'known' })
  return receipt
}

/** What a reporter sees of their report: how it stands, and nothing about anybody else. */
export interface ReportStatus {
  readonly id: string
  readonly token: string
  /** What confirms their mailbox where the link of our letter is opened in another browser; null where nothing is to be confirmed. */
  readonly code: string | null
  readonly channel: Channel
  readonly lifecycle: Lifecycle
  readonly class: AbuseClass
  readonly state: ReportState
  readonly outcome: ReportOutcome | null
  readonly receivedAt: number
  readonly examinedAt: number | null
  readonly closedAt: number | null
  /** Where it did not come from us: who handed it to the receiver, and where to turn. */
  readonly elsewhere: { readonly address: string; readonly contact: string | null } | null
}

/** By the token of the receipt. Throws `abuse.report-not-found`. */
export async function reportStatus(ctx: Context, token: string): Promise<ReportStatus> {
  const id = openTag(ctx.keys.tags, 'abuse-report', token)
  const row = id === undefined ? undefined : await store.byId(ctx.db.queries, id)
  if (!row) throw new Refusal('abuse.report-not-found')
  return statusOf(ctx, row)
}

/** Somebody gave a mailbox at the form, we wrote to it, and nobody has confirmed. What a loop tells has no mailbox behind it. */
function isUnconfirmed({ reporter, may_answer, channel, state }: store.ReportRow): boolean {
  return reporter !== null && may_answer === 0 && channel !== 'fbl' && state !== 'closed'
}

export function statusOf(ctx: Context, row: store.ReportRow): ReportStatus {
  const { elsewhere = null } = JSON.parse(row.facts) as { readonly elsewhere?: ReportStatus['elsewhere'] }
  return {
    id: row.id,
    token: receiptToken(ctx, row.id),
    code: isUnconfirmed(row) ? halvesOf(ctx, row.id).code : null,
    channel: row.channel as Channel,
    lifecycle: row.lifecycle as Lifecycle,
    class: row.class as AbuseClass,
    state: row.state as ReportState,
    outcome: row.outcome as ReportOutcome | null,
    receivedAt: row.received_at,
    examinedAt: row.examined_at,
    closedAt: row.closed_at,
    elsewhere,
  }
}

export function receiptToken(ctx: Context, id: string): string {
  return signTag(ctx.keys.tags, 'abuse-report', id)
}

/** The page of a report, for its reporter. */
export function receiptLink(ctx: Context, id: string): string {
  return `${ctx.settings.provider.site}/report/${receiptToken(ctx, id)}`
}

function receiptOf(ctx: Context, row: store.ReportRow, isNew: boolean): Receipt {
  const token = receiptToken(ctx, row.id)
  return { id: row.id, token, link: receiptLink(ctx, row.id), receivedAt: row.received_at, isNew }
}

/** Without the submitter somebody who has the same message would get at the report of another. */
function intakeKey(ctx: Context, { channel, raw, envelope }: Incoming): string {
  const { client = '', mailFrom = '', mailbox = '', program = '' } = envelope
  const submitter = channel === 'mail' ? mailFrom : `${program}\0${mailbox}\0${client}`
  const named = `intake\0${channel}\0${submitter}\0${hash('sha256', raw)}`
  return mac(ctx.keys.hashes, named, 20).toString('base64url')
}

function costsOf({ channel, raw, envelope }: Incoming): readonly Cost[] {
  const mebibytes = Math.ceil(raw.length / (1024 * 1024))
  const name = channel === 'web' ? 'abuse.form.client.hour' : 'abuse.reports.client.hour'
  const key = envelope.program ?? networkOf(envelope.client)
  return [
    { name, key },
    { name: 'abuse.evidence.day', key: 'all', count: mebibytes },
  ]
}

function networkOf(client: string | undefined): string {
  const address = client === undefined ? undefined : parseAddress(client)
  if (address === undefined || address instanceof Refusal) return 'unknown'
  return visitorNetwork(formatAddress(address))
}
