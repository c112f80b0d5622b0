import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Refusal } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { problemDocument, problemType } from '../standards/problem.ts'
import type { Prefix } from '../standards/prefix.ts'
import { formatMetrics, type Gauges } from './counters.ts'
import { doorkeeper } from './doorkeeper.ts'
import { listen, type Endpoint } from './endpoint.ts'
import { lookUp } from './lookup.ts'
import { answerMessage, readMessageQuestion, type MessageDesk } from './message-door.ts'
import type { EdgeState } from './state.ts'

/**
 * The door for scripts: `GET /v1/lookup/{ip}` from the same memory and the same decision as the policy server,
 * `/healthz` and `/metrics`; and the message door, `POST /v1/decide`. Limits of security API-2.
 */
export interface LookupServer {
  /** As `readEndpoint` reads it. */
  readonly address: string
  close(): Promise<void>
}

export interface LookupServerOptions {
  readonly listen: Endpoint
  /** Who may come over TCP. */
  readonly allow: readonly Prefix[]
  readonly state: EdgeState
  readonly gauges: () => Gauges
  readonly messages: MessageDesk
}

const mostConnections = 1024
const mostRequestsPerSocket = 1000
const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  insecureHTTPParser: false,
} as const

export async function startLookupServer(options: LookupServerOptions): Promise<LookupServer> {
  const { clock, log, counters } = options.state
  const server = createServer(limits, (request, response) => answer(options, request, response))
  const mayStay = doorkeeper({ door: 'lookup', allow: options.allow, clock, log, counters })
  server.on('connection', (socket) => void mayStay(server, socket))
  server.maxRequestsPerSocket = mostRequestsPerSocket
  server.maxConnections = mostConnections
  const address = await listen(server, options.listen)
  return {
    address,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await closed
    },
  }
}

function answer(options: LookupServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const { state, gauges } = options
  const path = request.url ?? ''
  if (path === '/v1/decide') return takeQuestion(options, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return sendProblem(state, response, 405, 'method-not-allowed')
  }
  if (path === '/healthz')
    return sendJson(response, 200, { ok: true, edge: state.settings.name, seq: state.seq })
  if (path === '/metrics') {
    return send(
      response,
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      formatMetrics(state.settings.name, state.counters, gauges()),
    )
  }
  const asked = /^\/v1\/lookup\/([^/?#]{1,120})$/.exec(path)?.[1]
  if (asked === undefined) return sendProblem(state, response, 404, 'not-found')
  const address = parseAddress(decoded(asked))
  if (address instanceof Refusal)
    return sendProblem(state, response, address.status, address.code, address.facts)
  state.counters.lookups++
  sendJson(response, 200, lookUp(state, address))
}

/** Fifty recipients of the greatest length are 16 kB, fifty signing domains as much. */
const longestQuestion = 65_536

/** The message door. A body that is too long is answered before it has come. */
function takeQuestion(
  { state, messages }: LookupServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return sendProblem(state, response, 405, 'method-not-allowed')
  }
  const chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= longestQuestion) return void chunks.push(chunk)
    if (response.headersSent) return
    response.setHeader('connection', 'close')
    sendProblem(state, response, 413, 'too-large')
  })
  request.on('end', () => {
    if (length <= longestQuestion) answerQuestion(state, messages, Buffer.concat(chunks), response)
  })
  request.on('error', () => {})
}

function answerQuestion(
  state: EdgeState,
  messages: MessageDesk,
  body: Buffer,
  response: ServerResponse,
): void {
  const value = parseJson(body)
  if (value === undefined) return sendProblem(state, response, 400, 'not-json')
  const asked = readMessageQuestion(value)
  if (typeof asked === 'string') return sendProblem(state, response, 422, 'form.invalid', { why: asked })
  if (asked instanceof Refusal) return sendProblem(state, response, asked.status, asked.code, asked.facts)
  sendJson(response, 200, answerMessage(messages, asked))
}

/** Undefined for what is no JSON. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** The text as it was before percent-encoding; what is none is no address either. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What to do, for programmers; the site has the words for everybody. */
const details: Readonly<Record<string, string>> = {
  'address.not-an-address': 'Give one address such as 192.0.2.45 or 2001:db8::1.',
  'address.leading-zero': 'Leave leading zeros out: some programs read them as octal.',
  'address.is-prefix': 'Give a single address, without a prefix length.',
  'form.invalid':
    'Give a JSON object with `ip` and what is known of the message; `why` says what cannot be read.',
  'method-not-allowed': 'This door answers GET and HEAD, and POST at /v1/decide.',
  'not-found': 'Ask for /v1/lookup/{ip}, /v1/decide, /healthz or /metrics.',
  'not-json': 'The body must be one JSON object.',
  'too-large': 'A question has at most 64 KiB.',
}

/** The code is the title: words are for the site, which knows the reader's language. */
function sendProblem(
  { settings }: EdgeState,
  response: ServerResponse,
  status: number,
  code: string,
  facts: Readonly<Record<string, string | number>> = {},
): void {
  const detail = details[code]
  const parts = { status, code, title: code, facts, ...(detail === undefined ? {} : { detail }) }
  const problem = problemDocument(parts, `${settings.site}/api/v1/problems`)
  send(response, status, problemType, JSON.stringify(problem))
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
