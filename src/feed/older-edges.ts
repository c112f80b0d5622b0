import { breathe } from '../base/steps.ts'
import { changeFromJson } from '../access/feed-frame.ts'
import type { TableChange } from '../access/listing-entry.ts'
import { decodeSnapshot, encodeSnapshot, SnapshotError } from '../access/snapshot.ts'

/**
 * An edge of the version before knows entries that refuse or pass. What only observes or defers is not sent to it: it lets such mail
 * pass until it is upgraded.
 */
export function changeForOlder(json: unknown): TableChange {
  const change = changeFromJson(json)
  if (change.kind !== 'put' || change.entry.effect === 'refuse' || change.entry.effect === 'pass')
    return change
  return { kind: 'drop', prefix: change.entry.prefix }
}

/** The same for the whole table; the bytes as they are where nothing has to be left out. */
export async function snapshotForOlder(bytes: Uint8Array): Promise<Uint8Array> {
  const snapshot = decodeSnapshot(bytes)
  if (snapshot instanceof SnapshotError) throw snapshot
  const { table, epoch, seq, at } = snapshot
  const unknown = [...table.entries()].filter(({ effect }) => effect !== 'refuse' && effect !== 'pass')
  if (unknown.length === 0) return bytes
  await breathe()
  for (const { prefix } of unknown) table.drop(prefix)
  return encodeSnapshot(table, { epoch, seq, at })
}
