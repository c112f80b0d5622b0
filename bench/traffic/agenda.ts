/** What is due when: earliest first, and first come first served within a millisecond. */
export class Agenda<T> {
  readonly #at: number[] = []
  readonly #order: number[] = []
  readonly #items: T[] = []
  #added = 0

  get size(): number {
    return this.#items.length
  }

  add(at: number, item: T): void {
    let place = this.#items.length
    this.#put(place, at, this.#added++, item)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#isBefore(place, parent)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  /** Takes what is due first. */
  take(): { readonly at: number; readonly item: T } | undefined {
    const [at] = this.#at
    const [item] = this.#items
    if (at === undefined || item === undefined) return undefined
    this.#swap(0, this.#items.length - 1)
    this.#at.pop()
    this.#order.pop()
    this.#items.pop()
    this.#sink()
    return { at, item }
  }

  #sink(): void {
    for (let place = 0; ;) {
      const left = 2 * place + 1
      if (left >= this.#items.length) return
      const smaller = left + 1 < this.#items.length && this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(smaller, place)) return
      this.#swap(smaller, place)
      place = smaller
    }
  }

  #isBefore(one: number, other: number): boolean {
    const difference = (this.#at[one] ?? 0) - (this.#at[other] ?? 0)
    return difference === 0 ? (this.#order[one] ?? 0) < (this.#order[other] ?? 0) : difference < 0
  }

  #put(place: number, at: number, order: number, item: T): void {
    this.#at[place] = at
    this.#order[place] = order
    this.#items[place] = item
  }

  #swap(one: number, other: number): void {
    const [at, order, item] = [this.#at[one], this.#order[one], this.#items[one]]
    const [otherAt, otherOrder, otherItem] = [this.#at[other], this.#order[other], this.#items[other]]
    if (at === undefined || order === undefined || item === undefined) return
    if (otherAt === undefined || otherOrder === undefined || otherItem === undefined) return
    this.#put(one, otherAt, otherOrder, otherItem)
    this.#put(other, at, order, item)
  }
}
