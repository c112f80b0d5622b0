import { hour, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Role } from '../actor.ts'

/** Somebody of the receiver's own people who may come in to the console. */
export interface Operator {
  readonly name: string
  readonly role: Role
  readonly createdAt: number
}

/** Somebody who is in. */
export interface Session {
  readonly name: string
  readonly role: Role
  /** Every form of the session carries it. */
  readonly csrf: string
  readonly createdAt: number
  /** When a code of the authenticator app was shown last: at signing in, or since. */
  readonly confirmedAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
}

/** A session ends after half an hour without a page, and after twelve hours in any case (security CON-2). */
export const idleMs = 30 * minute
export const longestSessionMs = 12 * hour

/** How long a code counts for deeds that do much at once, or take much away (security CON-6). */
export const freshMs = 10 * minute

/** Noted at most this often that a session or token was used: not every page is a write. */
export const noteUseMs = minute

/** Shorter passwords can be guessed from a stolen hash. */
export const leastPassword = 15

export function checkName(name: string): Refusal | undefined {
  return /^[a-z][a-z0-9._-]{1,31}$/.test(name)
    ? undefined
    : new Refusal('operator.name-invalid', { name: name.slice(0, 40) })
}

export function checkPassword(password: string): Refusal | undefined {
  return password.length >= leastPassword
    ? undefined
    : new Refusal('operator.password-short', { least: leastPassword })
}

/** Whether whoever sits there has shown a code lately. */
export function isFresh(session: Pick<Session, 'confirmedAt'>, now: number): boolean {
  return now - session.confirmedAt < freshMs
}

export function isAlive(
  session: { readonly seenAt: number; readonly expiresAt: number },
  now: number,
): boolean {
  return now < session.expiresAt && now - session.seenAt <= idleMs
}
