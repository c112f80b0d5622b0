import { strict as assert } from 'node:assert'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  encodeFrame,
  FrameReader,
  type DecisionRecord,
  type Frame,
  type LetThrough,
} from '../../src/access/feed-frame.ts'
import { decodeSnapshot, encodeSnapshot, SnapshotError } from '../../src/access/snapshot.ts'
import { ListingTable } from '../../src/access/table.ts'

type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>

/** Where core's feed is: its socket, or its TLS door with a key. */
export type FeedPlace =
  | string
  | { readonly host: string; readonly port: number; readonly identity: string; readonly key: Buffer }

/** The edge's end of a feed, by hand: says what a test wants said and keeps a table of what comes. */
export class FeedEdge {
  readonly table: { now: ListingTable } = { now: new ListingTable() }
  epoch = ''
  seq = 0
  /** How many frames of each type came. */
  readonly came: Partial<Record<Frame['type'], number>> = {}
  bytes = 0
  readonly #socket: Socket
  readonly #frames: Frame[] = []
  readonly #waiting = new Set<() => void>()
  #error: unknown
  #isClosed = false

  constructor(socket: Socket) {
    const reader = new FrameReader('core')
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      for (const frame of reader.push(chunk)) this.#take(frame)
      this.#wake()
    })
    socket.on('error', (error) => (this.#error = error))
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  /** Connects; over TLS it resolves after the handshake and rejects when there is none. */
  static async connect(place: FeedPlace): Promise<FeedEdge> {
    const socket = typeof place === 'string' ? connect(place) : tlsSocket(place)
    await new Promise<void>((resolve, reject) => {
      socket.once(typeof place === 'string' ? 'connect' : 'secureConnect', resolve)
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed before it was open')))
    })
    return new FeedEdge(socket)
  }

  /** Connects and says hello as an edge that has this already. */
  static async greet(
    place: FeedPlace,
    name: string,
    has: { readonly epoch: string; readonly seq: number } = { epoch: '', seq: 0 },
  ): Promise<FeedEdge> {
    const edge = await FeedEdge.connect(place)
    edge.hello(name, has)
    return edge
  }

  /** `takes`: what it takes beyond the first version; nothing: it is an older edge. */
  hello(
    name: string,
    { epoch, seq }: { readonly epoch: string; readonly seq: number },
    takes: readonly string[] = [],
  ): void {
    this.epoch = epoch
    this.seq = seq
    const boot = '0123456789abcdefghjkmnpqrs'
    this.send({ type: 'hello', name, version: '1.0.0', epoch, seq, boot, takes })
  }

  send(frame: Frame | Uint8Array): void {
    this.#socket.write(frame instanceof Uint8Array ? frame : encodeFrame(frame))
  }

  /** Stops reading, as an edge that hangs. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.destroy()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The first frame of this type that no earlier call took, here or to come. */
  async next<Type extends Frame['type']>(type: Type): Promise<FrameOf<Type>> {
    let found: FrameOf<Type> | undefined
    await this.until(() => {
      const index = this.#frames.findIndex((frame) => frame.type === type)
      if (index < 0) return false
      found = this.#frames.splice(index, 1)[0] as FrameOf<Type>
      return true
    }, `a frame of type ${type}`)
    assert.ok(found)
    return found
  }

  /** Resolves when the table is at this number. */
  async reaches(seq: number): Promise<void> {
    await this.until(() => this.seq >= seq, `change ${seq}`)
  }

  async closes(): Promise<void> {
    await this.until(() => this.#isClosed, 'the end of the connection')
  }

  /** The table as bytes that are the same for the same content. */
  content(): string {
    return contentOf(this.table.now)
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const late = AbortSignal.timeout(10_000)
    while (!isSo()) {
      if (this.#isClosed || late.aborted) throw new Error(`${what} did not come`, { cause: this.#error })
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500)
        this.#waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #take(frame: Frame): void {
    this.came[frame.type] = (this.came[frame.type] ?? 0) + 1
    if (frame.type === 'ping') return
    if (frame.type === 'snapshot') {
      const snapshot = decodeSnapshot(frame.bytes)
      assert.ok(!(snapshot instanceof SnapshotError), 'the snapshot is whole')
      assert.ok(snapshot.epoch !== this.epoch || snapshot.seq >= this.seq, 'a snapshot never goes back')
      this.table.now = snapshot.table
      this.epoch = snapshot.epoch
      this.seq = snapshot.seq
    }
    if (frame.type === 'change') {
      assert.equal(frame.seq, this.seq + 1, 'changes come without a gap')
      this.table.now.apply(frame.change)
      this.seq = frame.seq
    }
    this.#frames.push(frame)
  }

  #wake(): void {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of all) wake()
  }
}

/** The content of a table as text, the same for the same content. */
export function contentOf(table: ListingTable): string {
  return Buffer.from(encodeSnapshot(table, { epoch: 'test', seq: 0, at: 0 })).toString('base64')
}

function tlsSocket({ host, port, identity, key }: Exclude<FeedPlace, string>): Socket {
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
    pskCallback: () => ({ identity, psk: key }),
    checkServerIdentity: () => undefined,
  })
}

/** A refusal that the edge `mx1` recorded, but for what is said. */
export function decisionRecord(fields: Partial<DecisionRecord> = {}): DecisionRecord {
  const at = Date.UTC(2026, 4, 4, 10)
  return {
    v: 1,
    edge: 'mx1',
    boot: '0123456789abcdefghjkmnpqrs',
    seq: 1,
    at,
    stage: 'rcpt',
    ip: '192.0.2.45',
    helo: 'mail.example.org',
    ptr: null,
    mailFrom: 'example.org',
    recipients: [],
    code: 550,
    status: '5.7.606',
    reason: 'spam',
    listing: '0123456789ab',
    standing: null,
    budget: null,
    table: 1,
    count: 1,
    mode: 'enforce',
    minute: Math.floor(at / 60_000),
    ...fields,
  }
}

/** A message that the edge `mx1` let through, but for what is said. */
export function letThrough(fields: Partial<LetThrough> = {}): LetThrough {
  return {
    edge: 'mx1',
    boot: '0123456789abcdefghjkmnpqrs',
    seq: 2,
    at: Date.UTC(2026, 4, 4, 10, 5),
    ip: '192.0.2.45',
    queueId: '4XyZ',
    helo: null,
    mailFrom: null,
    ...fields,
  }
}
