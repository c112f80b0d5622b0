import { hour } from '../../base/clock.ts'
import { Evidence, evidenceKinds, type Counts, type EvidenceKind } from './evidence.ts'
import type { Witness } from './witness.ts'

/** What one source has said of a sender, as it weighs now. */
export interface Said {
  readonly source: string
  readonly counts: Counts
  /** When it said something last, to the hour. */
  readonly lastAt: number
}

/** As it is written down, beside the sums: the first source, its last hour, and what the others said. */
export type TestimonyMemory = readonly [
  first: string | null,
  lastHour: number,
  others: readonly (readonly [source: string, sums: readonly number[]])[],
]

/** Sources told apart, of one sender, besides the first. */
const mostOthers = 7
/** Old logs: nobody who speaks now. No source has such a name. */
const oldLogs = ' old'

/**
 * Evidence that knows who told it. Most senders are heard of from one source, and then it is a name; of each further one there are sums
 * of their own, and what the first said is what is left of the whole. Beyond eight sources, those who said least count with the first.
 */
export class Testimony extends Evidence {
  #first: string | undefined
  #firstHour = 0
  #others: Map<string, Evidence> | undefined

  /** What is known of sources. */
  get told(): TestimonyMemory | undefined {
    if (this.#first === undefined && this.#others === undefined) return undefined
    const others = [...(this.#others ?? [])].map(([source, said]) => [source, said.toJSON()] as const)
    return [this.#first ?? null, this.#firstHour, others]
  }

  /** The same again; what was written down without its sources counts for whoever speaks first. */
  static readTold(memory: readonly number[], told: TestimonyMemory | undefined, halfLife: number): Testimony {
    const testimony = new Testimony(halfLife)
    testimony.readSums(memory)
    if (told === undefined) return testimony
    const [first, lastHour, others] = told
    testimony.#first = first ?? undefined
    testimony.#firstHour = lastHour
    if (others.length > 0)
      testimony.#others = new Map(others.map(([source, sums]) => [source, Evidence.read(sums, halfLife)]))
    return testimony
  }

  /** The one source that has spoken; undefined when none has, or several have. */
  get only(): string | undefined {
    return this.#isShared ? undefined : this.#first
  }

  /** Counts something, and who says so. */
  tell(kind: EvidenceKind, count: number, at: number, { source, isOld }: Witness): void {
    this.add(kind, count, at)
    if (!isOld) this.#first ??= source
    if (!isOld && source === this.#first) this.#firstHour = Math.max(this.#firstHour, Math.floor(at / hour))
    else this.#of(isOld ? oldLogs : source, at).add(kind, count, at)
  }

  /** What each source said; nothing while no more than one has spoken. */
  said(now: number): readonly Said[] {
    if (this.#first === undefined || !this.#isShared) return []
    const others = [...(this.#others ?? [])].map(([source, said]) => ({
      source,
      counts: said.counts(now),
      lastAt: said.lastAt,
    }))
    const whole = this.counts(now)
    const left = evidenceKinds.map((kind) => {
      const rest = others.reduce((sum, { counts }) => sum - counts[kind], whole[kind])
      return [kind, rest < leastCount ? 0 : rest]
    })
    const first: Said = {
      source: this.#first,
      counts: Object.fromEntries(left) as Counts,
      lastAt: (this.#firstHour + 1) * hour,
    }
    return [first, ...others.filter(({ source }) => source !== oldLogs)]
  }

  get #isShared(): boolean {
    const others = this.#others
    return others !== undefined && others.size > (others.has(oldLogs) ? 1 : 0)
  }

  #of(source: string, at: number): Evidence {
    const others = (this.#others ??= new Map<string, Evidence>())
    const known = others.get(source)
    if (known !== undefined) return known
    if (others.size >= mostOthers) others.delete(leastOf(others, at))
    const said = new Evidence(this.halfLife)
    others.set(source, said)
    return said
  }
}

/** What is left of less by rounding is nothing. */
const leastCount = 1e-6

function leastOf(others: ReadonlyMap<string, Evidence>, now: number): string {
  const weights = [...others]
    .filter(([source]) => source !== oldLogs)
    .map(([source, said]) => {
      const counts = said.counts(now)
      return { source, weight: evidenceKinds.reduce((sum, kind) => sum + Math.max(0, counts[kind]), 0) }
    })
  return weights.reduce((least, next) => (next.weight < least.weight ? next : least)).source
}
