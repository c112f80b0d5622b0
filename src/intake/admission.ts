import type { Clock } from '../base/clock.ts'
import { minute, hour } from '../base/clock.ts'
import type { Address } from '../standards/ip.ts'
import { formatPrefix, prefixOf } from '../standards/prefix.ts'
import { replies, type Reply } from './reply.ts'

/**
 * Who may connect, send and guess how often (security ABU-1). Kept in memory: these protect this process, not a promise.
 * Counted by /24 and /64, because that is what one flooder commands. An unknown client (a message that our own MTA wrote) is not counted.
 */
export interface AdmissionLimits {
  /** Connections at once, over all listeners; our own relays have as many again, so that strangers cannot keep them out. */
  readonly connections: number
  readonly connectionsPerNetwork: number
  readonly messagesPerMinute: number
  /** Unknown recipients, forged tags among them, in ten minutes. */
  readonly unknownRecipients: number
  /** Messages to postmaster, which a person reads, in an hour. */
  readonly toPostmaster: number
}

export const admissionLimits: AdmissionLimits = {
  connections: 200,
  connectionsPerNetwork: 10,
  messagesPerMinute: 60,
  unknownRecipients: 20,
  toPostmaster: 20,
}

export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  readonly #connected = new Map<string, number>()
  readonly #connections = { strangers: 0, relays: 0 }
  readonly #messages: Tally
  readonly #unknown: Tally
  readonly #postmaster: Tally

  constructor(limits: AdmissionLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
    this.#messages = new Tally(limits.messagesPerMinute, minute)
    this.#unknown = new Tally(limits.unknownRecipients, 10 * minute)
    this.#postmaster = new Tally(limits.toPostmaster, hour)
  }

  get connections(): number {
    return this.#connections.strangers + this.#connections.relays
  }

  /** A new connection (`peer` undefined: of a relay of ours): the refusal, or the way to give its place back, to be called once. */
  connect(peer: Address | undefined): Reply | (() => void) {
    const network = networkOf(peer)
    const kind = network === undefined ? 'relays' : 'strangers'
    if (this.#connections[kind] >= this.#limits.connections) return replies.crowded
    if (network !== undefined) {
      const here = this.#connected.get(network) ?? 0
      if (here >= this.#limits.connectionsPerNetwork) return replies.tooManyConnections
      this.#connected.set(network, here + 1)
    }
    this.#connections[kind] += 1
    return () => {
      this.#connections[kind] -= 1
      if (network !== undefined) this.#leave(network)
    }
  }

  message(client: Address | undefined): Reply | undefined {
    return this.#spend(this.#messages, client) ? undefined : replies.tooManyMessages
  }

  /** An unknown recipient was named: how to say so. */
  unknownRecipient(client: Address | undefined): Reply {
    return this.#spend(this.#unknown, client) ? replies.noSuchMailbox : replies.tooManyUnknown
  }

  toPostmaster(client: Address | undefined): Reply | undefined {
    return this.#spend(this.#postmaster, client) ? undefined : replies.tooManyMessages
  }

  #spend(tally: Tally, client: Address | undefined): boolean {
    const network = networkOf(client)
    return network === undefined || tally.spend(network, this.#clock.elapsed())
  }

  #leave(network: string): void {
    const here = (this.#connected.get(network) ?? 1) - 1
    if (here > 0) this.#connected.set(network, here)
    else this.#connected.delete(network)
  }
}

/** Networks remembered; the longest unseen are forgotten first. */
const mostNetworks = 10_000

/** At most `count` in any window of `windowMs`, by key. */
class Tally {
  readonly #count: number
  readonly #windowMs: number
  readonly #spent = new Map<string, number[]>()

  constructor(count: number, windowMs: number) {
    this.#count = count
    this.#windowMs = windowMs
  }

  spend(key: string, now: number): boolean {
    const recent = (this.#spent.get(key) ?? []).filter((at) => at > now - this.#windowMs)
    const isLeft = recent.length < this.#count
    if (isLeft) recent.push(now)
    this.#spent.delete(key)
    this.#spent.set(key, recent)
    if (this.#spent.size > mostNetworks) this.#spent.delete(this.#spent.keys().next().value ?? '')
    return isLeft
  }
}

function networkOf(address: Address | undefined): string | undefined {
  return address && formatPrefix(prefixOf(address, address.family === 4 ? 24 : 64))
}
