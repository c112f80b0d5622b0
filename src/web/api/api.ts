import { Refusal } from '../../base/refusal.ts'
import type { Clockwork } from '../../core/public-clock/actions.ts'
import type { Transparency } from '../../core/abuse/transparency-actions.ts'
import type { Checks } from '../../core/checks/actions.ts'
import { permit } from '../../core/actor.ts'
import { as, type Context } from '../../core/context.ts'
import type { HeaderReader } from '../../core/headers/actions.ts'
import { onceOnly, type Answer } from '../../core/idempotency/actions.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import { ownerOfToken } from '../../core/owners/token-actions.ts'
import type { Web, WebContext } from '../env.ts'
import { routes } from '../routes.ts'
import { abuseReportEndpoints } from './abuse-reports.ts'
import { caseEndpoints } from './cases.ts'
import { checkEndpoints } from './check.ts'
import { clockEndpoints } from './clock.ts'
import { delistingEndpoints } from './delisting.ts'
import { checkEndpoints as checkDeclared, type Endpoint } from './endpoint.ts'
import { listingEndpoints } from './listings.ts'
import { openApiDocument } from './openapi.ts'
import { formEndpoints } from './forms.ts'
import { headerEndpoints } from './headers.ts'
import { ownerEndpoints } from './owner.ts'
import { probeEndpoints } from './probes.ts'
import { problemEndpoints } from './problems.ts'
import { rateLimitHeaders, type Budget } from './rate-limit.ts'

export interface ApiDeps {
  contextFor(c: WebContext): Context
  readonly checks: Checks
  readonly transparency: Transparency
  readonly clockwork: Clockwork
  readonly reader: HeaderReader
  readonly site: string
  readonly version: string
}

export const apiEndpoints: readonly Endpoint[] = [
  ...delistingEndpoints,
  ...listingEndpoints,
  ...checkEndpoints,
  ...abuseReportEndpoints,
  ...clockEndpoints,
  ...caseEndpoints,
  ...formEndpoints,
  ...probeEndpoints,
  ...headerEndpoints,
  ...ownerEndpoints,
  ...problemEndpoints,
]

/** `/api/v1` (contracts 6): JSON in and out, RFC 9457 problems, one table of endpoints. */
export function apiRoutes(app: Web, deps: ApiDeps, endpoints: readonly Endpoint[] = apiEndpoints): void {
  checkDeclared(endpoints)
  app.get(routes.apiDocument.pattern, (c) =>
    c.json(openApiDocument(endpoints, deps.site, deps.version) as object),
  )
  for (const endpoint of endpoints) {
    const path = patternOf(endpoint)
    const serve = async (c: WebContext): Promise<Response> => await answer(c, endpoint, deps)
    if (endpoint.method === 'get') app.get(path, serve)
    else app.post(path, serve)
  }
}

/** An endpoint's address as Hono matches it. */
export function patternOf({ path }: Pick<Endpoint, 'path'>): string {
  return routes.api.pattern + path.replaceAll(/\{(\w+)\}/g, ':$1')
}

async function answer(c: WebContext, endpoint: Endpoint, deps: ApiDeps): Promise<Response> {
  const visitor = deps.contextFor(c)
  const bearer = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  const program = bearer?.startsWith('ptn_') ? await findToken(visitor, 'api', bearer) : undefined
  const ctx = program ? as(visitor, { kind: 'program', name: program.name }) : visitor
  const isForOwners = endpoint.permission === 'owner'
  const owner = isForOwners && bearer !== undefined ? await ownerOfToken(visitor, bearer) : undefined
  if (isForOwners && owner === undefined) throw new Refusal('token.invalid')
  if (endpoint.permission !== 'anyone' && endpoint.permission !== 'owner') {
    if (!program) throw new Refusal('token.invalid')
    permit(ctx.actor, endpoint.permission)
  }
  const text = endpoint.method === 'post' ? await c.req.text() : ''
  const call = {
    ctx,
    client: c.var.client,
    checks: deps.checks,
    transparency: deps.transparency,
    clockwork: deps.clockwork,
    reader: deps.reader,
    parameters: c.req.param() as Readonly<Record<string, string>>,
    query: new URL(c.req.url).searchParams,
    body: text === '' ? {} : readJson(text),
    isProgram: program !== undefined,
    owner,
    secret: bearer,
  }
  const key = endpoint.creates ? c.req.header('idempotency-key')?.slice(0, 200) : undefined
  const run = async (): Promise<Answer> => ({
    status: endpoint.status,
    body: JSON.stringify(await endpoint.handle(call)),
  })
  let kept: Answer
  try {
    kept = await onceOnly(ctx, key, `${c.req.path}\0${text}`, run)
  } finally {
    await tellBudget(c, endpoint.budget?.(call), ctx)
  }
  return c.body(kept.body, kept.status as 200, { 'Content-Type': 'application/json' })
}

/** Whether the call was answered or refused, its headers say what is left. */
async function tellBudget(c: WebContext, budget: Budget | undefined, ctx: Context): Promise<void> {
  if (budget === undefined) return
  const headers = await rateLimitHeaders(ctx, budget)
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Refusal('form.invalid', { why: 'not JSON', field: 'body' })
  }
}
