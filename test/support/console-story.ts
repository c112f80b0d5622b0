import { actorName, type Actor } from '../../src/core/actor.ts'
import type { AuditFacts, AuditRecord } from '../../src/core/audit/audit.ts'
import type { DelistRequest } from '../../src/core/delisting/request.ts'
import type { Listing } from '../../src/core/listings/listing.ts'
import type { ShownLetter } from '../../src/core/outbox/reading-actions.ts'
import type { Address } from '../../src/standards/ip.ts'
import { covers, type Prefix } from '../../src/standards/prefix.ts'
import { testStart } from './context.ts'

/** What the console of these tests tells of; its deeds change it. */
export interface Story {
  readonly listings: Listing[]
  readonly requests: DelistRequest[]
  readonly letters: ShownLetter[]
  readonly audit: AuditRecord[]
  /** What was done, as `name:argument`. */
  readonly deeds: string[]
  /** Stands in every text that somebody else wrote. */
  readonly text: string | undefined
}

export function covering({ listings }: Story, address: Address | Prefix): Listing[] {
  return listings
    .filter(({ state, prefix }) => state === 'active' && covers(prefix, address))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
}

export function historyOf({ audit }: Story, subject: string): AuditRecord[] {
  return audit.filter((record) => record.subject === subject)
}

export function noteIn(
  { audit }: Story,
  actor: Actor,
  action: string,
  subject: string,
  facts: AuditFacts,
): void {
  audit.unshift({ seq: audit.length + 1, at: testStart, actor: actorName(actor), action, subject, facts })
}

export function replace<T extends { readonly id: string }>(list: T[], changed: T): T {
  list.splice(
    list.findIndex(({ id }) => id === changed.id),
    1,
    changed,
  )
  return changed
}
