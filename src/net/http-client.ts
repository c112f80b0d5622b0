import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { isGlobal } from '../standards/special-purpose.ts'
import { Refusal } from '../base/refusal.ts'

/**
 * The one kind of HTTP request that Postern makes to strangers: `GET http://<address>:80<path>` (RFC 9110), to see a token there.
 * Somebody else chooses the address, so it is guarded: a literal, never a name, so that no DNS answer decides where we connect;
 * global addresses only; no proxy; no redirect; the far end of the socket is compared after connecting; small, short and plain.
 */
export interface HttpClient {
  /** The body of a 200 answer as Latin-1 text, or undefined: whatever else happened proves nothing. `path` begins with a slash. */
  fetchFrom(address: Address, path: string): Promise<string | undefined>
}

export interface HttpClientOptions {
  /** Which addresses may be connected to. Tests hand in their loopback address; everybody else leaves it out. */
  readonly mayReach?: (address: Address) => boolean
  /** Only tests change it: an unprivileged process cannot listen on 80. */
  readonly port?: number
  /** For connecting, the head and the body together. */
  readonly totalMs?: number
}

/** The document holds a token and nothing else. */
const mostBytes = 4096
const mostHeaderBytes = 8192
const longestMs = 5000
/** Requests at once; each lives at most five seconds. */
const mostAtOnce = 20
const mostPerAddress = 2

export function httpClient(options: HttpClientOptions = {}): HttpClient {
  const { mayReach = isGlobal, port = 80, totalMs = longestMs } = options
  const running = new Map<string, number>()
  let total = 0
  return {
    fetchFrom: async (address, path) => {
      const host = formatAddress(address)
      const here = running.get(host) ?? 0
      if (!mayReach(address) || !/^\/[\x21-\x7e]{0,255}$/.test(path)) return undefined
      if (total >= mostAtOnce || here >= mostPerAddress) return undefined
      total += 1
      running.set(host, here + 1)
      try {
        return await get({ host, port, path, signal: AbortSignal.timeout(totalMs) })
      } finally {
        total -= 1
        const left = (running.get(host) ?? 1) - 1
        if (left > 0) running.set(host, left)
        else running.delete(host)
      }
    },
  }
}

interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly signal: AbortSignal
}

function get({ host, port, path, signal }: Target): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = {
      host: host.includes(':') ? `[${host}]` : host,
      'accept-encoding': 'identity',
      'user-agent': 'postern',
      connection: 'close',
    }
    const asked = request({
      method: 'GET',
      path,
      headers,
      maxHeaderSize: mostHeaderBytes,
      // Given instead of an agent: no pool, no proxy from the environment.
      createConnection: () => guarded(connect({ host, port, autoSelectFamily: false }), host),
    })
    const done = (body: string | undefined): void => {
      signal.removeEventListener('abort', late)
      resolve(body)
      asked.destroy()
    }
    const late = (): void => done(undefined)
    signal.addEventListener('abort', late, { once: true })
    asked.on('error', () => done(undefined))
    asked.on('response', (response) => void read(response).then(done))
    asked.end()
  })
}

/** Destroys the socket unless it is connected to the literal that was asked for. */
function guarded(socket: Socket, host: string): Socket {
  socket.once('connect', () => {
    const far = parseAddress(socket.remoteAddress ?? '')
    if (far instanceof Refusal || formatAddress(far) !== host)
      socket.destroy(new Error('connected elsewhere'))
  })
  return socket
}

/** The body, or undefined when it is not a plain 200 of at most 4 KiB that came whole. */
async function read(response: IncomingMessage): Promise<string | undefined> {
  const encoding = response.headers['content-encoding']
  if (response.statusCode !== 200 || (encoding !== undefined && encoding !== 'identity')) return undefined
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response) {
      const bytes = chunk as Buffer
      length += bytes.length
      if (length > mostBytes) return undefined
      chunks.push(bytes)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString('latin1')
}
