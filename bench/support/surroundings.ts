import { fork, type ChildProcess } from 'node:child_process'
import type { Asked, LoadDone, LoadOrder, Told } from './cluster-load.ts'

/** The child process of `cluster-load.ts`: mail server and background load. */
export interface Surroundings {
  readonly smarthost: string
  takeLetter(mailbox: string): Promise<readonly string[]>
  load(order: LoadOrder): void
  /** How much it has done since the order. */
  done(): Promise<LoadDone>
  stop(): Promise<void>
}

export async function startSurroundings(): Promise<Surroundings> {
  const child = fork(new URL('cluster-load.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const say = (asked: Asked): void => void child.send(asked)
  const { port } = await hear(child, 'smtp')
  return {
    smarthost: `smtp://127.0.0.1:${port}`,
    takeLetter: async (mailbox) => {
      const letter = hear(child, 'letter')
      say({ ask: 'letter', mailbox })
      return (await letter).links
    },
    load: (order) => say({ ask: 'load', order }),
    done: async () => {
      const told = hear(child, 'done')
      say({ ask: 'done' })
      return (await told).done
    },
    stop: async () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The next message of this kind. */
async function hear<Kind extends Told['told']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Told, { told: Kind }>> {
  return await new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the process of the background load ended'))
    const take = (message: Told): void => {
      if (!isOf(message, kind)) return
      child.off('exit', gone)
      child.off('message', take)
      resolve(message)
    }
    child.once('exit', gone)
    child.on('message', take)
  })
}

function isOf<Kind extends Told['told']>(
  message: Told,
  kind: Kind,
): message is Extract<Told, { told: Kind }> {
  return message.told === kind
}
