import type { Wake, Wakes } from './context.ts'

/** Wakes within one process. A listener that throws holds up no other. */
export function localWakes(): Wakes {
  const listeners = new Map<Wake, Set<() => void>>()
  return {
    wake(what) {
      for (const listener of listeners.get(what) ?? []) queueMicrotask(listener)
    },
    on(what, listener) {
      const all = listeners.get(what) ?? new Set()
      listeners.set(what, all.add(listener))
      return () => void all.delete(listener)
    },
  }
}
