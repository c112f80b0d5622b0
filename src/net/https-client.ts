import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Refusal } from '../base/refusal.ts'
import { parseDomain } from '../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { isGlobal } from '../standards/special-purpose.ts'
import type { DnsResolver } from './resolver.ts'

/**
 * The one kind of HTTPS request that Postern makes to names of strangers: a small text document such as an MTA-STS policy (RFC 8461 §3.3).
 * Guarded (security 6.5): a name, never a literal; port 443; every address that the name has must be a global one, or none is connected
 * to; the connection goes to one of those very addresses and is compared after connecting, so that no second DNS answer decides; the
 * certificate must be good for the name; no redirect, no proxy, no cookie; small, short and plain.
 */
export interface HttpsClient {
  /** `path` begins with a slash. Never throws. */
  fetchText(host: string, path: string): Promise<HttpsAnswer>
}

export type HttpsAnswer =
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  /** Any status but 200; a redirect is not followed. `headers`: those of `tellHeaders` that came. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'no-address' | 'temperror' | 'too-large' | 'late' | 'unreachable' | 'busy' }
  /** One of its addresses is none that we connect to. */
  | { readonly kind: 'not-global'; readonly address: string }
  /** The certificate is not good for the name. `why`: the code of Node's TLS. */
  | { readonly kind: 'certificate'; readonly why: string }

export interface HttpsClientOptions {
  readonly resolver: Pick<DnsResolver, 'addresses'>
  /** Which addresses may be connected to. Tests hand in their loopback address; everybody else leaves it out. */
  readonly mayReach?: (address: Address) => boolean
  /** Only tests change these. */
  readonly port?: number
  readonly authorities?: string
  /** For everything together; DNS has its own limit before. */
  readonly totalMs?: number
  /** Of the body. */
  readonly mostBytes?: number
  /** The `Accept` header. */
  readonly accept?: string
  /** Headers, in lower case, that an answer of another status than 200 is given with. */
  readonly tellHeaders?: readonly string[]
}

/** RFC 8461 §3.3 lets a receiver stop at 64 KiB. */
const policyBytes = 64 * 1024
const mostHeaderBytes = 8192
const longestMs = 5000
const longestConnectMs = 2000
const longestHeadMs = 3000
/** Requests at once; each lives at most five seconds. */
const mostAtOnce = 20
/** Addresses of the name that are tried one after the other. */
const mostTries = 2

export function httpsClient(options: HttpsClientOptions): HttpsClient {
  const { resolver, mayReach = isGlobal, port = 443, authorities, totalMs = longestMs } = options
  const { mostBytes = policyBytes, accept, tellHeaders = [] } = options
  const reading = { mostBytes, accept, tellHeaders }
  const running = new Set<string>()
  return {
    fetchText: async (host, path) => {
      if (parseDomain(host) !== host || !/^\/[\x21-\x7e]{0,255}$/.test(path)) return { kind: 'no-address' }
      // One at a time for each host: whoever asks again meanwhile learns nothing new.
      if (running.size >= mostAtOnce || running.has(host)) return { kind: 'busy' }
      running.add(host)
      try {
        const until = AbortSignal.timeout(totalMs)
        const addresses = await resolver.addresses(host)
        if (addresses === 'temperror') return { kind: 'temperror' }
        const [first] = addresses
        if (first === undefined) return { kind: 'no-address' }
        const closed = addresses.find((address) => !mayReach(address))
        if (closed !== undefined) return { kind: 'not-global', address: formatAddress(closed) }
        let answer: HttpsAnswer = { kind: 'unreachable' }
        for (const address of addresses.slice(0, mostTries)) {
          answer = await get({
            address: formatAddress(address),
            host,
            port,
            path,
            until,
            authorities,
            reading,
          })
          if (answer.kind !== 'unreachable' || until.aborted) return answer
        }
        return answer
      } finally {
        running.delete(host)
      }
    },
  }
}

interface Target {
  readonly address: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly until: AbortSignal
  readonly authorities: string | undefined
  readonly reading: Reading
}

interface Reading {
  readonly mostBytes: number
  readonly accept: string | undefined
  readonly tellHeaders: readonly string[]
}

async function get(target: Target): Promise<HttpsAnswer> {
  const { address, host, port, path, until, reading } = target
  return await new Promise((resolve) => {
    // A literal, so that no second DNS answer decides where we go.
    const plain = connect({ host: address, port, autoSelectFamily: false })
    const socket = secured(plain, target)
    const asked = request({
      method: 'GET',
      path,
      headers: {
        host,
        ...(reading.accept === undefined ? {} : { accept: reading.accept }),
        'accept-encoding': 'identity',
        'user-agent': 'postern',
        connection: 'close',
      },
      maxHeaderSize: mostHeaderBytes,
      // Given instead of an agent: no pool, no proxy from the environment.
      createConnection: () => socket,
    })
    const connectTimer = setTimeout(() => done({ kind: 'unreachable' }), longestConnectMs)
    const headTimer = setTimeout(() => done({ kind: 'late' }), longestHeadMs)
    const late = (): void => done({ kind: 'late' })
    const done = (answer: HttpsAnswer): void => {
      clearTimeout(connectTimer)
      clearTimeout(headTimer)
      until.removeEventListener('abort', late)
      resolve(answer)
      asked.destroy()
      socket.destroy()
      plain.destroy()
    }
    until.addEventListener('abort', late, { once: true })
    if (until.aborted) late()
    plain.once('connect', () => {
      clearTimeout(connectTimer)
      const far = parseAddress(plain.remoteAddress ?? '')
      if (far instanceof Refusal || formatAddress(far) !== address) done({ kind: 'unreachable' })
    })
    asked.on('error', (error) => done(troubleOf(socket, error)))
    asked.on('response', (response) => {
      clearTimeout(headTimer)
      void read(response, reading).then(done)
    })
    asked.end()
  })
}

function secured(plain: Socket, { host, authorities }: Target): TLSSocket {
  return connectTls({
    socket: plain,
    servername: host,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(authorities === undefined ? {} : { ca: authorities }),
  })
}

function troubleOf(socket: TLSSocket, error: Error): HttpsAnswer {
  const code = 'code' in error ? String(error.code) : ''
  const isCertificate =
    socket.authorizationError !== null ||
    /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
  return isCertificate ? { kind: 'certificate', why: code.slice(0, 60) } : { kind: 'unreachable' }
}

async function read(response: IncomingMessage, { mostBytes, tellHeaders }: Reading): Promise<HttpsAnswer> {
  const { statusCode = 0, headers } = response
  if (statusCode !== 200) {
    const told = tellHeaders.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value] as const] : []
    })
    return {
      kind: 'status',
      status: statusCode,
      ...(told.length > 0 && { headers: Object.fromEntries(told) }),
    }
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return { kind: 'status', status: statusCode }
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response) {
      const bytes = chunk as Buffer
      length += bytes.length
      if (length > mostBytes) return { kind: 'too-large' }
      chunks.push(bytes)
    }
  } catch {
    return { kind: 'unreachable' }
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString('latin1'), type: headers['content-type'] ?? '' }
}
