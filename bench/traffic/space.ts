import type { Address, Words } from '../../src/standards/ip.ts'
import type { Random } from './random.ts'

/**
 * Where simulated senders live. The documentation prefixes hold 768 IPv4 addresses, a botnet has thousands, and judges protect private
 * space: so IPv4 addresses are drawn from networks that defence ministries hold and that send no public mail. They are numbers in a
 * simulation; nothing is ever connected to. IPv6 senders live in the documentation prefix.
 */
const first = [11, 21, 22, 25, 26, 28, 29, 30, 33, 55, 214, 215] as const

export class Space {
  readonly #random: Random
  readonly #taken = new Set<number>()
  readonly #networks = new Set<number>()
  #networks6 = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** A /24 that nobody was given yet: its first address as a word. */
  network(): number {
    for (;;) {
      const network = ((this.#random.pick(first) << 24) | (this.#random.int(65_536) << 8)) >>> 0
      if (this.#networks.has(network)) continue
      this.#networks.add(network)
      return network
    }
  }

  /** An address of the /24 that nobody was given yet. */
  host(network: number): Address {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const word = (network + 1 + this.#random.int(254)) >>> 0
      if (this.#taken.has(word)) continue
      this.#taken.add(word)
      return { family: 4, words: [word, 0, 0, 0] }
    }
    throw new Error('this network is full')
  }

  /** A /48 of its own: its first two words. */
  network6(): readonly [number, number] {
    this.#networks6++
    return [0x20010db8, ((this.#networks6 * 257) << 16) >>> 0]
  }
}

/** An address in a /64 of a /48. */
export function hostIn6([high, low]: readonly [number, number], subnet: number, random: Random): Address {
  const words: Words = [high, (low | subnet) >>> 0, random.word(), random.word()]
  return { family: 6, words }
}
