import type { DeskReport, IncidentReports } from '../../core/abuse/desk-actions.ts'
import type { EvidenceView } from '../../core/abuse/evidence-view.ts'
import type { ReportOutcome, ReportState } from '../../core/abuse/report.ts'
import type { DeskHit } from '../../core/abuse/search-actions.ts'
import type { DeskFigures, LoopFigures } from '../../core/abuse/statistics.ts'
import type { Actor } from '../../core/actor.ts'
import type { AuditRecord } from '../../core/audit/actions.ts'
import type { SuspensionsLeft } from '../../core/incidents/act-actions.ts'
import type { Act, Incident, IncidentSearch } from '../../core/incidents/actions.ts'
import type { IncidentOutcome } from '../../core/incidents/incident.ts'
import type { OwnStanding } from '../../core/own-listings/actions.ts'
import type { RestrictedAccount } from '../../core/incidents/restricted-actions.ts'

/** An incident with a stretch of its reports and what belongs to it elsewhere. */
export interface IncidentFile extends IncidentReports {
  readonly incident: Incident
  readonly acts: readonly Act[]
  readonly isSuspended: boolean
  readonly history: readonly AuditRecord[]
}

/** What the console asks of the abuse desk, handed in as functions; the first parameter is who asks. */
export interface DeskActions {
  listIncidents(
    actor: Actor,
    wanted: IncidentSearch,
  ): Promise<{ readonly incidents: readonly Incident[]; readonly next?: string }>
  /** How many there are in each state. */
  countIncidents(actor: Actor): Promise<ReadonlyMap<string, number>>
  findAtDesk(actor: Actor, text: string): Promise<DeskHit>
  suspensionsLeft(actor: Actor): Promise<SuspensionsLeft>
  /** Throws `abuse.incident-not-found`. */
  showIncident(
    actor: Actor,
    id: string,
    stretch: { readonly offset: number; readonly limit: number },
  ): Promise<IncidentFile>
  /** Each throws `abuse.incident-not-found`, `abuse.already-closed` or what says that there is nothing to do. */
  closeIncident(
    actor: Actor,
    input: {
      readonly incident: string
      readonly outcome: IncidentOutcome
      readonly note?: string | undefined
    },
  ): Promise<void>
  tellOwner(actor: Actor, incident: string): Promise<void>
  suspendAccount(actor: Actor, incident: string): Promise<void>
  releaseAccount(actor: Actor, incident: string): Promise<void>
  escalateIncident(actor: Actor, incident: string): Promise<void>
  noteIncident(actor: Actor, input: { readonly incident: string; readonly note: string }): Promise<void>
  xarfOf(actor: Actor, incident: string): Promise<Readonly<Record<string, unknown>>>
  /** Lines of CSV without line ends. */
  exportIncidents(actor: Actor): AsyncIterable<string>

  listReports(
    actor: Actor,
    wanted: {
      readonly states: readonly ReportState[]
      readonly unassigned?: boolean | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<{ readonly reports: readonly DeskReport[]; readonly next?: string }>
  showReport(actor: Actor, id: string): Promise<DeskReport>
  /** A look that is written down. */
  viewEvidence(
    actor: Actor,
    report: string,
  ): Promise<{ readonly size: number; readonly view: EvidenceView | undefined }>
  /** A look that is written down. */
  showReporter(actor: Actor, reporter: string): Promise<string | undefined>
  decideReport(
    actor: Actor,
    input: { readonly report: string; readonly outcome: Exclude<ReportOutcome, 'duplicate'> },
  ): Promise<void>

  restrictedAccounts(
    actor: Actor,
  ): Promise<{ readonly accounts: readonly RestrictedAccount[]; readonly count: number }>
  ownStanding(actor: Actor): Promise<OwnStanding>
  loopFigures(actor: Actor, wanted: { readonly days: number }): Promise<LoopFigures>
  deskFigures(actor: Actor, wanted: { readonly days: number }): Promise<DeskFigures>
}
