import type { Actor } from './core/actor.ts'
import {
  assignCase,
  countCases,
  listCases,
  noteCase,
  reopenCase,
  showCase,
  snoozeCase,
  takeOriginal,
  weighCase,
  type CaseView,
} from './core/cases/desk-actions.ts'
import { mergeCases, splitCase } from './core/cases/merge-actions.ts'
import { casesNear } from './core/case-desk/near-actions.ts'
import { withForms } from './core/case-desk/named-actions.ts'
import { colleagues, handCase } from './core/case-desk/hand-actions.ts'
import {
  answerAnyCase,
  endLegal,
  lookInto,
  markLegal,
  mustReachOwner,
  ownersFor,
} from './core/case-desk/legal-actions.ts'
import type { Checks } from './core/checks/actions.ts'
import { as, type Context } from './core/context.ts'
import { formsOfCase } from './core/deliverability/actions.ts'
import { decideAddresses } from './core/deliverability/desk-actions.ts'
import { testsNow } from './core/delisting/condition-actions.ts'
import { decideCase, requestsOfCase } from './core/delisting/decide-case-actions.ts'
import { warmUpsOfCase } from './core/warm-ups/actions.ts'
import { decideWarmUp } from './core/warm-ups/desk-actions.ts'
import { coveringListings } from './core/listings/actions.ts'
import type { Listing } from './core/listings/listing.ts'
import { addressOf, formatPrefix } from './standards/prefix.ts'
import type { CaseActions, CaseFile } from './web/console/case-actions.ts'

const nothing = { requests: [], listings: [], forms: [], warmUps: [], elsewhere: [] } as const

/** Addresses of one case whose listings stand beside it. */
const mostListed = 20

async function withRequests(ctx: Context, found: CaseView): Promise<CaseFile> {
  const { id, about } = found.case
  const [requests, forms, warmUps] = await Promise.all([
    requestsOfCase(ctx, id),
    formsOfCase(ctx, id),
    warmUpsOfCase(ctx, id),
  ])
  const named = [
    ...forms.flatMap(({ addresses }) => addresses.map(({ prefix }) => prefix)),
    ...warmUps.flatMap(({ warmUp }) => warmUp.units),
  ]
  const units = [
    ...new Set([
      ...(about === null ? [] : [about]),
      ...requests.map(({ unit }) => formatPrefix(unit)),
      ...named.map(formatPrefix),
    ]),
  ]
  const near = await casesNear(ctx, { id, units, known: found.others })
  const listings = new Map<string, Listing>()
  const [first] = requests
  for (const address of first ? [first.ip] : named.slice(0, mostListed).map((prefix) => addressOf(prefix, 0)))
    for (const each of await coveringListings(ctx, address)) listings.set(each.id, each)
  const others = await withForms(ctx, near.others)
  return { ...found, ...near, others, requests, forms, warmUps, listings: [...listings.values()] }
}

/** The actions of cases in the shape that the console asks for them. */
export function caseActions(ctx: Context, checks: Checks): CaseActions {
  const by = (actor: Actor): Context => as(ctx, actor)
  return {
    listCases: async (actor, search) => await withForms(by(actor), await listCases(by(actor), search)),
    countCases: async (actor) => await countCases(by(actor)),
    showCase: async (actor, id) => {
      const found = await showCase(by(actor), id)
      return found.case.legal === null ? await withRequests(by(actor), found) : { ...found, ...nothing }
    },
    ownersFor: async (actor, id) => await ownersFor(by(actor), id),
    markLegal: async (actor, input) => await markLegal(by(actor), input),
    lookInto: async (actor, id) => {
      const { isOwnerStill, ...found } = await lookInto(by(actor), id)
      return { ...(await withRequests(by(actor), found)), isOwnerStill }
    },
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
    decideWarmUp: async (actor, input) => {
      await mustReachOwner(by(actor), input.id)
      return await decideWarmUp(by(actor), input)
    },
    decideAddresses: async (actor, input) => {
      await mustReachOwner(by(actor), input.id)
      return await decideAddresses(by(actor), input)
    },
    decideCase: async (actor, input) => {
      await mustReachOwner(by(actor), input.id)
      return await decideCase(by(actor), checks, input)
    },
  }
}
