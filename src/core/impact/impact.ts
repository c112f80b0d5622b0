import { hour } from '../../base/clock.ts'
import { covers, parsePrefix, type Prefix } from '../../standards/prefix.ts'

/**
 * What the listing of a range would hit, measured by the mail that was let in within the last three days (security LST-2). Mail is
 * wanted where the content filter found nothing against it.
 */
export interface Impact {
  /** Senders in the range that were heard of, and their messages. */
  readonly senders: number
  readonly messages: number
  /** Wanted ones among these. */
  readonly wanted: number
  /** Wanted messages of everybody. */
  readonly wantedOfAll: number
  /** Senders in the range that are among those with the most wanted mail of all. */
  readonly large: number
}

/** From where on a second person is asked (`listing.impact…`). */
export interface ImpactRules {
  /** Of everybody's wanted mail, 0 to 1. */
  readonly share: number
  /** How many of the senders with the most wanted mail are large. */
  readonly senders: number
}

/** How far back is looked: weekends and nights are in it. */
export const impactHours = 72

/** The first hour that counts, as `evidence_hours` numbers them. */
export function firstHour(now: number): number {
  return Math.floor(now / hour) - impactHours + 1
}

/** How much of everybody's wanted mail comes from the range, 0 to 1. */
export function shareOf({ wanted, wantedOfAll }: Impact): number {
  return wanted === 0 ? 0 : wanted / Math.max(wanted, wantedOfAll)
}

/** Whether it hits so much that two people have to want it. */
export function isHeavy(impact: Impact, rules: ImpactRules): boolean {
  return impact.large > 0 || shareOf(impact) > rules.share
}

/** What was counted of one sender. */
export interface OfSender {
  readonly unit: string
  readonly messages: number
  readonly wanted: number
}

/** The wanted mail of the last of the `most` senders with the most of it; 0 when there are not that many, Infinity when none is meant. */
export function largeLine(wanted: Iterable<number>, most: number): number {
  if (most === 0) return Infinity
  const largest = [...wanted].toSorted((a, b) => b - a)
  return largest.length < most ? 0 : (largest[most - 1] ?? 0)
}

/** `line`: of `largeLine`. */
export function impactOf(
  senders: Iterable<OfSender>,
  { wantedOfAll, line }: { readonly wantedOfAll: number; readonly line: number },
): Impact {
  const sum = { senders: 0, messages: 0, wanted: 0, wantedOfAll, large: 0 }
  for (const { messages, wanted } of senders) {
    sum.senders++
    sum.messages += messages
    sum.wanted += wanted
    if (wanted > 0 && wanted >= line) sum.large++
  }
  return sum
}

/** What the keys of all senders in the range begin with; others may begin so too. */
export function stemOf({ family, words, length }: Prefix): string {
  const [first, second] = words
  if (family === 4) {
    const octets = [first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255]
    return octets
      .slice(0, Math.min(3, Math.floor(length / 8)))
      .map((octet) => `${octet}.`)
      .join('')
  }
  const groups = [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff]
  const whole = groups.slice(0, Math.min(3, Math.floor(length / 16)))
  // From the first group of zeros on they may be written `::`.
  const zero = whole.indexOf(0)
  return whole
    .slice(0, zero < 0 ? whole.length : zero)
    .map((group) => `${group.toString(16)}:`)
    .join('')
}

export function isIn(range: Prefix, unit: string): boolean {
  const prefix = parsePrefix(unit)
  return !(prefix instanceof Error) && covers(range, prefix)
}
