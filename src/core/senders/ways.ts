import type { ReasonName } from '../../access/reasons.ts'
import { isRange, type Listing } from '../listings/listing.ts'
import type { KnownSender } from '../reputation/known-sender.ts'

/** What a sender can do, or what happens by itself; the words for it are the doors'. */
export const wayKinds = [
  /** Listings. */
  'portal',
  'review',
  'third-party',
  'test',
  'wait',
  /** The mail server tries again by itself. */
  'retry',
  /** Wanted mail earns more, until nothing is left to earn. */
  'clean',
  'stop-unwanted',
  'clean-list',
  'slow-down',
  'reverse-name',
  'helo',
] as const

/** A way out, nearest first. */
export interface Way {
  readonly kind: (typeof wayKinds)[number]
  /** RFC 3339, of `wait` and `clean`: when it is over at the latest. */
  readonly at?: string
  readonly url?: string
  readonly test?: string
}

/** A new sender is a known one after this. */
const knownMs = 14 * 86_400_000

/** The two nearest ways out of a listing. While it only puts off, the next attempt may pass by itself. */
export function waysOfListing(listing: Listing): readonly Way[] {
  const wait: Way = { kind: 'wait', at: new Date(listing.endsAt).toISOString() }
  const end = endOf(listing)
  return (listing.degradedAt ?? null) === null ? [end, wait] : [{ kind: 'retry' }, end]
}

/** What ends it before its time. */
function endOf(listing: Listing): Way {
  switch (listing.class) {
    case 'self-service':
      return { kind: isRange(listing) ? 'review' : 'portal' }
    case 'investigate':
      return { kind: 'review' }
    case 'third-party':
      return { kind: 'third-party', ...(listing.url ? { url: listing.url } : {}) }
    case 'policy':
      return { kind: 'test', ...(listing.test ? { test: listing.test } : {}) }
  }
}

/** Of what the engine holds a sender to that is not listed; none for whoever is held to nothing. */
export function waysOfStanding(known: KnownSender): readonly Way[] {
  const { standing, name, since, counts } = known
  if (standing.kind === 'free') return []
  if (standing.reason === 'suspicious') {
    const isHarvesting = counts.unknown >= 5 && counts.unknown * 2 > counts.recipients
    return [{ kind: isHarvesting ? 'clean-list' : 'stop-unwanted' }, { kind: 'retry' }]
  }
  const isNamed = name.kind === 'own' || name.kind === 'unknown'
  if (standing.kind === 'grey' && !isNamed) return [{ kind: 'retry' }, { kind: 'reverse-name' }]
  const at = since === null ? {} : { at: new Date(since + knownMs).toISOString() }
  return [{ kind: 'retry' }, { kind: 'clean', ...at }]
}

/** Of a refusal that no listing made; undefined where the reason has none of its own. */
export function waysOfReason(reason: ReasonName): readonly Way[] | undefined {
  switch (reason) {
    case 'new-sender':
      return [{ kind: 'retry' }, { kind: 'clean' }]
    case 'suspicious':
      return [{ kind: 'stop-unwanted' }, { kind: 'retry' }]
    case 'own-trouble':
      return [{ kind: 'retry' }]
    case 'retry-storm':
      return [{ kind: 'slow-down' }, { kind: 'retry' }]
    case 'no-reverse-name':
      return [{ kind: 'reverse-name' }, { kind: 'retry' }]
    case 'bad-helo':
      return [{ kind: 'helo' }, { kind: 'reverse-name' }]
    default:
      return undefined
  }
}
