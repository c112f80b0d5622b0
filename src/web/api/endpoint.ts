import type { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import type { Clockwork } from '../../core/public-clock/actions.ts'
import type { Transparency } from '../../core/abuse/transparency-actions.ts'
import type { Permission } from '../../core/actor.ts'
import type { Checks } from '../../core/checks/actions.ts'
import type { Context } from '../../core/context.ts'
import type { HeaderReader } from '../../core/headers/actions.ts'
import type { Owner } from '../../core/owners/claim.ts'
import type { Budget } from './rate-limit.ts'
import type { Address } from '../../standards/ip.ts'

/** What a handler gets, already checked. */
export interface Call<Body> {
  readonly ctx: Context
  readonly client: Address
  readonly checks: Checks
  readonly transparency: Transparency
  readonly clockwork: Clockwork
  readonly reader: HeaderReader
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Body
  /** The bearer of an API token; only on endpoints that ask for one. */
  readonly isProgram: boolean
  /** Whose token it is; only on endpoints for owners. */
  readonly owner: Owner | undefined
  /** What stands behind `Authorization: Bearer`. */
  readonly secret: string | undefined
}

/** One operation: validates, documents and answers. */
export interface Endpoint<Body = unknown> {
  readonly method: 'get' | 'post'
  /** `/senders/{ip}`, below `/api/v1`. */
  readonly path: string
  readonly summary: string
  /**
   * What the caller may do; anything but `anyone` needs `Authorization: Bearer` with an API token. `owner`: the token of an owner of address
   * space, which opens these alone and only what is theirs.
   */
  readonly permission: 'anyone' | 'owner' | Permission
  /** Whether it changes nothing: a GET, and no other. */
  readonly safe: boolean
  /** Takes the secret of a delist request or a form as `Authorization: Bearer` too. */
  readonly takesSecret?: boolean
  /** Creates something: honours `Idempotency-Key`. */
  readonly creates?: boolean
  /** The parameters of the query, each with its description. `readQuery` reads them by it. */
  readonly query?: z.ZodObject<Readonly<Record<string, z.ZodType>>>
  readonly body?: z.ZodType<Body>
  readonly answer: z.ZodType
  readonly status: 200 | 201 | 202
  /** The budget that a call spends from; its state stands in the answer's headers. */
  budget?(call: Call<unknown>): Budget | undefined
  handle(call: Call<Body>): Promise<unknown>
}

/** Throws at start when an endpoint does not say who may use it, or says that it is safe and is not (security CON-3, CON-5). */
export function checkEndpoints(endpoints: readonly Endpoint[]): void {
  for (const { method, path, permission, safe } of endpoints) {
    if (typeof permission !== 'string')
      throw new Error(`API endpoint ${method} ${path} declares no permission`)
    if (safe !== (method === 'get'))
      throw new Error(`API endpoint ${method} ${path} must say safe: ${method === 'get'}`)
  }
}

/** Ties a body's schema to its handler. */
export function endpoint<Body>(definition: Endpoint<Body>): Endpoint {
  return {
    ...definition,
    handle: async (call) => {
      // Without a schema the handler takes no body, and its type says so.
      const body =
        definition.body === undefined ? (undefined as Body) : readAs(definition.body, call.body, 'body')
      return await definition.handle({ ...call, body })
    },
  }
}

/** The owner who calls. Throws `token.invalid` without one. */
export function ownerOf({ owner }: Pick<Call<unknown>, 'owner'>): Owner {
  if (owner === undefined) throw new Refusal('token.invalid')
  return owner
}

/** The query's parameters as the schema wants them; those it does not know or that are empty are passed over. Throws `form.invalid`. */
export function readQuery<Query>(schema: z.ZodType<Query>, query: URLSearchParams): Query {
  const names = [...query.keys()]
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Refusal('form.invalid', { why: 'twice', field: twice.slice(0, 40) })
  const given = [...query].filter(([, value]) => value !== '')
  return readAs(schema, Object.fromEntries(given), 'query')
}

/** `whole`: what is refused when no single field is. */
function readAs<Value>(schema: z.ZodType<Value>, value: unknown, whole: string): Value {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.join('.') || (issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : whole)
  throw new Refusal('form.invalid', {
    why: (issue?.message ?? 'unknown').slice(0, 120),
    field: field.slice(0, 80),
  })
}
