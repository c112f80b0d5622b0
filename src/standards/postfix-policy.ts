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

const names = [
  'request',
  'protocol_state',
  'client_address',
  'client_name',
  'reverse_client_name',
  'helo_name',
  'sender',
  'recipient',
  'recipient_count',
  'queue_id',
  'instance',
  'size',
  'sasl_username',
  'policy_context',
] as const

/** Index into `names` of those with this many characters: most lines of a request fall through here without a comparison. */
const namesOfLength: readonly (readonly number[])[] = Array.from({ length: 20 }, (_, length) =>
  names.flatMap((name, index) => (name.length === length ? [index] : [])),
)

const newline = 10
const carriageReturn = 13

/** Reads requests from the chunks of one connection, however they are cut. */
export class PolicyReader {
  /** Latin-1 text from the start of the request that is under way. */
  #text = ''
  /** Where in it the first unread line starts. */
  #line = 0
  #count = 0
  #values: (string | undefined)[] = Array.from(names, () => undefined)
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
    let start = 0
    let line = this.#line
    for (let end = text.indexOf('\n', line); end >= 0; end = text.indexOf('\n', line)) {
      if (nul >= 0 && nul < end) throw new ProtocolError('NUL')
      if (end + 1 - start > longestRequest) throw new ProtocolError('request too long')
      const stop = end > line && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end
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
    for (const index of namesOfLength[equals - line] ?? []) {
      if (text.startsWith(names[index] ?? '', line)) this.#values[index] ??= text.slice(equals + 1, stop)
    }
  }

  #finish(): PolicyRequest {
    const v = this.#values
    if (v[0] !== 'smtpd_access_policy') throw new ProtocolError('not a request of smtpd_access_policy')
    const request = {
      protocolState: v[1] ?? '',
      clientAddress: v[2] ?? '',
      clientName: v[3] ?? '',
      reverseClientName: v[4] ?? '',
      heloName: v[5] ?? '',
      sender: v[6] ?? '',
      recipient: v[7] ?? '',
      recipientCount: Number(v[8] ?? ''),
      queueId: v[9] ?? '',
      instance: v[10] ?? '',
      size: Number(v[11] ?? ''),
      saslUsername: v[12] ?? '',
      policyContext: v[13] ?? '',
    }
    v.fill(undefined)
    this.#count = 0
    return request
  }
}
