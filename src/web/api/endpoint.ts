import type { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import type { Budget } from './rate-limit.ts'
import type { Address } from '../../standards/ip.ts'

/** What a handler gets, already checked. */
export interface Call<Body> {
  readonly ctx: Context
  readonly client: Address
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Body
  /** The bearer of an API token; only on endpoints that ask for one. */
  readonly isProgram: boolean
  readonly secret: string | undefined
}

/** One operation: validates, documents and answers. */
export interface Endpoint<Body = unknown> {
  readonly method: 'get' | 'post'
  /** `/senders/{ip}`, below `/api/v1`. */
  readonly path: string
  readonly summary: string
  /** Needs `Authorization: Bearer` with an API token. */
  readonly token?: boolean
  /** Creates something: honours `Idempotency-Key`. */
  readonly creates?: boolean
  readonly query?: Readonly<Record<string, string>>
  readonly body?: z.ZodType<Body>
  readonly answer: z.ZodType
  readonly status: 200 | 201 | 202
  /** The budget that a call spends from; its state stands in the answer's headers. */
  budget?(call: Call<unknown>): Budget | undefined
  handle(call: Call<Body>): Promise<unknown>
}

/** Ties a body's schema to its handler. */
export function endpoint<Body>(definition: Endpoint<Body>): Endpoint {
  return {
    ...definition,
    handle: async (call) => {
      // Without a schema the handler takes no body, and its type says so.
      const body = definition.body === undefined ? (undefined as Body) : readBody(definition.body, call.body)
      return await definition.handle({ ...call, body })
    },
  }
}

function readBody<Body>(schema: z.ZodType<Body>, value: unknown): Body {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field =
    issue?.path.join('.') || (issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'body')
  throw new Refusal('form.invalid', {
    why: (issue?.message ?? 'unknown').slice(0, 120),
    field: field.slice(0, 80),
  })
}
