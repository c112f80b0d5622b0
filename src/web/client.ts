import type { Context } from 'hono'
import type { Actor } from '../core/actor.ts'
import { formatPrefix, networkOf as networkPrefix, unitOf, type Prefix } from '../standards/prefix.ts'
import { clientAddress } from '../standards/forwarded.ts'
import type { Address } from '../standards/ip.ts'
import type { WebEnv } from './env.ts'

/**
 * Who asks, by address: the socket's, or the nearest one that is not a trusted proxy's (security DEL-12).
 * A socket without an address (unix socket, test) is ours.
 */
export function clientOf(c: Context<WebEnv>, trusted: readonly Prefix[]): Address {
  const socket = c.env?.incoming?.socket.remoteAddress?.replace(/%.*$/, '')
  return clientAddress(socket ?? loopback, c.req.header('x-forwarded-for'), trusted) ?? unknown
}

const loopback = '127.0.0.1'
const unknown: Address = { family: 4, words: [0, 0, 0, 0] }

/** The visitor as an actor: one address, or the /64 of an IPv6 one. */
export function visitorOf(client: Address): Actor {
  return { kind: 'visitor', client: formatPrefix(unitOf(client)) }
}

/** Whether the page is asked for from the very address that it is about: then its owner sees what a case link shows. */
export function isAbout(client: Address, address: Address): boolean {
  return formatPrefix(unitOf(client)) === formatPrefix(unitOf(address))
}

/** The network that budgets of look-ups count by: /24 or /56 (contracts 6). */
export function networkOf(client: Address): string {
  return formatPrefix(networkPrefix(client))
}
