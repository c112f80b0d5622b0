import type { Server, Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { covers, type Prefix } from '../standards/prefix.ts'
import type { Counters } from './counters.ts'

/**
 * Who may come to a door of the edge over TCP (security POL-4): the networks that the configuration names, and this machine by
 * whichever of its addresses. A unix socket has the modes of its file instead.
 */
export interface DoorkeeperOptions {
  /** Name of the door in the log. */
  readonly door: 'policy' | 'lookup'
  readonly allow: readonly Prefix[]
  readonly clock: Clock
  readonly log: Log
  readonly counters: Counters
}

/** One line of log a minute for a door: a stranger who tries for days is one piece of news. */
const logMs = 60_000

/** Says whether a connection may stay; closes a stranger's at once, counts it and sometimes logs it. */
export function doorkeeper(options: DoorkeeperOptions): (server: Server, socket: Socket) => boolean {
  const { door, allow, clock, log, counters } = options
  let loggedAt = -Infinity
  let unlogged = 0
  return (server, socket) => {
    if (typeof server.address() === 'string' || isAllowed(socket, allow)) return true
    const peer = socket.remoteAddress
    socket.destroy()
    counters.strangers++
    const now = clock.elapsed()
    if (now - loggedAt < logMs) unlogged++
    else {
      log.warn('stranger-turned-away', { door, peer, allow: `${door}.allow`, unlogged })
      loggedAt = now
      unlogged = 0
    }
    return false
  }
}

function isAllowed({ remoteAddress, localAddress }: Socket, allow: readonly Prefix[]): boolean {
  // Whoever has gone already has no address any more.
  if (remoteAddress === undefined) return false
  // Nobody else connects from the very address that he connects to.
  if (remoteAddress === localAddress) return true
  const address = parseAddress(remoteAddress.replace(/%.*$/, ''))
  return !(address instanceof Refusal) && allow.some((network) => covers(network, address))
}
