/**
 * Chance by seed: sfc32 (Doty-Humphrey, PractRand), seeded by a hash of text. The same text gives the same numbers on every machine, and
 * `fork` gives streams that do not disturb each other: one more sender changes nothing for the others.
 */
export class Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string) {
    this.#seed = seed
    this.#a = hash(seed, 0x9e3779b9)
    this.#b = hash(seed, 0x243f6a88)
    this.#c = hash(seed, 0xb7e15162)
    for (let round = 0; round < 12; round++) this.word()
  }

  fork(label: string): Random {
    return new Random(`${this.#seed}/${label}`)
  }

  /** 32 bits. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0, below 1. */
  unit(): number {
    return this.word() / 2 ** 32
  }

  /** A whole number from 0, below `below`. */
  int(below: number): number {
    return Math.floor(this.unit() * below)
  }

  between(from: number, to: number): number {
    return from + this.unit() * (to - from)
  }

  chance(share: number): boolean {
    return this.unit() < share
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    const picked = from[this.int(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  /** Waiting time of a Poisson process. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean
  }

  /** `sigma` is of the logarithm: 1 means that two of three lie between a third and three times the median. */
  logNormal(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
    return median * Math.exp(sigma * normal)
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.word().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }
}

/** FNV-1a with the finish of MurmurHash3. */
function hash(text: string, start: number): number {
  let value = start
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
