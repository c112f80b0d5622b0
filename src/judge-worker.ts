import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openKeys } from './app.ts'
import { second, systemClock } from './base/clock.ts'
import type { Log } from './base/log.ts'
import type { Context, Wake } from './core/context.ts'
import type { Settings } from './core/settings.ts'
import { Tally, type Told } from './core/tally.ts'
import { openDatabase, type Database } from './db/open.ts'
import { judgeHere, type Judge } from './jobs/judge-mail.ts'
import { dnsResolver } from './net/resolver.ts'
import { waysOut } from './net/ways-out.ts'

/** The thread of `judge-thread.ts`: judges when it is told to, and tells what it logs, counts and wakes. */

export interface JudgeInput {
  readonly data: string
  readonly database: string
  /** Of the embedded database: the right to write, shared with the main thread. */
  readonly pen: SharedArrayBuffer | undefined
  readonly settings: Settings
  readonly core: string
}

/** `pause`: come to the end of what is under way; `end`: and be gone. */
export type ToJudge = 'judge' | 'pause' | 'end'

type Level = keyof Log

export type FromJudge =
  | { readonly kind: 'judged'; readonly isMore: boolean }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'wake'; readonly what: Wake }
  | {
      readonly kind: 'log'
      readonly level: Level
      readonly event: string
      readonly fields?: Readonly<Record<string, unknown>> | undefined
    }
  | { readonly kind: 'told'; readonly told: Told }

/** Longest go at a backlog: so often the main thread hears of it and may say otherwise. */
const spanMs = second / 2

/** On a busy machine pages and intake come first (setpriority(2): on Linux it is this thread's alone); so much nicer than they are. */
const niceness = 10

if (parentPort) await serve(parentPort, workerData as JudgeInput)

async function serve(port: MessagePort, input: JudgeInput): Promise<void> {
  if (process.platform === 'linux') setPriority(0, Math.min(19, getPriority(0) + niceness))
  const file = join(input.data, 'postern.sqlite')
  const db = await openDatabase(input.database, { file, pen: input.pen })
  const ctx = contextOf(port, input, db)
  const judge = judgeHere(spanMs)
  let pause = new AbortController()
  let isJudging = false
  let isOver = false
  const end = async (): Promise<void> => {
    await db.close()
    port.close()
  }
  port.on('message', (order: ToJudge) => {
    if (order !== 'judge') pause.abort()
    if (order === 'end') {
      isOver = true
      if (!isJudging) void end()
    }
    if (order !== 'judge' || isOver) return
    pause = new AbortController()
    isJudging = true
    void judgeOnce(judge, ctx, pause.signal).then(async (answer) => {
      isJudging = false
      tell(port, answer)
      if (isOver) await end()
    })
  })
}

async function judgeOnce(judge: Judge, ctx: Context, signal: AbortSignal): Promise<FromJudge> {
  try {
    return { kind: 'judged', isMore: await judge.judge(ctx, signal) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function contextOf(port: MessagePort, { data, settings, core }: JudgeInput, db: Database): Context {
  const log =
    (level: Level) =>
    (event: string, fields?: Readonly<Record<string, unknown>>): void =>
      tell(port, { kind: 'log', level, event, fields })
  return {
    db,
    settings,
    core,
    clock: systemClock(),
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    actor: { kind: 'system', name: 'engine' },
    keys: openKeys(data),
    out: waysOut({ resolver: dnsResolver() }),
    wakes: { wake: (what) => tell(port, { kind: 'wake', what }), on: () => () => {} },
    tally: new Tally((told) => tell(port, { kind: 'told', told })),
  }
}

function tell(port: MessagePort, message: FromJudge): void {
  port.postMessage(message)
}
