import { second } from '../base/clock.ts'
import type { Address } from '../standards/ip.ts'
import type { PostfixClient } from '../standards/postfix-log-client.ts'
import type { PostfixRefusal } from '../standards/postfix-log-refusal.ts'
import type { CommandCounts, PostfixLine } from '../standards/postfix-log.ts'
import { covers, prefixOf, type Prefix } from '../standards/prefix.ts'
import type { MailEvent } from './mail-event.ts'
import {
  connectionEventOf,
  messageEventOf,
  queuedMessage,
  transactionsOf,
  type QueuedMessage,
  type Step,
  type Transaction,
} from './postfix-transaction.ts'
import {
  dueAt,
  isSubmission,
  longestWaitMs,
  messageIdentity,
  openSession,
  queueKey,
  sessionKey,
  SessionIds,
  settledAfterMs,
  type Session,
  type Waiting,
} from './postfix-session.ts'

export interface JoinSettings {
  /** Networks whose mail is our own and says nothing about strangers; this machine's always is. */
  readonly networks: readonly Prefix[]
  /** Origin of our site, in the links of our answers. */
  readonly site?: string | undefined
}

const sweepMs = 5 * second
const mostSessions = 20_000
const mostMessages = 50_000
/** More refusals in one session than Postfix lets happen; the steps so far are settled. */
const mostSteps = 1000

/**
 * Joins the lines of Postfix logs to mail events: one `message` for every transaction of a stranger that named a recipient, one
 * `connection` for sessions that named none or gave up. Lines come in the order of the logs, over rotations, from several machines. Time
 * is the lines'. What is never finished is told after an hour at the latest, and earlier when there are too many. The same lines
 * give the same events with the same ids.
 */
export class PostfixJoin {
  readonly #site: string | undefined
  readonly #own: readonly Prefix[]
  readonly #sessions = new Map<string, Session>()
  readonly #messages = new Map<string, Waiting>()
  readonly #byMessage = new WeakMap<QueuedMessage, Waiting>()
  readonly #ids = new SessionIds()
  #events: MailEvent[] = []
  #sweptAt = -Infinity

  constructor(settings: JoinSettings) {
    this.#site = settings.site
    this.#own = [...ownMachine, ...settings.networks]
  }

  /** Sessions and messages that wait for the rest. */
  get waiting(): number {
    return this.#sessions.size + this.#messages.size
  }

  /** Takes the next line; gives what is complete with it. */
  push(line: PostfixLine): MailEvent[] {
    this.#sweep(line.at)
    if (!isSubmission(line.instance)) this.#take(line)
    return this.#taken()
  }

  /** No line before `now` comes any more: for logs that stand still. */
  advance(now: number): MailEvent[] {
    this.#sweep(now)
    return this.#taken()
  }

  /** The logs are at their end. Sessions that are still open and named nobody are left out: they may yet. */
  flush(): MailEvent[] {
    for (const session of this.#sessions.values()) this.#settle(session, undefined)
    this.#sessions.clear()
    for (const waiting of this.#messages.values()) this.#finish(waiting)
    return this.#taken()
  }

  #taken(): MailEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  #take(line: PostfixLine): void {
    switch (line.kind) {
      case 'connect':
        this.#connect(line)
        return
      case 'disconnect':
        this.#end(this.#sessionOf(line, line.client), line.at, line.counts)
        return
      case 'hand-over': {
        const session = this.#sessionOf(line, line.client)
        this.#settle(session, undefined)
        this.#sessions.delete(session.key)
        return
      }
      case 'broken-off':
        this.#sessionOf(line, line.client)
        return
      case 'client': {
        const session = this.#sessionOf(line, line.client)
        session.isUser ||= line.user !== undefined
        this.#begin(line, line.queueId, line.client, session)
        return
      }
      case 'refusal':
        this.#refuse(line)
        return
      case 'message-id':
      case 'queued':
      case 'taken':
      case 'delivery':
      case 'report':
      case 'removed':
        this.#follow(line)
    }
  }

  #connect(line: PostfixLine & { readonly kind: 'connect' }): void {
    const before = this.#sessions.get(sessionKey(line, line.client))
    if (before) this.#end(before, line.at, undefined)
    this.#open(line, line.client, true)
  }

