import { hour, minute, second } from '../base/clock.ts'
import type { PostfixClient } from '../standards/postfix-log-client.ts'
import type { PostfixLine } from '../standards/postfix-log.ts'
import type { QueuedMessage, Step, Transaction } from './postfix-transaction.ts'

/** What the join of a log has in hand (postfix-join.ts), and how long it keeps it. */

/** So long may follow what still belongs to a transaction, when the session goes on. */
export const settledAfterMs = 10 * second
/** No session and no message is waited for longer. */
export const longestWaitMs = hour
/** A message that cannot be delivered at once is told without waiting for it. */
const deliveredWithinMs = 30 * second
/** Programs write at the same time; of a refused message the id may come after. */
const refusedWithinMs = 5 * second
/** A session over, and still its message is not in the queue: the client gave up. */
const queuedWithinMs = 60 * second

export interface Session {
  readonly key: string
  /** Of the process, which has one session after the other. */
  readonly process: string
  readonly host: string
  readonly pid: number
  readonly startedAt: number
  /** Whether its first line was seen. */
  readonly isWhole: boolean
  client: PostfixClient
  helo: string | undefined
  /** The client logged in: it is one of our users. */
  isUser: boolean
  /** Not yet settled. */
  steps: Step[]
  /** How many transactions are. */
  settled: number
  events: number
  lastAt: number
  endedAt: number | undefined
}

export interface Waiting {
  readonly key: string
  readonly host: string
  readonly message: QueuedMessage
  readonly session: Session
  /** Since it is settled what belongs to it. */
  transaction: Transaction | undefined
  /** RCPT commands of the session, when this is its only transaction. */
  named: number | undefined
  refusedAt: number | undefined
}

export function openSession(line: PostfixLine, client: PostfixClient, isWhole: boolean): Session {
  return {
    key: sessionKey(line, client),
    process: processKey(line),
    host: line.host,
    pid: line.pid,
    startedAt: line.at,
    isWhole,
    client,
    helo: undefined,
    isUser: false,
    steps: [],
    settled: 0,
    events: 0,
    lastAt: line.at,
    endedAt: undefined,
  }
}

/** The time from which on nothing more is waited for. */
export function dueAt({ message, session, refusedAt }: Waiting): number {
  if (message.isRemoved) return -Infinity
  if (refusedAt !== undefined) return refusedAt + refusedWithinMs
  if (message.takenAt !== undefined) return message.takenAt + deliveredWithinMs
  if (session.endedAt !== undefined) return session.endedAt + queuedWithinMs
  return message.at + longestWaitMs
}

/** The id of the event about a message. Short queue ids come again, but not in the same second. */
export function messageIdentity({ host, message }: Waiting): string {
  return `${nameOf(host)}-${message.queueId}-${message.at.toString(36)}`
}

/** Ids for events about what has no queue id: the process, the time and, because a log may have whole seconds only, a number. */
export class SessionIds {
  readonly #next = new Map<string, { readonly at: number; count: number }>()

  next({ host, pid, process }: Session, at: number): string {
    const key = `${process} ${at}`
    const number = this.#next.get(key) ?? { at, count: 0 }
    this.#next.set(key, number)
    return `${nameOf(host)}-${pid}-${at.toString(36)}-${number.count++}`
  }

  /** Nothing that began long before `now` will ask for an id. */
  forget(now: number): void {
    for (const [key, { at }] of this.#next) {
      if (now - at > numberedMs) this.#next.delete(key)
    }
  }
}

/** Longer than any session that Postfix keeps open without a command. */
const numberedMs = 15 * minute

/** As much of a machine's name as an id has room for. */
function nameOf(host: string): string {
  return host.slice(0, 64)
}

/** Services of master.cf for our own users, by the names that Postfix gives them in its example. */
export function isSubmission(instance: string): boolean {
  return /\/(?:submissions?|smtps|465|587)$/.test(instance)
}

/** A process of smtpd has one session at a time, postscreen has all of them. */
export function sessionKey(line: PostfixLine, { ip, port }: PostfixClient): string {
  return line.program === 'postscreen' ? `${processKey(line)} ${ip} ${port}` : processKey(line)
}

/** Every instance has a queue of its own, whatever its services are called. */
export function queueKey({ host, instance }: PostfixLine, queueId: string): string {
  return `${host} ${instance.split('/', 1)[0]} ${queueId}`
}

function processKey({ host, instance, program, pid }: PostfixLine): string {
  return `${host} ${instance} ${program} ${pid}`
}
