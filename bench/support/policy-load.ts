import { connect, type Socket } from 'node:net'
import type { Listener } from './servers.ts'

/**
 * A load of policy requests as Postfix sends them: one at a time on each connection, each waiting for its answer (SMTPD_POLICY_README).
 * Runs in a process of its own, so that it does not share the event loop or the heap of the server that it measures.
 */

export interface Load {
  readonly target: Listener
  readonly connections: number
  readonly ms: number
  /** One request of many; called for every request. */
  nextRequest(): string | Buffer
}

export interface LoadResult {
  readonly answers: number
  readonly perSecond: number
  /** Answers that were not DUNNO. */
  readonly refusals: number
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
}

/** As many requests as the server takes. Every connection sends the next request when the last is answered. */
export async function saturate(load: Load): Promise<LoadResult> {
  const tally = new Tally()
  const callers = await openCallers(load, tally)
  const begin = performance.now()
  const end = begin + load.ms
  await Promise.all(
    callers.map(async (caller) => {
      await caller.ask(load.nextRequest, () => performance.now() < end)
    }),
  )
  const took = performance.now() - begin
  for (const caller of callers) caller.close()
  return tally.result(took)
}

/**
 * `perSecond` requests, whatever the server does: each has its time, and its latency counts from then,
 * so that a server that stalls is charged for the requests that it kept waiting.
 */
export async function pace(load: Load, perSecond: number): Promise<LoadResult> {
  const tally = new Tally()
  const callers = await openCallers(load, tally)
  const idle = [...callers]
  const due: number[] = []
  const begin = performance.now()
  let planned = 0
  const send = (): void => {
    while (due.length > 0 && idle.length > 0) {
      const [caller, at] = [idle.pop(), due.shift()]
      if (caller === undefined || at === undefined) return
      caller.askOnce(load.nextRequest(), at, () => {
        idle.push(caller)
        send()
      })
    }
  }
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const now = performance.now()
      for (const wanted = (Math.min(now - begin, load.ms) * perSecond) / 1000; planned < wanted; planned++) {
        due.push(begin + (planned * 1000) / perSecond)
      }
      send()
      if (now - begin < load.ms) setImmediate(tick)
      else if (due.length > 0 || idle.length < callers.length) setTimeout(tick, 1)
      else resolve()
    }
    tick()
  })
  for (const caller of callers) caller.close()
  return tally.result(load.ms)
}

class Tally {
  readonly #times = new Float64Array(4_000_000)
  #count = 0
  #refusals = 0

  note(ms: number, isRefusal: boolean): void {
    this.#times[this.#count++ % this.#times.length] = ms
    if (isRefusal) this.#refusals++
  }

  result(took: number): LoadResult {
    const times = this.#times.subarray(0, Math.min(this.#count, this.#times.length)).toSorted()
    const at = (share: number): number =>
      times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
    return {
      answers: this.#count,
      perSecond: (this.#count / took) * 1000,
      refusals: this.#refusals,
      latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
    }
  }
}

/** One connection. */
class Caller {
  readonly #socket: Socket
  readonly #tally: Tally
  #sentAt = 0
  #whenAnswered: () => void = () => {}

  constructor(socket: Socket, tally: Tally) {
    this.#socket = socket
    this.#tally = tally
  }

  /** An answer came: `action=DUNNO`, or a refusal. An answer ends in a blank line and fits in one segment. */
  answered(chunk: Buffer): void {
    if (chunk[chunk.length - 1] !== 10 || chunk[chunk.length - 2] !== 10) throw new Error('half an answer')
    this.#tally.note(performance.now() - this.#sentAt, chunk[7] !== 68)
    this.#whenAnswered()
  }

  askOnce(request: string | Buffer, at: number, whenAnswered: () => void): void {
    this.#sentAt = at
    this.#whenAnswered = whenAnswered
    this.#socket.write(request, 'latin1')
  }

  async ask(nextRequest: () => string | Buffer, goesOn: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const again = (): void => {
        if (!goesOn()) return resolve()
        this.askOnce(nextRequest(), performance.now(), again)
      }
      again()
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}

async function openCallers({ target, connections }: Load, tally: Tally): Promise<Caller[]> {
  return await Promise.all(Array.from({ length: connections }, async () => await openCaller(target, tally)))
}

async function openCaller(target: Listener, tally: Tally): Promise<Caller> {
  return await new Promise((resolve, reject) => {
    const buffer = Buffer.alloc(4096)
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        caller.answered(buffer.subarray(0, length))
        return true
      },
    }
    const socket = connect({ host: '127.0.0.1', port: target.port, noDelay: true, onread })
    const caller = new Caller(socket, tally)
    socket.once('connect', () => resolve(caller))
    socket.once('error', reject)
  })
}
