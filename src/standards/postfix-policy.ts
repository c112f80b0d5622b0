import { isAscii } from 'node:buffer'

/**
 * The Postfix SMTP access policy delegation protocol (SMTPD_POLICY_README): lines `name=value`, an empty line ends the request;
 * the answer is one line `action=…` and an empty line. Order is free, names not known here are for others. Connections stay open.
 * Whoever breaks the protocol gets no answer: the reader throws, the server disconnects, Postfix goes on with its default action.
 */
export interface PolicyRequest {
  /** CONNECT EHLO HELO MAIL RCPT DATA END-OF-MESSAGE VRFY ETRN. */
  readonly protocolState: string
  readonly clientAddress: string
  /** Name whose address record leads back to the client (FCrDNS), or `unknown`. */
  readonly clientName: string
  /** First PTR name of the client, not confirmed, or `unknown`. */
  readonly reverseClientName: string
  readonly heloName: string
  /** Without angle brackets; empty for the null sender. */
  readonly sender: string
  /** At DATA and END-OF-MESSAGE only when there is exactly one. */
  readonly recipient: string
  /** Not zero only at DATA and END-OF-MESSAGE. */
  readonly recipientCount: number
  readonly queueId: string
  /** The same for all requests about one message. */
  readonly instance: string
  /** Octets: as declared, at END-OF-MESSAGE as counted. */
  readonly size: number
  readonly saslUsername: string
  readonly policyContext: string
}

/** The client does not speak the protocol; close the connection. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProtocolError'
  }
}

/** Octets in a line without its end, octets in a request, attributes in a request (security POL-1). */
const longestLine = 4096
const longestRequest = 16_384
const mostAttributes = 100

/** The attributes of the request under way as they came; undefined until then. */
type Attributes = Record<'request' | keyof PolicyRequest, string | undefined>

const carriageReturn = 13

/** Reads requests from the chunks of one connection, however they are cut. */
export class PolicyReader {
  /** Latin-1 text from the start of the request that is under way. */
  #text = ''
  /** Where in it the first unread line starts. */
  #line = 0
  #count = 0
  #attributes = noAttributes()
  #usable = true

  /** Whether part of a request has come: its rest must follow soon. */
  get isMidway(): boolean {
    return this.#text.length > 0
  }

  /**
   * Calls `onRequest` for every request that ends in this chunk, in order. Keeps nothing of the chunk.
   * Throws `ProtocolError`, and from then on at every call.
   */
  push(chunk: Buffer, onRequest: (request: PolicyRequest) => void): void {
    if (!this.#usable) throw new ProtocolError('the connection is broken')
    this.#usable = false
    const held = this.#text.length
    const text = this.#text + chunk.latin1Slice(0, chunk.length)
    const nul = text.indexOf('\0', held)
    const hasReturns = text.includes('\r')
    let start = 0
    let line = this.#line
    for (let end = text.indexOf('\n', line); end >= 0; end = text.indexOf('\n', line)) {
      if (nul >= 0 && nul < end) throw new ProtocolError('NUL')
      if (end + 1 - start > longestRequest) throw new ProtocolError('request too long')
      const stop = hasReturns && end > line && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end
      if (stop === line) {
        onRequest(this.#finish())
        start = end + 1
      } else {
        this.#attribute(text, line, stop)
      }
      line = end + 1
    }
    if (nul >= 0) throw new ProtocolError('NUL')
    if (text.length - line > longestLine + 1) throw new ProtocolError('line too long')
    if (text.length - start > longestRequest) throw new ProtocolError('request too long')
    this.#text = start === 0 ? text : chunk.latin1Slice(start - held, chunk.length)
    this.#line = line - start
    this.#usable = true
  }

  #attribute(text: string, line: number, stop: number): void {
    if (stop - line > longestLine) throw new ProtocolError('line too long')
    if (++this.#count > mostAttributes) throw new ProtocolError('too many attributes')
    const equals = text.indexOf('=', line)
    if (equals <= line || equals >= stop) throw new ProtocolError('line without name=value')
    keep(this.#attributes, text, line, equals, stop)
  }

  #finish(): PolicyRequest {
    const attributes = this.#attributes
    if (attributes.request !== 'smtpd_access_policy') throw new ProtocolError('not a request of smtpd_access_policy')
    this.#attributes = noAttributes()
    this.#count = 0
    return {
      protocolState: attributes.protocolState ?? '',
      clientAddress: attributes.clientAddress ?? '',
      clientName: attributes.clientName ?? '',
      reverseClientName: attributes.reverseClientName ?? '',
      heloName: attributes.heloName ?? '',
      sender: attributes.sender ?? '',
      recipient: attributes.recipient ?? '',
      recipientCount: readCount(attributes.recipientCount),
      queueId: attributes.queueId ?? '',
      instance: attributes.instance ?? '',
      size: readCount(attributes.size),
      saslUsername: attributes.saslUsername ?? '',
      policyContext: attributes.policyContext ?? '',
    }
  }
}

function noAttributes(): Attributes {
  return {
    request: undefined,
    protocolState: undefined,
    clientAddress: undefined,
    clientName: undefined,
    reverseClientName: undefined,
    heloName: undefined,
    sender: undefined,
    recipient: undefined,
    recipientCount: undefined,
    queueId: undefined,
    instance: undefined,
    size: undefined,
    saslUsername: undefined,
    policyContext: undefined,
  }
}

/** By the length of the name first: half the lines of a request are none of ours and fall through without a comparison. */
function keep(a: Attributes, text: string, line: number, equals: number, stop: number): void {
  const is = (name: string): boolean => text.startsWith(name, line)
  const value = (): string => text.slice(equals + 1, stop)
  switch (equals - line) {
    case 4:
      if (is('size')) a.size ??= value()
      return
    case 6:
      if (is('sender')) a.sender ??= value()
      return
    case 7:
      if (is('request')) a.request ??= value()
      return
    case 8:
      if (is('queue_id')) a.queueId ??= value()
      else if (is('instance')) a.instance ??= value()
      return
    case 9:
      if (is('helo_name')) a.heloName ??= value()
      else if (is('recipient')) a.recipient ??= value()
      return
    case 11:
      if (is('client_name')) a.clientName ??= value()
      return
    case 13:
      if (is('sasl_username')) a.saslUsername ??= value()
      return
    case 14:
      if (is('protocol_state')) a.protocolState ??= value()
      else if (is('client_address')) a.clientAddress ??= value()
      else if (is('policy_context')) a.policyContext ??= value()
      return
    case 15:
      if (is('recipient_count')) a.recipientCount ??= value()
      return
    case 19:
      if (is('reverse_client_name')) a.reverseClientName ??= value()
  }
}

function readCount(text = ''): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}
