import type { Actor } from './core/actor.ts'
import {
  assignCase,
  countCases,
  listCases,
  noteCase,
  reopenCase,
  snoozeCase,
  takeOriginal,
  weighCase,
} from './core/cases/desk-actions.ts'
import { mergeCases, splitCase } from './core/cases/merge-actions.ts'
import { decideAnyAddresses, decideAnyCase, decideAnyWarmUp } from './core/case-desk/decide-actions.ts'
import { lookIntoFile, showFile } from './core/case-desk/file-actions.ts'
import { withForms } from './core/case-desk/named-actions.ts'
import { colleagues, handCase } from './core/case-desk/hand-actions.ts'
import { answerAnyCase, endLegal, markLegal, ownersFor } from './core/case-desk/legal-actions.ts'
import type { Checks } from './core/checks/actions.ts'
import { as, type Context } from './core/context.ts'
import { testsNow } from './core/delisting/condition-actions.ts'
import type { CaseActions } from './web/console/case-actions.ts'

/** The actions of cases in the shape that the console asks for them. */
export function caseActions(ctx: Context, checks: Checks): CaseActions {
  const by = (actor: Actor): Context => as(ctx, actor)
  return {
    listCases: async (actor, search) => await withForms(by(actor), await listCases(by(actor), search)),
    countCases: async (actor) => await countCases(by(actor)),
    showCase: async (actor, id) => await showFile(by(actor), id),
    ownersFor: async (actor, id) => await ownersFor(by(actor), id),
    markLegal: async (actor, input) => await markLegal(by(actor), input),
    lookInto: async (actor, id) => await lookIntoFile(by(actor), id),
    endLegal: async (actor, id) => await endLegal(by(actor), id),
    testsNow: async (actor, input) => await testsNow(by(actor), checks, input),
    takeOriginal: async (actor, input) => await takeOriginal(by(actor), input),
    answerCase: async (actor, input) => await answerAnyCase(by(actor), input),
    noteCase: async (actor, input) => await noteCase(by(actor), input),
    assignCase: async (actor, input) => await assignCase(by(actor), input),
    colleagues: async (actor) => await colleagues(by(actor)),
    handCase: async (actor, input) => await handCase(by(actor), input),
    snoozeCase: async (actor, input) => await snoozeCase(by(actor), input),
    weighCase: async (actor, input) => await weighCase(by(actor), input),
    mergeCases: async (actor, input) => await mergeCases(by(actor), input),
    splitCase: async (actor, input) => await splitCase(by(actor), input),
    reopenCase: async (actor, id) => await reopenCase(by(actor), id),
    decideWarmUp: async (actor, input) => await decideAnyWarmUp(by(actor), input),
    decideAddresses: async (actor, input) => await decideAnyAddresses(by(actor), input),
    decideCase: async (actor, input) => await decideAnyCase(by(actor), checks, input),
  }
}
