/**
 * The right to write to an SQLite file, shared by two threads of one process: the connection of the main thread and the one that
 * appends mail events. SQLite itself would let them collide and try again at random, and the busier of the two would always win;
 * here whoever waits is the next to write.
 */
export interface Pen {
  /** Resolves when the main thread has it; blocks nothing. */
  take(): Promise<void>
  give(): void
  /** Where the other thread finds it. */
  readonly memory: SharedArrayBuffer
  /** The other thread is gone, perhaps with the pen in its hand. */
  forgetOther(): void
}

/** The other thread's end of it. It has nothing else to do, so it stands still until it may write. */
export interface OtherPen {
  take(): void
  give(): void
  /** Whether the main thread waits for it. */
  readonly isWanted: boolean
}

/** Cells of the shared memory. */
const state = 0
const mainWaits = 1
const otherWaits = 2

/** What the state can be. A pen that is kept for somebody is taken by nobody else. */
const free = 0
const withMain = 1
const withOther = 2
const forMain = 3
const forOther = 4

/** How long a thread sleeps at most before it looks again by itself, in milliseconds. */
const lookAgainMs = 20

export function sharedPen(): Pen {
  const memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)
  const cells = new Int32Array(memory)
  const tryTake = (): boolean => isTaken(cells, forMain, withMain)
  return {
    memory,
    take: async () => {
      if (tryTake()) return
      Atomics.store(cells, mainWaits, 1)
      for (let seen = Atomics.load(cells, state); !tryTake(); seen = Atomics.load(cells, state)) {
        if (seen !== free && seen !== forMain) await Atomics.waitAsync(cells, state, seen, lookAgainMs).value
      }
      Atomics.store(cells, mainWaits, 0)
    },
    give: () => giveOn(cells, otherWaits, forOther),
    forgetOther: () => {
      Atomics.store(cells, otherWaits, 0)
      Atomics.compareExchange(cells, state, withOther, free)
      Atomics.compareExchange(cells, state, forOther, free)
      Atomics.notify(cells, state)
    },
  }
}

export function otherPen(memory: SharedArrayBuffer): OtherPen {
  const cells = new Int32Array(memory)
  const tryTake = (): boolean => isTaken(cells, forOther, withOther)
  return {
    take: () => {
      if (tryTake()) return
      Atomics.store(cells, otherWaits, 1)
      for (let seen = Atomics.load(cells, state); !tryTake(); seen = Atomics.load(cells, state)) {
        if (seen !== free && seen !== forOther) Atomics.wait(cells, state, seen, lookAgainMs)
      }
      Atomics.store(cells, otherWaits, 0)
    },
    give: () => giveOn(cells, mainWaits, forMain),
    get isWanted() {
      return Atomics.load(cells, mainWaits) === 1
    },
  }
}

function isTaken(cells: Int32Array, kept: number, taken: number): boolean {
  return (
    Atomics.compareExchange(cells, state, kept, taken) === kept ||
    Atomics.compareExchange(cells, state, free, taken) === free
  )
}

function giveOn(cells: Int32Array, waits: number, kept: number): void {
  Atomics.store(cells, state, Atomics.load(cells, waits) === 1 ? kept : free)
  Atomics.notify(cells, state)
}
