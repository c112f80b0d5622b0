import { createServer, type Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { formatAction, PolicyReader, ProtocolError, type PolicyRequest } from '../standards/postfix-policy.ts'
import type { Prefix } from '../standards/prefix.ts'
import type { Counters } from './counters.ts'
import { doorkeeper } from './doorkeeper.ts'
import { listen, type Endpoint } from './endpoint.ts'
import { LeanReader } from './lean-socket.ts'
import { dunno } from './policy-answer.ts'
import { Waiting } from './waiting.ts'

/**
 * The door that the MTA asks (Postfix SMTPD_POLICY_README), over TCP or a unix socket.
 * It answers at once or not at all: what it cannot read gets no answer and a closed connection, what waited too long gets DUNNO.
 */
export interface PolicyServerOptions {
  readonly listen: Endpoint
  /** Who may come over TCP. */
  readonly allow: readonly Prefix[]
  /** The action for a request: one line of ASCII. */
  readonly answer: (request: PolicyRequest) => string
  readonly clock: Clock
  readonly log: Log
  readonly counters: Counters
  readonly limits?: Partial<PolicyLimits>
}

export interface PolicyLimits {
  readonly connections: number
  /** From one address, over TCP. */
  readonly connectionsPerPeer: number
  /** Longer than Postfix's own 300 s, so that Postfix closes first and never meets a closed door. */
  readonly idleMs: number
  /** From the first byte of a request to its blank line. */
  readonly requestMs: number
  /** A request that has waited longer is let through unseen, when this many came in the same time. */
  readonly shedMs: number
  readonly shedCrowd: number
  /** Unread answers after which we stop reading. */
  readonly unsentBytes: number
}

export const policyLimits: PolicyLimits = {
  connections: 4096,
  connectionsPerPeer: 512,
  idleMs: 330_000,
  requestMs: 5000,
  shedMs: 30,
  // Alone after a pause of the machine there is nobody to make room for.
  shedCrowd: 10,
  unsentBytes: 1 << 20,
}

export interface PolicyServer {
  /** As `readEndpoint` reads it. */
  readonly address: string
  connections(): number
  /** Takes no more connections, answers what is under way, and ends each connection when it falls quiet; after `drainMs` all of them. */
  close(drainMs?: number): Promise<void>
}

/** How often connections are looked at for slowness. */
const sweepMs = 250
/** A connection that has been quiet for so long has no request on its way. */
const quietMs = 200
const drainMs = 10_000
/** One line of log a second about strangers' mistakes. */
const logMs = 1000

const dunnoReply = formatAction(dunno)

export async function startPolicyServer(options: PolicyServerOptions): Promise<PolicyServer> {
  const door = new PolicyDoor(options, { ...policyLimits, ...options.limits })
  const mayStay = doorkeeper({ door: 'policy', ...options })
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    if (mayStay(server, socket)) door.take(socket)
  })
  const address = await listen(server, options.listen)
  return {
    address,
    connections: () => door.connections,
    close: async (within = drainMs) => {
      server.close()
      await door.drain(within)
    },
  }
}

interface Connection {
  readonly socket: Socket
  readonly reader: PolicyReader
  readonly peer: string
  /** Monotonic milliseconds of the last bytes. */
  heardAt: number
  /** When the request under way began; 0 when there is none. */
  begunAt: number
}

class PolicyDoor {
  readonly #options: PolicyServerOptions
  readonly #limits: PolicyLimits
  readonly #waiting: Waiting
  readonly #lean = new LeanReader()
  readonly #connections = new Set<Connection>()
  readonly #perPeer = new Map<string, number>()
  readonly #sweep: NodeJS.Timeout
  #loggedAt = -Infinity
  #unlogged = 0

  constructor(options: PolicyServerOptions, limits: PolicyLimits) {
    this.#options = options
    this.#limits = limits
    this.#waiting = new Waiting(options.clock)
    this.#sweep = setInterval(() => this.#closeSlow(), sweepMs)
    this.#sweep.unref()
  }

