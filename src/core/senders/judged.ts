import { evidenceKinds } from '../reputation/evidence.ts'
import {
  concernsOf,
  daysOf,
  messagesOf,
  type Concern,
  type DayOfSender,
  type KnownSender,
  type SourceOfSender,
} from '../reputation/known-sender.ts'
import type { NameKind } from '../../standards/reverse-name.ts'
import type { Grade } from '../reputation/grade.ts'
import { engineName, isRange, policyName, type Evidence, type Listing } from '../listings/listing.ts'

/** The judgement's part of an explanation (contracts 6). */

/** What decides about a sender. */
export const ruleNames = [
  /** Trusted or protected by the operator. */
  'protected',
  'listed-by-hand',
  'carve-out',
  /** It fails a test; it ends once the test passes. */
  'policy-test',
  /** Listed by a rule whose brake is on. */
  'brake',
  /** The lower bound is over the line. */
  'over-line',
  'harvest',
  'range',
  'new-sender',
  'suspicious',
  /** A first message has to be tried again. */
  'first-try',
  /** Its last listing has ended: it passes, and is listed again on a lower line. */
  'probation',
  /** Held to nothing. */
  'free',
  /** Nobody has judged lately: held to nothing until somebody does. */
  'nobody-judges',
] as const
export type RuleName = (typeof ruleNames)[number]

/** What a sender may do while it is not listed. */
export type Budget =
  | { readonly kind: 'hourly'; readonly perHour: number; readonly left: number }
  /** A first message passes after `waitMinutes`, the next no sooner than `spacingMinutes` after it. */
  | { readonly kind: 'first-try'; readonly waitMinutes: number; readonly spacingMinutes: number }

/** For operators. Shares are between 0 and 1. */
export interface Judged {
  readonly standing: { readonly grade: Grade; readonly budget: Budget | null; readonly key: string | null }
  /** Counters of this era as they weigh now, to a tenth. */
  readonly counters: readonly Evidence[]
  /** The same by source, in whole numbers; none where only one has spoken. */
  readonly sources: readonly SourceSaid[]
  /** The only source that speaks for a listing which the others do not bear out: it is held back. */
  readonly onlySource: string | null
  readonly rule: RuleName
  readonly bounds: { readonly lower: number; readonly mean: number; readonly upper: number }
  /** Unwanted share that the lower bound has to be above for a listing. */
  readonly line: number
  readonly prior: { readonly mean: number; readonly strength: number }
  readonly recurrence: number
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  readonly name: { readonly kind: NameKind; readonly text: string | null }
  readonly home: string | null
  /** Those of the last month that something was counted on, oldest first. */
  readonly days: readonly DayOfSender[]
}

/** What one source told of a sender. */
export interface SourceSaid {
  readonly source: string
  readonly wanted: number
  readonly unwanted: number
  readonly recipients: number
  readonly unknown: number
  readonly traps: number
  readonly complaints: number
}

/** Days back that are shown, today among them. */
export const daysShown = 30

export function judgedOf(known: KnownSender, deciding: Listing | undefined, now: number): Judged {
  const { grade, standing, standingKey: key, bounds, prior, name } = known
  return {
    standing: { grade, budget: budgetOf(known), key },
    counters: evidenceKinds.flatMap((kind) => {
      const count = Math.round(known.counts[kind] * 10) / 10
      return count === 0 ? [] : [{ kind, count }]
    }),
    sources: known.sources.map(saidBy),
    onlySource: known.onlySource,
    rule: ruleOf(known, standing.kind, deciding),
    bounds: {
      lower: thousandth(bounds.lower),
      mean: thousandth(bounds.mean),
      upper: thousandth(bounds.upper),
    },
    line: thousandth(known.line),
    prior: { mean: thousandth(prior.mean), strength: prior.strength },
    recurrence: known.recurrence,
    firstSeen: time(known.since),
    lastSeen: time(known.seenAt),
    name: { kind: name.kind, text: name.text ?? null },
    home: known.home,
    days: daysOf(known.hours, now, daysShown).filter(hasMail),
  }
}

function saidBy({ source, counts }: SourceOfSender): SourceSaid {
  const { ham, bulk, spam, phish, malware, recipients, unknown, traps, complaints } = counts
  return {
    source,
    wanted: Math.round(ham + bulk),
    unwanted: Math.round(spam + phish + malware),
    recipients: Math.round(recipients),
    unknown: Math.round(unknown),
    traps: Math.round(traps),
    complaints: Math.round(complaints),
  }
}

/** What the sender is told: kinds and where they are going. */
export function toldConcerns(
  known: KnownSender,
  deciding: Listing | undefined,
  now: number,
): readonly Concern[] {
  return concernsOf(known, deciding?.actor === engineName && deciding.effect === 'refuse', now)
}

/** Evidence by the names that senders know, in whole numbers. */
export function toldCounts({ counts }: KnownSender): readonly Evidence[] {
  const { spam, phish, malware, complaints, unknown } = counts
  const kinds = { messages: messagesOf(counts), spam, complaints, unknownRecipients: unknown, malware, phish }
  return Object.entries(kinds).flatMap(([kind, count]) =>
    Math.round(count) === 0 ? [] : [{ kind, count: Math.round(count) }],
  )
}

function ruleOf(
  known: KnownSender,
  kind: KnownSender['standing']['kind'],
  deciding: Listing | undefined,
): RuleName {
  if (known.grade === 'trusted') return 'protected'
  if (deciding?.effect === 'pass') return 'carve-out'
  if (deciding?.actor === policyName) return 'policy-test'
  if (deciding && deciding.actor !== engineName) return 'listed-by-hand'
  if (deciding && (deciding.degradedAt ?? null) !== null) return 'brake'
  if (deciding && isRange(deciding)) return 'range'
  if (deciding) return deciding.cause === 'harvest' ? 'harvest' : 'over-line'
  if (!known.isHeld) return 'nobody-judges'
  if (known.standing.kind === 'free') return known.recurrence > 0 ? 'probation' : 'free'
  return kind === 'grey' ? 'first-try' : known.standing.reason
}

function budgetOf({ grade, standing, passed }: KnownSender): Budget | null {
  if (grade === 'trusted') return null
  switch (standing.kind) {
    case 'free':
      return null
    case 'hourly': {
      const { perHour } = standing
      return { kind: 'hourly', perHour, left: Math.max(0, Math.floor(perHour - passed)) }
    }
    case 'grey': {
      const { waitMs, spacingMs } = standing
      return { kind: 'first-try', waitMinutes: minutes(waitMs), spacingMinutes: minutes(spacingMs) }
    }
  }
}

function hasMail({ at: _, ...counts }: DayOfSender): boolean {
  return Object.values(counts).some((count) => count > 0)
}

function minutes(ms: number): number {
  return Math.round(ms / 60_000)
}

function thousandth(share: number): number {
  return Math.round(share * 1000) / 1000
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
