import { fork, type ChildProcess } from 'node:child_process'

/** A server that a bench measures, in a process of its own. */
export interface Listener {
  readonly port: number
}

export interface MeasuredServer extends Listener {
  /** Processor time used since the start, microseconds. */
  cpu(): Promise<number>
  /** Resident memory, bytes. */
  rss(): Promise<number>
  stop(): Promise<void>
}

/** What the child says when it listens, and when it is asked. */
type Said = { readonly port: number } | { readonly cpu: number; readonly rss: number }

/** Starts `module` with `input` as its first argument (JSON); it must call `serveMeasured`. */
export async function startMeasured(module: URL, input: unknown): Promise<MeasuredServer> {
  const child = fork(module, [JSON.stringify(input)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const first = await nextMessage(child)
  if (!('port' in first)) throw new Error('the server did not say its port')
  const usage = async (): Promise<{ cpu: number; rss: number }> => {
    const answer = nextMessage(child)
    child.send('usage')
    const said = await answer
    if ('port' in said) throw new Error('the server did not say its usage')
    return said
  }
  return {
    port: first.port,
    cpu: async () => (await usage()).cpu,
    rss: async () => (await usage()).rss,
    stop: async () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function nextMessage(child: ChildProcess): Promise<Said> {
  return await new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the server ended'))
    child.once('exit', gone)
    child.once('message', (message) => {
      child.off('exit', gone)
      resolve(message as Said)
    })
  })
}

/** In the child: says the port, then answers questions about usage; ends with its parent. */
export function serveMeasured(port: number): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

/** The input that the parent gave. */
export function measuredInput(): unknown {
  return JSON.parse(process.argv[2] ?? 'null')
}
