import { orThrow, Refusal } from '../base/refusal.ts'
import { formatPrefix, networkOf, parseListable } from '../standards/prefix.ts'

/** Who asks. */
export type Actor =
  /** Anybody on the public site; `client` is the unit of the address they come from (`192.0.2.45/32`). */
  | { readonly kind: 'visitor'; readonly client: string }
  | { readonly kind: 'operator'; readonly name: string; readonly roles: readonly Role[] }
  /** A program with an API token. */
  | { readonly kind: 'program'; readonly name: string }
  /** Somebody at the machine's own command line. */
  | { readonly kind: 'cli'; readonly name: string }
  /** Postern itself: `expiry`, `intake`, `letters` … */
  | { readonly kind: 'system'; readonly name: string }

/**
 * What people are let in for (security CON-5). An operator has one of them or several; `admin` has every permission, the
 * others only what stands below.
 */
export const roles = ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor', 'admin'] as const
export type Role = (typeof roles)[number]

const everybody = roles

/** Who may do what: the roles of people, and `program` for whoever shows an API token. There is no other place that says so. */
export const permissions = {
  'console.read': [...everybody, 'program'],
  'audit.read': ['auditor', 'admin'],
  'listing.add': ['list-operator', 'admin', 'program'],
  'listing.end': ['list-operator', 'admin', 'program'],
  'listing.import': ['admin', 'program'],
  'delisting.decide': ['case-agent', 'list-operator', 'admin'],
  'case.read': ['viewer', 'case-agent', 'list-operator', 'auditor', 'admin'],
  'case.answer': ['case-agent', 'admin'],
  'case.legal': ['admin'],
  'person.export': ['admin'],
  'person.erase': ['admin'],
  'letter.open': ['admin'],
  'letter.retry': ['case-agent', 'abuse-agent', 'list-operator', 'admin'],
  'operator.read': ['auditor', 'admin'],
  'operator.manage': ['admin'],
  'approval.decide': ['list-operator', 'admin'],
  'token.manage': ['admin'],
  'owner.read': ['viewer', 'case-agent', 'list-operator', 'auditor', 'admin'],
  'owner.manage': ['list-operator', 'admin'],
  'vouch.read': ['viewer', 'case-agent', 'list-operator', 'auditor', 'admin'],
  'vouch.revoke': ['list-operator', 'admin'],
  'evidence.void': ['admin'],
  'reputation.dry-run': ['list-operator', 'admin'],
  'reputation.brake': ['list-operator', 'admin'],
  'abuse.read': ['viewer', 'abuse-agent', 'auditor', 'admin'],
  'abuse.evidence': ['abuse-agent', 'admin'],
  'abuse.reporter': ['abuse-agent', 'admin'],
  'abuse.decide': ['abuse-agent', 'admin'],
  'abuse.restricted': ['admin'],
} as const satisfies Record<string, readonly (Role | 'program')[]>

export type Permission = keyof typeof permissions

/** Throws `permission.denied` unless the actor may do this. */
export function permit(actor: Actor, permission: Permission): void {
  if (!may(actor, permission)) throw new Refusal('permission.denied', { permission })
}

export function may(actor: Actor, permission: Permission): boolean {
  switch (actor.kind) {
    case 'visitor':
      return false
    case 'operator':
      return actor.roles.some((role) => isAllowed(role, permission))
    case 'program':
      return isAllowed('program', permission)
    case 'cli':
    case 'system':
      return true
  }
}

function isAllowed(who: Role | 'program', permission: Permission): boolean {
  const allowed: readonly (Role | 'program')[] = permissions[permission]
  return allowed.includes(who)
}

/** `operator:ada`, `system:expiry`. */
export type ActorName = `${Actor['kind']}:${string}`

/** Who it is, to tell one actor from another: `operator:ada`. Of a visitor it is the address, which is not written down. */
export function actorName(actor: Actor): ActorName {
  return actor.kind === 'visitor' ? `visitor:${actor.client}` : `${actor.kind}:${actor.name}`
}

/**
 * How the audit and the listings name the actor. Of a visitor they keep the network (/24, /56) and no address: nothing is ever
 * taken out of the audit again (security AUD-2).
 */
export function recordedName(actor: Actor): ActorName {
  return actor.kind === 'visitor' ? `visitor:${visitorNetwork(actor.client)}` : actorName(actor)
}

/** Whose budget an asker spends: that of the network that somebody comes from, for in IPv6 one customer has as many addresses as they like. */
export function askerOf(actor: Actor): string {
  return actor.kind === 'visitor' ? visitorNetwork(actor.client) : actorName(actor)
}

/** The network that a visitor comes from: /24 or /56. */
export function visitorNetwork(client: string): string {
  return formatPrefix(networkOf(orThrow(parseListable(client))))
}
