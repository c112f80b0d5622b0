import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCaseLink } from './access/case-link.ts'
import { as, type Context } from './core/context.ts'
import { caseActions } from './core-case-actions.ts'
import { deskActions } from './core-desk-actions.ts'
import { signInActions } from './core-sign-in-actions.ts'
import type { Checks } from './core/checks/actions.ts'
import type { EvidenceViewer } from './core/abuse/evidence-view.ts'
import { receiveReport } from './core/abuse/actions.ts'
import { listAudit, verifyChain } from './core/audit/actions.ts'
import { hearCaseMail, refusalOfTag, stopCaseLetters } from './core/cases/mail-actions.ts'
import { takeReport } from './core/complaints/actions.ts'
import { countRefusals, observedOn } from './core/decisions/actions.ts'
import { brakeHeard, brakeState, turnBrake } from './core/reputation/hand-brake-actions.ts'
import { highVolumeState } from './core/decisions/high-volume-actions.ts'
import { proveForm } from './core/forms/actions.ts'
import { proveByMail, proveMailbox } from './core/delisting/proof-actions.ts'
import { hearWriter, inspectRequest, listRequests, wayByMail } from './core/delisting/review-actions.ts'
import { openReviewsByMail } from './core/delisting/several-actions.ts'
import { feedHead, listEdges } from './core/edges/actions.ts'
import {
  addListing,
  countListings,
  coveringListings,
  endListing,
  previewImpact,
  searchListings,
  showListing,
} from './core/listings/actions.ts'
import { exportListings, importListings } from './core/listings/import-actions.ts'
import { confirmSession, findSession, signIn, signOut, signOutEverywhere } from './core/operators/actions.ts'
import { markBounced, retryLetter, stopLetters } from './core/outbox/actions.ts'
import { countLetters, listLetters, openLetter, showLetter } from './core/outbox/reading-actions.ts'
import { listClaims, revokeClaim, showClaim } from './core/owners/manage-actions.ts'
import { listVouches, revokeVouch, showVouch } from './core/vouches/manage-actions.ts'
import { askErasure, listErasures, showErasure } from './core/person/erase-actions.ts'
import { exportPerson } from './core/person/export-actions.ts'
import { receiveProbe } from './core/probes/actions.ts'
import { DryRuns, thresholdsInForce } from './core/reputation/dry-run-actions.ts'
import { explain, recentDecisions } from './core/senders/actions.ts'
import type { Actor } from './core/actor.ts'
import { Refusal } from './base/refusal.ts'
import { randomId } from './base/id.ts'
import { openTag } from './base/signed-token.ts'
import type { IntakeActions } from './intake/deliver.ts'
import { openSmtp } from './net/smtp-client.ts'
import type { ConsoleActions } from './web/console/actions.ts'

/** The engine looks each second: whoever pulls the brake sees it pulled. */
const brakeWaitMs = 2000

/** The core's actions in the shape that each door asks for them. */

