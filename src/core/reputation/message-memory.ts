import { day } from '../../base/clock.ts'
import type { ComplaintEvent, MessageEvent } from '../../access/mail-event.ts'

/** What a complaint needs to know of the message that it is about. */
export interface RememberedMessage {
  /** Key of the sender. */
  readonly sender: string
  readonly at: number
  readonly isWanted: boolean
  /** Mailboxes or their hashes, where the event named them. */
  readonly rcpt: readonly string[] | undefined
}

/** Contracts 2: how long a complaint finds its message. */
const rememberedMs = 7 * day
const sliceMs = day
/** Beyond this the oldest slice goes before its time. */
const mostMessages = 3_000_000

/**
 * Messages that were let in, by event id and by message id and address, in slices of a day; whole slices are dropped.
 */
export class MessageMemory {
  readonly #slices = new Map<number, Map<string, RememberedMessage>>()
  #size = 0

  add({ id, messageId, ip }: MessageEvent, message: RememberedMessage): void {
    const slice = Math.floor(message.at / sliceMs)
    let messages = this.#slices.get(slice)
    if (messages === undefined) {
      messages = new Map()
      this.#slices.set(slice, messages)
      this.#forget(message.at)
    }
    for (const key of keysOf({ id, messageId, ip })) {
      if (!messages.has(key)) this.#size++
      messages.set(key, message)
    }
    while (this.#size > mostMessages && this.#slices.size > 1) this.#drop(Math.min(...this.#slices.keys()))
  }

  /** It was not let in after all. */
  forget({ id, messageId, ip, at }: MessageEvent): void {
    const messages = this.#slices.get(Math.floor(at / sliceMs))
    for (const key of keysOf({ id, messageId, ip }))
      if (messages?.get(key)?.at === at && messages.delete(key)) this.#size--
  }

  /** The message that a complaint is about: by its id, else by message id and address; the reporter is one of its recipients, where they are known. */
  about({ message, messageId, ip, reporter }: ComplaintEvent, now: number): RememberedMessage | undefined {
    const found =
      (message === undefined ? undefined : this.#find(`id ${message}`, now)) ??
      (messageId === undefined ? undefined : this.#find(`mid ${messageId} ${ip}`, now))
    if (found?.rcpt === undefined) return found
    return reporter !== undefined && found.rcpt.includes(reporter) ? found : undefined
  }

  /** The message under a key, at most seven days before `now`. */
  #find(key: string, now: number): RememberedMessage | undefined {
    for (const messages of this.#slices.values()) {
      const message = messages.get(key)
      if (message && now - message.at <= rememberedMs) return message
    }
    return undefined
  }

  #forget(now: number): void {
    for (const slice of this.#slices.keys()) {
      if ((slice + 1) * sliceMs < now - rememberedMs) this.#drop(slice)
    }
  }

  #drop(slice: number): void {
    this.#size -= this.#slices.get(slice)?.size ?? 0
    this.#slices.delete(slice)
  }
}

function keysOf({ id, messageId, ip }: Pick<MessageEvent, 'id' | 'messageId' | 'ip'>): readonly string[] {
  return messageId === undefined ? [`id ${id}`] : [`id ${id}`, `mid ${messageId} ${ip}`]
}
