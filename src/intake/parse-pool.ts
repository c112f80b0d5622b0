import { spawn, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { breaches, parsedMessage, type ParsedMessage, type ParseFailure, type ParseRequest } from './parsed-message.ts'
import { usageOf } from './process-usage.ts'
import { encodeFrame, FrameReader, type Frame } from './worker-frame.ts'

/**
 * Reads messages in child processes that are ended when they take too long or too much memory (security PAR-1, 6.4).
 * One message at a time per process; whatever a message does to its process, the next message gets a fresh one.
 */
export interface ParsePool {
  /** Never rejects: what went wrong is a value. */
  parse(raw: Buffer, request: ParseRequest): Promise<ParsedMessage | ParseFailure>
  /** Ends all processes; waiting messages get `busy`. */
  close(): void
  readonly counts: PoolCounts
}

export interface PoolCounts {
  started: number
  killed: number
  parsed: number
}

/** A DNS question; rejects with an error whose `code` is that of `node:dns`. */
export type PoolLookup = (name: string, type: string) => Promise<readonly unknown[]>

export interface PoolOptions {
  readonly lookup: PoolLookup
  readonly log: Log
  readonly clock: Clock
  /** Processes at once. */
  readonly size?: number
  /** Messages that may wait for one. */
  readonly waiting?: number
  readonly limits?: Partial<PoolLimits>
}

export interface PoolLimits {
  readonly wallMs: number
  readonly cpuMs: number
  readonly rssBytes: number
  /** Messages before a process is replaced. */
  readonly messages: number
  /** DNS questions a message may cost. */
  readonly questions: number
  /** From the first question on; later ones are answered with a timeout. */
  readonly questionsMs: number
  readonly startMs: number
}

/** Security 6.4. */
const published: PoolLimits = {
  wallMs: 5000,
  cpuMs: 2000,
  rssBytes: 256 * 1024 * 1024,
  messages: 1000,
  questions: 40,
  questionsMs: 3000,
  startMs: 15_000,
}

interface Job {
  readonly raw: Buffer
  readonly request: ParseRequest
  done(result: ParsedMessage | ParseFailure): void
}

export function openParsePool(options: PoolOptions): ParsePool {
  const { size = 2, waiting = 32 } = options
  const limits = { ...published, ...options.limits }
  const counts: PoolCounts = { started: 0, killed: 0, parsed: 0 }
  const workers = new Set<Worker>()
  const queue: Job[] = []
  let isClosed = false

  const next = (): void => {
    if (isClosed) return
    for (const worker of workers) {
      if (queue.length === 0) return
      if (worker.isIdle) worker.take(queue.shift() as Job)
    }
    const starting = [...workers].filter((worker) => !worker.isBusy).length
    for (let wanted = Math.min(queue.length - starting, size - workers.size); wanted > 0; wanted--) start()
  }
  const start = (): void => {
    counts.started += 1
    const worker = new Worker(limits, options, {
      free: next,
      gone: (job, failure) => {
        workers.delete(worker)
        counts.killed += failure === 'retired' ? 0 : 1
        // A process that never came up says nothing about the message that waited for it.
        if (job) job.done({ failure: failure === 'retired' ? 'crash' : failure })
        else if (failure !== 'retired') queue.shift()?.done({ failure: 'crash' })
        next()
      },
    })
    workers.add(worker)
  }
  start()
  return {
    counts,
    parse: (raw, request) =>
      new Promise((resolve) => {
        if (isClosed || queue.length >= waiting) return resolve({ failure: 'busy' })
        const done = (result: ParsedMessage | ParseFailure): void => {
          counts.parsed += 1
          resolve(result)
        }
        queue.push({ raw, request, done })
        next()
      }),
    close: () => {
      isClosed = true
      for (const job of queue.splice(0)) job.done({ failure: 'busy' })
      for (const worker of workers) worker.end('retired')
    },
  }
}

const fromWorker = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('ready') }),
  z.strictObject({ say: z.literal('lookup'), id: z.number(), name: z.string().max(300), type: z.string().max(10) }),
  z.strictObject({ say: z.literal('message'), message: parsedMessage }),
  z.strictObject({ say: z.literal('breach'), breach: z.enum(breaches) }),
])

/** A parsed message with everything at its limit, escaped in JSON, is smaller. */
const mostAnswerBytes = 4 * 1024 * 1024
const sampleMs = 50
/** A process that has grown is replaced between two messages rather than killed in the next. */
const grownBytes = 160 * 1024 * 1024

type Ending = 'crash' | 'time' | 'memory' | 'retired'

interface Owner {
  /** The worker can take a message. */
  free(): void
  gone(job: Job | undefined, why: Ending): void
}

class Worker {
  readonly #limits: PoolLimits
  readonly #options: PoolOptions
  readonly #owner: Owner
  readonly #child: ChildProcess
  readonly #reader = new FrameReader(mostAnswerBytes)
  #isReady = false
  #job: Job | undefined
  #messages = 0
  #questions = 0
  #questionsUntil = Infinity
  #watch: NodeJS.Timeout
  #ending: Ending | undefined

  constructor(limits: PoolLimits, options: PoolOptions, owner: Owner) {
    this.#limits = limits
    this.#options = options
    this.#owner = owner
    this.#child = spawnWorker()
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#child.stdin?.on('error', () => this.end('crash'))
    this.#child.on('error', () => this.end('crash'))
    this.#child.on('close', () => this.end('crash'))
    this.#watch = setTimeout(() => this.end('crash'), limits.startMs)
  }

