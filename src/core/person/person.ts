import type { MailAddress } from '../../standards/mail-address.ts'
import type { KeptWhy, PersonKey } from './places.ts'

/** Somebody by their mailbox, as the database may know them. */
export interface Person {
  readonly mailbox: MailAddress
  readonly pseudonym: string
  readonly tombstone: MailAddress
  readonly keys: Readonly<Record<PersonKey, readonly string[]>>
}

/** What goes on with a person's data now, so that it cannot be erased yet. */
export type Blocker =
  /** A case that is not closed. */
  | { readonly kind: 'case'; readonly id: string }
  /** One that is spoken of with the owner alone. */
  | { readonly kind: 'legal'; readonly id: string }
  /** A request that a person decides. */
  | { readonly kind: 'request'; readonly id: string }
  /** A report of theirs that is not closed. */
  | { readonly kind: 'report'; readonly id: string }

/** What we know of somebody, as they are given it. */
export interface Exported {
  readonly mailbox: MailAddress
  readonly at: string
  /** By table: rows of theirs, and what becomes of them when they ask to be erased. */
  readonly places: readonly {
    readonly place: string
    readonly found: string
    readonly erasing: 'deleted' | 'replaced' | 'kept'
    readonly why?: KeptWhy
    readonly rows: readonly Readonly<Record<string, unknown>>[]
  }[]
  /** What was said with us in cases, their own threads only. */
  readonly threads: readonly {
    readonly case: string
    readonly messages: readonly {
      readonly at: string
      readonly by: 'you' | 'us'
      readonly text: string
      readonly subject?: string
    }[]
  }[]
  /** What was done about them, without who did it. */
  readonly audit: readonly { readonly at: string; readonly action: string; readonly subject: string }[]
}

/** How an erasure stands. `proposed`: waits for a second person. `waiting`: for what goes on to end. */
export const erasureStates = ['proposed', 'waiting', 'done', 'declined'] as const
export type ErasureState = (typeof erasureStates)[number]

export interface Erasure {
  readonly id: string
  readonly pseudonym: string
  /** Null once the person is erased. */
  readonly mailbox: MailAddress | null
  readonly state: ErasureState
  readonly askedBy: string
  readonly askedAt: number
  readonly blockers: readonly Blocker[]
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>
  /** When it was done, or declined. */
  readonly doneAt: number | null
}
