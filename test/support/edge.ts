import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { Secret } from '../../src/base/secret.ts'
import { exemptMailboxes } from '../../src/access/exempt.ts'
import { encodeFrame, FrameReader, type Frame } from '../../src/access/feed-frame.ts'
import type { ListingEntry, TableChange } from '../../src/access/listing-entry.ts'
import { encodeSnapshot } from '../../src/access/snapshot.ts'
import { ListingTable } from '../../src/access/table.ts'
import { parsePrefix } from '../../src/standards/prefix.ts'
import { startEdge, type EdgeOptions, type RunningEdge } from '../../src/edge/edge.ts'
import { readEndpoint } from '../../src/edge/endpoint.ts'

/** A folder of a test's own; gone at the end of the test. */
export function testFolder(test: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-edge-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Waits until `is` holds; throws after `withinMs`. */
export async function until(is: () => boolean, what: string, withinMs = 5000): Promise<void> {
  const end = performance.now() + withinMs
  while (!is()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(5)
  }
}

export const caseLinkKey = new Secret(Buffer.alloc(32, 3))

/** An edge's options on this folder: doors on free ports, core's socket at `feed.sock`. */
export function edgeOptions(folder: string, options: Partial<EdgeOptions> = {}): EdgeOptions {
  return {
    name: 'test',
    version: '0.1.0',
    dataDir: folder,
    listenPolicy: '127.0.0.1:0',
    listenLookup: '127.0.0.1:0',
    policyAllow: [orThrow(parsePrefix('127.0.0.0/8'))],
    lookupAllow: [orThrow(parsePrefix('127.0.0.0/8'))],
    feed: { path: join(folder, 'feed.sock') },
    site: 'https://postmaster.provider.example',
    profile: 'microsoft-like',
    mode: 'enforce',
    exempt: exemptMailboxes(['provider.example'], ['delist@provider.example'], 'postern.provider.example'),
    domains: ['provider.example'],
    exemptPerHour: 3,
    protected: [],
    protectedNames: [],
    recordsKey: new Secret(Buffer.alloc(32, 7)),
    clock: systemClock(),
    log: silentLog,
    ...options,
  }
}

/** An edge that ends with the test. */
export async function startTestEdge(
  test: { after(fn: () => Promise<void>): void },
  folder: string,
  options: Partial<EdgeOptions> = {},
): Promise<RunningEdge> {
  const edge = await startEdge(edgeOptions(folder, options))
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => await (closing ??= edge.close())
  test.after(close)
  return { ...edge, close }
}

/** What Postfix asks at RCPT, but for what is said. */
export function policyRequest(attributes: Readonly<Record<string, string>> = {}): string {
  const all = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    client_address: '192.0.2.45',
    client_name: 'mail.example.org',
    reverse_client_name: 'mail.example.org',
    helo_name: 'mail.example.org',
    sender: 'bob@example.org',
    recipient: 'alice@provider.example',
    recipient_count: '0',
    queue_id: '',
    instance: '',
    size: '1234',
    sasl_username: '',
    policy_context: '',
    ...attributes,
  }
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}\n`
}

/** One connection to a policy server. */
export class PolicyCaller {
  readonly socket: Socket
  #text = ''
  #answers: string[] = []
  #isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => (this.#isClosed = true))
  }

  static async open(address: string): Promise<PolicyCaller> {
    const socket = connect(readEndpoint(address))
    const caller = new PolicyCaller(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return caller
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Actions that came and were not asked for with `next`. */
  get waiting(): number {
    return this.#answers.length
  }

  send(text: string | Buffer): void {
    this.socket.write(text)
  }

  /** The next action, without `action=`. */
  async next(): Promise<string> {
    await until(() => this.#answers.length > 0 || this.#isClosed, 'an answer of the policy server')
    const answer = this.#answers.shift()
    if (answer === undefined) throw new Error('the policy server closed the connection')
    return answer
  }

  async ask(attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    this.send(policyRequest(attributes))
    return await this.next()
  }

  close(): void {
    this.socket.destroy()
  }

  #take(text: string): void {
    const parts = `${this.#text}${text}`.split('\n\n')
    this.#text = parts.pop() ?? ''
    for (const part of parts) this.#answers.push(part.replace(/^action=/, ''))
  }
}

/** Asks one question on a connection of its own. */
export async function askPolicy(
  address: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const caller = await PolicyCaller.open(address)
  const answer = await caller.ask(attributes)
  caller.close()
  return answer
}

/** Core's end of the feed: does what the test says, and answers a hello with a welcome and what the edge lacks. */
export class FakeCore {
  epoch: string
  seq: number
  table: ListingTable
  /** Everything that came, in order. */
  readonly heard: Frame[] = []
  /** Whether batches are acknowledged. */
  stores = true
  /** Called for each hello in place of the usual answer. */
  onHello: ((hello: Extract<Frame, { type: 'hello' }>) => void) | undefined
  readonly sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(entries: readonly ListingEntry[] = [], { epoch = 'first', seq = 1 } = {}) {
    this.epoch = epoch
    this.seq = seq
    this.table = new ListingTable()
    for (const entry of entries) this.table.put(entry)
  }

  async listen(path: string): Promise<void> {
    const server = createServer((socket) => this.take(socket))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(path, resolve))
  }

  /** A connection came. */
  take(socket: Socket): void {
    const reader = new FrameReader('edge')
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) this.#hear(frame)
    })
  }

  send(frame: Frame): void {
    for (const socket of this.sockets) socket.write(encodeFrame(frame))
  }

  /** A change with the next number. */
  change(change: TableChange): number {
    this.table.apply(change)
    this.seq++
    this.send({ type: 'change', seq: this.seq, change })
    return this.seq
  }

  sendSnapshot(): void {
    this.send({
      type: 'snapshot',
      bytes: encodeSnapshot(this.table, { epoch: this.epoch, seq: this.seq, at: Date.now() }),
    })
  }

  welcome(): void {
    const key = caseLinkKey.reveal().toString('hex')
    this.send({ type: 'welcome', epoch: this.epoch, seq: this.seq, caseLinkKey: key, keyId: 1 })
  }

  of<T extends Frame['type']>(type: T): Extract<Frame, { type: T }>[] {
    return this.heard.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type)
  }

  /** Waits for the edge to say that it has a number. */
  async acked(seq: number): Promise<void> {
    await until(() => this.of('ack').some((ack) => ack.seq === seq), `acknowledgement of ${seq}`)
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  #hear(frame: Frame): void {
    this.heard.push(frame)
    if (frame.type === 'records' && this.stores) this.send({ type: 'stored', batch: frame.batch })
    if (frame.type !== 'hello') return
    if (this.onHello !== undefined) return this.onHello(frame)
    this.welcome()
    if (frame.epoch !== this.epoch || frame.seq !== this.seq) this.sendSnapshot()
  }
}

/** A core for this folder's edge, that ends with the test. */
export async function startFakeCore(
  test: { after(fn: () => Promise<void>): void },
  folder: string,
  entries: readonly ListingEntry[] = [],
  head: { readonly epoch?: string; readonly seq?: number } = {},
): Promise<FakeCore> {
  const core = new FakeCore(entries, head)
  await core.listen(join(folder, 'feed.sock'))
  test.after(async () => await core.close())
  return core
}
