import { breathe } from '../base/steps.ts'
import { changeFromJson } from '../access/feed-frame.ts'
import type { ListingEntry, TableChange } from '../access/listing-entry.ts'
import { decodeSnapshot, encodeSnapshot, SnapshotError } from '../access/snapshot.ts'

/**
 * An edge says in its hello what it takes beyond the first version. Entries of a kind that it does not know are not sent to it: it lets
 * such mail pass until it is upgraded.
 */
export function knowsAll(takes: readonly string[]): boolean {
  return takes.includes('standings') && takes.includes('reverse-name')
}

function knows({ effect, cause }: ListingEntry, takes: readonly string[]): boolean {
  if (cause === 'reverse-name' && !takes.includes('reverse-name')) return false
  return effect === 'refuse' || effect === 'pass' || takes.includes('standings')
}

export function changeForOlder(json: unknown, takes: readonly string[]): TableChange {
  const change = changeFromJson(json)
  if (change.kind !== 'put' || knows(change.entry, takes)) return change
  return { kind: 'drop', prefix: change.entry.prefix }
}

/** The same for the whole table; the bytes as they are where nothing has to be left out. */
export async function snapshotForOlder(bytes: Uint8Array, takes: readonly string[]): Promise<Uint8Array> {
  const snapshot = decodeSnapshot(bytes)
  if (snapshot instanceof SnapshotError) throw snapshot
  const { table, epoch, seq, at } = snapshot
  const unknown = [...table.entries()].filter((entry) => !knows(entry, takes))
  if (unknown.length === 0) return bytes
  await breathe()
  for (const { prefix } of unknown) table.drop(prefix)
  return encodeSnapshot(table, { epoch, seq, at })
}
