import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { SMTPServer } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { covers, type Prefix } from '../standards/prefix.ts'
import type { Client } from './client.ts'
import { Pace, type PaceLimits } from './pace.ts'
import { replies, type Reply } from './reply.ts'

/** One client's connection: the library's, with our own pace, our own refusals and an answer to who is speaking. */
export class IntakeConnection extends SMTPConnection {
  readonly pace: Pace
  readonly #origin: Origin
  readonly #clock: Clock
  #isRefused = false

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    about: { readonly origin: Origin; readonly pace: PaceLimits; readonly clock: Clock },
  ) {
    super(server, socket, options)
    this.#origin = about.origin
    this.#clock = about.clock
    this.pace = new Pace(about.pace, about.clock.elapsed())
    // Before the library's own reader, so that a command with a bare newline is refused and not obeyed.
    socket.on('data', (chunk: Buffer) => this.#watch(chunk))
  }

  get isRelay(): boolean {
    return this.#origin.isRelay
  }

  get isRefused(): boolean {
    return this.#isRefused
  }

  /** The client is what a relay of ours forwards (XFORWARD, XCLIENT of Postfix), else the peer itself. */
  get client(): Client {
    const { peer, isRelay } = this.#origin
    const { xForward, xClient, hostNameAppearsAs } = this.session
    const forwarded = isRelay ? (xForward.get('ADDR') ?? xClient.get('ADDR')) : undefined
    if (forwarded === undefined) {
      return { address: peer, isSender: !isRelay, helo: isRelay ? null : hostNameAppearsAs || null }
    }
    const address = typeof forwarded === 'string' ? parseAddress(forwarded) : undefined
    const known = address instanceof Refusal ? undefined : address
    const helo = xForward.get('HELO') ?? (xForward.has('ADDR') ? null : hostNameAppearsAs)
    return { address: known, isSender: known !== undefined, helo: typeof helo === 'string' ? helo : null }
  }

  /** Answers and closes, also in the middle of a message: nothing that still comes is read. LMTP answers several `times`. */
  refuse(answer: Reply, times = 1): void {
    if (this.#isRefused) return
    this.#isRefused = true
    for (let time = 0; time < times; time++) this.send(answer.code, answer.text)
    this.close()
  }

  /** Our own texts bring their enhanced status code; the library adds one to its own. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const hasStatus = typeof data === 'string' && /^[245]\.\d{1,3}\.\d{1,3} /.test(data)
    super.send(code, data, hasStatus ? false : context)
    this.pace.reply(this.#clock.elapsed())
  }

  #watch(chunk: Buffer): void {
    this.pace.receive(chunk, this.#clock.elapsed())
    // In a message it is refused at its end; the flag stays until then.
    if (!this.pace.isInData && this.pace.takeBareNewline()) this.refuse(replies.bareNewline)
  }
}

/** Who is at the other end of a socket. */
export interface Origin {
  /** Undefined at a unix socket. */
  readonly peer: Address | undefined
  /** Whether it is one of our own mail servers, whose word on its clients is believed. A unix socket always is. */
  readonly isRelay: boolean
}

export function originOf(socket: Socket | TLSSocket, trust: readonly Prefix[]): Origin {
  const address = parseAddress(socket.remoteAddress ?? '')
  if (address instanceof Refusal) return { peer: undefined, isRelay: true }
  return { peer: address, isRelay: trust.some((prefix) => covers(prefix, address)) }
}

/** How long a client that is turned away may take to read why. */
const turnAwayMs = 2000

export function turnAway(socket: Socket | TLSSocket, answer: Reply): void {
  socket.on('error', () => undefined)
  socket.end(`${answer.code} ${answer.text}\r\n`)
  socket.resume()
  const linger = setTimeout(() => socket.destroy(), turnAwayMs)
  linger.unref()
  socket.once('close', () => clearTimeout(linger))
}
