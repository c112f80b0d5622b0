import { hour, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { roles, type Role } from '../actor.ts'

/** Somebody of the receiver's own people who may come in to the console. */
export interface Operator {
  readonly name: string
  readonly roles: readonly Role[]
  readonly createdAt: number
}

/** Somebody who is in. */
export interface Session {
  readonly name: string
  readonly roles: readonly Role[]
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
export const freshMs = 5 * minute

/** Noted at most this often that a session or token was used: not every page is a write. */
export const noteUseMs = minute

/** Shorter passwords can be guessed from a stolen hash. */
export const leastPassword = 15

/** What the three roles of before 2026 may do, in the roles of today: nobody loses anything by an upgrade. */
const formerRoles: Readonly<Record<string, readonly Role[]>> = {
  reader: ['viewer', 'auditor'],
  agent: ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor'],
  admin: ['admin'],
}

/** The roles of a row; throws when they are none of ours. `role` counts where `roles` was never written. */
export function rolesOf(row: { readonly role: string; readonly roles: string | null }): readonly Role[] {
  const known = row.roles === null ? formerRoles[row.role] : readRoles(row.roles.split(' '))
  if (known === undefined)
    throw new Error(`an operator has the roles "${row.roles ?? row.role}", which there are not`)
  return known
}

/** Roles by their names, each once and in our order; undefined when there is none or one is unknown. */
export function readRoles(names: readonly string[]): readonly Role[] | undefined {
  const found = roles.filter((role) => names.includes(role))
  return found.length > 0 && new Set(names).size === found.length ? found : undefined
}

/** Roles as somebody types them: `case-agent,auditor`, or one of the three former words. */
export function parseRoles(text: string): readonly Role[] | undefined {
  return formerRoles[text] ?? readRoles(text.split(',').map((name) => name.trim()))
}

/** The nearest of the three former roles that gives no more, for a core of before that runs beside this one. */
export function formerRole(given: readonly Role[]): string {
  if (given.includes('admin')) return 'admin'
  return formerRoles['agent']?.every((role) => given.includes(role)) ? 'agent' : 'reader'
}

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
