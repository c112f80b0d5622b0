import { breathe } from '../base/steps.ts'
import { changeFromJson } from '../access/feed-frame.ts'
import type { ListingEntry, TableChange } from '../access/listing-entry.ts'
import { decodeSnapshot, encodeSnapshot, SnapshotError } from '../access/snapshot.ts'

/**
 * An edge says in its hello what it takes beyond the first version. Entries of a kind that it does not know are not sent to it: it lets
 * such mail pass until it is upgraded. Where it knows one that does the same in other words, it gets that.
 */
export function knowsAll(takes: readonly string[]): boolean {
  return ['standings', 'reverse-name', 'delay', 'vouches'].every((each) => takes.includes(each))
}

function knows({ effect, cause }: ListingEntry, takes: readonly string[]): boolean {
  if (cause === 'reverse-name' && !takes.includes('reverse-name')) return false
  return effect === 'refuse' || effect === 'pass' || takes.includes('standings')
}

export function changeForOlder(json: unknown, takes: readonly string[]): TableChange {
  const change = changeFromJson(json)
  if (change.kind === 'vouch' || change.kind === 'unvouch')
    return takes.includes('vouches') ? change : nothing
  if (change.kind !== 'put') return change
  const entry = inOlderWords(change.entry, takes)
  return knows(entry, takes) ? { kind: 'put', entry } : { kind: 'drop', prefix: entry.prefix }
}

/** Every number must come, also of a change that the edge would not understand: nobody is delisted from this address. */
const nothing: TableChange = {
  kind: 'unwatch',
  unit: { family: 4, words: [0xffffffff, 0, 0, 0], length: 32 },
}

function inOlderWords(entry: ListingEntry, takes: readonly string[]): ListingEntry {
  return entry.effect === 'delay' && !takes.includes('delay') ? { ...entry, effect: 'defer' } : entry
}

/** The same for the whole table; the bytes as they are where nothing has to be left out. */
export async function snapshotForOlder(bytes: Uint8Array, takes: readonly string[]): Promise<Uint8Array> {
  const snapshot = decodeSnapshot(bytes)
  if (snapshot instanceof SnapshotError) throw snapshot
  const { table, epoch, seq, at } = snapshot
  const changed = [...table.entries()].filter((entry) => {
    const same = inOlderWords(entry, takes)
    return same !== entry || !knows(entry, takes)
  })
  const unknown = takes.includes('vouches') ? [] : table.vouches.list()
  if (changed.length === 0 && unknown.length === 0) return bytes
  await breathe()
  for (const entry of changed) {
    const same = inOlderWords(entry, takes)
    if (knows(same, takes)) table.put(same)
    else table.drop(entry.prefix)
  }
  for (const { hash } of unknown) table.vouches.remove(hash)
  return encodeSnapshot(table, { epoch, seq, at })
}