  #open(line: PostfixLine, client: PostfixClient, isWhole: boolean): Session {
    const session = openSession(line, client, isWhole)
    this.#sessions.set(session.key, session)
    const [oldest] = this.#sessions.values()
    if (this.#sessions.size > mostSessions && oldest) this.#end(oldest, line.at, undefined)
    return session
  }

  /** The session that the line is of. After XCLIENT it is another client's than when it began. */
  #sessionOf(line: PostfixLine, client: PostfixClient): Session {
    const known = this.#sessions.get(sessionKey(line, client))
    if (known && line.at - known.lastAt > longestWaitMs) this.#end(known, line.at, undefined)
    else if (known) {
      this.#settleLate(known, line.at)
      known.client = client
      known.lastAt = line.at
      return known
    }
    return this.#open(line, client, false)
  }

  #begin(line: PostfixLine, queueId: string, client: PostfixClient, session: Session): Waiting {
    const key = queueKey(line, queueId)
    const before = this.#messages.get(key)
    if (before) this.#finish(before)
    const message = queuedMessage(queueId, client, line.at)
    const step: Step = { kind: 'message', at: line.at, message }
    const waiting: Waiting = {
      key,
      host: line.host,
      message,
      session,
      transaction: undefined,
      named: undefined,
      refusedAt: undefined,
    }
    this.#messages.set(key, waiting)
    this.#byMessage.set(message, waiting)
    this.#step(session, step)
    const [oldest] = this.#messages.values()
    if (this.#messages.size > mostMessages && oldest) this.#finish(oldest)
    return waiting
  }

  #step(session: Session, step: Step): void {
    session.steps.push(step)
    if (session.steps.length >= mostSteps) this.#settle(session, undefined)
  }

  #refuse(line: PostfixLine & PostfixRefusal): void {
    const known = line.queueId === undefined ? undefined : this.#find(line, line.queueId)
    if (line.program !== 'cleanup') {
      const session = this.#sessionOf(line, line.client)
      session.helo = line.helo ?? session.helo
      session.isUser ||= line.user !== undefined
      if (line.queueId !== undefined)
        this.#refuseTaken(line, known ?? this.#begin(line, line.queueId, line.client, session))
      else if (line.stage === 'RCPT') this.#refuseFirst(line, session)
    } else if (known) this.#refuseTaken(line, known)
  }

  #refuseFirst(line: PostfixLine & PostfixRefusal, session: Session): void {
    for (let time = 0; time < Math.min(line.times, mostSteps); time++)
      this.#step(session, { kind: 'refused', at: line.at, refusal: line })
  }

  /** A refusal after the first recipient was taken: of another recipient, or of the message. */
  #refuseTaken(line: PostfixLine & PostfixRefusal, waiting: Waiting): void {
    if (line.stage !== 'RCPT') {
      waiting.message.refusal ??= line
      waiting.refusedAt ??= line.at
    } else if (waiting.message.refused.length < mostSteps) waiting.message.refused.push(line)
  }

  #follow(line: QueueLine): void {
    const waiting = this.#find(line, line.queueId)
    if (waiting === undefined) return
    const { message } = waiting
    switch (line.kind) {
      case 'message-id':
        message.messageId ??= line.messageId
        return
      case 'queued':
        message.from = line.from
        message.size = line.size
        message.recipients = line.recipients
        message.takenAt ??= line.at
        return
      case 'delivery':
        message.takenAt ??= line.at
        // Behind an alias it is not the client who named nobody.
        if (line.outcome === 'bounced' && line.status === '5.1.1' && line.originalTo === undefined)
          message.unknown++
        return
      case 'taken':
        message.takenAt ??= line.at
        return
      case 'removed':
        message.takenAt ??= line.at
        message.isRemoved = true
        this.#finishIfDue(waiting, line.at)
        return
      case 'report':
    }
  }

  #find(line: PostfixLine, queueId: string): Waiting | undefined {
    const waiting = this.#messages.get(queueKey(line, queueId))
    if (waiting) this.#settleLate(waiting.session, line.at)
    return waiting && this.#finishIfDue(waiting, line.at) ? undefined : waiting
  }

  /** Told at the same line whether anything else came in between or not, so that the same log gives the same events. */
  #settleLate(session: Session, now: number): void {
    const last = session.steps.at(-1)
    if (last && now - last.at >= settledAfterMs) this.#settle(session, undefined)
  }

  /** Puts the steps so far into transactions. `counts`: when the session is over and Postfix gave them. */
  #settle(session: Session, counts: CommandCounts | undefined): void {
    const { steps } = session
    if (steps.length === 0) return
    session.steps = []
    const mails = counts?.get('mail')?.done
    const transactions = transactionsOf(steps, mails === undefined ? undefined : mails - session.settled)
    const isOnly = session.settled === 0 && transactions.length === 1
    const named = isOnly ? counts?.get('rcpt')?.all : undefined
    session.settled += transactions.length
    for (const transaction of transactions) this.#keep(session, transaction, named)
  }

  #keep(session: Session, transaction: Transaction, named: number | undefined): void {
    const last = transaction.at(-1)
    if (last?.kind === 'message') {
      const waiting = this.#byMessage.get(last.message)
      if (waiting === undefined) return
      waiting.transaction = transaction
      waiting.named = named
      this.#finishIfDue(waiting, session.lastAt)
      return
    }
    const at = transaction[0]?.at ?? session.startedAt
    const facts = { helo: session.helo, named, site: this.#site }
    this.#emit(session, messageEventOf(this.#ids.next(session, at), transaction, facts))
  }

  #end(session: Session, at: number, counts: CommandCounts | undefined): void {
    session.endedAt = at
    session.lastAt = at
    session.isUser ||= (counts?.get('auth')?.done ?? 0) > 0
    this.#settle(session, counts)
    this.#sessions.delete(session.key)
    const named = counts?.get('rcpt')?.all ?? 0
    if (session.settled > 0 || named > 0 || !(session.isWhole || counts)) return
    this.#connection(session, this.#ids.next(session, session.startedAt))
  }

  #connection(session: Session, id: string): void {
    this.#emit(session, connectionEventOf(id, session.startedAt, session.client, session.helo))
  }

  #finishIfDue(waiting: Waiting, now: number): boolean {
    const isDue = waiting.transaction !== undefined && now >= dueAt(waiting)
    if (isDue) this.#finish(waiting)
    return isDue
  }

  #finish(waiting: Waiting): void {
    const { key, session } = waiting
    if (waiting.transaction === undefined) this.#settle(session, undefined)
    if (this.#messages.get(key) !== waiting) return
    this.#messages.delete(key)
    const id = messageIdentity(waiting)
    const { transaction, named } = waiting
    if (transaction === undefined) return
    const facts = { helo: session.helo, named, site: this.#site }
    const event = messageEventOf(id, transaction, facts)
    if (event) this.#emit(session, event)
    else if (session.events === 0) this.#connection(session, id)
  }

  #emit(session: Session, event: MailEvent | undefined): void {
    if (event === undefined || session.isUser || this.#isOwn(event.address)) return
    session.events++
    this.#events.push(event)
  }

  #isOwn(address: Address): boolean {
    return this.#own.some((network) => covers(network, address))
  }

  #sweep(now: number): void {
    // The clock of a log may be put back.
    if (Math.abs(now - this.#sweptAt) < sweepMs) return
    this.#sweptAt = now
    for (const session of this.#sessions.values()) {
      this.#settleLate(session, now)
      if (now - session.lastAt > longestWaitMs) this.#end(session, session.lastAt, undefined)
    }
    for (const waiting of this.#messages.values()) this.#finishIfDue(waiting, now)
    this.#ids.forget(now)
  }
}

/** What is said of a message that has a queue id. */
type QueueLine = Extract<
  PostfixLine,
  { readonly kind: 'message-id' | 'queued' | 'taken' | 'delivery' | 'report' | 'removed' }
>

const ownMachine: readonly Prefix[] = [
  prefixOf({ family: 4, words: [0x7f000000, 0, 0, 0] }, 8),
  prefixOf({ family: 6, words: [0, 0, 0, 1] }, 128),
]
