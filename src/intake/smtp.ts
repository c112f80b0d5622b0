import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { covers, type Prefix } from '../standards/prefix.ts'
import type { Admission } from './admission.ts'
import type { Client, Deliver, IntakeActions, ServedRoute } from './deliver.ts'
import type { MailHold } from './mail-hold.ts'
import { Pace, type PaceLimits } from './pace.ts'
import { isAccepted, isTemporary, replies, type Reply } from './reply.ts'
import { routeOf, type Routes } from './route.ts'

/**
 * The mail door: SMTP (RFC 5321) or LMTP (RFC 2033). Every message gets its answer in the session, after whatever it set off is
 * committed, and never a bounce later (security CASE-4).
 */
export interface SmtpOptions {
  readonly protocol: 'smtp' | 'lmtp'
  /** Our name in the greeting. */
  readonly name: string
  readonly routes: Routes
  /** Peers whose XFORWARD and XCLIENT are believed; a unix socket always is. */
  readonly trust: readonly Prefix[]
  readonly mostBytes: number
  readonly pace: PaceLimits
  readonly admission: Admission
  readonly hold: MailHold
  readonly deliver: Deliver
  readonly isOurTag: IntakeActions['isOurTag']
  readonly clock: Clock
  readonly log: Log
}

/** RFC 5321 §4.5.3.1.8 asks for this many at least. */
const mostRecipients = 100
const mostLineBytes = 4096
/** Sockets that the system may hand us; those over our own limits are told so and closed. */
const mostSockets = 1000
const paceCheckMs = 1000

export class IntakeServer extends SMTPServer {
  readonly #intake: SmtpOptions
  readonly #paceCheck: NodeJS.Timeout

