import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import type { Address } from '../standards/ip.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import type { Prefix } from '../standards/prefix.ts'
import type { Admission } from './admission.ts'
import { IntakeConnection, originOf, turnAway } from './connection.ts'
import type { Deliver, Incoming, IntakeActions, ServedRoute } from './deliver.ts'
import type { MailHold } from './mail-hold.ts'
import type { PaceLimits } from './pace.ts'
import { receive } from './receive.ts'
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
  /** Told of a message with bare line ends, which is refused whatever it is. */
  readonly refuseProbes: (incoming: Incoming) => Promise<void>
  readonly isOurTag: IntakeActions['isOurTag']
  /** Why the thread of a case takes no mail any more, said before the message comes. */
  readonly refusalOfCase: (tag: string) => Promise<Reply | undefined>
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
      onRcptTo: (address, session, done) => void this.#hearRecipient(address.address, session, done),
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
    const origin = originOf(socket, trust)
    const admitted = admission.connect(origin.isRelay ? undefined : origin.peer)
    if (typeof admitted !== 'function') return turnAway(socket, admitted)
    const connection = new IntakeConnection(this, socket, options, { origin, pace, clock })
    socket.once('close', admitted)
    this.connections.add(connection)
    connection.on('error', (error: Error) => this.emit('error', error))
    connection.init()
  }

  override close(callback?: (() => void) | null): void {
    clearInterval(this.#paceCheck)
    super.close(callback)
    for (const connection of this.connections) {
      if (connection instanceof IntakeConnection && connection.pace.isBetweenMessages)
        connection.refuse(replies.closing)
    }
  }

  /** Everybody may speak; relays of ours may also say for whom. */
  #greet(session: SMTPServerSession): null {
    const withheld = this.#connectionOf(session)?.isRelay ? [] : ['XFORWARD', 'XCLIENT']
    session.disabledCommands = [...this.options.disabledCommands, ...withheld]
    return null
  }

  #admitMessage(session: SMTPServerSession): Reply | undefined {
    return this.#intake.admission.message(countedBy(this.#connectionOf(session)))
  }

  async #hearRecipient(
    recipient: string,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    const refused = this.#admitRecipient(recipient, session)
    done(errorOf(refused ?? (await this.#refusalOfRoute(recipient))))
  }

  /** A case that is over takes nothing: its sender hears so before they hand the message over. Where nobody can tell now, its end will. */
  async #refusalOfRoute(recipient: string): Promise<Reply | undefined> {
    const { routes, refusalOfCase, log } = this.#intake
    const route = routeOf(recipient, routes)
    if (route.kind !== 'case') return undefined
    try {
      return await refusalOfCase(route.tag)
    } catch (error) {
      log.error('intake.fault', { error })
      return undefined
    }
  }

  #admitRecipient(recipient: string, session: SMTPServerSession): Reply | undefined {
    const { admission, routes, protocol, isOurTag } = this.#intake
    const route = routeOf(recipient, routes)
    const client = countedBy(this.#connectionOf(session))
    switch (route.kind) {
      case 'unknown':
        return admission.unknownRecipient(client)
      case 'delist-tag':
        if (!isOurTag('delist', route.tag)) return admission.unknownRecipient(client)
        break
      case 'form-tag':
        if (!isOurTag('form', route.tag)) return admission.unknownRecipient(client)
        break
      case 'case':
        if (!isOurTag('case', route.tag)) return admission.unknownRecipient(client)
        break
      case 'probe':
        if (!isOurTag('probe', route.tag)) return admission.unknownRecipient(client)
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
      case 'abuse':
      case 'delist':
      case 'report':
    }
    // LMTP answers once for every recipient it accepted, and the library keeps one of two that are the same.
    const named = session.envelope.rcptTo.some(
      ({ address }) => address.toLowerCase() === recipient.toLowerCase(),
    )
    return named && protocol === 'lmtp' ? replies.namedTwice : undefined
  }

  async #take(stream: SMTPServerDataStream, session: SMTPServerSession, done: DataCallback): Promise<void> {
    const { clock, deliver, protocol, log } = this.#intake
    const connection = this.#connectionOf(session)
    if (!connection) return
    connection.pace.beginData(clock.elapsed())
    const received = await receive(stream, connection, this.#intake)
    if (received === undefined) return
    connection.pace.endData()
    const routes = session.envelope.rcptTo.flatMap(({ address }) => servedRoute(address, this.#intake.routes))
    // What came behind such a message may be a part of it to the server that sent it: nothing of that is read.
    if (connection.pace.takeBareNewline()) {
      await this.#tellProbes(received.raw, routes, session)
      received.free()
      return connection.refuse(replies.bareNewline, protocol === 'lmtp' ? routes.length : 1)
    }
    const { mailFrom } = session.envelope
    const sender = mailFrom === false ? '' : inAscii(mailFrom.address)
    const { client, isRelay } = connection
    const incoming = { raw: received.raw, client, isRelayed: isRelay, mailFrom: sender, routes }
    const answers = await deliver(incoming).catch((error: unknown) => {
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

  /** A test message that is refused for its line ends: the report says so. */
  async #tellProbes(raw: Buffer, routes: readonly ServedRoute[], session: SMTPServerSession): Promise<void> {
    const connection = this.#connectionOf(session)
    if (connection === undefined) return
    const { client, isRelay: isRelayed } = connection
    const { mailFrom } = session.envelope
    const sender = mailFrom === false ? '' : inAscii(mailFrom.address)
    const incoming = { raw, client, isRelayed, mailFrom: sender, routes }
    await this.#intake.refuseProbes(incoming).catch((error: unknown) => {
      this.#intake.log.info('intake.probe-not-told', { why: String(error) })
    })
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
      if (connection instanceof IntakeConnection && connection.pace.isTooSlow(now))
        connection.refuse(replies.slow)
    }
  }
}

type DataCallback = (error?: Error | null, message?: string | (string | Error)[]) => void

/** A relay that did not say for whom it speaks is not held to a stranger's budget. */
function countedBy(connection: IntakeConnection | undefined): Address | undefined {
  return connection?.client.isSender ? connection.client.address : undefined
}

/** The library shows a domain of another script in that script; everything else of ours speaks A-labels (RFC 5890). */
function inAscii(address: string): string {
  const mailbox = parseMailbox(address)
  return mailbox instanceof Refusal ? address : mailbox
}

function isNullSender({ envelope }: SMTPServerSession): boolean {
  return envelope.mailFrom !== false && envelope.mailFrom.address === ''
}

function servedRoute(address: string, routes: Routes): ServedRoute[] {
  const route = routeOf(address, routes)
  return route.kind === 'unknown' ? [] : [route]
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
