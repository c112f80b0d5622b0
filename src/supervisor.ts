import { fork, type ChildProcess } from 'node:child_process'
import { cannotStartStatus, type CannotStartMessage } from './cannot-start.ts'
import { edgeFlags } from './edge-flags.ts'
import type { Log } from './base/log.ts'

/** What a child says when its doors are open: name of the door → address. */
export interface Ready {
  readonly ready: Readonly<Record<string, string>>
}

export interface Supervisor {
  /** Resolves once every child has said that it is ready, with all doors. */
  readonly ready: Promise<Readonly<Record<string, string>>>
  /** Resolves, with the reason for the operator, when a child that has never been ready cannot be before something is changed. */
  readonly gaveUp: Promise<string>
  /** Ends the children in order, each with time to finish. */
  stop(): Promise<void>
}

type Part = 'core' | 'edge'

/** Of a child that has said all its mistakes itself. */
const wrongConfigStatus = 2
/** Time a child has to end by itself. */
const graceMs = 12_000
/** First pause before a restart; doubles up to the longest while a child dies again within `steadyMs`. */
const firstPauseMs = 50
const steadyMs = 10_000
/** A child that had opened its doors is back soon, however often it is killed; one that cannot even start is given time. */
const longestPauseMs = { ready: 1000, 'not ready': 5000 }

/**
 * `postern serve`: one core and one edge as processes of their own. A child that dies is started again and said so; one
 * that says at its first start that it cannot is not. On the way out core ends first: the edge goes on answering from memory until the last moment.
 */
export function supervise(entry: string, args: readonly string[], log: Log): Supervisor {
  const doors: Record<string, string> = {}
  const waiting = new Set<Part>(['core', 'edge'])
  const { promise: ready, resolve } = Promise.withResolvers<Readonly<Record<string, string>>>()
  const onReady = (part: Part, message: Ready): void => {
    Object.assign(doors, message.ready)
    waiting.delete(part)
    if (waiting.size === 0) resolve(doors)
  }
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<string>()
  const on = { onReady, giveUp }
  const core = keepAlive('core', entry, args, log, on)
  const edge = keepAlive('edge', entry, args, log, on)
  return {
    ready,
    gaveUp,
    stop: async () => {
      await core.stop()
      await edge.stop()
    },
  }
}

interface Kept {
  stop(): Promise<void>
}

function keepAlive(
  part: Part,
  entry: string,
  args: readonly string[],
  log: Log,
  on: { onReady(part: Part, message: Ready): void; giveUp(why: string): void },
): Kept {
  let child: ChildProcess | undefined
  let isStopping = false
  let wasReady = false
  let pause = firstPauseMs
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    const startedAt = performance.now()
    let longest = longestPauseMs['not ready']
    let why = `${part} cannot start with this configuration`
    const execArgv = part === 'edge' ? [...process.execArgv, ...edgeFlags] : process.execArgv
    child = fork(entry, [part, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv })
    child.on('message', (message) => {
      if (isCannotStart(message)) why = message.cannotStart
      if (!isReady(message)) return
      longest = longestPauseMs.ready
      wasReady = true
      on.onReady(part, message)
    })
    child.on('error', (error) => log.error('supervisor.cannot-start', { part, error }))
    child.on('exit', (code, signal) => {
      child = undefined
      if (isStopping) return
      // Later it may be in the way for a moment: a command has the lock, a file is being written. The other part serves on.
      if (!wasReady && (code === cannotStartStatus || code === wrongConfigStatus)) {
        log.error('supervisor.gives-up', { part, code })
        on.giveUp(why)
        return
      }
      pause = performance.now() - startedAt > steadyMs ? firstPauseMs : Math.min(longest, pause * 2)
      log.error('supervisor.restarting', { part, code, signal, inMs: pause })
      timer = setTimeout(start, pause)
    })
  }
  start()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      const last = child
      if (!last) return
      await new Promise<void>((resolve) => {
        const kill = setTimeout(() => last.kill('SIGKILL'), graceMs)
        last.once('exit', () => {
          clearTimeout(kill)
          resolve()
        })
        last.kill('SIGTERM')
      })
    },
  }
}

function isCannotStart(message: unknown): message is CannotStartMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'cannotStart' in message &&
    typeof message.cannotStart === 'string'
  )
}

function isReady(message: unknown): message is Ready {
  return typeof message === 'object' && message !== null && 'ready' in message
}
