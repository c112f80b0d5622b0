import type { Log } from '../base/log.ts'
import { encodeFrame, type DecisionRecord, type LetThrough } from '../access/feed-frame.ts'
import type { Counters } from './counters.ts'
import type { Parcel, Spool } from './spool.ts'

/** A batch that core broke off at so many times is one that it cannot take. */
const mostTries = 25

/**
 * Brings batches from the spool to core, oldest first, one at a time: the next goes when core has made the last durable.
 * Everything goes through the spool, so that there is one road and the death of either end loses nothing that is on it.
 */
export class Shipper {
  readonly #spool: Spool
  readonly #log: Log
  readonly #counters: Counters
  readonly #send: (frame: Buffer) => void
  #batch: number
  #isConnected = false
  #isBusy = false
  /** Whether there may be something new since the spool was last looked into. */
  #isAsked = false
  #onWay: { readonly parcel: Parcel; readonly batch: number } | undefined
  #tries = 0

  /** `firstBatch` must be greater than any number used before: milliseconds since 1970 do. */
  constructor(spool: Spool, send: (frame: Buffer) => void, firstBatch: number, counters: Counters, log: Log) {
    this.#spool = spool
    this.#send = send
    this.#batch = firstBatch
    this.#counters = counters
    this.#log = log
  }

  /** Puts a batch on the road. */
  async ship(records: readonly DecisionRecord[], letThroughs: readonly LetThrough[]): Promise<void> {
    await this.#spool.append(encodeFrame({ type: 'records', batch: this.#batch++, records, letThroughs }))
    await this.#next()
  }

  /** Core is there. */
  connected(): void {
    this.#isConnected = true
    void this.#next()
  }

  disconnected(): void {
    this.#isConnected = false
    this.#onWay = undefined
  }

  /** Core has made a batch durable. */
  async stored(batch: number): Promise<void> {
    if (this.#onWay?.batch !== batch) return
    const { parcel } = this.#onWay
    this.#onWay = undefined
    this.#counters.batchesShipped++
    this.#tries = 0
    await this.#spool.done(parcel)
    await this.#next()
  }

  async #next(): Promise<void> {
    this.#isAsked = true
    if (this.#isBusy) return
    this.#isBusy = true
    while (this.#isAsked && this.#isConnected && this.#onWay === undefined) {
      this.#isAsked = false
      await this.#sendOldest().catch((error: unknown) => this.#log.error('spool-unreadable', { error }))
    }
    this.#isBusy = false
  }

  async #sendOldest(): Promise<void> {
    const oldest = await this.#take()
    if (oldest === undefined || !this.#isConnected) return
    this.#onWay = oldest
    this.#tries++
    this.#send(oldest.parcel.bytes)
  }

  /** The oldest batch that can be sent. */
  async #take(): Promise<{ readonly parcel: Parcel; readonly batch: number } | undefined> {
    for (let parcel = await this.#spool.next(); parcel !== undefined; parcel = await this.#spool.next()) {
      const batch = batchOf(parcel.bytes)
      if (batch !== undefined && this.#tries < mostTries) return { parcel, batch }
      this.#log.error('batch-given-up', { batch, bytes: parcel.bytes.length, tries: this.#tries })
      this.#counters.batchesGivenUp++
      this.#tries = 0
      await this.#spool.done(parcel)
    }
    return undefined
  }
}

/** The number in a frame of records, as `encodeFrame` writes it. */
function batchOf(frame: Buffer): number | undefined {
  const match = /^\{"batch":([0-9]{1,16}),/.exec(frame.toString('latin1', 5, 40))
  return match === null ? undefined : Number(match[1])
}
