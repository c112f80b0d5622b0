import type { Socket } from 'node:net'
import { breathe } from '../base/steps.ts'
import { changeFromJson, encodeFrame, FrameReader, type Frame } from '../access/feed-frame.ts'
import type { SpentEntry } from '../access/spent-entry.ts'
import type { Context } from '../core/context.ts'
import { saveDecisions } from '../core/decisions/actions.ts'
import { noteLetThroughs, noteRefusals } from '../core/delisting/follow-actions.ts'
import { changesAfter, feedHead, noteAck, noteEdge } from '../core/edges/actions.ts'
import { isResync, type Snapshots } from './snapshot.ts'
import { changeForOlder, knowsAll, snapshotForOlder } from './older-edges.ts'
import { StandingsSource } from './standings.ts'

type Hello = Extract<Frame, { type: 'hello' }>
type Records = Extract<Frame, { type: 'records' }>

/** Changes read at once. */
const batchSize = 500

/** An edge that is further behind gets the whole table. */
const furthestBehind = 50_000

/** Unsent bytes after which we wait for the edge. */
const highWater = 8 << 20

/** How often a quiet acknowledgement is written down as a sign of life. */
const seenEveryMs = 30_000

/** What a connection tells the server that took it. */
export interface FeedEvents {
  /** An edge has said its name: any other connection of that name is an old one. */
  onHello(name: string): void
  /** An edge tells what it let through. */
  onSpent(name: string, entries: readonly SpentEntry[]): void
  /** An edge takes what the others let through: gives what it is to be told of it now. */
  onListening(name: string): () => readonly SpentEntry[]
  /** The connection is over; gives whether it was still the one of its name. */
  onEnd(name: string): boolean
}

/** How long an edge may keep us waiting: for its first frame, and for any sign of life (it acknowledges every ping). */
export interface Patience {
  readonly helloMs: number
  readonly silenceMs: number
}

export interface FeedConnectionOptions {
  readonly socket: Socket
  /** The only name it may say, where the channel has shown one. */
  readonly identity?: string | undefined
  readonly snapshots: Snapshots
  readonly patience: Patience
  readonly on: FeedEvents
}

/** One edge at the other end: brings it up to date and takes what it ships. */
export class FeedConnection {
  /** Resolves when the connection is over and everything about it is written down. */
  readonly ended: Promise<void>
  readonly #ctx: Context
  readonly #options: FeedConnectionOptions
  readonly #socket: Socket
  readonly #reader = new FrameReader('edge')
  #hello: Hello | undefined
  /** Last number sent; undefined until the table is. */
  #sent: number | undefined
  /** Sending of changes, while it goes on. */
  #pumping: Promise<void> | undefined
  #again = false
  /** What it is told of standings; undefined for an edge that does not take them, and until the table is sent. */
  #standings: StandingsSource | undefined
  #telling: Promise<void> | undefined
  #tellAgain = false
  #seenAt = 0
  /** Last number acknowledged, and the one written down. */
  #acked: number | undefined
  #noted: number | undefined
  /** Frames are handled one after another; no more are read meanwhile. */
  #work: Promise<void> = Promise.resolve()

