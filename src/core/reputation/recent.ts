import { hour } from '../../base/clock.ts'

/** Two sources tell of one message within this time. */
const spanMs = hour
const most = 200_000

/** Who told of a message first, for as long as somebody else may tell of it too: two generations of names, of which the older is dropped. */
export class Recent {
  #now = new Map<string, string>()
  #before = new Map<string, string>()
  #since = 0

  /** Whether somebody else has told of it before. */
  isToldByAnother(name: string, source: string, at: number): boolean {
    if (at - this.#since >= spanMs || this.#now.size >= most) {
      this.#before = at - this.#since >= 2 * spanMs ? new Map<string, string>() : this.#now
      this.#now = new Map()
      this.#since = at
    }
    const first = this.#now.get(name) ?? this.#before.get(name)
    if (first === undefined) this.#now.set(name, source)
    return first !== undefined && first !== source
  }
}
