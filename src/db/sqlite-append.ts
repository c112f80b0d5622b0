import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { packRows, type Appender, type NewMailEvent } from './append.ts'
import type { Pen } from './pen.ts'

/**
 * Appends mail events on SQLite from a thread of its own with a connection of its own: `node:sqlite` is synchronous, and a flood of events
 * must not hold up the pages. The thread starts with the first rows.
 */
export function sqliteAppender(file: string, pen: Pen, onStart: () => void): Appender {
  let thread: Thread | undefined
  let isClosed = false
  return {
    append: async (rows) => {
      if (isClosed) throw new Error(`database ${file} is not open`)
      if (thread === undefined) onStart()
      const running = (thread ??= startThread(file, pen, () => (thread = undefined)))
      return await running.append(rows)
    },
    close: async () => {
      isClosed = true
      await thread?.close()
    },
  }
}

/** What the thread is asked; null: come to an end. */
export type AppendOrder = {
  readonly nth: number
  /** Of `packRows`. */
  readonly packed: string
  readonly count: number
} | null

/** What it answers, when the rows are durable or will never be. */
export interface AppendDone {
  readonly nth: number
  readonly fresh?: number
  readonly error?: { readonly message: string; readonly errcode: number }
}

export interface AppendInput {
  readonly file: string
  readonly pen: SharedArrayBuffer
}

interface Thread {
  append(rows: readonly NewMailEvent[]): Promise<number>
  close(): Promise<void>
}

function startThread(file: string, pen: Pen, onGone: () => void): Thread {
  const waiting = new Map<number, PromiseWithResolvers<number>>()
  const gone = Promise.withResolvers<void>()
  const input: AppendInput = { file, pen: pen.memory }
  const worker = new Worker(workerFile(import.meta.url), { workerData: input })
  let last = 0
  let fault: unknown
  worker.on('error', (error) => (fault = error))
  worker.on('message', ({ nth, fresh, error }: AppendDone) => {
    const asked = waiting.get(nth)
    waiting.delete(nth)
    if (error) asked?.reject(Object.assign(new Error(error.message), { errcode: error.errcode }))
    else asked?.resolve(fresh ?? 0)
    // Nobody waits: the process may end.
    if (waiting.size === 0) worker.unref()
  })
  worker.once('exit', () => {
    onGone()
    pen.forget('events')
    for (const asked of waiting.values())
      asked.reject(new Error('the thread that appends mail events has ended', { cause: fault }))
    gone.resolve()
  })
  return {
    append: async (rows) => {
      const asked = Promise.withResolvers<number>()
      const nth = ++last
      waiting.set(nth, asked)
      worker.ref()
      const order: AppendOrder = { nth, packed: packRows(rows), count: rows.length }
      worker.postMessage(order)
      return await asked.promise
    },
    close: async () => {
      worker.ref()
      const order: AppendOrder = null
      worker.postMessage(order)
      await gone.promise
    },
  }
}

/** Beside this file, with its ending: `.ts` in the sources, `.js` in the package. */
function workerFile(here: string): string {
  return fileURLToPath(new URL(`./append-worker${extname(here)}`, here))
}
