import { entryAt } from '../access/entry-words.ts'
import type { ListingEntry, TableChange } from '../access/listing-entry.ts'
import type { ListingTable } from '../access/table.ts'
import { overlaps, type Prefix } from '../standards/prefix.ts'

/**
 * The edge's own safety rules (security EDGE-3), whatever core says: nothing that overlaps the networks protected in the edge's own
 * configuration, and no table that refuses more than a fiftieth of either family's address space.
 * (That no prefix is wider than /8 or /16 is in the reader of the feed: such an entry cannot be written down.)
 */

/** The greatest share of all addresses that a table may refuse; nested entries count each. */
const greatestShare = 0.02

/** IPv4 addresses; /64 networks of global unicast IPv6 (2000::/3). */
const spaceOf = { 4: 2 ** 32, 6: 2 ** 61 } as const

/** Rows looked at between two pauses. */
const stepRows = 4096

export interface Inspection {
  /** Entries that must not be in the table. */
  readonly forbidden: readonly ListingEntry[]
  /** The others' share of each family's space. */
  readonly share: { readonly 4: number; readonly 6: number }
}

/** Looks at every entry of a table, in steps. What changes meanwhile is not looked at. */
export function* inspect(table: ListingTable, networks: readonly Prefix[]): Generator<void, Inspection> {
  const { rows } = table.freeze()
  const forbidden: ListingEntry[] = []
  const share = { 4: 0, 6: 0 }
  for (let row = 0; row < rows.count; row++) {
    if (row % stepRows === 0) yield
    const entry = entryAt(rows, row)
    if (isForbidden(entry, networks)) forbidden.push(entry)
    else share[entry.prefix.family] += shareOf(entry)
  }
  return { forbidden, share }
}

/** Whether a table with this share may be used. */
export function isTooMuch(share: Inspection['share']): boolean {
  return share[4] > greatestShare || share[6] > greatestShare
}

/** Judges changes one by one, for a table whose share is known. */
export class Guard {
  readonly #networks: readonly Prefix[]
  #share: { 4: number; 6: number }

  constructor(networks: readonly Prefix[], share: Inspection['share']) {
    this.#networks = networks
    this.#share = { ...share }
  }

  /** Whether the change may be applied to the table; call it before, and only when the change is applied if it says yes. */
  admits(table: ListingTable, change: TableChange): boolean {
    if (change.kind !== 'put' && change.kind !== 'drop') return true
    const prefix = change.kind === 'put' ? change.entry.prefix : change.prefix
    const before = table.get(prefix)
    const gone = before === undefined ? 0 : shareOf(before)
    const added = change.kind === 'put' ? shareOf(change.entry) : 0
    const share = this.#share[prefix.family] - gone + added
    if (change.kind === 'put' && isForbidden(change.entry, this.#networks)) return false
    if (added > gone && share > greatestShare) return false
    this.#share[prefix.family] = share
    return true
  }
}

/** A carve-out refuses nobody. */
function isForbidden(entry: ListingEntry, networks: readonly Prefix[]): boolean {
  return entry.effect !== 'pass' && networks.some((network) => overlaps(network, entry.prefix))
}

function shareOf({ effect, prefix }: ListingEntry): number {
  if (effect === 'pass') return 0
  return 2 ** ((prefix.family === 4 ? 32 : 64) - prefix.length) / spaceOf[prefix.family]
}
