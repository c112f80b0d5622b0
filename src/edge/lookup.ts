import { decide } from '../access/decide.ts'
import type { Effect, ListingEntry } from '../access/listing-entry.ts'
import { reasonOf, reasons, type ReasonName, type Reason } from '../access/reasons.ts'
import { formatAddress, type Address } from '../standards/ip.ts'
import { formatPrefix } from '../standards/prefix.ts'
import { isStale, whyOpen, type EdgeState } from './state.ts'

/** What the policy server would say about an address now, and why; `GET /v1/lookup/{ip}`. */
export interface Lookup {
  readonly ip: string
  readonly listed: boolean
  readonly action: 'pass' | 'defer' | 'reject'
  readonly code: number | null
  readonly status: string | null
  readonly reason: ReasonName | null
  readonly class: string | null
  /** The listed prefix. */
  readonly scope: string | null
  /** RFC 3339. */
  readonly ends: string | null
  /** Page about the address; proves nothing. */
  readonly url: string
  /** Every listing that covers the address, narrowest first. */
  readonly listings: readonly Covering[]
  /** Number of the last change in the table. */
  readonly seq: number
  readonly mode: 'enforce' | 'observe'
  /** Core has not been heard for a quarter of an hour. */
  readonly stale: boolean
  readonly bypass: boolean
}

interface Covering {
  readonly id: string
  readonly scope: string
  readonly reason: ReasonName
  readonly class: string
  readonly effect: Effect
  readonly ends: string
}

export function lookUp(state: EdgeState, address: Address): Lookup {
  const { settings, table, clock, seq } = state
  const now = clock.now()
  const listing = table.find(address, now)
  const { action, reason } = decide({ listing, spent: 0 }, { address }, settings.decide, now)
  const isListed = action !== 'pass' && listing !== undefined && reason !== null
  const isRefused = isListed && whyOpen(state, now) === undefined && settings.mode === 'enforce'
  const ip = formatAddress(address)
  return {
    ip,
    listed: isListed,
    action: isRefused ? action : 'pass',
    ...(isListed ? factsOf(listing, reason, state) : noFacts),
    url: `${settings.site}/ip/${ip}`,
    listings: table.findAll(address, now).map(describe),
    seq,
    mode: settings.mode,
    stale: isStale(state, now),
    bypass: state.isBypassed,
  }
}

const noFacts = { code: null, status: null, reason: null, class: null, scope: null, ends: null } as const

function factsOf(
  listing: ListingEntry,
  name: ReasonName,
  { settings }: EdgeState,
): Pick<Lookup, 'code' | 'status' | 'reason' | 'class' | 'scope' | 'ends'> {
  const reason: Reason = reasons[name]
  const { class: listingClass, scope, ends } = describe(listing)
  return {
    code: reason.code,
    status: reason.status[settings.profile],
    reason: name,
    class: listingClass,
    scope,
    ends,
  }
}

function describe(listing: ListingEntry): Covering {
  return {
    id: listing.id,
    scope: formatPrefix(listing.prefix),
    reason: reasonOf(listing),
    class: listing.class,
    effect: listing.effect,
    ends: new Date(listing.ends).toISOString(),
  }
}
