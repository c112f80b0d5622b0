import { Secret } from '../base/secret.ts'
import { inSteps } from '../base/steps.ts'
import type { Frame } from '../access/feed-frame.ts'
import type { SpentEntry } from '../access/spent-entry.ts'
import type { TableChange } from '../access/listing-entry.ts'
import { decodeSnapshotSteps, SnapshotError, type Snapshot } from '../access/snapshot.ts'
import type { Prefix } from '../standards/prefix.ts'
import { formatPrefix } from '../standards/prefix.ts'
import { FeedEnded, Unwelcome } from './feed-client.ts'
import { readKey } from './memory-file.ts'
import { Guard, inspect, isTooMuch } from './guard.ts'
import type { EdgeState } from './state.ts'
import type { TableFiles } from './table-files.ts'

/** What the follower reads and changes, and how it answers. */
export interface FollowerOptions {
  readonly state: EdgeState
  readonly files: TableFiles
  /** Protected in the edge's own configuration. */
  readonly networks: readonly Prefix[]
  readonly version: string
  readonly boot: string
  readonly send: (frame: Frame) => void
  /** Core has said who it is and where the feed is. */
  readonly onWelcome: () => void
  readonly onStored: (batch: number) => void
  /** What passed at other edges. */
  readonly onElsewhere: (entries: readonly SpentEntry[]) => void
}

/** A table of fewer entries may change by any share. */
const smallTable = 1000

/**
 * Follows the feed: a snapshot, then every change by its number. A gap is never bridged by guessing: the whole table is asked for.
 * The number never goes back within an epoch (a restored core begins another). What is acknowledged is in the edge's files.
 */
export class Follower {
  readonly #options: FollowerOptions
  #guard: Guard
  /** Epoch that core named in this connection; undefined before its welcome. */
  #offered: string | undefined
  #wantsWhole = false
  #acked = -1
  #replaced: Promise<void> = Promise.resolve()
  #isAcking = false
  #wantsAck = false

  /** `state` holds what the files held. */
  constructor(options: FollowerOptions) {
    this.#options = options
    this.#guard = new Guard(options.networks, { 4: 0, 6: 0 })
  }

