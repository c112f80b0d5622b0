import { hour } from '../base/clock.ts'
import { mostSpent, type SpentEntry } from '../access/spent-entry.ts'

/** Units kept at once; the one that was begun first is forgotten first, in the sender's favour. */
const mostUnits = 1 << 17

interface Spent {
  readonly hour: number
  readonly messages: number
  readonly recipients: number
}

/**
 * Budgets are the system's, and each edge counts for itself: what an edge may still let through of a unit is what the others have left of it.
 * Each edge tells what it let through, and is told the sum of the others. In memory only: a core that starts hears it again as mail flows,
 * and until then each edge allows the whole budget.
 */
export class SpentElsewhere {
  /** By unit, then by edge: this hour and the one before it. */
  readonly #units = new Map<string, Map<string, readonly Spent[]>>()
  /** Units that an edge has to be told of. */
  readonly #due = new Map<string, Set<string>>()

  /** An edge that takes them has come; it is told of everything. */
  join(edge: string): void {
    this.#due.set(edge, new Set(this.#units.keys()))
  }

  /** What it let through stays spent. */
  leave(edge: string): void {
    this.#due.delete(edge)
  }

  /** What an edge has let through; the others have to be told. Gives their names. */
  note(edge: string, entries: readonly SpentEntry[]): readonly string[] {
    for (const entry of entries) this.#noteOne(edge, entry)
    const others = [...this.#due].filter(([name]) => name !== edge)
    for (const [, due] of others) for (const [unit] of entries) due.add(unit)
    return entries.length === 0 ? [] : others.map(([name]) => name)
  }

  /** What an edge is to be told now, the rest with the next call; nothing when it knows all. `now`: milliseconds since 1970. */
  takeDue(edge: string, now: number): readonly SpentEntry[] {
    const due = this.#due.get(edge)
    const told: SpentEntry[] = []
    for (const unit of due ?? []) {
      const sums = this.#others(unit, edge, Math.floor(now / hour))
      // Both hours of a unit go together.
      if (told.length + sums.length > mostSpent) break
      due?.delete(unit)
      told.push(...sums)
    }
    return told
  }

  #noteOne(edge: string, [unit, when, messages, recipients]: SpentEntry): void {
    const known = this.#units.get(unit)
    const edges = known ?? new Map<string, readonly Spent[]>()
    const before = (edges.get(edge) ?? []).filter((spent) => spent.hour === when - 1)
    edges.set(edge, [...before, { hour: when, messages, recipients }])
    if (known !== undefined) return
    if (this.#units.size >= mostUnits) this.#forgetOldest()
    this.#units.set(unit, edges)
  }

  /** The sums over the other edges of this hour and the one before, earlier first. A unit that nothing passed of is forgotten. */
  #others(unit: string, edge: string, current: number): readonly SpentEntry[] {
    const edges = this.#units.get(unit)
    const recent = [...(edges ?? [])].flatMap(([name, spents]) =>
      spents.filter((spent) => spent.hour >= current - 1).map((spent) => ({ name, spent })),
    )
    if (recent.length === 0) this.#units.delete(unit)
    return [current - 1, current, current + 1].flatMap((when) => {
      const ofHour = recent.filter(({ name, spent }) => name !== edge && spent.hour === when)
      if (ofHour.length === 0) return []
      const messages = ofHour.reduce((sum, { spent }) => sum + spent.messages, 0)
      const recipients = ofHour.reduce((sum, { spent }) => sum + spent.recipients, 0)
      return [[unit, when, messages, recipients] as const]
    })
  }

  #forgetOldest(): void {
    const oldest = this.#units.keys().next()
    if (oldest.done !== true) this.#units.delete(oldest.value)
  }
}
