import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Log } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import { encodeFrame, FeedError, FrameReader, type Frame } from '../access/feed-frame.ts'

/** Where core is: a unix socket that its user guards, or TCP with the edge's own key (TLS-PSK, RFC 4279; the identity is the edge's name). */
export type FeedAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly key: Secret }

export interface FeedClientOptions {
  readonly feed: FeedAddress
  readonly name: string
  readonly log: Log
  /** From 0 to 1: edges that lost the same core must not come back all at once. */
  readonly random: () => number
  /** The first frame of every connection. */
  readonly hello: () => Frame
  /** Frames in their order; the next ones wait until it resolves. Whatever it throws ends the connection. */
  readonly onFrames: (frames: readonly Frame[]) => Promise<void>
  readonly onEnd: () => void
}

/** The connection is over for a reason that is no fault of this program: the message says all. */
export class FeedEnded extends Error {
  override readonly name: string = 'FeedEnded'
}

/** What core sent is not taken; asking again at once would only bring it again. */
export class Unwelcome extends FeedEnded {
  override readonly name = 'Unwelcome'
}

/** A core that restarts is there again within a second or two: so long we ask often. */
const eagerTries = 30
const eagerMs = 100
/** Full jitter between these afterwards. */
const shortestMs = 500
const longestMs = 10_000
/** On the same machine asking costs nothing. */
const longestLocalMs = 1000
/** Core says something every two seconds; after this much silence the connection is dead. */
const silenceMs = 30_000
/** A connection that held this long was a good one: the next loss starts with eager tries. */
const goodMs = 5000
/** While core is away this is said again after so long. */
const sayAgainMs = 60_000

/** Keeps a connection to core, whatever happens to it. */
export class FeedClient {
  readonly #options: FeedClientOptions
  #socket: Socket | undefined
  #retry: NodeJS.Timeout | undefined
  #tries = 0
  #isClosed = false
  /** Whether core was there before: at start an edge may be ahead of it. */
  #hasMet = false
  /** Milliseconds waited since the last word about it. */
  #waited = 0
  #said = ''

  constructor(options: FeedClientOptions) {
    this.#options = options
  }

  start(): void {
    this.#connect()
  }

  /** Sends a frame, encoded already or not; lost if there is no connection. */
  send(frame: Frame | Buffer): void {
    if (this.#socket?.writable === true)
      this.#socket.write(Buffer.isBuffer(frame) ? frame : encodeFrame(frame))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#socket?.destroy()
  }

  #connect(): void {
    const socket = open(this.#options)
    const reader = new FrameReader('core')
    const good = setTimeout(() => (this.#tries = 0), goodMs)
    good.unref()
    let why: unknown
    let taking: Promise<void> = Promise.resolve()
    this.#socket = socket
    socket.setTimeout(silenceMs, () => socket.destroy(new Error('core has been silent')))
    socket.once('open', () => {
      this.#hasMet = true
      this.send(this.#options.hello())
    })
    socket.on('data', (chunk: Buffer) => {
      socket.pause()
      taking = this.#take(reader, chunk).then(
        () => void socket.resume(),
        (error: unknown) => {
          why = error
          socket.destroy()
        },
      )
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Where a name has several addresses the error holds one for each, and has no message of its own.
      why = new FeedEnded(error.message === '' ? error.code : error.message)
    })
    socket.on('close', () => {
      clearTimeout(good)
      // What came before the end is dealt with before the next hello says where we are.
      void taking.then(() => {
        this.#options.onEnd()
        this.#again(why)
      })
    })
  }

  async #take(reader: FrameReader, chunk: Buffer): Promise<void> {
    const frames = reader.push(chunk)
    if (frames.length > 0) await this.#options.onFrames(frames)
  }

  #again(why: unknown): void {
    if (this.#isClosed) return
    if (why instanceof Unwelcome || why instanceof FeedError) this.#tries = Math.max(this.#tries, eagerTries)
    const wait = this.#wait(this.#tries++)
    this.#say(why)
    this.#waited += wait
    this.#retry = setTimeout(() => this.#connect(), wait)
  }

  /** At once, when the eager tries are over, and now and then; what is wrong with core or with us, when it is new. */
  #say(why: unknown): void {
    const { log, feed } = this.#options
    const words = why instanceof Error ? why.message : 'core closed the connection'
    const isUsual = why === undefined || why instanceof FeedEnded
    const isDue = this.#tries === 1 || this.#tries === eagerTries || this.#waited >= sayAgainMs
    if (!isDue && (isUsual || words === this.#said)) return
    this.#waited = 0
    this.#said = words
    const at = 'path' in feed ? feed.path : `${feed.host}:${feed.port}`
    // A stack only where something is wrong with this program.
    if (!isUsual && !(why instanceof FeedError)) log.error('feed-failed', { feed: at, error: why })
    else if (this.#hasMet) log.warn('feed-lost', { feed: at, why: words })
    else if (this.#tries === 1) log.info('waiting for core', { feed: at })
    else log.warn('waiting for core', { feed: at, why: words })
  }

  #wait(tries: number): number {
    if (tries < eagerTries) return eagerMs
    const longest = 'path' in this.#options.feed ? longestLocalMs : longestMs
    const most = Math.min(longest, shortestMs * 2 ** (tries - eagerTries + 1))
    return shortestMs + this.#options.random() * (most - shortestMs)
  }
}

/** A socket that emits `open` when it may be written to. */
function open({ feed, name }: FeedClientOptions): Socket {
  if ('path' in feed) {
    const socket = connect({ path: feed.path })
    socket.once('connect', () => socket.emit('open'))
    return socket
  }
  const socket = connectTls({
    host: feed.host,
    port: feed.port,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    // Forward secret, and nothing but the key that both know: there is no certificate.
    ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
    pskCallback: () => ({ identity: name, psk: feed.key.reveal() }),
    checkServerIdentity: () => undefined,
  })
  socket.setNoDelay(true)
  socket.once('secureConnect', () => socket.emit('open'))
  return socket
}
