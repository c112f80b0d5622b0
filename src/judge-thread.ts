import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Config } from './config/config.ts'
import type { Context } from './core/context.ts'
import type { FromJudge, JudgeInput, ToJudge } from './judge-worker.ts'
import type { Judge } from './jobs/judge-mail.ts'

/** How long a step that is under way may take when core closes; what is not committed is judged again after the next start. */
const patienceMs = 5000

export interface JudgeThread extends Judge {
  close(): Promise<void>
}

/**
 * The judgement in a thread of its own, with a connection of its own: pages and intake do not wait for it. The job and its lease stay in
 * the main thread. The thread starts with the first run; one that has ended is started anew with the next, and the log says so.
 */
export function judgeThread({
  ctx,
  config,
}: {
  readonly ctx: Context
  readonly config: Pick<Config, 'data' | 'database'>
}): JudgeThread {
  let thread: Thread | undefined
  let isClosed = false
  const input: JudgeInput = {
    data: config.data,
    database: config.database,
    pen: ctx.db.beside?.pen,
    settings: ctx.settings,
    core: ctx.core,
  }
  const start = (): Thread => {
    const started = startThread(ctx, input, (fault) => {
      thread = undefined
      ctx.db.beside?.forget()
      if (!isClosed) ctx.log.error('engine.thread-ended', { error: fault })
    })
    ctx.log.info('engine.thread-started')
    return started
  }
  return {
    judge: async (_, signal) => {
      if (isClosed) return false
      return await (thread ??= start()).judge(signal)
    },
    close: async () => {
      isClosed = true
      await thread?.close()
    },
  }
}

interface Thread {
  judge(signal: AbortSignal): Promise<boolean>
  close(): Promise<void>
}

function startThread(ctx: Context, input: JudgeInput, onGone: (fault: unknown) => void): Thread {
  const worker = new Worker(workerFile(import.meta.url), { workerData: input, name: 'judge' })
  const gone = Promise.withResolvers<void>()
  let asked: PromiseWithResolvers<boolean> | undefined
  let fault: unknown
  const tell = (order: ToJudge): void => worker.postMessage(order)
  worker.on('error', (error) => (fault = error))
  worker.on('message', (message: FromJudge) => {
    switch (message.kind) {
      case 'judged':
        asked?.resolve(message.isMore)
        break
      case 'failed':
        asked?.reject(message.error)
        break
      case 'wake':
        ctx.wakes.wake(message.what)
        break
      case 'log':
        ctx.log[message.level](message.event, message.fields)
        break
      case 'told':
        ctx.tally.take(message.told)
        break
    }
  })
  worker.once('exit', () => {
    onGone(fault)
    asked?.reject(new Error('the thread of the judgement has ended', { cause: fault }))
    gone.resolve()
  })
  return {
    judge: async (signal) => {
      asked = Promise.withResolvers()
      const stop = (): void => tell('pause')
      signal.addEventListener('abort', stop)
      tell('judge')
      try {
        return await asked.promise
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    close: async () => {
      tell('end')
      const late = setTimeout(() => void worker.terminate(), patienceMs)
      await gone.promise
      clearTimeout(late)
    },
  }
}

/** Beside this file, with its ending: `.ts` in the sources, `.js` in the package. */
function workerFile(here: string): string {
  return fileURLToPath(new URL(`./judge-worker${extname(here)}`, here))
}
