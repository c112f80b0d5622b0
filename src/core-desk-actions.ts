import {
  closeIncident,
  decideReport,
  listReports,
  reportsOfIncident,
  showReport,
  viewEvidence,
} from './core/abuse/desk-actions.ts'
import type { EvidenceViewer } from './core/abuse/evidence-view.ts'
import { exportIncidents, xarfOf } from './core/abuse/export-actions.ts'
import { findAtDesk } from './core/abuse/search-actions.ts'
import { deskFigures, loopFigures } from './core/abuse/statistics-actions.ts'
import { showAccount } from './core/accounts/actions.ts'
import type { Actor } from './core/actor.ts'
import { listAudit } from './core/audit/actions.ts'
import { as, type Context } from './core/context.ts'
import {
  escalateIncident,
  releaseAccount,
  suspendAccount,
  suspensionsLeft,
  tellOwner,
} from './core/incidents/act-actions.ts'
import { countIncidents, listIncidents, noteIncident, showIncident } from './core/incidents/actions.ts'
import { restrictedAccounts } from './core/incidents/restricted-actions.ts'
import { ownStanding } from './core/own-listings/actions.ts'
import { showReporter } from './core/reporters/actions.ts'
import type { DeskActions } from './web/console/desk-actions.ts'

/** The abuse desk's actions in the shape that the console asks for them. */
export function deskActions(ctx: Context, viewer: EvidenceViewer): DeskActions {
  const by = (actor: Actor): Context => as(ctx, actor)
  return {
    listIncidents: async (actor, wanted) => await listIncidents(by(actor), wanted),
    countIncidents: async (actor) => await countIncidents(by(actor)),
    findAtDesk: async (actor, text) => await findAtDesk(by(actor), text),
    suspensionsLeft: async (actor) => await suspensionsLeft(by(actor)),
    showIncident: async (actor, id, stretch) => {
      const found = await showIncident(by(actor), id)
      const account = await showAccount(by(actor), found.incident.account)
      return {
        ...found,
        isSuspended: account?.state === 'suspended',
        ...(await reportsOfIncident(by(actor), id, stretch)),
        history: await listAudit(by(actor), { subject: `incident:${id}`, limit: 100 }),
      }
    },
    closeIncident: async (actor, input) => void (await closeIncident(by(actor), input)),
    tellOwner: async (actor, incident) => await tellOwner(by(actor), { incident }),
    suspendAccount: async (actor, incident) => await suspendAccount(by(actor), { incident }),
    releaseAccount: async (actor, incident) => await releaseAccount(by(actor), { incident }),
    escalateIncident: async (actor, incident) => await escalateIncident(by(actor), { incident }),
    noteIncident: async (actor, input) => await noteIncident(by(actor), input),
    xarfOf: async (actor, incident) => await xarfOf(by(actor), incident),
    exportIncidents: (actor) => exportIncidents(by(actor)),
    listReports: async (actor, wanted) => await listReports(by(actor), wanted),
    showReport: async (actor, id) => await showReport(by(actor), id),
    viewEvidence: async (actor, report) => await viewEvidence(by(actor), viewer, report),
    showReporter: async (actor, reporter) => await showReporter(by(actor), reporter),
    decideReport: async (actor, input) => await decideReport(by(actor), input),
    restrictedAccounts: async (actor) => await restrictedAccounts(by(actor)),
    ownStanding: async (actor) => await ownStanding(by(actor)),
    loopFigures: async (actor, wanted) => await loopFigures(by(actor), wanted),
    deskFigures: async (actor, wanted) => await deskFigures(by(actor), wanted),
  }
}
