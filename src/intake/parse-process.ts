import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Examination, XarfCheck } from '../core/abuse/examination.ts'
import { examinationSchema, xarfCheckSchema, type ExamineRequest } from '../core/abuse/examination-schema.ts'
import { evidenceViewSchema, type EvidenceView } from '../core/abuse/evidence-view.ts'
import type { Finding } from '../core/analysis/analysis.ts'
import { findingSchema } from '../core/analysis/finding-schema.ts'
import type { HeaderReading } from '../core/headers/reading.ts'
import { readingSchema, type OursAsText } from '../core/headers/reading-schema.ts'
import { spawnJailed } from './jail.ts'
import {
  breaches,
  parsedMessage,
  type ParsedMessage,
  type ParseFailure,
  type ParseRequest,
} from './parsed-message.ts'
import { usageOf } from './process-usage.ts'
import { QuestionBudget, type DnsLookup, type QuestionLimits } from './question-budget.ts'
import { encodeFrame, FrameReader, type Frame } from './worker-frame.ts'

/**
 * A process that reads messages one after another, watched from outside: Node's heap limit does not count the bytes of a message,
 * so its memory and processor time are read from the system, and it is ended when they are too much.
 */
export interface ParseLimits extends QuestionLimits {
  readonly wallMs: number
  readonly cpuMs: number
  readonly rssBytes: number
  /** Messages before a process is replaced. */
  readonly messages: number
  /** Until a process that has not come up counts as stuck: on a busy machine one that is well takes twenty seconds. */
  readonly startMs: number
}

/** Security 6.4. */
export const parseLimits: ParseLimits = {
  wallMs: 5000,
  cpuMs: 2000,
  rssBytes: 256 * 1024 * 1024,
  messages: 1000,
  questions: 40,
  questionsMs: 3000,
  startMs: 60_000,
}

/** What is asked about the bytes. */
export type Question =
  | { readonly say: 'read'; readonly request: ParseRequest }
  | { readonly say: 'analyse' }
  | { readonly say: 'header'; readonly ours: OursAsText }
  | { readonly say: 'view' }
  | { readonly say: 'examine'; readonly request: ExamineRequest }
  | { readonly say: 'xarf' }

/** What the process answers, or why it does not. */
export type Result =
  | { readonly say: 'message'; readonly message: ParsedMessage }
  | { readonly say: 'finding'; readonly finding: Finding }
  | { readonly say: 'reading'; readonly reading?: HeaderReading | undefined }
  | { readonly say: 'view'; readonly view: EvidenceView }
  | { readonly say: 'examination'; readonly examination: Examination }
  | { readonly say: 'xarf-check'; readonly check: XarfCheck }
  | ParseFailure

export interface Job {
  readonly raw: Buffer
  readonly question: Question
  done(result: Result): void
}

const fromWorker = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('ready') }),
  z.strictObject({
    say: z.literal('lookup'),
    id: z.number(),
    name: z.string().max(300),
    type: z.string().max(10),
  }),
  z.strictObject({ say: z.literal('message'), message: parsedMessage }),
  z.strictObject({ say: z.literal('finding'), finding: findingSchema }),
  z.strictObject({ say: z.literal('reading'), reading: readingSchema.optional() }),
  z.strictObject({ say: z.literal('view'), view: evidenceViewSchema }),
  z.strictObject({ say: z.literal('examination'), examination: examinationSchema }),
  z.strictObject({ say: z.literal('xarf-check'), check: xarfCheckSchema }),
  z.strictObject({ say: z.literal('breach'), breach: z.enum(breaches) }),
])

/** A parsed message with everything at its limit, escaped in JSON, is smaller. */
const mostAnswerBytes = 4 * 1024 * 1024
const sampleMs = 50
/** A process that has grown is replaced between two messages rather than killed in the next. */
const grownBytes = 208 * 1024 * 1024

/** `start`: it did not come up in time. */
export type Ending = 'crash' | 'time' | 'memory' | 'start' | 'retired'

interface Tools {
  readonly lookup: DnsLookup
  readonly log: Log
  readonly clock: Clock
}

interface Owner {
  /** The worker can take a message. */
  free(): void
  gone(job: Job | undefined, why: Ending): void
}

/** One process and the message it reads. */
export class ParseProcess {
  readonly #limits: ParseLimits
  readonly #tools: Tools
  readonly #owner: Owner
  readonly #child: ChildProcess
  readonly #reader = new FrameReader(mostAnswerBytes)
  #isReady = false
  #job: Job | undefined
  #messages = 0
  #questions: QuestionBudget | undefined
  #watch: NodeJS.Timeout
  #ending: Ending | undefined

  constructor(limits: ParseLimits, tools: Tools, owner: Owner) {
    this.#limits = limits
    this.#tools = tools
    this.#owner = owner
    this.#child = spawnJailed()
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk))
    // Why nobody reads there any more, the end of the process says.
    this.#child.stdin?.on('error', () => {})
    this.#child.on('error', () => this.end('crash'))
    // V8 aborts when its heap is full.
    this.#child.on('close', (_, signal) => this.end(signal === 'SIGABRT' ? 'memory' : 'crash'))
    this.#watch = setTimeout(() => this.end('start'), limits.startMs)
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
    this.#questions = new QuestionBudget(this.#limits, this.#tools.lookup, this.#tools.clock)
    const began = this.#tools.clock.elapsed()
    const cpuBefore = this.#usage()?.cpuMs ?? 0
    this.#watch = setInterval(() => {
      const usage = this.#usage()
      if (this.#tools.clock.elapsed() - began > this.#limits.wallMs) this.end('time')
      else if (usage && usage.cpuMs - cpuBefore > this.#limits.cpuMs) this.end('time')
      else if (usage && usage.rssBytes > this.#limits.rssBytes) this.end('memory')
    }, sampleMs)
    this.#say({ kind: 'json', value: job.question })
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
    if (why !== 'retired')
      this.#tools.log.warn('intake.parser-ended', { why, started: this.#isReady, size: job?.raw.length })
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
      this.#tools.log.error('intake.parser-nonsense', { error })
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
      case 'finding':
      case 'reading':
      case 'view':
      case 'examination':
      case 'xarf-check':
        return this.#finish(told)
      case 'breach':
        return this.#finish({ failure: 'breach', breach: told.breach })
    }
  }

  #finish(result: Result): void {
    const job = this.#job
    if (!job) throw new Error('an answer that nobody asked for')
    this.#job = undefined
    clearInterval(this.#watch)
    job.done(result)
    if (this.#messages >= this.#limits.messages || (this.#usage()?.rssBytes ?? 0) > grownBytes)
      this.end('retired')
    else this.#owner.free()
  }

  async #ask(id: number, name: string, type: string): Promise<void> {
    const [job, questions] = [this.#job, this.#questions]
    if (!job || !questions) return
    const answer = await questions.ask(name, type)
    if (job === this.#job) this.#say({ kind: 'json', value: { id, ...answer } })
  }
}
