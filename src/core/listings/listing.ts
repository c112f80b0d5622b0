import { day } from '../../base/clock.ts'
import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Effect, ListingEntry } from '../../access/listing-entry.ts'
import { causes, type Cause, type ListingClass } from '../../access/reasons.ts'
import type { EngineMode } from '../../access/standing.ts'
import { parseDuration } from '../../standards/duration.ts'
import { formatPrefix, overlaps, unitLength, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { isHeavy, type Impact } from '../impact/impact.ts'
import type { Settings } from '../settings.ts'

/** An entry of the blocked senders list: what is refused, why, and until when. Every listing ends by itself. */
export interface Listing {
  readonly id: string
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class: ListingClass
  /** `pass`: a carve-out that lets part of a wider listing through. */
  readonly effect: 'refuse' | 'pass'
  /** `proposed`: so wide, or of so much wanted mail, that a second person has to agree before it acts. */
  readonly state: 'active' | 'ended' | 'proposed'
  readonly sinceAt: number
  readonly endsAt: number
  /** Earlier listings of the same prefix that ended within the recurrence window. */
  readonly recurrence: number
  readonly note: string
  /** Who decides on removal, of class third-party. */
  readonly url: string | null
  /** Test that ends it, of class policy. */
  readonly test: string | null
  readonly evidence: readonly Evidence[]
  readonly actor: string
  readonly endedAt: number | null
  readonly endedBy: string | null
  readonly endedWhy: EndWhy | null
  /** Of one by the engine: since when it only puts off, because the rule that it was made by is held (the brake). */
  readonly degradedAt?: number | null | undefined
  readonly version: number
}

export interface Evidence {
  readonly kind: string
  readonly count: number
}

/**
 * `delist-unproven`: a self-removal by somebody who did not show control of the address. `evidence`: what it rested on is void. Neither
 * raises recurrence.
 */
export const endWhys = ['expired', 'delist', 'delist-unproven', 'operator', 'superseded', 'evidence'] as const
export type EndWhy = (typeof endWhys)[number]

/** Whether somebody has said that the sender may come in again, not the time or the judgement. */
export function isLetIn(why: EndWhy): boolean {
  return why === 'delist' || why === 'delist-unproven' || why === 'operator'
}

/** What somebody asks to be listed, read and complete. */
export interface ListingWish {
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class: ListingClass
  readonly effect: 'refuse' | 'pass'
  readonly endsAt: number | undefined
  readonly note: string
  readonly url: string | null
  readonly test: string | null
  readonly evidence: readonly Evidence[]
}

/** The fields of an addition as a person or a program gives them. */
export interface ListingFields {
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class?: ListingClass | undefined
  readonly effect?: 'refuse' | 'pass' | undefined
  /** `24h`, `7d`, or an RFC 3339 time. */
  readonly ends?: string | undefined
  readonly note?: string | undefined
  readonly url?: string | undefined
  readonly test?: string | undefined
  readonly evidence?: readonly Evidence[] | undefined
  /** Acts at once whatever wanted mail it hits; the audit says so. Where two people are needed for the width it changes nothing. */
  readonly emergency?: boolean | undefined
  /** Ends an active listing of the same prefix that does the opposite; without it that one stands in the way. */
  readonly replace?: boolean | undefined
}

/** Fills in the defaults and refuses what no listing can be (security LST-1, LST-2). */
export function readWish(fields: ListingFields, settings: Settings, now: number): ListingWish | Refusal {
  const { prefix, cause } = fields
  const listingClass = fields.class ?? causes[cause].defaultClass
  const refusal = mayBeListed(prefix, settings) ?? classFields(listingClass, fields)
  if (refusal) return refusal
  const endsAt = fields.ends === undefined ? undefined : readEnd(fields.ends, settings, now)
  if (endsAt instanceof Refusal) return endsAt
  return {
    prefix,
    cause,
    class: listingClass,
    effect: fields.effect ?? 'refuse',
    endsAt,
    note: plainText(fields.note ?? '', 1000),
    url: listingClass === 'third-party' ? (fields.url ?? null) : null,
    test: listingClass === 'policy' ? plainText(testOf(fields) ?? '', 100) : null,
    evidence: (fields.evidence ?? []).map(({ kind, count }) => ({ kind: plainText(kind, 40), count })),
  }
}

/** The protected set wins over everything: our own networks, special-purpose space, senders named by the operator. */
export function mayBeListed(prefix: Prefix, settings: Settings): Refusal | undefined {
  const shown = formatPrefix(prefix)
  const special = specialPurpose(prefix)
  if (special) return new Refusal('address.special-purpose', { prefix: shown, block: special })
  const ours = [...settings.provider.networks, ...settings.protected.networks].find((net) =>
    overlaps(net, prefix),
  )
  return ours && new Refusal('address.protected', { prefix: shown, protected: formatPrefix(ours) })
}

function classFields(listingClass: ListingClass, fields: ListingFields): Refusal | undefined {
  if (listingClass === 'third-party' && !isWebAddress(fields.url)) {
    return new Refusal('listing.class-field', { class: listingClass, field: 'url' })
  }
  if (listingClass === 'policy' && !testOf(fields)) {
    return new Refusal('listing.class-field', { class: listingClass, field: 'test' })
  }
  return undefined
}

/** A cause that is the failing of a test names it. */
function testOf({ cause, test }: ListingFields): string | undefined {
  return test || (cause === 'reverse-name' ? 'reverse-name' : undefined)
}

function isWebAddress(url: string | undefined): boolean {
  return (
    url !== undefined &&
    /^[^\x00-\x20\x7f]+$/.test(url) &&
    URL.canParse(url) &&
    /^https?:$/.test(new URL(url).protocol)
  )
}

/** A duration from now, or an RFC 3339 time; in the future, and never longer than the longest term. Whole seconds. */
export function readEnd(text: string, settings: Settings, now: number): number | Refusal {
  const duration = parseDuration(text)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  const at = duration === undefined ? (isTime ? Date.parse(text) : NaN) : now + duration
  const shown = { input: text.slice(0, 40), longestDays: Math.floor(settings.listing.longestMs / 86_400_000) }
  if (!Number.isFinite(at) || at <= now) return new Refusal('listing.ends-invalid', shown)
  if (at > now + settings.listing.longestMs) return new Refusal('listing.never-ends', shown)
  return Math.ceil(at / 1000) * 1000
}

/** When a listing ends that was given no end: longer with each recurrence. Whole seconds. */
export function defaultEnd(recurrence: number, settings: Settings, now: number): number {
  const { termsMs } = settings.listing
  const term = termsMs[Math.min(recurrence, termsMs.length - 1)] ?? 86_400_000
  return Math.ceil((now + term) / 1000) * 1000
}

/** How many people a width needs: one up to /17 and /33; two for /16 and /32 and wider (security section 1, decision 6). */
export function peopleNeeded(prefix: Prefix): 1 | 2 {
  return prefix.length <= (prefix.family === 4 ? 16 : 32) ? 2 : 1
}

/** Whether a range hits so much wanted mail that two people have to want it (security LST-2). */
export function hitsMuch(prefix: Prefix, impact: Impact, { listing }: Settings): boolean {
  return isRange({ prefix }) && isHeavy(impact, listing.impact)
}

/** A proposal to which nobody agreed within this time is dropped: what it was measured by is past. */
export const proposalMs = 3 * day

/** When a proposal ends by itself. */
export function proposalEnd({ sinceAt, endsAt }: Pick<Listing, 'sinceAt' | 'endsAt'>): number {
  return Math.min(endsAt, sinceAt + proposalMs)
}

/** A single operator may agree with themselves after this time of reflection. */
export const reflectionMs = 15 * 60_000

/** Whether `actor` may put a proposed listing into force now. */
export function mayAgree(proposed: Listing, actor: string, now: number): Refusal | undefined {
  if (proposed.actor !== actor || now >= proposed.sinceAt + reflectionMs) return undefined
  return new Refusal('prefix.two-people', {
    prefix: formatPrefix(proposed.prefix),
    again: new Date(proposed.sinceAt + reflectionMs).toISOString(),
  })
}

const gravity: Readonly<Record<ListingClass, number>> = {
  'self-service': 0,
  'third-party': 1,
  policy: 2,
  investigate: 3,
}

/** Adding again keeps the graver class and the later end (contracts 7); the newer cause, note and evidence stand. */
export function merge(
  active: Listing,
  wish: ListingWish,
  endsAt: number,
): Pick<Listing, 'class' | 'endsAt' | 'url' | 'test'> {
  const graver = gravity[wish.class] >= gravity[active.class] ? wish : active
  return { class: graver.class, endsAt: Math.max(active.endsAt, endsAt), url: graver.url, test: graver.test }
}

/** A listing that refuses is not turned into one that lets through, or back, unless somebody says so. */
export function mayPut(active: Listing, wish: ListingWish): Refusal | undefined {
  if (active.effect === wish.effect) return undefined
  const { id, effect, prefix } = active
  return new Refusal('listing.other-effect', { prefix: formatPrefix(prefix), id, effect })
}

/** Whether the listing is about more than the one sender an address stands for. */
export function isRange(listing: { readonly prefix: Prefix }): boolean {
  return listing.prefix.length < unitLength[listing.prefix.family]
}

/** How listings by the engine name their actor. */
export const engineName = 'system:engine'

/** Who lists what fails a test, as a rule of the engine. */
export const policyActor = { kind: 'system', name: 'policy' } as const
export const policyName = 'system:policy'

/** What a listing does: of those by the engine `reputation.mode` and the brake decide; those by hand act as they say. */
export function effectOf(
  listing: Pick<Listing, 'effect' | 'actor' | 'degradedAt'>,
  mode: EngineMode,
): Effect {
  const isOurs = listing.actor === engineName || listing.actor === policyName
  if (listing.effect === 'pass' || !isOurs) return listing.effect
  if (mode === 'observe') return 'observe'
  if ((listing.degradedAt ?? null) !== null) return 'delay'
  return mode === 'enforce' ? 'refuse' : 'defer'
}

/** The listing as the edges know it. */
export function entryOf(listing: Listing, mode: EngineMode): ListingEntry {
  const { prefix, id, cause, endsAt } = listing
  return { prefix, id, cause, class: listing.class, effect: effectOf(listing, mode), ends: endsAt }
}
