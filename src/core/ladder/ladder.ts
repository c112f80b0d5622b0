import {
  listingClasses,
  pathOf,
  reasons,
  type ListingClass,
  type Path,
  type ReasonName,
} from '../../access/reasons.ts'
import { opensCase, type ExternalSettings } from '../cases/external.ts'
import type { CaseOutcome, CaseState } from '../cases/case.ts'
import type { OutcomeKind, ShownState } from '../delisting/request.ts'
import { verdictOf, type Explanation } from '../senders/explanation.ts'

/**
 * The ladder of help (SUP-1): mend and check again, the portal, the recipient, the owner of the network, a case. What was tried is what the
 * database knows; nobody types it.
 */
export const rungNames = ['fix', 'portal', 'recipient', 'owner', 'case'] as const
export type RungName = (typeof rungNames)[number]

/** `next`: to be taken now. `running`: taken, and waited for. `tried`: taken without having ended it. `closed`: not for this. */
export type RungState = 'next' | 'open' | 'running' | 'tried' | 'closed'

/** Why a rung is closed. `person`: a person decides, no button. `elsewhere`: another organisation does. `by-itself`: nobody has to ask. `wide`: a listed network goes to a person, who is for no outsiders here. */
export type Closed = 'person' | 'elsewhere' | 'by-itself' | 'wide' | 'outsiders' | 'by-path' | 'no-listing'

export type Rung = { readonly name: RungName } & (
  | { readonly state: Exclude<RungState, 'closed'> }
  | { readonly state: 'closed'; readonly why: Closed }
)

/** What was refused, as it is carried from rung to rung. What is not known is absent. */
export interface Refused {
  readonly reason: ReasonName
  /** The class of the listing behind it; null for none. */
  readonly class: ListingClass | null
  /** A listing of more than one sender. */
  readonly isWide: boolean
  /** `192.0.2.45` */
  readonly ip?: string | undefined
  readonly at?: number | undefined
  /** Domain of the envelope sender. */
  readonly domain?: string | undefined
  readonly messageId?: string | undefined
  /** The token of the case link. */
  readonly token?: string | undefined
}

/** What has been tried about an address, as far as the asker may know of it. */
export interface Tried {
  /** The last live check of the sender. */
  readonly check?: {
    readonly at: number
    readonly domain: string
    readonly faults: number
    readonly warnings: number
    /** It was made a moment ago, and stands on the same page. */
    readonly isNow?: boolean
  }
  readonly request?: { readonly at: number; readonly state: ShownState; readonly outcome: OutcomeKind | null }
  readonly case?: {
    readonly openedAt: number
    readonly state: CaseState
    readonly dueAt: number | null
    readonly outcome: CaseOutcome | null
  }
  /** Whether somebody has proven to own the network. */
  readonly isOwned?: boolean
}

export interface Ladder {
  readonly refused: Refused
  readonly tried: Tried
  /** In the order in which they are taken. */
  readonly rungs: readonly Rung[]
}

/** The way out of what was refused: that of the listing where there is one. */
export function pathOfRefused({ reason, class: listingClass }: Pick<Refused, 'reason' | 'class'>): Path {
  return listingClass === null || reason === 'own-trouble' ? reasons[reason].path : pathOf(listingClass)
}

/** The rungs for what was refused and what was tried. At most one is `next`: the first that is open; while one is being waited for, mending alone. */
export function climb(refused: Refused, tried: Tried, rules: ExternalSettings): Ladder {
  const path = pathOfRefused(refused)
  const rungs = orderOf(path).map((name) => rungOf(name, path, refused, tried, rules))
  const isWaiting = rungs.some(({ state }) => state === 'running')
  const next = rungs.findIndex(({ name, state }) => state === 'open' && (!isWaiting || name === 'fix'))
  return {
    refused,
    tried,
    rungs: rungs.map((rung, index) => (index === next ? { name: rung.name, state: 'next' } : rung)),
  }
}

/** Where a person decides anyway, the case stands before what goes by others. */
function orderOf(path: Path): readonly RungName[] {
  return path === 'mail' || path === 'form' ? ['fix', 'portal', 'case', 'recipient', 'owner'] : rungNames
}

function rungOf(name: RungName, path: Path, refused: Refused, tried: Tried, rules: ExternalSettings): Rung {
  switch (name) {
    case 'fix':
      return { name, state: tried.check?.faults === 0 || tried.check?.isNow === true ? 'tried' : 'open' }
    case 'portal':
      return portal(path, refused, tried, rules)
    case 'recipient':
      return { name, state: 'open' }
    case 'owner':
      // Without a listing there is nothing that an owner could have ended.
      return refused.class === null ? { name, state: 'closed', why: 'no-listing' } : { name, state: 'open' }
    case 'case':
      return caseRung(path, refused, tried, rules)
  }
}

function portal(path: Path, { reason, isWide }: Refused, { request }: Tried, rules: ExternalSettings): Rung {
  const name = 'portal'
  switch (path) {
    case 'portal':
      if (isWide && !opensCase(rules, { reason, path }, 'portal'))
        return { name, state: 'closed', why: 'wide' }
      if (request === undefined || request.state === 'burned') return { name, state: 'open' }
      if (request.state !== 'done') return { name, state: request.state === 'review' ? 'tried' : 'running' }
      return {
        name,
        state: request.outcome === 'delisted' || request.outcome === 'not-listed' ? 'open' : 'tried',
      }
    case 'mail':
    case 'form':
      return { name, state: 'closed', why: 'person' }
    case 'third-party':
      return { name, state: 'closed', why: 'elsewhere' }
    default:
      return { name, state: 'closed', why: 'by-itself' }
  }
}

function caseRung(path: Path, { reason }: Refused, tried: Tried, rules: ExternalSettings): Rung {
  const name = 'case'
  if (tried.case !== undefined) return { name, state: tried.case.state === 'closed' ? 'tried' : 'running' }
  const matter = { reason, path }
  if (opensCase(rules, matter, 'form') || opensCase(rules, matter, 'mail')) return { name, state: 'open' }
  // The button goes on to a person by itself where no rule answers it: nothing has to be opened for that.
  return { name, state: 'closed', why: opensCase(rules, matter, 'portal') ? 'by-path' : 'outsiders' }
}

/** What an address is refused for now; undefined when nothing refuses it or puts it off. */
export function refusedNow(explanation: Explanation): Refused | undefined {
  const { ip, reason, listing } = explanation
  if (reason === null || verdictOf(explanation) === 'pass') return undefined
  return { ip, reason, class: listing?.class ?? null, isWide: listing !== null && isWide(listing.scope) }
}

/** What somebody was refused for who knows the code alone: the class is the one that the reason speaks of. */
export function refusedFor(reason: ReasonName, ip?: string): Refused {
  const { path } = reasons[reason]
  const listingClass = listingClasses.find((each) => pathOf(each) === path && path !== 'fix') ?? null
  return { reason, class: listingClass, isWide: false, ip }
}

/** More than one sender: wider than an IPv4 address or the /64 of an IPv6 one. */
export function isWide(scope: string): boolean {
  return scope.includes('/') && !scope.endsWith('/64')
}
