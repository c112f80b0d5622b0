import type { Verdict } from '../../access/decide.ts'
import type { Effect } from '../../access/listing-entry.ts'
import { formatReply } from '../../access/reply.ts'
import {
  pathOf,
  reasonOf,
  reasons,
  whoActs,
  type ListingClass,
  type Path,
  type ReasonName,
  type Who,
} from '../../access/reasons.ts'
import type { EngineMode } from '../../access/standing.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { effectOf, type Evidence, type Listing } from '../listings/listing.ts'
import type { Concern, KnownSender } from '../reputation/known-sender.ts'
import type { PolicyMode, Settings } from '../settings.ts'
import { judgedOf, toldConcerns, toldCounts, type Judged } from './judged.ts'
import { waysOfListing, waysOfReason, waysOfStanding, type Way } from './ways.ts'

/**
 * How much an asker may see (contracts 6). `anyone`: state, code, class, scope, times.
 * `link`: whoever shows a case link, the address itself or a confirmed request; also kinds of evidence in rounded counts and ways out.
 * `operator`: everything.
 */
export type Level = 'anyone' | 'link' | 'operator'

/** One schema for the look-up, `GET /senders/{ip}` and `postern explain --json`; what is above the asker's level is absent. */
export interface Explanation extends Partial<Judged> {
  readonly ip: string
  /** What happens to mail from the address now; in observe mode it all passes. */
  readonly action: Verdict['action']
  readonly mode: PolicyMode
  /**
   * Only in observe mode, and to operators where only the engine observes: what would be done otherwise. `code` and everything below
   * is of that.
   */
  readonly wouldBe?: Verdict['action']
  readonly code: number | null
  readonly status: string | null
  readonly reason: ReasonName | null
  readonly reference: string | null
  readonly class: ListingClass | null
  /** The listing that decides. */
  readonly listing: ExplainedListing | null
  /** Every listing that covers the address, most specific first. */
  readonly listings: readonly ExplainedListing[]
  readonly path: Path
  readonly who: Who
  readonly evidence?: readonly Evidence[]
  /** What weighs against the sender, by kind and where it is going; from level `link` on. */
  readonly concerns?: readonly Concern[]
  /** An agreed forecast raises the budget, until then; the figures only to operators. From level `link` on, absent where none does. */
  readonly forecast?: { readonly until: string; readonly perDay?: number; readonly perHour?: number }
  /** The two nearest ways out; from level `link` on. */
  readonly ways?: readonly Way[]
  /** Only to operators: recipients who vouch for mail from its network (/24 or /64); such mail passes, to them alone. */
  readonly vouches?: number
  /** Only to operators, as everything of `Judged`. The line that the MTA says (in observe mode: would say), with the public address of the record. */
  readonly reply?: string
  readonly url: string
}

export interface ExplainedListing {
  /** From level `link` on. */
  readonly id?: string
  readonly scope: string
  readonly reason: ReasonName
  readonly class: ListingClass
  readonly effect: Effect
  readonly since: string
  readonly ends: string
  /** From level `link` on. */
  readonly recurrence?: number
  readonly note?: string
  readonly actor?: string
  readonly cause?: string
}

