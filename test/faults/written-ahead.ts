import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/**
 * What the driver asked for and what it was told, in order. An acknowledgement is flushed to the medium before it counts,
 * so that the list would hold even if the driver were killed too (security section 11, crash-test method).
 */
export type Entry =
  /** About to be asked; nobody knows yet whether it will be done. */
  | { readonly kind: 'ask-listing'; readonly ip: string; readonly ends?: string }
  | { readonly kind: 'ask-request'; readonly ip: string; readonly mailbox: string }
  | { readonly kind: 'ask-confirm'; readonly id: string; readonly ip: string }
  /** Acknowledged by the product. */
  | { readonly kind: 'listed'; readonly ip: string; readonly id: string }
  | { readonly kind: 'requested'; readonly ip: string; readonly mailbox: string; readonly id: string }
  | {
      readonly kind: 'confirmed'
      readonly id: string
      readonly ip: string
      readonly outcome: string
      readonly listing: string
    }

export interface WrittenAhead {
  readonly entries: readonly Entry[]
  add(entry: Entry): void
  close(): void
}

export function writtenAhead(path: string): WrittenAhead {
  const file = openSync(path, 'a', 0o600)
  const entries: Entry[] = []
  return {
    entries,
    add: (entry) => {
      writeSync(file, `${JSON.stringify(entry)}\n`)
      if (!entry.kind.startsWith('ask-')) fsyncSync(file)
      entries.push(entry)
    },
    close: () => closeSync(file),
  }
}