  /** Goes over the table that came from the files: the configuration may have changed since. */
  async inspectTable(): Promise<void> {
    const { state, networks } = this.#options
    const { table } = state
    const { forbidden, share } = await inSteps(inspect(table, networks), () => state.clock.elapsed())
    if (table !== state.table) return
    this.#dropForbidden(
      table,
      forbidden.map(({ prefix }) => prefix),
    )
    this.#guard = new Guard(networks, share)
  }

  hello(): Frame {
    const { state, version, boot } = this.#options
    const { epoch, seq } = this.#wantsWhole ? { epoch: '', seq: 0 } : state
    this.#wantsWhole = false
    return {
      type: 'hello',
      name: state.settings.name,
      version,
      epoch,
      seq,
      boot,
      takes: ['standings', 'spent', 'reverse-name', 'delay', 'vouches'],
    }
  }

  /** Takes frames in their order. Throws when the connection must end. */
  async take(frames: readonly Frame[]): Promise<void> {
    const { state } = this.#options
    for (const frame of frames) {
      state.contactAt = state.clock.now()
      if (frame.type === 'snapshot') await this.#takeSnapshot(frame.bytes)
      else if (frame.type === 'change') this.#takeChange(frame.seq, frame.change)
      else if (frame.type === 'welcome') this.#takeWelcome(frame)
      else if (frame.type === 'stored') this.#options.onStored(frame.batch)
      else if (frame.type === 'ping') this.#takePing(frame.seq)
      else if (frame.type === 'standings') {
        state.standings.take(frame, state.contactAt)
        if (frame.elsewhere) this.#options.onElsewhere(frame.elsewhere)
      }
    }
    this.#acknowledge()
  }

  ended(): void {
    this.#offered = undefined
    this.#options.state.isConnected = false
    this.#options.state.standings.interrupt()
  }

  #takeWelcome({ epoch, caseLinkKey, keyId, settings }: Extract<Frame, { type: 'welcome' }>): void {
    const { state, onWelcome } = this.#options
    this.#offered = epoch
    state.caseLink = { keyId, key: new Secret(Buffer.from(caseLinkKey, 'hex')) }
    state.isConnected = true
    state.recipientsKey = readKey(settings?.['recipientsKey']) ?? state.recipientsKey
    state.vouchKey = readKey(settings?.['vouchKey'])
    const takes: unknown = settings?.['takes']
    state.tellsSpent = Array.isArray(takes) && takes.includes('spent')
    state.counters.feedConnections++
    onWelcome()
  }

  async #takeSnapshot(bytes: Uint8Array): Promise<void> {
    const { state, files, networks } = this.#options
    const elapsed = (): number => state.clock.elapsed()
    const snapshot = await inSteps(decodeSnapshotSteps(bytes), elapsed)
    if (snapshot instanceof SnapshotError) throw this.#refuse('it is spoilt', { error: snapshot })
    if (snapshot.epoch !== this.#offered) throw this.#refuse('it is of another epoch than core', {})
    if (snapshot.epoch === state.epoch && snapshot.seq < state.seq) {
      throw this.#refuse('it is older than what we have', { seq: snapshot.seq, ours: state.seq })
    }
    const { forbidden, share } = await inSteps(inspect(snapshot.table, networks), elapsed)
    if (isTooMuch(share)) throw this.#refuse('it would refuse too much of the address space', { share })
    this.#dropForbidden(
      snapshot.table,
      forbidden.map(({ prefix }) => prefix),
    )
    this.#noteSize(snapshot)
    this.#guard = new Guard(networks, share)
    state.table = snapshot.table
    state.epoch = snapshot.epoch
    state.seq = snapshot.seq
    this.#acked = -1
    state.counters.snapshotsLoaded++
    state.log.info('snapshot-loaded', {
      epoch: snapshot.epoch,
      seq: snapshot.seq,
      listings: snapshot.table.size,
    })
    // Acknowledged when it is durable; requests are answered from it already.
    this.#replaced = files.replace(bytes)
  }

  #takeChange(seq: number, change: TableChange): void {
    const { state, files } = this.#options
    if (this.#offered !== state.epoch || seq !== state.seq + 1)
      throw this.#askForAll(`change ${seq} after ${state.seq}`)
    if (this.#guard.admits(state.table, change)) state.table.apply(change)
    else this.#noteGuarded(change)
    state.seq = seq
    state.counters.changesApplied++
    files.note(state.epoch, seq, change)
  }

  #takePing(seq: number): void {
    const { state } = this.#options
    if (this.#offered !== state.epoch || seq !== state.seq)
      throw this.#askForAll(`core is at ${seq}, we are at ${state.seq}`)
    // An acknowledgement is our sign of life.
    this.#acked = Math.min(this.#acked, seq - 1)
  }

  /** Says how far we are, once what we have is in the files; what comes meanwhile is said together. */
  #acknowledge(): void {
    this.#wantsAck = true
    if (this.#isAcking) return
    this.#isAcking = true
    void this.#acknowledgeAll().finally(() => (this.#isAcking = false))
  }

  async #acknowledgeAll(): Promise<void> {
    const { state, files, send } = this.#options
    while (this.#wantsAck) {
      this.#wantsAck = false
      const { seq, epoch } = state
      await Promise.all([files.noted(), this.#replaced])
      if (seq <= this.#acked || epoch !== this.#offered) continue
      send({ type: 'ack', seq, at: state.clock.now() })
      this.#acked = seq
    }
  }

  #dropForbidden(table: EdgeState['table'], prefixes: readonly Prefix[]): void {
    const { state } = this.#options
    for (const prefix of prefixes) table.drop(prefix)
    if (prefixes.length === 0) return
    state.counters.guarded += prefixes.length
    const shown = prefixes.slice(0, 10).map(formatPrefix)
    state.log.error('listings-of-protected-networks-ignored', { count: prefixes.length, shown })
  }

  #noteGuarded(change: TableChange): void {
    const { state } = this.#options
    state.counters.guarded++
    const prefix = change.kind === 'put' ? formatPrefix(change.entry.prefix) : ''
    state.log.error('change-ignored', { why: 'protected network, or too much of the address space', prefix })
  }

  /** An import is a reason for this, and so is a fault in core: a person should look. */
  #noteSize({ table, epoch }: Snapshot): void {
    const { state } = this.#options
    const before = state.table.size
    if (epoch !== state.epoch || before < smallTable) return
    const ratio = table.size / before
    if (ratio < 0.5 || ratio > 1.5) state.log.warn('table-size-jumped', { before, after: table.size })
  }

  #refuse(why: string, facts: Readonly<Record<string, unknown>>): Unwelcome {
    const { state } = this.#options
    state.counters.snapshotsRefused++
    state.log.error('snapshot-refused', { why, ...facts })
    return new Unwelcome(`snapshot refused: ${why}`)
  }

  #askForAll(why: string): Error {
    this.#wantsWhole = true
    return new FeedEnded(`the feed has a gap: ${why}`)
  }
}
