import type { Clock } from '../base/clock.ts'
import { day, minute } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import type { DecideSettings } from '../access/decide.ts'
import type { CodeProfile } from '../access/reasons.ts'
import type { ListingTable } from '../access/table.ts'
import type { Counters } from './counters.ts'
import type { Standings } from './standings.ts'

/** What does not change while an edge runs. */
export interface EdgeSettings {
  readonly name: string
  /** Origin of the public site, without a slash at its end. */
  readonly site: string
  readonly profile: CodeProfile
  readonly mode: 'enforce' | 'observe'
  /** Whether the message door is asked about every message. */
  readonly isDoorInstalled?: boolean
  readonly decide: DecideSettings
}

/** What an edge holds in memory and changes as it goes; one per edge. */
export interface EdgeState {
  readonly settings: EdgeSettings
  readonly clock: Clock
  readonly log: Log
  readonly counters: Counters
  table: ListingTable
  /** What core says of senders that are not listed. */
  readonly standings: Standings
  /** History that `seq` counts in; empty before the first snapshot. */
  epoch: string
  /** Last change applied. */
  seq: number
  /** When core was last heard, milliseconds since 1970; undefined if never. */
  contactAt: number | undefined
  isConnected: boolean
  /** What signs case links; undefined until core has said it once. */
  caseLink: { readonly keyId: number; readonly key: Secret } | undefined
  /** What core finds recipients with; undefined until core has said it once. */
  recipientsKey: Secret | undefined
  /** What vouches are hashed with; undefined where core has none, or does not let them act. */
  vouchKey: Secret | undefined
  isBypassed: boolean
  /** Whether core wants to be told what passed of senders that are held to a budget. */
  tellsSpent: boolean
}

/** After this long without core a metric says so. */
const softStaleMs = 15 * minute

/** After this long without core the table is too old to refuse anybody's mail. */
const hardStaleMs = 7 * day

export function isStale(state: EdgeState, now: number): boolean {
  return state.contactAt === undefined || now - state.contactAt > softStaleMs
}

/** Why nobody is refused now, or undefined. */
export function whyOpen(state: EdgeState, now: number): 'bypass' | 'stale' | undefined {
  if (state.isBypassed) return 'bypass'
  return state.contactAt !== undefined && now - state.contactAt > hardStaleMs ? 'stale' : undefined
}
