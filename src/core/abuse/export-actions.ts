import { csvCell } from '../../base/csv.ts'
import { mac } from '../../base/secret.ts'
import { permit } from '../actor.ts'
import type { Context } from '../context.ts'
import { listIncidents, showIncident, type Incident } from '../incidents/actions.ts'
import { incidentStates } from '../incidents/incident.ts'
import { reportsOfIncident } from './desk-actions.ts'
import { redactedMailbox } from './redaction.ts'

const columns = [
  'id',
  'account',
  'class',
  'severity',
  'state',
  'outcome',
  'opened',
  'last_report',
  'closed',
  'closed_by',
  'weight',
  'reports',
  'organisations',
] as const

const atOnce = 500

/** Every incident that whoever asks may see as a line of CSV, the newest report first, after the heading; without line ends. */
export async function* exportIncidents(ctx: Context): AsyncGenerator<string> {
  permit(ctx.actor, 'abuse.read')
  yield columns.join(',')
  let after: string | undefined
  do {
    const { incidents, next } = await listIncidents(ctx, { states: incidentStates, after, limit: atOnce })
    for (const incident of incidents) yield cellsOf(incident).map(csvCell).join(',')
    after = next
  } while (after !== undefined)
}

function cellsOf(incident: Incident): readonly string[] {
  const { weight, openedAt, lastReportAt, closedAt } = incident
  return [
    incident.id,
    incident.account,
    incident.class,
    incident.severity,
    incident.state,
    incident.outcome ?? '',
    moment(openedAt),
    moment(lastReportAt),
    closedAt === null ? '' : moment(closedAt),
    incident.closedBy ?? '',
    String(weight.weight),
    String(weight.reports),
    String(weight.organisations),
  ]
}

function moment(at: number): string {
  return new Date(at).toISOString()
}

/**
 * The incident for another desk: one XARF 4 object (category `messaging`). Mailboxes of strangers are redacted (RFC 6590), and so is the
 * account; who reported does not stand in it. What nobody has written down is left out, `source_port` for one.
 */
export async function xarfOf(ctx: Context, id: string): Promise<Readonly<Record<string, unknown>>> {
  const { incident } = await showIncident(ctx, id)
  const { reports } = await reportsOfIncident(ctx, id, { offset: 0, limit: atOnce })
  const sample = reports.flatMap(({ facts }) => facts.sample ?? [])[0]
  const { provider } = ctx.settings
  const account = redactedMailbox(incident.account, ctx.keys.hashes, incident.account)
  const own = {
    org: provider.name,
    contact: ctx.settings.addresses.abuse,
    domain: new URL(provider.site).hostname,
  }
  return {
    xarf_version: '4.2.0',
    report_id: uuidOf(mac(ctx.keys.hashes, `xarf\0${id}`, 16)),
    timestamp: moment(incident.lastReportAt),
    reporter: own,
    sender: own,
    source_identifier: sample?.takenFrom ?? own.domain,
    category: 'messaging',
    type: incident.class === 'bulk' ? 'bulk_messaging' : 'spam',
    evidence_source: 'user_report',
    protocol: 'smtp',
    smtp_from: account,
    ...(sample?.recipient && { smtp_to: sample.recipient }),
    ...(sample?.subject && { subject: sample.subject }),
    ...(sample?.messageId && { message_id: sample.messageId }),
    first_seen: moment(incident.openedAt),
    last_seen: moment(incident.lastReportAt),
    tags: [`class:${incident.class}`, `severity:${incident.severity}`, `state:${incident.state}`],
    description: `Incident ${id}: ${incident.weight.reports} proven reports of ${incident.weight.organisations} organizations.`,
  }
}

/** RFC 9562 §5.8: version 8, made of a keyed hash, so that the same incident has the same one. */
function uuidOf(bytes: Buffer): string {
  const hex = Buffer.from(bytes)
  hex[6] = (hex.readUInt8(6) & 0x0f) | 0x80
  hex[8] = (hex.readUInt8(8) & 0x3f) | 0x80
  const text = hex.toString('hex')
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  )
}
