import type { Verdict } from '../../access/decide.ts'
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
import { formatAddress, type Address } from '../../standards/ip.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { isRange, type Evidence, type Listing } from '../listings/listing.ts'
import type { PolicyMode, Settings } from '../settings.ts'

/**
 * How much an asker may see (contracts 6). `anyone`: state, code, class, scope, times.
 * `link`: whoever shows a case link, the address itself or a confirmed request; also kinds of evidence in rounded counts and ways out.
 * `operator`: everything.
 */
export type Level = 'anyone' | 'link' | 'operator'

/** One schema for the look-up, `GET /senders/{ip}` and `postern explain --json`; what is above the asker's level is absent. */
export interface Explanation {
  readonly ip: string
  /** What happens to mail from the address now; in observe mode it all passes. */
  readonly action: Verdict['action']
  readonly mode: PolicyMode
  /** Only in observe mode: what enforce mode would do. `code` and everything below is of that. */
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
  readonly ways?: readonly Way[]
  /** The line that the MTA says (in observe mode: would say), with the public address of the record. */
  readonly line?: string
  readonly url: string
}

export interface ExplainedListing {
  /** From level `link` on. */
  readonly id?: string
  readonly scope: string
  readonly reason: ReasonName
  readonly class: ListingClass
  readonly effect: 'refuse' | 'pass'
  readonly since: string
  readonly ends: string
  /** From level `link` on. */
  readonly recurrence?: number
  readonly note?: string
  readonly actor?: string
  readonly cause?: string
}

/** A way out, nearest first. */
export interface Way {
  readonly kind: 'portal' | 'review' | 'third-party' | 'test' | 'wait'
  /** RFC 3339, of `wait`. */
  readonly at?: string
  readonly url?: string
  readonly test?: string
}

/** Puts the decision and its listings together for an asker of `level`. */
export function explanationOf(
  address: Address,
  verdict: Verdict,
  listings: readonly Listing[],
  settings: Settings,
  level: Level,
): Explanation {
  const deciding = listings.find((listing) => listing.id === verdict.listing?.id)
  const reason = verdict.reason
  const ip = formatAddress(address)
  const url = `${settings.provider.site}/ip/${ip}`
  const path = verdict.action === 'pass' || !deciding ? 'none' : pathOf(deciding.class)
  return {
    ip,
    ...actionIn(settings.policy.mode, verdict.action),
    code: reason === null ? null : reasons[reason].code,
    status: reason === null ? null : reasons[reason].status[settings.codes],
    reason,
    reference: reason === null ? null : reasons[reason].reference,
    class: deciding?.class ?? null,
    listing: deciding ? show(deciding, level) : null,
    listings: listings.map((listing) => show(listing, level)),
    path,
    who: whoActs[path],
    ...(level === 'anyone' ? {} : { evidence: evidenceFor(deciding, level), ways: waysOut(deciding) }),
    ...(level === 'operator' && reason !== null
      ? { line: formatReply({ reason, listing: verdict.listing }, address, settings.codes, url) }
      : {}),
    url,
  }
}

function actionIn(
  mode: PolicyMode,
  action: Verdict['action'],
): Pick<Explanation, 'action' | 'mode' | 'wouldBe'> {
  return mode === 'enforce' ? { action, mode } : { action: 'pass', mode, wouldBe: action }
}

/** What the list says of the address, whether or not the mail server acts on it yet. */
export function verdictOf({ action, wouldBe }: Explanation): Verdict['action'] {
  return wouldBe ?? action
}

function show(listing: Listing, level: Level): ExplainedListing {
  return {
    ...(level === 'anyone' ? {} : { id: listing.id, recurrence: listing.recurrence }),
    scope: showPrefix(listing.prefix),
    reason: reasonOf(listing),
    class: listing.class,
    effect: listing.effect,
    since: new Date(listing.sinceAt).toISOString(),
    ends: new Date(listing.endsAt).toISOString(),
    ...(level === 'operator' ? { note: listing.note, actor: listing.actor, cause: listing.cause } : {}),
  }
}

/** Kinds that a sender is told. A kind is whatever a program or a file called it, so nothing else is, under whatever name. */
const toldKinds = ['messages', 'spam', 'complaints', 'unknownRecipients', 'malware', 'phish']

/** Senders see kinds and a rounded count, never traps: what a list cleaner could count would give the traps away. */
function evidenceFor(listing: Listing | undefined, level: Level): readonly Evidence[] {
  if (!listing) return []
  if (level === 'operator') return listing.evidence
  return listing.evidence
    .filter(({ kind }) => toldKinds.includes(kind))
    .map(({ kind, count }) => ({ kind, count: rounded(count) }))
}

/** One significant digit: 31 becomes 30. */
function rounded(count: number): number {
  if (count < 10) return count
  const step = 10 ** Math.floor(Math.log10(count))
  return Math.round(count / step) * step
}

function waysOut(listing: Listing | undefined): readonly Way[] {
  if (!listing || listing.effect === 'pass') return []
  const wait: Way = { kind: 'wait', at: new Date(listing.endsAt).toISOString() }
  switch (listing.class) {
    case 'self-service':
      return [{ kind: isRange(listing) ? 'review' : 'portal' }, wait]
    case 'investigate':
      return [{ kind: 'review' }, wait]
    case 'third-party':
      return [{ kind: 'third-party', ...(listing.url ? { url: listing.url } : {}) }, wait]
    case 'policy':
      return [{ kind: 'test', ...(listing.test ? { test: listing.test } : {}) }, wait]
  }
}
