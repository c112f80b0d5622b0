import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Examiner, XarfChecker } from '../core/abuse/examination.ts'
import type { EvidenceViewer } from '../core/abuse/evidence-view.ts'
import type { Finding } from '../core/analysis/analysis.ts'
import type { HeaderReader } from '../core/headers/actions.ts'
import { formatPrefix } from '../standards/prefix.ts'
import {
  parseLimits,
  ParseProcess,
  type Job,
  type ParseLimits,
  type Question,
  type Result,
} from './parse-process.ts'
import type { ParsedMessage, ParseFailure, ParseRequest } from './parsed-message.ts'
import type { DnsLookup } from './question-budget.ts'

/**
 * Reads messages in child processes that are ended when they take too long or too much memory (security PAR-1, 6.4).
 * One message at a time per process; whatever a message does to its process, the next message gets a fresh one.
 */
export interface ParsePool {
  /** Never rejects: what went wrong is a value. */
  parse(raw: Buffer, request: ParseRequest): Promise<ParsedMessage | ParseFailure>
  /** What a bounce, reply, log, report or header says (contracts 3). Never rejects. */
  analyse(raw: Buffer): Promise<Finding | ParseFailure>
  /** What a pasted header says. Never rejects. */
  readHeader: HeaderReader['readHeader']
  /** What a report of abuse holds. Never rejects. */
  examine: Examiner['examine']
  /** What is wrong with an XARF report. Never rejects. */
  checkXarf: XarfChecker['checkXarf']
  /** What came with a report, as text to be read by people. Never rejects. */
  view: EvidenceViewer['view']
  /** Ends all processes; waiting messages get `busy`. */
  close(): void
  readonly counts: PoolCounts
}

export interface PoolCounts {
  started: number
  killed: number
  parsed: number
}

export interface PoolOptions {
  readonly lookup: DnsLookup
  readonly log: Log
  readonly clock: Clock
  /** Processes at once. */
  readonly size?: number
  /** Messages that may wait for one. */
  readonly waiting?: number
  readonly limits?: Partial<ParseLimits>
}

export function openParsePool(options: PoolOptions): ParsePool {
  const { size = 2, waiting = 32 } = options
  const limits = { ...parseLimits, ...options.limits }
  const counts: PoolCounts = { started: 0, killed: 0, parsed: 0 }
  const workers = new Set<ParseProcess>()
  const queue: Job[] = []
  let isClosed = false

  const next = (): void => {
    if (isClosed) return
    for (const worker of workers) {
      const job = worker.isIdle ? queue.shift() : undefined
      if (job) worker.take(job)
    }
    const starting = [...workers].filter((worker) => !worker.isBusy).length
    for (let wanted = Math.min(queue.length - starting, size - workers.size); wanted > 0; wanted--) start()
  }
  const start = (): void => {
    counts.started += 1
    const worker = new ParseProcess(limits, options, {
      free: next,
      gone: (job, failure) => {
        workers.delete(worker)
        counts.killed += failure === 'retired' ? 0 : 1
        // A process that we ended ourselves, or that never came up, says nothing about a message.
        if (job) job.done({ failure: failure === 'retired' || failure === 'start' ? 'busy' : failure })
        else if (failure !== 'retired') queue.shift()?.done({ failure: 'busy' })
        next()
      },
    })
    workers.add(worker)
  }
  const ask = (raw: Buffer, question: Question): Promise<Result> =>
    new Promise((resolve) => {
      if (isClosed || queue.length >= waiting) return resolve({ failure: 'busy' })
      const done = (result: Result): void => {
        counts.parsed += 1
        resolve(result)
      }
      queue.push({ raw, question, done })
      next()
    })
  start()
  return {
    counts,
    parse: async (raw, request) => {
      const result = await ask(raw, { say: 'read', request })
      if ('failure' in result) return result
      return result.say === 'message' ? result.message : { failure: 'crash' }
    },
    analyse: async (raw) => {
      const result = await ask(raw, { say: 'analyse' })
      if ('failure' in result) return result
      return result.say === 'finding' ? result.finding : { failure: 'crash' }
    },
    readHeader: async (text, { names, networks }) => {
      const ours = { names: [...names], networks: networks.map(formatPrefix) }
      const result = await ask(text, { say: 'header', ours })
      if ('failure' in result) return result
      return result.say === 'reading' ? { reading: result.reading } : { failure: 'crash' }
    },
    examine: async (raw, { shape, envelope: { client, helo, mailFrom, recipient }, now }) => {
      const request = {
        shape,
        client: client ?? null,
        helo: helo ?? null,
        mailFrom: mailFrom ?? '',
        recipient: recipient ?? null,
        now,
      }
      const result = await ask(raw, { say: 'examine', request })
      if ('failure' in result) return result
      return result.say === 'examination' ? result.examination : { failure: 'crash' }
    },
    checkXarf: async (raw) => {
      const result = await ask(raw, { say: 'xarf' })
      if ('failure' in result) return result
      return result.say === 'xarf-check' ? result.check : { failure: 'crash' }
    },
    view: async (raw) => {
      const result = await ask(raw, { say: 'view' })
      if ('failure' in result) return result
      return result.say === 'view' ? result.view : { failure: 'crash' }
    },
    close: () => {
      isClosed = true
      for (const job of queue.splice(0)) job.done({ failure: 'busy' })
      for (const worker of workers) worker.end('retired')
    },
  }
}
