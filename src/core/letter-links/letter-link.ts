import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { MailAddress } from '../../standards/mail-address.ts'

/** What a link is for. It does nothing else. */
export const linkPurposes = [
  /** Signs its mailbox in as an owner. */
  'owner',
  /** Asks the contact of a network about somebody's claim to it. */
  'owner-contact',
  /** Signs its mailbox in as a recipient. */
  'recipient',
  /** Shows or erases what is known of its mailbox. */
  'person',
  /** Opens a case with what was filled in. */
  'deliverability',
  'warm-up',
] as const
export type LinkPurpose = (typeof linkPurposes)[number]

/**
 * A letter with a link, in two halves as in the portal (security 6.2): the letter has one, the page where it was asked for has the other, as a
 * cookie and as a code. Only hashes of them are kept.
 */
export interface LetterLink {
  readonly id: string
  readonly purpose: LinkPurpose
  readonly mailbox: MailAddress
  readonly language: Language
  /** What it is about, as its purpose has it; null where that is the mailbox alone. */
  readonly content: unknown
  /** Empty where no letter was written, so that nothing fits it: they write to us instead. */
  readonly linkHash: string
  readonly browserHash: string
  readonly codeHash: string
  readonly tries: number
  readonly createdAt: number
  readonly expiresAt: number
  /** When a message from the mailbox has shown it, as the letter's half would have. */
  readonly provenAt: number | null
  readonly usedAt: number | null
  /** What it has opened and still leads to; null where using it leaves nothing behind that it could lead to. */
  readonly opened: string | null
}

/** A letter with a link has perhaps gone out; the page has the other half. */
export interface Asked {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly expiresAt: number
}

/** `mail`: a letter shows the mailbox. `write-in`: a message to us does. */
export type Road = 'mail' | 'write-in'

export function roadOf({ linkHash }: Pick<LetterLink, 'linkHash'>): Road {
  return linkHash === '' ? 'write-in' : 'mail'
}

/** Wrong codes before a link opens nothing any more (security DEL-6). */
export const maxTries = 5

/** Whether the link still works. It works once; one that has opened something leads there until its time is over. */
export function mayUse(
  {
    purpose,
    tries,
    expiresAt,
    usedAt,
    opened,
  }: Pick<LetterLink, 'purpose' | 'tries' | 'expiresAt' | 'usedAt' | 'opened'>,
  now: number,
): Refusal | undefined {
  const isSpent = usedAt !== null && opened === null
  return isSpent || expiresAt <= now || tries >= maxTries ? new Refusal('links.over', { purpose }) : undefined
}