  get isIdle(): boolean {
    return this.#isReady && !this.#job && !this.#ending
  }

  get isBusy(): boolean {
    return this.#job !== undefined
  }

  take(job: Job): void {
    this.#job = job
    this.#messages += 1
    this.#questions = 0
    this.#questionsUntil = Infinity
    const began = this.#options.clock.elapsed()
    const cpuBefore = this.#usage()?.cpuMs ?? 0
    this.#watch = setInterval(() => {
      const usage = this.#usage()
      if (this.#options.clock.elapsed() - began > this.#limits.wallMs) this.end('time')
      else if (usage && usage.cpuMs - cpuBefore > this.#limits.cpuMs) this.end('time')
      else if (usage && usage.rssBytes > this.#limits.rssBytes) this.end('memory')
    }, sampleMs)
    this.#say({ kind: 'json', value: { say: 'read', request: job.request } })
    this.#say({ kind: 'bytes', bytes: job.raw })
  }

  /** Ends the process now. Safe to call again. */
  end(why: Ending): void {
    if (this.#ending) return
    this.#ending = why
    clearTimeout(this.#watch)
    this.#child.kill('SIGKILL')
    const job = this.#job
    this.#job = undefined
    if (why !== 'retired') this.#options.log.warn('intake.parser-ended', { why, started: this.#isReady, size: job?.raw.length })
    this.#owner.gone(job, why)
  }

  #usage(): ReturnType<typeof usageOf> {
    return this.#child.pid === undefined ? undefined : usageOf(this.#child.pid)
  }

  #say(frame: Frame): void {
    this.#child.stdin?.write(encodeFrame(frame))
  }

  #receive(chunk: Buffer): void {
    if (this.#ending) return
    try {
      for (const frame of this.#reader.push(chunk)) this.#hear(frame)
    } catch (error) {
      this.#options.log.error('intake.parser-nonsense', { error })
      this.end('crash')
    }
  }

  #hear(frame: Frame): void {
    const told = fromWorker.parse(frame.kind === 'json' ? frame.value : undefined)
    switch (told.say) {
      case 'ready':
        clearTimeout(this.#watch)
        this.#isReady = true
        return this.#owner.free()
      case 'lookup':
        return void this.#ask(told.id, told.name, told.type)
      case 'message':
        return this.#finish(told.message)
      case 'breach':
        return this.#finish({ failure: 'breach', breach: told.breach })
    }
  }

  #finish(result: ParsedMessage | ParseFailure): void {
    const job = this.#job
    if (!job) throw new Error('an answer that nobody asked for')
    this.#job = undefined
    clearInterval(this.#watch)
    job.done(result)
    if (this.#messages >= this.#limits.messages || (this.#usage()?.rssBytes ?? 0) > grownBytes) this.end('retired')
    else this.#owner.free()
  }

  async #ask(id: number, name: string, type: string): Promise<void> {
    const job = this.#job
    const answer = await this.#question(name, type)
    if (job !== undefined && job === this.#job) this.#say({ kind: 'json', value: { id, ...answer } })
  }

  async #question(name: string, type: string): Promise<Record<string, unknown>> {
    this.#questions += 1
    const now = this.#options.clock.elapsed()
    if (this.#questionsUntil === Infinity) this.#questionsUntil = now + this.#limits.questionsMs
    const left = this.#questionsUntil - now
    if (this.#questions > this.#limits.questions || left <= 0) return { say: 'no-records', code: 'ETIMEOUT' }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEOUT' })), left)
    })
    try {
      return { say: 'records', records: await Promise.race([this.#options.lookup(name, type), late]) }
    } catch (error) {
      return { say: 'no-records', code: error instanceof Error && 'code' in error ? String(error.code) : 'ESERVFAIL' }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Heap for what a message leaves on it; the bytes themselves lie outside. */
const heapMegabytes = 96

function spawnWorker(): ChildProcess {
  const here = fileURLToPath(import.meta.url)
  const file = fileURLToPath(new URL(`./parse-worker${extname(here)}`, import.meta.url))
  return spawn(process.execPath, [...jailFlags(here), file], { stdio: ['pipe', 'pipe', 'ignore'], env: {}, cwd: '/' })
}

/** Node's own jail: no network, no children, no threads, no add-ons, no writing; reading only what the code itself is made of. */
export function jailFlags(here: string): string[] {
  return [
    '--permission',
    ...codeFolders(here).map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${heapMegabytes}`,
    '--disable-proto=throw',
    '--disallow-code-generation-from-strings',
    '--enable-experimental-regexp-engine-on-excessive-backtracks',
    '--unhandled-rejections=strict',
    '--no-warnings',
  ]
}

/** The code of this program, and `node_modules` and `package.json` of the folders above it; not the data beside them. */
function codeFolders(here: string): string[] {
  const source = here.lastIndexOf('/src/')
  const code = here.slice(0, source < 0 ? here.lastIndexOf('/') : source + '/src'.length)
  const parts = code.split('/')
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  return [`${code}/*`, ...above.flatMap((folder) => [`${folder}/node_modules/*`, `${folder}/package.json`])]
}
