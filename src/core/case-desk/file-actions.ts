import { addressOf, formatPrefix } from '../../standards/prefix.ts'
import { showCase, type CaseView } from '../cases/desk-actions.ts'
import type { Context } from '../context.ts'
import { formsOfCase, type FormView } from '../deliverability/actions.ts'
import { requestsOfCase } from '../delisting/decide-case-actions.ts'
import type { DelistRequest } from '../delisting/request.ts'
import { coveringListings } from '../listings/actions.ts'
import type { Listing } from '../listings/listing.ts'
import { warmUpsOfCase, type WarmUpAtDesk } from '../warm-ups/actions.ts'
import { lookInto } from './legal-actions.ts'
import { withForms, type ListedCase } from './named-actions.ts'
import { casesNear, type SaidElsewhere } from './near-actions.ts'

/** A case with what belongs to it elsewhere. */
export interface CaseFile extends CaseView {
  /** Other cases that have to do with it, newest first. */
  readonly others: readonly ListedCase[]
  /** In the order in which they came. */
  readonly requests: readonly DelistRequest[]
  /** What covers the address of the first of them, or those of its forms, now. */
  readonly listings: readonly Listing[]
  /** Deliverability forms that opened a thread of it. */
  readonly forms: readonly FormView[]
  /** Warm-ups that were asked for in it. */
  readonly warmUps: readonly WarmUpAtDesk[]
  /** What forms of the others say of the same addresses. */
  readonly elsewhere: readonly SaidElsewhere[]
  /** Of a restricted one that was opened: whether the proof of the owner stands. */
  readonly isOwnerStill?: boolean
}

const nothing = { requests: [], listings: [], forms: [], warmUps: [], elsewhere: [] } as const

/** Addresses of one case whose listings stand beside it. */
const mostListed = 20

/** The case as the desk sees it; of a restricted one only that it is there. Throws `case.not-found`. */
export async function showFile(ctx: Context, id: string): Promise<CaseFile> {
  const found = await showCase(ctx, id)
  return found.case.legal === null ? await fileOf(ctx, found) : { ...found, ...nothing }
}

/** A restricted one with everything in it; the look is written down (`lookInto`). */
export async function lookIntoFile(ctx: Context, id: string): Promise<CaseFile> {
  const { isOwnerStill, ...found } = await lookInto(ctx, id)
  return { ...(await fileOf(ctx, found)), isOwnerStill }
}

async function fileOf(ctx: Context, found: CaseView): Promise<CaseFile> {
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
