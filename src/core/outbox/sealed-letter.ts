import { knownWord } from '../../base/known-word.ts'
import type { Language } from '../../access/reasons.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { Context } from '../context.ts'
import { letterKinds, type LetterContent, type LetterKind } from './letter-words.ts'

export const letterStates = ['queued', 'sending', 'sent', 'kept', 'dead', 'bounced'] as const

/**
 * `queued` waits, `sending` is with somebody, `sent` was taken by the smarthost, `kept` stays on the outbox page
 * (`smarthost: outbox`), `dead` was given up, `bounced` came back.
 */
export type LetterState = (typeof letterStates)[number]

/** A letter as the database has it: the part of the row that is read here. */
interface LetterRow {
  readonly id: string
  readonly kind: string
  readonly mailbox: string
  readonly language: string
  readonly slots: string
  readonly state: string
  readonly next_at: number
  readonly expires_at: number | null
  readonly attempts: number
  readonly last_error: string | null
  readonly created_at: number
  readonly sent_at: number | null
}

/** A letter as its row says, without what it says to its reader. */
export interface Letter {
  readonly id: string
  readonly kind: LetterKind
  readonly mailbox: string
  readonly language: Language
  readonly state: LetterState
  /** When it is tried next, while queued. */
  readonly nextAt: number
  readonly expiresAt: number | null
  readonly attempts: number
  /** The server's last words when it did not take it. */
  readonly lastError: string | null
  readonly createdAt: number
  readonly sentAt: number | null
}

export function letterOf(row: LetterRow): Letter {
  return {
    id: row.id,
    kind: knownWord(letterKinds, row.kind, 'a letter'),
    mailbox: row.mailbox,
    language: knownWord(['en', 'zh-CN'] as const, row.language, 'a letter'),
    state: knownWord(letterStates, row.state, 'a letter'),
    nextAt: row.next_at,
    expiresAt: row.expires_at,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }
}

/** A link in a letter is half a key: the database and its backups hold it sealed, and not at all once the letter is away. */
export function sealSlots(ctx: Context, id: string, slots: LetterContent['slots']): string {
  return seal(ctx.keys.vault, `letter:${id}`, JSON.stringify(slots))
}

/** What the letter says; undefined when that was wiped, or sealed with another key. */
export function contentOf(ctx: Context, row: LetterRow): LetterContent | undefined {
  const slots = unseal(ctx.keys.vault, `letter:${row.id}`, row.slots)
  // Sealed by `sealSlots`, so it is what `checkSlots` let through.
  return slots && ({ kind: row.kind, slots: JSON.parse(slots.toString()) as unknown } as LetterContent)
}