  constructor(intake: SmtpOptions) {
    super({
      name: intake.name,
      lmtp: intake.protocol === 'lmtp',
      size: intake.mostBytes,
      maxRecipients: mostRecipients,
      maxCommandLength: mostLineBytes,
      disableReverseLookup: true,
      disabledCommands: ['AUTH', 'STARTTLS', 'WIZ', 'SHELL', 'KILL'],
      authOptional: true,
      // Allowed to everybody here and withdrawn in `onConnect`: the library compares single addresses, we trust networks.
      useXForward: true,
      useXClient: true,
      hideSMTPUTF8: true,
      hideENHANCEDSTATUSCODES: false,
      heloResponse: '%s',
      socketTimeout: intake.pace.commandMs,
      closeTimeout: 5000,
      logger: false,
      onConnect: (session, done) => done(this.#greet(session)),
      onMailFrom: (_address, session, done) => done(errorOf(this.#admitMessage(session))),
      onRcptTo: (address, session, done) => done(errorOf(this.#admitRecipient(address.address, session))),
      onData: (stream, session, done) => void this.#take(stream, session, done),
    })
    this.#intake = intake
    this.server.maxConnections = mostSockets
    this.on('error', (error: Error) => intake.log.info('intake.connection-lost', { why: error.message }))
    this.#paceCheck = setInterval(() => this.#dropSlow(), paceCheckMs)
    this.#paceCheck.unref()
  }

  override connect(socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null): void {
    const { admission, trust, pace, clock } = this.#intake
    const peer = peerOf(socket)
    const admitted = admission.connect(isTrusted(peer, trust) ? undefined : peer)
    if (typeof admitted !== 'function') return turnAway(socket, admitted)
    const connection = new IntakeConnection(this, socket, options, peer, new Pace(pace, clock.elapsed()), clock)
    socket.once('close', admitted)
    this.connections.add(connection)
    connection.on('error', (error: Error) => this.emit('error', error))
    connection.init()
  }

  override close(callback?: (() => void) | null): void {
    clearInterval(this.#paceCheck)
    super.close(callback)
    for (const connection of this.connections) {
      if (connection instanceof IntakeConnection && connection.pace.isBetweenMessages) connection.refuse(replies.closing)
    }
  }

  /** Everybody may speak; relays of ours may also say for whom. */
  #greet(session: SMTPServerSession): null {
    const connection = this.#connectionOf(session)
    const withheld = connection && isTrusted(connection.peer, this.#intake.trust) ? [] : ['XFORWARD', 'XCLIENT']
    session.disabledCommands = [...this.options.disabledCommands, ...withheld]
    return null
  }

  #admitMessage(session: SMTPServerSession): Reply | undefined {
    return this.#intake.admission.message(countedBy(this.#clientOf(session)))
  }

  #admitRecipient(recipient: string, session: SMTPServerSession): Reply | undefined {
    const { admission, routes, protocol, isOurTag } = this.#intake
    const route = routeOf(recipient, routes)
    const client = countedBy(this.#clientOf(session))
    switch (route.kind) {
      case 'not-served':
        return replies.notServed
      case 'unknown':
        return admission.unknownRecipient(client)
      case 'delist-tag':
        if (!isOurTag('delist', route.tag)) return admission.unknownRecipient(client)
        break
      case 'bounce':
        if (!isOurTag('bounce', route.tag)) return admission.unknownRecipient(client)
        if (isNullSender(session) && session.envelope.rcptTo.length > 0) return replies.nullSenderOnce
        break
      case 'postmaster': {
        const refusal = admission.toPostmaster(client)
        if (refusal) return refusal
        break
      }
      case 'delist':
    }
    // LMTP answers once for every recipient it accepted, and the library keeps one of two that are the same.
    const named = session.envelope.rcptTo.some(({ address }) => address.toLowerCase() === recipient.toLowerCase())
    return named && protocol === 'lmtp' ? replies.namedTwice : undefined
  }

  async #take(stream: SMTPServerDataStream, session: SMTPServerSession, done: DataCallback): Promise<void> {
    const { clock, deliver, protocol, log } = this.#intake
    const connection = this.#connectionOf(session)
    if (!connection) return
    connection.pace.beginData(clock.elapsed())
    const received = await this.#receive(stream, connection)
    if (received === undefined) return
    connection.pace.endData()
    const routes = session.envelope.rcptTo.flatMap(({ address }) => servedRoute(address, this.#intake.routes))
    // What came behind such a message may be a part of it to the server that sent it: nothing of that is read.
    if (connection.pace.takeBareNewline()) {
      received.free()
      return connection.refuse(replies.bareNewline, protocol === 'lmtp' ? routes.length : 1)
    }
    const { mailFrom } = session.envelope
    const sender = mailFrom === false ? '' : mailFrom.address
    const client = this.#clientOf(session)
    const answers = await deliver({ raw: received.raw, client, mailFrom: sender, routes }).catch((error: unknown) => {
      log.error('intake.fault', { error })
      return routes.map(() => replies.fault)
    })
    received.free()
    // What a relay says of a client is true for one message.
    session.xForward.clear()
    connection.pace.endMessage(clock.elapsed())
    if (protocol === 'lmtp') done(null, answers.map(dataResult))
    else answerOnce(answers, done)
  }

  /** The whole message, or undefined when it will not come: the client went away, or was told why and closed. */
  #receive(stream: SMTPServerDataStream, connection: IntakeConnection): Promise<Received | undefined> {
    const { mostBytes, hold } = this.#intake
    return new Promise((resolve) => {
      let chunks: Buffer[] = []
      let isOver = false
      const giveUp = (answer?: Reply): void => {
        if (isOver) return
        isOver = true
        chunks = []
        place.close()
        if (answer) connection.refuse(answer)
        resolve(undefined)
      }
      const place = hold.open(() => giveUp(replies.noRoom))
      stream.on('data', (chunk: Buffer) => {
        if (isOver || connection.isRefused) return
        chunks.push(chunk)
        place.add(chunk.length)
        if (place.bytes > mostBytes) giveUp(replies.tooBig)
      })
      stream.on('error', () => giveUp())
      stream.on('close', () => giveUp())
      stream.on('end', () => {
        if (isOver || connection.isRefused) return
        isOver = true
        place.isComing = false
        resolve({ raw: Buffer.concat(chunks), free: () => place.close() })
        chunks = []
      })
    })
  }

  /** The client is what a trusted peer forwards (XFORWARD, XCLIENT of Postfix), else the peer itself. */
  #clientOf(session: SMTPServerSession): Client {
    const connection = this.#connectionOf(session)
    const peer = connection?.peer
    const isRelay = isTrusted(peer, this.#intake.trust)
    const forwarded = isRelay ? (session.xForward.get('ADDR') ?? session.xClient.get('ADDR')) : undefined
    if (forwarded === undefined) return { address: peer, isSender: !isRelay, helo: isRelay ? null : session.hostNameAppearsAs || null }
    const address = typeof forwarded === 'string' ? parseAddress(forwarded) : undefined
    const helo = session.xForward.get('HELO') ?? (session.xForward.has('ADDR') ? null : session.hostNameAppearsAs)
    const known = address instanceof Refusal ? undefined : address
    return { address: known, isSender: known !== undefined, helo: typeof helo === 'string' ? helo : null }
  }

  #connectionOf(session: SMTPServerSession): IntakeConnection | undefined {
    for (const connection of this.connections) {
      if (connection.session === session && connection instanceof IntakeConnection) return connection
    }
    return undefined
  }

  #dropSlow(): void {
    const now = this.#intake.clock.elapsed()
    for (const connection of this.connections) {
      if (connection instanceof IntakeConnection && connection.pace.isTooSlow(now)) connection.refuse(replies.slow)
    }
  }
}

interface Received {
  readonly raw: Buffer
  /** Gives its memory back. */
  free(): void
}

type DataCallback = (error?: Error | null, message?: string | (string | Error)[]) => void

class IntakeConnection extends SMTPConnection {
  /** Undefined at a unix socket. */
  readonly peer: Address | undefined
  readonly pace: Pace
  readonly #clock: Clock
  #isRefused = false

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    peer: Address | undefined,
    pace: Pace,
    clock: Clock,
  ) {
    super(server, socket, options)
    this.peer = peer
    this.pace = pace
    this.#clock = clock
    // Before the library's own reader, so that a command with a bare newline is refused and not obeyed.
    socket.on('data', (chunk: Buffer) => this.#watch(chunk))
  }

  get isRefused(): boolean {
    return this.#isRefused
  }

  /** Answers and closes, also in the middle of a message: nothing that still comes is read. */
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
    this.pace?.reply(this.#clock.elapsed())
  }

  #watch(chunk: Buffer): void {
    this.pace.receive(chunk, this.#clock.elapsed())
    // In a message it is refused at its end; the flag stays until then.
    if (!this.pace.isInData && this.pace.takeBareNewline()) this.refuse(replies.bareNewline)
  }
}

/** How long a client that is turned away may take to read why. */
const turnAwayMs = 2000

function turnAway(socket: Socket | TLSSocket, answer: Reply): void {
  socket.on('error', () => undefined)
  socket.end(`${answer.code} ${answer.text}\r\n`)
  socket.resume()
  const linger = setTimeout(() => socket.destroy(), turnAwayMs)
  linger.unref()
  socket.once('close', () => clearTimeout(linger))
}

function peerOf(socket: Socket | TLSSocket): Address | undefined {
  const address = parseAddress(socket.remoteAddress ?? '')
  return address instanceof Refusal ? undefined : address
}

function isTrusted(peer: Address | undefined, trust: readonly Prefix[]): boolean {
  return peer === undefined || trust.some((prefix) => covers(prefix, peer))
}

/** A relay that did not say for whom it speaks is not held to a stranger's budget. */
function countedBy({ address, isSender }: Client): Address | undefined {
  return isSender ? address : undefined
}

function isNullSender({ envelope }: SMTPServerSession): boolean {
  return envelope.mailFrom !== false && envelope.mailFrom.address === ''
}

function servedRoute(address: string, routes: Routes): ServedRoute[] {
  const route = routeOf(address, routes)
  return route.kind === 'unknown' || route.kind === 'not-served' ? [] : [route]
}

function errorOf(answer: Reply | undefined): Error | null {
  return answer ? Object.assign(new Error(answer.text), { responseCode: answer.code }) : null
}

function dataResult(answer: Reply): string | Error {
  return isAccepted(answer) ? answer.text : (errorOf(answer) ?? answer.text)
}

/**
 * SMTP has one answer for all recipients. A temporary failure of one asks for the whole message again, which does no harm:
 * every action is done once. Else the message counts as taken when anybody took it.
 */
function answerOnce(answers: readonly Reply[], done: DataCallback): void {
  const answer = answers.find(isTemporary) ?? answers.find(isAccepted) ?? answers[0] ?? replies.fault
  if (isAccepted(answer)) done(null, answer.text)
  else done(errorOf(answer))
}
