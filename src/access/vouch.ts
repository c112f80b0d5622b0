import { mac, type Secret } from '../base/secret.ts'
import { judgedAs, type Address } from '../standards/ip.ts'
import { formatPrefix, prefixOf, type Prefix } from '../standards/prefix.ts'

/**
 * A recipient's word for a sender: it lets mail to one mailbox pass, from one domain. At RCPT the domain is only claimed (MAIL FROM), so it
 * is bound to the network that the refused message came from; at the message door it has signed (DKIM), from wherever. Edges hold hashes:
 * neither who vouched nor for which domain can be read from them.
 */
export interface VouchEntry {
  /** `vouchHash`. */
  readonly hash: string
  /** The /24 or /64; null for one that the signature alone decides. */
  readonly network: Prefix | null
  /** Milliseconds since 1970; it does not act from then on. */
  readonly until: number
}

/** What a vouch is about. */
export interface VouchFor {
  readonly mailbox: string
  readonly domain: string
  readonly network: Prefix | null
}

/** The network that a vouch for mail of this address is bound to. */
export function vouchNetwork(address: Address): Prefix {
  const judged = judgedAs(address)
  return prefixOf(judged, judged.family === 4 ? 24 : 64)
}

/** 128 bits in base64url; letter case of mailbox and domain does not matter. */
export function vouchHash(key: Secret, { mailbox, domain, network }: VouchFor): string {
  const where = network === null ? 'signed' : formatPrefix(network)
  return mac(key, `${mailbox}\0${domain}`.toLowerCase() + `\0${where}`, 16).toString('base64url')
}

/** What an edge can hold of them: some megabytes. Core makes no more. */
export const mostVouches = 100_000

/** The vouches of a table. Which are there depends on the changes alone, not on when they came. */
export class Vouches {
  readonly #byHash = new Map<string, VouchEntry>()
  /** How many there are for a network: nearly every refused sender is of none, and nothing has to be hashed for it. */
  readonly #byNetwork = new Map<string, number>()
  #signed = 0

  get size(): number {
    return this.#byHash.size
  }

  /** Whether any is by signature. */
  get hasSigned(): boolean {
    return this.#signed > 0
  }

  put(entry: VouchEntry): void {
    this.remove(entry.hash)
    this.#byHash.set(entry.hash, entry)
    this.#count(entry, 1)
  }

  remove(hash: string): void {
    const entry = this.#byHash.get(hash)
    if (entry === undefined) return
    this.#byHash.delete(hash)
    this.#count(entry, -1)
  }

  /** Whether any is for the network of this address, ended ones included. */
  concerns(address: Address): boolean {
    return this.#byNetwork.size > 0 && this.#byNetwork.has(networkKey(vouchNetwork(address)))
  }

  has(hash: string, nowMs: number): boolean {
    const entry = this.#byHash.get(hash)
    return entry !== undefined && entry.until > nowMs
  }

  dropExpired(nowMs: number): void {
    for (const { hash, until } of this.#byHash.values()) if (until <= nowMs) this.remove(hash)
  }

  /** By hash. */
  list(): VouchEntry[] {
    return [...this.#byHash.values()].toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
  }

  #count({ network }: VouchEntry, by: 1 | -1): void {
    if (network === null) {
      this.#signed += by
      return
    }
    const key = networkKey(network)
    const count = (this.#byNetwork.get(key) ?? 0) + by
    if (count === 0) this.#byNetwork.delete(key)
    else this.#byNetwork.set(key, count)
  }
}

function networkKey({ family, words }: Prefix): string {
  return `${family}:${words[0]}:${words[1]}`
}