/** What is known of the sender itself, and when. */
export interface Known {
  readonly sender: KnownSender
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Puts the decision and its listings together for an asker of `level`; `judged` is nothing for strangers. */
export function explanationOf(
  address: Address,
  verdict: Verdict,
  listings: readonly Listing[],
  settings: Settings,
  level: Level,
  judged?: Known,
): Explanation {
  const { reputation } = settings
  // What the engine only observes is nobody's business but the operator's.
  const said = level === 'operator' ? { ...verdict, ...verdict.observed } : verdict
  const shown = listings.filter(
    (each) => level === 'operator' || effectOf(each, reputation.mode) !== 'observe',
  )
  const deciding = shown.find((listing) => listing.id === said.listing?.id)
  const { reason } = said
  const known = level === 'operator' || reputation.mode !== 'observe' ? judged : undefined
  const ip = formatAddress(address)
  const url = `${settings.provider.site}/ip/${ip}`
  const path =
    said.action === 'pass' || reason === null
      ? 'none'
      : deciding && reason !== 'own-trouble'
        ? pathOf(deciding.class)
        : reasons[reason].path
  return {
    ip,
    ...actionIn(settings.policy.mode, verdict.action, said.action),
    code: reason === null ? null : reasons[reason].code,
    status: reason === null ? null : reasons[reason].status[settings.codes],
    reason,
    reference: reason === null ? null : reasons[reason].reference,
    class: deciding?.class ?? null,
    listing: deciding ? show(deciding, level, reputation.mode) : null,
    listings: shown.map((listing) => show(listing, level, reputation.mode)),
    path,
    who: whoActs[path],
    ...(level === 'anyone' ? {} : shownToSender(deciding, level, known, reason)),
    ...(level === 'anyone' || deciding !== undefined ? {} : forecastIn(known, level)),
    ...(level === 'operator' && known ? judgedOf(known.sender, deciding, known.now) : {}),
    ...(level === 'operator' && reason !== null
      ? { reply: formatReply({ reason, listing: said.listing }, address, settings.codes, url) }
      : {}),
    url,
  }
}

/** Listed senders have no budget that anything could raise. */
function forecastIn(known: Known | undefined, level: Level): Pick<Explanation, 'forecast'> {
  const raise = known?.sender.raise
  if (!raise) return {}
  const { perDay, perHour } = raise
  const until = new Date(raise.until).toISOString()
  return { forecast: { until, ...(level === 'operator' && { perDay, perHour }) } }
}

function actionIn(
  mode: PolicyMode,
  action: Verdict['action'],
  said: Verdict['action'],
): Pick<Explanation, 'action' | 'mode' | 'wouldBe'> {
  if (mode === 'observe') return { action: 'pass', mode, wouldBe: said }
  return action === said ? { action, mode } : { action, mode, wouldBe: said }
}

/** What the list says of the address, whether or not the mail server acts on it yet. */
export function verdictOf({ action, wouldBe }: Explanation): Verdict['action'] {
  return wouldBe ?? action
}

function show(listing: Listing, level: Level, mode: EngineMode): ExplainedListing {
  return {
    ...(level === 'anyone' ? {} : { id: listing.id, recurrence: listing.recurrence }),
    scope: showPrefix(listing.prefix),
    reason: reasonOf(listing),
    class: listing.class,
    effect: effectOf(listing, mode),
    since: new Date(listing.sinceAt).toISOString(),
    ends: new Date(listing.endsAt).toISOString(),
    ...(level === 'operator' ? { note: listing.note, actor: listing.actor, cause: listing.cause } : {}),
  }
}

function shownToSender(
  deciding: Listing | undefined,
  level: Level,
  known: Known | undefined,
  reason: ReasonName | null,
): Pick<Explanation, 'evidence' | 'concerns' | 'ways'> {
  const isRefused = deciding !== undefined && deciding.effect === 'refuse'
  const isHeld = deciding === undefined && known?.sender.isHeld && known.sender.grade !== 'trusted'
  const ofStanding = isHeld ? waysOfStanding(known.sender) : []
  // What the session lacks, and what is our own fault, no standing mends.
  const ofReason = reason === 'no-reverse-name' || reason === 'own-trouble' ? waysOfReason(reason) : undefined
  return {
    evidence: evidenceFor(deciding, level, known),
    ...(known ? { concerns: toldConcerns(known.sender, deciding, known.now) } : {}),
    ways: isRefused ? waysOfListing(deciding) : (ofReason ?? ofStanding),
  }
}

/** Kinds that a sender is told. A kind is whatever a program or a file called it, so nothing else is, under whatever name. */
const toldKinds = ['messages', 'spam', 'complaints', 'unknownRecipients', 'malware', 'phish']

/** Senders see kinds and a rounded count, never traps: what a list cleaner could count would give the traps away. */
function evidenceFor(
  listing: Listing | undefined,
  level: Level,
  known: Known | undefined,
): readonly Evidence[] {
  const seen = listing?.evidence ?? (known ? toldCounts(known.sender) : [])
  if (level === 'operator') return seen
  return seen
    .filter(({ kind }) => toldKinds.includes(kind))
    .map(({ kind, count }) => ({ kind, count: rounded(count) }))
}

/** One significant digit: 31 becomes 30. */
function rounded(count: number): number {
  if (count < 10) return count
  const step = 10 ** Math.floor(Math.log10(count))
  return Math.round(count / step) * step
}
