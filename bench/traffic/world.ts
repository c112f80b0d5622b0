import type { Address } from '../../src/standards/ip.ts'
import { day, hour } from '../../src/base/clock.ts'
import type { Flow } from './flow.ts'
import { namedHost, namelessHost, type Host } from './mail.ts'
import { Random } from './random.ts'
import { Space } from './space.ts'
import type { Episode, Outage, Population, Sender } from './truth.ts'

/** Monday, 4 May 2026, 00:00 UTC. */
export const worldStart = Date.UTC(2026, 4, 4)
export const worldDays = 21

/** A complaint about a message that never was. */
export interface Lie {
  readonly at: number
  readonly address: Address
  readonly reporter: string
}

/** An owner asks for the removal, whether or not there is a listing. */
export interface Removal {
  readonly at: number
  readonly sender: Sender
  readonly host: Host
}

/** What populations are built from, and what they make. */
export class World {
  readonly start = worldStart
  readonly end = worldStart + worldDays * day
  readonly random: Random
  readonly space: Space
  readonly flows: Flow[] = []
  readonly lies: Lie[] = []
  readonly removals: Removal[] = []
  readonly outages: readonly Outage[]
  /** Names that everybody knows, and therefore forges. */
  readonly brands: string[] = [
    'union-bank.example',
    'parcel-link.example',
    'bigpost.example',
    'tax-office.example',
  ]
  readonly #hosting: readonly number[]
  readonly #access: readonly number[]
  readonly #scale: number
  #domains = 0

  /** `scale`: so many times the usual number of senders, at least one of each. */
  constructor(seed: number, scale: number) {
    this.random = new Random(`traffic ${seed}`)
    this.space = new Space(this.random.fork('space'))
    this.#scale = scale
    this.#hosting = Array.from({ length: 30 }, () => this.space.network())
    this.#access = Array.from({ length: 900 }, () => this.space.network())
    this.outages = outages(this)
  }

  count(usual: number): number {
    return Math.max(1, Math.round(usual * this.#scale))
  }

  /** `days` after the start, as a moment. */
  after(days: number): number {
    return Math.round(this.start + days * day)
  }

  sender(population: Population, nth: number, episodes: readonly Episode[] = []): Sender {
    return { key: `${population}-${nth}`, population, episodes }
  }

  /** A domain that nobody else has. */
  domain(random: Random, ending = 'example'): string {
    return `${random.pick(firstWords)}-${random.pick(lastWords)}-${++this.#domains}.${ending}`
  }

  /** An address in one of the networks where rented servers stand, good and bad beside each other. */
  rented(random: Random): Address {
    return this.space.host(random.pick(this.#hosting))
  }

  /** An address on an access line. */
  line(random: Random): Address {
    return this.space.host(random.pick(this.#access))
  }

  /** A mail server with a name of its own, on a rented machine or in a network of its own. */
  server(domain: string, random: Random): Host {
    const address = random.chance(0.6) ? this.rented(random) : this.space.host(this.space.network())
    return namedHost(address, `${random.pick(['mail', 'mx', 'smtp', 'out'])}.${domain}`)
  }

  /** A machine that nobody named: at home, or rented in a hurry. */
  nameless(random: Random, helo?: string): Host {
    if (random.chance(0.7)) return namelessHost(this.line(random), random, 'access-line.example', helo)
    return namelessHost(this.rented(random), random, 'servers.example', helo)
  }
}

/** Once the filter takes everything for spam, once it lets everything through, each for two to four hours of a working day. */
function outages(world: World): Outage[] {
  const random = world.random.fork('outages')
  const at = (earliest: number): number =>
    world.after(earliest + random.int(2)) + random.between(8, 14) * hour
  const [mad, blind] = [at(9), at(15)].map(Math.round)
  if (mad === undefined || blind === undefined) return []
  return [
    { from: mad, until: mad + Math.round(random.between(2, 4) * hour), verdict: 'spam' },
    { from: blind, until: blind + Math.round(random.between(2, 4) * hour), verdict: 'ham' },
  ]
}

const firstWords = [
  'alder',
  'amber',
  'birch',
  'brook',
  'cedar',
  'clear',
  'coast',
  'delta',
  'ember',
  'fern',
] as const
const lastWords = [
  'field',
  'gate',
  'harbour',
  'hill',
  'lane',
  'mill',
  'park',
  'press',
  'school',
  'works',
] as const
