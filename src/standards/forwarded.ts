import { Refusal } from '../base/refusal.ts'
import { parseAddress, type Address } from './ip.ts'
import { covers, type Prefix } from './prefix.ts'

/**
 * Who really asks, behind proxies that write `X-Forwarded-For` (a custom, not a standard: each proxy appends
 * the address it was asked by). Everything left of the last proxy that we trust was written by the asker and
 * may be a lie, so the list is read from the right.
 */

/** A chain of more trusted proxies than this is nobody's. */
const mostHops = 16

/**
 * The right-most hop that is no trusted proxy; without trusted proxies the socket's address. Where a trusted
 * proxy wrote something unreadable, that proxy is as far as we know. Undefined only when the socket has no
 * address. `xForwardedFor`: several header lines joined by commas in their order.
 */
export function clientAddress(
  socketAddress: string | undefined,
  xForwardedFor: string | undefined,
  trusted: readonly Prefix[],
): Address | undefined {
  const socket = parseAddress(socketAddress ?? '')
  if (socket instanceof Refusal) return undefined
  let client = socket
  let end = xForwardedFor?.length ?? 0
  for (let hops = 0; hops < mostHops && end > 0 && isTrusted(client, trusted); hops++) {
    const comma = xForwardedFor?.lastIndexOf(',', end - 1) ?? -1
    const hop = parseAddress(xForwardedFor?.slice(comma + 1, end).trim() ?? '')
    if (hop instanceof Refusal) break
    client = hop
    end = comma
  }
  return client
}

function isTrusted(address: Address, trusted: readonly Prefix[]): boolean {
  return trusted.some((prefix) => covers(prefix, address))
}
