/**
 * Memory for messages on their way in. When they fill it, the largest that is still coming has to go: many slow big ones cannot
 * keep a small honest one out.
 */
export class MailHold {
  readonly #most: number
  readonly #holders = new Set<Holder>()
  #total = 0

  constructor(most: number) {
    this.#most = most
  }

  get total(): number {
    return this.#total
  }

  /** A place for one message. `evict` is called at most once, and only while it is still coming. */
  open(evict: () => void): Holder {
    const holder: Holder = {
      bytes: 0,
      isComing: true,
      add: (count) => {
        holder.bytes += count
        this.#total += count
        this.#makeRoom()
      },
      close: () => {
        if (this.#holders.delete(holder)) this.#total -= holder.bytes
      },
      evict: () => {
        holder.close()
        evict()
      },
    }
    this.#holders.add(holder)
    return holder
  }

  #makeRoom(): void {
    while (this.#total > this.#most) {
      let largest: Holder | undefined
      for (const holder of this.#holders) {
        if (holder.isComing && holder.bytes > (largest?.bytes ?? 0)) largest = holder
      }
      if (!largest) return
      largest.evict()
    }
  }
}

export interface Holder {
  bytes: number
  /** False once the message is whole: it keeps its place until it is closed. */
  isComing: boolean
  add(count: number): void
  /** Gives the memory back. Safe to call again. */
  close(): void
  evict(): void
}