export function consoleActions(ctx: Context, viewer: EvidenceViewer, checks: Checks): ConsoleActions {
  const by = (actor: Actor): Context => as(ctx, actor)
  const dryRuns = new DryRuns()
  return {
    ...deskActions(ctx, viewer),
    ...signInActions(ctx),
    ...caseActions(ctx, checks),
    exportPerson: async (actor, mailbox) => await exportPerson(by(actor), mailbox),
    askErasure: async (actor, mailbox) => await askErasure(by(actor), mailbox),
    listErasures: async (actor) => await listErasures(by(actor)),
    showErasure: async (actor, id) => await showErasure(by(actor), id),
    signIn: async (visitor, input) => await signIn(by(visitor), input),
    findSession: async (session) => await findSession(ctx, session),
    confirmSession: async (actor, input) => await confirmSession(by(actor), input),
    signOut: async (actor, session) => await signOut(by(actor), session),
    signOutEverywhere: async (actor) => await signOutEverywhere(by(actor)),
    listEdges: async (actor) => await listEdges(by(actor)),
    brakeState: async (actor) => await brakeState(by(actor)),
    turnBrake: async (actor, wish) => {
      await turnBrake(by(actor), wish)
      await brakeHeard(by(actor), wish.rule, brakeWaitMs)
    },
    feedSeq: async (actor) => (await feedHead(by(actor))).seq,
    countListings: async (actor) => await countListings(by(actor)),
    countRefusals: async (actor, since) => await countRefusals(by(actor), since),
    searchListings: async (actor, wanted) => await searchListings(by(actor), wanted),
    showListing: async (actor, id) => await showListing(by(actor), id),
    coveringListings: async (actor, address) => await coveringListings(by(actor), address),
    previewImpact: async (actor, prefix) => await previewImpact(by(actor), prefix),
    addListing: async (actor, fields) => await addListing(by(actor), fields),
    endListing: async (actor, input) => await endListing(by(actor), input),
    importListings: async (actor, input) => await importListings(by(actor), input),
    exportListings: (actor, format) => exportListings(by(actor), format),
    explain: async (actor, address) => await explain(by(actor), address, 'operator'),
    recentDecisions: async (actor, address) => await recentDecisions(by(actor), address),
    highVolumeState: async (actor) => await highVolumeState(by(actor)),
    observedOn: async (actor, wanted) => await observedOn(by(actor), wanted),
    thresholdsInForce: async (actor) => thresholdsInForce(by(actor)),
    showDryRun: async (actor) => dryRuns.show(by(actor)),
    startDryRun: async (actor, wish) => await dryRuns.start(by(actor), wish),
    cancelDryRun: async (actor) => await dryRuns.cancel(by(actor)),
    listRequests: async (actor, wanted) => await listRequests(by(actor), wanted),
    inspectRequest: async (actor, id) => await inspectRequest(by(actor), id),
    listClaims: async (actor, wanted) => await listClaims(by(actor), wanted),
    showClaim: async (actor, id) => await showClaim(by(actor), id),
    revokeClaim: async (actor, id) => await revokeClaim(by(actor), id),
    listVouches: async (actor, wanted) => await listVouches(by(actor), wanted),
    showVouch: async (actor, id) => await showVouch(by(actor), id),
    revokeVouch: async (actor, id) => await revokeVouch(by(actor), id),
    countLetters: async (actor) => await countLetters(by(actor)),
    listLetters: async (actor, wanted) => await listLetters(by(actor), wanted),
    showLetter: async (actor, id) => await showLetter(by(actor), id),
    openLetter: async (actor, id) => await openLetter(by(actor), id),
    retryLetter: async (actor, id) => await retryLetter(by(actor), id),
    listAudit: async (actor, wanted) => await listAudit(by(actor), wanted),
    verifyChain: async (actor) => await verifyChain(by(actor)),
  }
}

/**
 * Messages to people here go the way of all letters. With `outbox` no mail leaves: they are kept in files of the folder `kept`,
 * and once it is full the sender's server keeps them.
 */
export function intakeActions(core: Context, notify: string, kept: string): IntakeActions {
  const ctx = as(core, { kind: 'system', name: 'intake' })
  return {
    isOurTag: (purpose, tag) => openTag(ctx.keys.tags, purpose, tag) !== undefined,
    proveMailbox: async (input) => await proveMailbox(ctx, input),
    proveForm: async (input) => await proveForm(ctx, input),
    proveByMail: async (input) => await proveByMail(ctx, input),
    addressOfCase: (token) => {
      const opened = openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now())
      return opened instanceof Refusal ? undefined : opened.facts.address
    },
    hearWriter: async (mailbox) => await hearWriter(ctx, mailbox),
    wayByMail: async (address) => await wayByMail(ctx, address),
    openReviewsByMail: async (input) => await openReviewsByMail(ctx, input),
    hearCaseMail: async (mail) => await hearCaseMail(ctx, mail),
    refusalOfCase: async (tag) => await refusalOfTag(ctx, tag),
    stopCaseLetters: async (tag) => await stopCaseLetters(ctx, tag),
    markBounced: async (tag) => await markBounced(ctx, tag),
    stopLetters: async (tag) => await stopLetters(ctx, tag),
    receiveProbe: async (arrival) => await receiveProbe(ctx, arrival),
    takeReport: async (report) => await takeReport(ctx, report),
    receiveAbuseReport: async ({ raw, ...envelope }) =>
      await receiveReport(ctx, { channel: 'mail', shape: 'message', raw, envelope }),
    forwardToPostmaster: forwarding(core, notify, kept),
  }
}

/** The way of messages to the people who run this. */
export function forwarding(ctx: Context, notify: string, kept: string): IntakeActions['forwardToPostmaster'] {
  const { smarthost, from } = ctx.settings.mail
  return async ({ mailFrom, raw }) => {
    if (smarthost === 'outbox') {
      keepMessage(kept, raw, ctx.clock.now())
      return
    }
    const to = notify.startsWith('mailto:') ? notify.slice('mailto:'.length) : from
    const { outcome, answer } = await openSmtp(smarthost).forward({ from: mailFrom, to }, raw)
    if (outcome !== 'sent')
      throw new Error(`the smarthost did not take a message for the postmaster: ${answer}`)
  }
}

const mostKept = 1000

function keepMessage(folder: string, raw: Buffer, now: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (readdirSync(folder).length >= mostKept)
    throw new Error(`${folder} is full of messages that nobody took out`)
  const name = `${new Date(now).toISOString().replaceAll(':', '')}-${randomId(6)}.eml`
  writeFileSync(join(folder, name), raw, { mode: 0o600, flag: 'wx' })
}
