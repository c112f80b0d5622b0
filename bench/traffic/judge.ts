import type { ComplaintEvent, ConnectionEvent, MessageEvent } from '../../src/access/mail-event.ts'
import type { Address } from '../../src/standards/ip.ts'

/** What a judge of senders answers and is told: the verbs of a replay (contracts 4). */

export type Action = 'pass' | 'defer' | 'reject'

/** What is known when the first recipient is named, and nothing more. */
export interface Glance {
  /** Milliseconds since 1970; never less than in the decision before. */
  readonly at: number
  readonly address: Address
  /** The same in canonical text. */
  readonly ip: string
  readonly helo?: string | undefined
  /** Forward-confirmed name; null when there is none; undefined when not known. */
  readonly ptr?: string | null | undefined
  /** Domain of the envelope sender, `''` for the null sender; undefined for a connection that named none. */
  readonly mailFrom?: string | undefined
}

export interface Decision {
  readonly action: Action
  /** Null or a word that says why. */
  readonly reason: string | null
  readonly grade: 'trusted' | 'good' | 'neutral' | 'new' | 'poor' | 'bad'
}

/** The verbs come in order of time; only what is learned may be older than the last decision, by the lag of those who report it. */
export interface Judge {
  decide(glance: Glance): Decision
  /** What was let through, with all that became known of it. */
  learn(event: MessageEvent | ConnectionEvent): void
  /** What the judge itself has deferred or refused: the fields of the glance, `outcome`, and `isOurs`. */
  attempt(event: MessageEvent | ConnectionEvent): void
  /** May be about anything; matching it to a message is the judge's own work. */
  complain(event: ComplaintEvent): void
  /** The sender's proven and confirmed self-delisting. False when it is not the sender's to remove: a person decides. */
  delist(at: number, address: Address): boolean
}
