/**
 * The right to write to an SQLite file, shared by the threads of one process that write to it: the main thread, the one that appends mail
 * events and the one that judges. SQLite itself would let them collide and try again at random, and the busiest of them would always
 * win; here whoever waits is the next to write, in turn.
 */
export interface Pen {
  /** Resolves when this thread has it; blocks nothing. */
  take(): Promise<void>
  give(): void
  /** Where the other threads find it. */
  readonly memory: SharedArrayBuffer
  /** Whether something is in the log that the disk may not have: whoever waits for the disk with the pen would wait for that too. */
  readonly ink: Ink
  /** Another thread is gone, perhaps with the pen in its hand. */
  forget(holder: Holder): void
}

/** The end of a thread that has nothing else to do, so it stands still until it may write. */
export interface PatientPen {
  take(): void
  give(): void
  /** Whether somebody else waits for it. */
  readonly isWanted: boolean
  readonly ink: Ink
}

export interface Ink {
  readonly isWet: boolean
  /** Something was committed that the disk was not waited for. */
  wet(): void
  /** Before the log is flushed: what comes during that is wet again. */
  dry(): void
}

const holders = ['main', 'events', 'judge'] as const
export type Holder = (typeof holders)[number]

/** Cells of the shared memory: the state, one for each holder that says whether it waits, and whether the ink is wet. */
const state = 0
const firstWait = 1
const ink = firstWait + holders.length

/** What the state can be. A pen that is kept for somebody is taken by nobody else. */
const free = 0
const withHolder = (nth: number): number => 1 + 2 * nth
const keptFor = (nth: number): number => 2 + 2 * nth

/** How long a thread sleeps at most before it looks again by itself, in milliseconds. */
const lookAgainMs = 20

/** A new pen, or this thread's end of the one in `memory`. */
export function sharedPen(memory = newMemory(), holder: Holder = 'main'): Pen {
  const cells = new Int32Array(memory)
  const own = holders.indexOf(holder)
  return {
    memory,
    take: async () => {
      if (isTaken(cells, own)) return
      Atomics.store(cells, firstWait + own, 1)
      for (let seen = Atomics.load(cells, state); !isTaken(cells, own); seen = Atomics.load(cells, state)) {
        if (seen !== free && seen !== keptFor(own))
          await Atomics.waitAsync(cells, state, seen, lookAgainMs).value
      }
      Atomics.store(cells, firstWait + own, 0)
    },
    give: () => giveOn(cells, own),
    ink: inkIn(cells),
    forget: (gone) => forget(cells, holders.indexOf(gone)),
  }
}

export function patientPen(memory: SharedArrayBuffer, holder: Holder): PatientPen {
  const cells = new Int32Array(memory)
  const own = holders.indexOf(holder)
  return {
    take: () => {
      if (isTaken(cells, own)) return
      Atomics.store(cells, firstWait + own, 1)
      for (let seen = Atomics.load(cells, state); !isTaken(cells, own); seen = Atomics.load(cells, state)) {
        if (seen !== free && seen !== keptFor(own)) Atomics.wait(cells, state, seen, lookAgainMs)
      }
      Atomics.store(cells, firstWait + own, 0)
    },
    give: () => giveOn(cells, own),
    ink: inkIn(cells),
    get isWanted() {
      return nextAfter(cells, own) !== undefined
    },
  }
}

function newMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((ink + 1) * Int32Array.BYTES_PER_ELEMENT)
}

function inkIn(cells: Int32Array): Ink {
  return {
    get isWet() {
      return Atomics.load(cells, ink) === 1
    },
    wet: () => void Atomics.store(cells, ink, 1),
    dry: () => void Atomics.store(cells, ink, 0),
  }
}

function isTaken(cells: Int32Array, own: number): boolean {
  return (
    Atomics.compareExchange(cells, state, keptFor(own), withHolder(own)) === keptFor(own) ||
    Atomics.compareExchange(cells, state, free, withHolder(own)) === free
  )
}

/** To whoever waits, beginning after the one that gives: nobody waits for more than one turn of each other. */
function giveOn(cells: Int32Array, own: number): void {
  const next = nextAfter(cells, own)
  Atomics.store(cells, state, next === undefined ? free : keptFor(next))
  Atomics.notify(cells, state)
}

function nextAfter(cells: Int32Array, own: number): number | undefined {
  for (let step = 1; step < holders.length; step++) {
    const nth = (own + step) % holders.length
    if (Atomics.load(cells, firstWait + nth) === 1) return nth
  }
  return undefined
}

function forget(cells: Int32Array, gone: number): void {
  Atomics.store(cells, firstWait + gone, 0)
  Atomics.compareExchange(cells, state, withHolder(gone), free)
  Atomics.compareExchange(cells, state, keptFor(gone), free)
  Atomics.notify(cells, state)
}