  constructor(ctx: Context, options: FeedConnectionOptions) {
    const { socket, patience } = options
    this.#ctx = ctx
    this.#options = options
    this.#socket = socket
    const late = setTimeout(() => {
      if (!this.#hello) this.end('it did not say hello')
    }, patience.helloMs)
    socket.setNoDelay(true)
    socket.setTimeout(patience.silenceMs, () => this.end('it has been silent'))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('drain', () => this.pump())
    socket.on('error', (error) =>
      this.#ctx.log.warn('feed.connection-broke', { edge: this.#name, why: error.message }),
    )
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    this.ended = closed.then(async () => {
      clearTimeout(late)
      this.#then(async () => await this.#noteEnd())
      await Promise.all([this.#work, this.#pumping, this.#telling])
    })
  }

  get #name(): string {
    return this.#hello?.name ?? 'unknown'
  }

  get #takes(): readonly string[] {
    return this.#hello?.takes ?? []
  }

  end(why: string): void {
    if (this.#socket.destroyed) return
    this.#ctx.log.info('feed.closing', { edge: this.#name, why })
    this.#socket.destroy()
  }

  ping(): void {
    if (this.#sent === undefined) return
    this.#send({ type: 'ping', seq: this.#sent, at: this.#ctx.clock.now() })
    this.#noteLife()
    this.tellStandings()
  }

  /** Sends what is new of standings; called and remembered like `pump`. */
  tellStandings(): void {
    const standings = this.#standings
    if (standings === undefined || this.#socket.destroyed) return
    this.#tellAgain = this.#telling !== undefined
    this.#telling ??= this.#sendStandings(standings)
      .catch((error: unknown) => this.#broke(error))
      .finally(() => {
        this.#telling = undefined
        if (this.#tellAgain) this.tellStandings()
      })
  }

  async #sendStandings(standings: StandingsSource): Promise<void> {
    for await (const frame of standings.due()) {
      this.#send(frame)
      await breathe()
      if (this.#socket.writableLength >= highWater) await this.#drained()
      if (this.#socket.destroyed) return
    }
  }

  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.once('drain', resolve)
      this.#socket.once('close', resolve)
    })
  }

  /** Sends what is new. Called on every wake; calls while one runs are remembered, not queued. */
  pump(): void {
    if (this.#sent === undefined || this.#socket.destroyed) return
    if (this.#pumping) {
      this.#again = true
      return
    }
    this.#again = false
    this.#pumping = this.#sendChanges()
      .catch((error: unknown) => this.#broke(error))
      .finally(() => {
        this.#pumping = undefined
        if (this.#again) this.pump()
      })
  }

  async #sendChanges(): Promise<void> {
    while (this.#sent !== undefined && !this.#socket.destroyed && this.#socket.writableLength < highWater) {
      const changes = await changesAfter(this.#ctx, this.#sent, batchSize)
      this.#socket.cork()
      const takes = this.#takes
      for (const { seq, change: text } of changes) {
        const json: unknown = JSON.parse(text)
        if (isResync(json)) {
          this.#socket.uncork()
          await this.#sendSnapshot(seq)
          return
        }
        const change = knowsAll(takes) ? changeFromJson(json) : changeForOlder(json, takes)
        this.#send({ type: 'change', seq, change })
        this.#sent = seq
      }
      this.#socket.uncork()
      if (changes.length < batchSize) return
      await breathe()
    }
  }

  /** The whole table, at least as new as `atLeast`. */
  async #sendSnapshot(atLeast: number): Promise<void> {
    const snapshot = await this.#options.snapshots(atLeast)
    const takes = this.#takes
    const bytes = knowsAll(takes) ? snapshot.bytes : await snapshotForOlder(snapshot.bytes, takes)
    this.#send({ type: 'snapshot', bytes })
    this.#sent = snapshot.seq
    this.#again = true
  }

  #read(chunk: Buffer): void {
    let frames: readonly Frame[]
    try {
      frames = this.#reader.push(chunk)
    } catch (error) {
      this.end(`not a frame: ${error instanceof Error ? error.message : 'unknown'}`)
      return
    }
    if (frames.length === 0) return
    // While we work the edge cannot be heard, and is not to blame for it.
    this.#socket.pause().setTimeout(0)
    this.#then(async () => await this.#handleAll(frames))
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#broke(error))
  }

  async #handleAll(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) if (!this.#socket.destroyed) await this.#handle(frame)
    this.#socket.setTimeout(this.#options.patience.silenceMs).resume()
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.type === 'hello') return await this.#greet(frame)
    if (!this.#hello) return this.end('the first frame must be hello')
    if (frame.type === 'ack') return await this.#acknowledge(frame.seq)
    if (frame.type === 'records') return await this.#keep(frame)
    if (frame.type === 'spent') return this.#options.on.onSpent(this.#name, frame.entries)
    if (frame.type !== 'ping') this.end(`an edge does not send ${frame.type}`)
  }

  async #greet(hello: Hello): Promise<void> {
    const { identity, on } = this.#options
    if (this.#hello) return this.end('hello was said already')
    if (identity !== undefined && hello.name !== identity)
      return this.end(`it came with the key of ${identity} and says it is ${hello.name}`)
    this.#hello = hello
    on.onHello(hello.name)
    const { epoch, seq } = await feedHead(this.#ctx)
    const isNear = hello.epoch === epoch && hello.seq <= seq && seq - hello.seq <= furthestBehind
    await noteEdge(this.#ctx, {
      name: hello.name,
      version: hello.version,
      seq: isNear ? hello.seq : 0,
      connected: true,
    })
    // After the first thing written: an edge ships what it has on this word, and gives up what a full disk makes us break off again and again.
    const caseLinkKey = this.#ctx.keys.caseLink(hello.name).reveal().toString('hex')
    const recipientsKey = this.#ctx.keys.recipients(hello.name).reveal().toString('hex')
    const { keys, settings: own } = this.#ctx
    // Without the key no vouch acts, whatever the edge holds.
    const vouches = own.vouches.mode === 'on' ? { vouchKey: keys.vouches.reveal().toString('hex') } : {}
    const settings = { takes: ['spent'], recipientsKey, ...vouches }
    this.#send({ type: 'welcome', epoch, seq, caseLinkKey, keyId: 1, settings })
    this.#seenAt = this.#ctx.clock.elapsed()
    this.#ctx.log.info('feed.edge-connected', {
      edge: hello.name,
      version: hello.version,
      seq: hello.seq,
      head: seq,
    })
    if (isNear && (await this.#isKept(hello.seq, seq))) {
      this.#sent = hello.seq
      this.#acked = hello.seq
    } else await this.#sendSnapshot(0)
    this.pump()
    if (!this.#takes.includes('standings')) return
    const takesSpent = hello.takes?.includes('spent') === true
    this.#standings = new StandingsSource(this.#ctx, takesSpent ? on.onListening(hello.name) : undefined)
    this.tellStandings()
  }

  /** Whether every change after `from` is still there to send. */
  async #isKept(from: number, head: number): Promise<boolean> {
    if (from === head) return true
    const [first] = await changesAfter(this.#ctx, from, 1)
    return first?.seq === from + 1
  }

  /** The edge's clock is its own; the page shows ours. */
  async #acknowledge(seq: number): Promise<void> {
    if (this.#sent === undefined || seq > this.#sent)
      return this.end(`it acknowledges ${seq}, which it was not sent`)
    this.#acked = seq
    await noteAck(this.#ctx, this.#name, seq, this.#ctx.clock.now())
  }

  /** Writes down, now and then, that the edge lives and how far it is. */
  #noteLife(): void {
    const now = this.#ctx.clock.elapsed()
    const isNews = this.#acked !== this.#noted || now - this.#seenAt >= seenEveryMs
    if (!isNews || this.#acked === undefined) return
    this.#seenAt = now
    this.#noted = this.#acked
    const seq = this.#acked
    this.#then(async () => await this.#note(seq, true))
  }

  /** What an edge says about others' mail is not its to say. */
  async #keep({ batch, records, letThroughs }: Records): Promise<void> {
    const stranger = [...records, ...letThroughs].find(({ edge }) => edge !== this.#name)
    if (stranger) return this.end(`it ships records of ${stranger.edge}`)
    await saveDecisions(this.#ctx, records, letThroughs)
    await noteLetThroughs(this.#ctx, letThroughs)
    await noteRefusals(this.#ctx, records)
    this.#send({ type: 'stored', batch })
  }

  async #note(seq: number, connected: boolean): Promise<void> {
    await noteEdge(this.#ctx, { name: this.#name, version: this.#hello?.version ?? '', seq, connected })
  }

  #send(frame: Frame): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(frame))
  }

  #broke(error: unknown): void {
    const isStopping = error instanceof DOMException && error.name === 'AbortError'
    if (!isStopping) this.#ctx.log.error('feed.failed', { edge: this.#name, error })
    this.#socket.destroy()
  }

  async #noteEnd(): Promise<void> {
    if (!this.#hello || !this.#options.on.onEnd(this.#name)) return
    this.#ctx.log.warn('feed.edge-gone', { edge: this.#name })
    await this.#note(this.#acked ?? 0, false)
  }
}
