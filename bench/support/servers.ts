import { fork, type ChildProcess } from 'node:child_process'

/** What a process has used so far. */
interface Usage {
  /** Processor time in the program and in the system for it, microseconds. */
  readonly user: number
  readonly system: number
  /** Resident memory, bytes. */
  readonly rss: number
}

/** A server that a bench measures, in a process of its own. */
export interface Listener {
  readonly port: number
}

export interface MeasuredServer extends Listener {
  usage(): Promise<Usage>
  stop(): Promise<void>
}

/** What the child says when it listens, and when it is asked. */
type Said = Listener | Usage

/** Starts `module` with `input` as its first argument (JSON) and V8's `flags`; it must call `serveMeasured`. */
export async function startMeasured(
  module: URL,
  input: unknown,
  flags: readonly string[] = [],
): Promise<MeasuredServer> {
  const child = fork(module, [JSON.stringify(input)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...flags],
  })
  const first = await nextMessage(child)
  if (!('port' in first)) throw new Error('the server did not say its port')
  const usage = async (): Promise<Usage> => {
    const answer = nextMessage(child)
    child.send('usage')
    const said = await answer
    if ('port' in said) throw new Error('the server did not say its usage')
    return said
  }
  return {
    port: first.port,
    usage,
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
    process.send?.({ ...process.cpuUsage(), rss: process.memoryUsage.rss() })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

/** The input that the parent gave. */
export function measuredInput(): unknown {
  return JSON.parse(process.argv[2] ?? 'null')
}
