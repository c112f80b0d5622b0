import { createHash, randomUUID } from 'node:crypto'

/**
 * A program that uses the JSON twin of the portal (contracts 6) and does not trust the connection: a call has an answer,
 * or nobody knows what became of it. Nothing of the product is imported here.
 */
export interface PortalClient {
  /** A solved proof of work, ready to be sent. */
  solve(): Promise<string | undefined>
  call(method: 'GET' | 'POST', path: string, options?: CallOptions): Promise<Answer>
}

interface CallOptions {
  readonly body?: object
  readonly bearer?: string
  readonly key?: string
}

/** `unknown`: the connection broke before the answer was whole, or the answer was a fault (5xx). */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unknown'; readonly why: string }

interface Challenge {
  readonly parameters: { readonly salt: string; readonly nonce: string; readonly keyPrefix: string }
}

/** Longer than any answer takes. */
const patienceMs = 10_000

export function portalClient(site: string): PortalClient {
  const call: PortalClient['call'] = async (method, path, { body, bearer, key } = {}) => {
    try {
      const answer = await fetch(`${site}/api/v1${path}`, {
        method,
        headers: {
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(patienceMs),
      })
      const text = await answer.text()
      if (answer.status >= 500) return { kind: 'unknown', why: `${answer.status} ${text.slice(0, 200)}` }
      return { kind: 'answer', status: answer.status, body: JSON.parse(text) as Record<string, unknown> }
    } catch (error) {
      return { kind: 'unknown', why: reasonOf(error) }
    }
  }
  return {
    call,
    solve: async () => {
      const answer = await call('GET', '/challenge')
      return answer.kind === 'answer' ? solution(answer.body as unknown as Challenge) : undefined
    },
  }
}

/** A name that a creating call is known by when it is sent again. */
export function newKey(): string {
  return randomUUID()
}

/** ALTCHA version 2 with SHA-256: the counter whose hash of salt, nonce and counter begins with the wanted digits. */
function solution(challenge: Challenge): string {
  const { salt, nonce, keyPrefix } = challenge.parameters
  const counted = Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(nonce, 'hex'), Buffer.alloc(4)])
  for (let counter = 0; ; counter++) {
    counted.writeUInt32BE(counter, counted.length - 4)
    const derivedKey = createHash('sha256').update(counted).digest('hex')
    if (derivedKey.startsWith(keyPrefix)) {
      return Buffer.from(JSON.stringify({ challenge, solution: { counter, derivedKey } })).toString('base64')
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