  get connections(): number {
    return this.#connections.size
  }

  take(accepted: Socket): void {
    const peer = accepted.remoteAddress ?? ''
    const ofPeer = this.#perPeer.get(peer) ?? 0
    const isFull = this.#connections.size >= this.#limits.connections
    if (isFull || (peer !== '' && ofPeer >= this.#limits.connectionsPerPeer)) {
      this.#options.counters.connectionsRefused++
      accepted.destroy()
      return
    }
    const reader = new PolicyReader()
    const socket = this.#lean.read(accepted, (chunk) => this.#read(connection, chunk))
    const heardAt = this.#options.clock.elapsed()
    const connection: Connection = { socket, reader, peer, heardAt, begunAt: 0 }
    this.#connections.add(connection)
    this.#perPeer.set(peer, ofPeer + 1)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#forget(connection))
  }

  /** Ends every connection once it is quiet, and whatever is left after `within` milliseconds. */
  async drain(within: number): Promise<void> {
    const until = this.#options.clock.elapsed() + within
    for (
      let now = this.#options.clock.elapsed();
      this.#connections.size > 0 && now < until;
      now = this.#options.clock.elapsed()
    ) {
      for (const { socket, heardAt, begunAt } of this.#connections) {
        if (begunAt === 0 && now - heardAt >= quietMs && socket.writableLength === 0) socket.destroy()
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    for (const { socket } of this.#connections) socket.destroy()
    clearInterval(this.#sweep)
    this.#waiting.stop()
  }

  #read(connection: Connection, chunk: Buffer): void {
    const { socket, reader } = connection
    const elapsed = this.#options.clock.elapsed()
    let replies = ''
    try {
      reader.push(chunk, (request) => (replies += this.#reply(request)))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#options.counters.protocolErrors++
      this.#note('policy-protocol-error', { why: error.message, peer: connection.peer })
      // What was asked before it is answered; what cannot be read is not.
      if (replies === '') socket.destroy()
      else socket.end(replies, 'latin1', () => socket.destroy())
      return
    }
    connection.heardAt = elapsed
    if (!reader.isMidway) connection.begunAt = 0
    else if (connection.begunAt === 0 || replies !== '') connection.begunAt = elapsed
    if (replies === '') return
    socket.write(replies, 'latin1')
    if (socket.writableLength > this.#limits.unsentBytes) this.#hold(socket)
  }

  #reply(request: PolicyRequest): string {
    const { counters, clock, answer } = this.#options
    counters.requests++
    if (
      this.#waiting.atMost(clock.elapsed()) > this.#limits.shedMs &&
      this.#waiting.crowd > this.#limits.shedCrowd
    ) {
      counters.shed++
      return dunnoReply
    }
    const action = answer(request)
    return action === dunno ? dunnoReply : formatAction(action)
  }

  /** Whoever does not read its answers is not asked for more questions. */
  #hold(socket: Socket): void {
    socket.pause()
    socket.once('drain', () => socket.resume())
  }

  #closeSlow(): void {
    const now = this.#options.clock.elapsed()
    for (const { socket, heardAt, begunAt, peer } of this.#connections) {
      const isSlow = begunAt > 0 && now - begunAt > this.#limits.requestMs
      if (!isSlow && now - heardAt <= this.#limits.idleMs) continue
      this.#options.counters.connectionsTimedOut++
      if (isSlow) this.#note('policy-request-too-slow', { peer })
      socket.destroy()
    }
  }

  #forget(connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    const left = (this.#perPeer.get(connection.peer) ?? 1) - 1
    if (left > 0) this.#perPeer.set(connection.peer, left)
    else this.#perPeer.delete(connection.peer)
  }

  #note(event: string, fields: Readonly<Record<string, unknown>>): void {
    const now = this.#options.clock.elapsed()
    if (now - this.#loggedAt < logMs) {
      this.#unlogged++
      return
    }
    this.#options.log.warn(event, { ...fields, unlogged: this.#unlogged })
    this.#loggedAt = now
    this.#unlogged = 0
  }
}
