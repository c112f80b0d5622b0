import { day } from '../base/clock.ts'
import type { PostfixLine } from '../standards/postfix-log.ts'

/** A message of one of our accounts that went to a recipient. */
export interface SentEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly account: string
  readonly messageId: string
  readonly recipients: readonly string[]
  readonly queueId: string
}

interface Waiting {
  readonly account: string
  readonly at: number
  messageId: string | undefined
}

/** Messages in the queue that are remembered; the oldest are forgotten first. */
const mostWaiting = 100_000
/** Postfix gives a message up after five days (`maximal_queue_lifetime`). */
const longestMs = 6 * day

/**
 * Joins the lines of a submission server's log: who logged in (`sasl_username=`), which Message-ID, to whom it was delivered. One event for
 * every delivery. Mail of machines that do not log in has no account, and is passed over.
 */
export class PostfixSent {
  readonly #waiting = new Map<string, Waiting>()

  get waiting(): number {
    return this.#waiting.size
  }

  /** The delivery that this line tells of, if it is one of an account of ours. */
  push(line: PostfixLine): SentEvent | undefined {
    if (!('queueId' in line)) return undefined
    const key = `${line.host} ${line.queueId}`
    switch (line.kind) {
      case 'client':
        if (line.user !== undefined && line.user !== '') this.#remember(key, line.user, line.at)
        return undefined
      case 'message-id': {
        const known = this.#waiting.get(key)
        if (known) known.messageId = line.messageId
        return undefined
      }
      case 'removed':
        this.#waiting.delete(key)
        return undefined
      case 'delivery': {
        const known = this.#waiting.get(key)
        if (known?.messageId === undefined || line.outcome !== 'sent') return undefined
        const recipients = [line.to, ...(line.originalTo === undefined ? [] : [line.originalTo])]
        const { account, messageId } = known
        return { at: line.at, account, messageId, recipients, queueId: line.queueId }
      }
      default:
        return undefined
    }
  }

  #remember(key: string, account: string, at: number): void {
    this.#waiting.set(key, { account, at, messageId: undefined })
    for (const [oldest, each] of this.#waiting) {
      if (this.#waiting.size <= mostWaiting && at - each.at <= longestMs) break
      this.#waiting.delete(oldest)
    }
  }
}
