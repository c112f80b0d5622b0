import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { MailAddress } from '../../standards/mail-address.ts'

export const formKinds = ['deliverability', 'warm-up'] as const
export type FormKind = (typeof formKinds)[number]

/**
 * What somebody filled in, while the mailbox in it has not shown itself: as in the portal the letter carries one half and the page the other.
 * Then it opens one case.
 */
export interface CaseForm {
  readonly id: string
  readonly kind: FormKind
  readonly mailbox: MailAddress
  readonly language: Language
  /** As its kind has it. */
  readonly content: unknown
  readonly linkHash: string
  readonly browserHash: string
  readonly codeHash: string
  readonly tries: number
  readonly createdAt: number
  readonly expiresAt: number
  /** The thread that it has opened. */
  readonly participantId: string | null
}

/** Wrong second halves before a form is burned (security DEL-6). */
export const maxTries = 5

/** Whether its link still opens something. */
export function mayUse({ tries, expiresAt }: CaseForm, now: number): Refusal | undefined {
  return tries >= maxTries || expiresAt <= now ? new Refusal('forms.over') : undefined
}
