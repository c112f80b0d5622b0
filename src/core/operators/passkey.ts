import { minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'

/** A passkey of an operator (WebAuthn Level 3), as its owner sees it. */
export interface Passkey {
  /** The credential id, base64url. */
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly usedAt: number | null
  /** Whether the authenticator keeps copies elsewhere (WebAuthn: BS). */
  readonly isBackedUp: boolean
}

/** What a passkey is asked for. */
export type PasskeyPurpose = 'sign-in' | 'confirm' | 'add'

/** How long a page may stand open before its button is pressed. */
export const challengeMs = 10 * minute

/** The people of one operator do not need more, and a stolen session cannot fill the table. */
export const mostPasskeys = 20

/** The name that its owner gives it, without blanks around. */
export function readPasskeyName(text: string): string | Refusal {
  const name = text.trim().normalize('NFC')
  return name.length > 0 && name.length <= 60 && !/\p{Cc}/u.test(name)
    ? name
    : new Refusal('passkey.name-invalid')
}

/** The RP ID (WebAuthn §4): the host of the console and nothing above it. */
export function rpIdOf(origin: string): string {
  return new URL(origin).hostname
}

/** WebAuthn §6.1.1: the counter must grow; 0 twice means that this authenticator does not count. */
export function isCounterGrowing(last: number, now: number): boolean {
  return now > last || (now === 0 && last === 0)
}
