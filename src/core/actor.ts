import { orThrow, Refusal } from '../base/refusal.ts'
import { formatPrefix, networkOf, parseListable } from '../standards/prefix.ts'

/** Who asks. */
export type Actor =
  /** Anybody on the public site; `client` is the unit of the address they come from (`192.0.2.45/32`). */
  | { readonly kind: 'visitor'; readonly client: string }
  | { readonly kind: 'operator'; readonly name: string; readonly role: Role }
  /** A program with an API token. */
  | { readonly kind: 'program'; readonly name: string }
  /** Somebody at the machine's own command line. */
  | { readonly kind: 'cli'; readonly name: string }
  /** Postern itself: `expiry`, `intake`, `letters` … */
  | { readonly kind: 'system'; readonly name: string }

export const roles = ['reader', 'agent', 'admin'] as const
export type Role = (typeof roles)[number]

/** What an actor may do; each needs at least the named role. */
const permissions = {
  'console.read': 'reader',
  'audit.read': 'reader',
  'listing.add': 'agent',
  'listing.end': 'agent',
  'listing.import': 'admin',
  'delisting.decide': 'agent',
  'letter.retry': 'agent',
  'operator.manage': 'admin',
  'token.manage': 'admin',
  'evidence.void': 'admin',
  'reputation.dry-run': 'agent',
  'reputation.brake': 'agent',
  'abuse.read': 'reader',
  'abuse.evidence': 'agent',
  'abuse.reporter': 'agent',
  'abuse.decide': 'agent',
  'abuse.restricted': 'admin',
} as const satisfies Record<string, Role>

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
      return roles.indexOf(actor.role) >= roles.indexOf(permissions[permission])
    case 'program':
      return permission.startsWith('listing.') || permission === 'console.read'
    case 'cli':
    case 'system':
      return true
  }
}

/** Who it is, to tell one actor from another: `operator:ada`. Of a visitor it is the address, which is not written down. */
export function actorName(actor: Actor): string {
  return actor.kind === 'visitor' ? `visitor:${actor.client}` : `${actor.kind}:${actor.name}`
}

/**
 * How the audit and the listings name the actor. Of a visitor they keep the network (/24, /56) and no address: nothing is ever
 * taken out of the audit again (security AUD-2).
 */
export function recordedName(actor: Actor): string {
  return actor.kind === 'visitor' ? `visitor:${visitorNetwork(actor.client)}` : actorName(actor)
}

/** The network that a visitor comes from: /24 or /56. */
export function visitorNetwork(client: string): string {
  return formatPrefix(networkOf(orThrow(parseListable(client))))
}
