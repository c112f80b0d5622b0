import { Refusal } from '../base/refusal.ts'
import type { Language } from '../access/reasons.ts'
import type { MailAddress } from '../standards/mail-address.ts'

/** A letter with a link, in two halves as in the portal: the page has a code, the letter does not. */
export interface LetterLink {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
  readonly linkHash: string
  readonly browserHash: string
  readonly codeHash: string
  readonly tries: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt: number | null
}

/** A letter with a link has perhaps gone out; the page has the other half. */
export interface Asked {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly expiresAt: number
}

/** Wrong codes before a link opens nothing any more. */
export const maxTries = 5

/** Whether the link still works. It works once. */
export function mayUse(
  link: Pick<LetterLink, 'tries' | 'expiresAt' | 'usedAt'>,
  now: number,
): Refusal | undefined {
  const isOver = link.usedAt !== null || link.expiresAt <= now || link.tries >= maxTries
  return isOver ? new Refusal('owners.link-over') : undefined
}
