import { createHash } from 'node:crypto'
import { Places } from '../../base/places.ts'
import { Refusal } from '../../base/refusal.ts'
import {
  mostReportBytes,
  receiveReport,
  reportStatus,
  type Receipt,
  type ReportStatus,
} from '../../core/abuse/actions.ts'
import type { XarfChecker } from '../../core/abuse/examination.ts'
import { receiveFromStranger } from '../../core/abuse/stranger-actions.ts'
import { as, type Context } from '../../core/context.ts'
import { onceOnly, type Answer } from '../../core/idempotency/actions.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import { formatAddress } from '../../standards/ip.ts'
import { networkOf } from '../client.ts'
import type { Web, WebContext } from '../env.ts'
import { readBytes } from '../read-bytes.ts'
import { routes } from '../routes.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { rateLimitHeaders } from './rate-limit.ts'
import { abuseReportState, transparencyMonths } from './abuse-schemas.ts'

/**
 * `POST /api/v1/abuse-reports`: an XARF report (xarf.org) as it is, from a program with an API token, whose word weighs something, or
 * from anybody with a proof of work in the field `Proof-Of-Work`. What is answered with 202 is durable; a report that breaks the rules
 * of its format is refused with the first of them, and nothing of it is kept.
 */

/** Reports that are held in memory at once. */
const mostAtOnce = 4

export interface AbuseReportsDeps {
  contextFor(c: WebContext): Context
  readonly checker: XarfChecker
}

export function abuseReportsRoute(app: Web, deps: AbuseReportsDeps): void {
  const places = new Places(mostAtOnce)
  app.post(routes.apiAbuseReports.pattern, async (c) => await places.run(async () => await take(c, deps)))
}

async function take(c: WebContext, { contextFor, checker }: AbuseReportsDeps): Promise<Response> {
  const visitor = contextFor(c)
  const bearer = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  const program = bearer === undefined ? undefined : await findToken(visitor, 'api', bearer)
  if (bearer !== undefined && !program) throw new Refusal('token.invalid')
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? ''))
    throw new Refusal('form.invalid', { why: 'type', field: 'body' })
  const body = await readBytes(c, mostReportBytes)
  if (body === undefined) throw new Refusal('abuse.report-too-large', { most: mostReportBytes })
  const raw = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const ctx = program ? as(visitor, { kind: 'program', name: program.name }) : visitor
  const client = formatAddress(c.var.client)
  const lifecycle = c.req.query('lifecycle') === 'test' ? 'test' : undefined
  const key = c.req.header('idempotency-key')?.slice(0, 200)
  const digest = createHash('sha256').update(raw).digest('hex')
  let kept: Answer
  try {
    kept = await onceOnly(ctx, key, `/abuse-reports\0${lifecycle ?? ''}\0${digest}`, async () => {
      await check(checker, raw)
      const envelope = program ? { client, program: program.name } : { client }
      const incoming = { channel: 'api', shape: 'xarf', raw, envelope, lifecycle } as const
      const receipt = program
        ? await receiveReport(ctx, incoming)
        : await receiveFromStranger(ctx, incoming, c.req.header('proof-of-work') ?? '')
      return { status: 202, body: JSON.stringify(receiptOf(receipt)) }
    })
  } finally {
    const key = program?.name ?? networkOf(c.var.client)
    const headers = await rateLimitHeaders(ctx, { name: 'abuse.reports.client.hour', key })
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
  }
  return c.body(kept.body, kept.status as 202, { 'Content-Type': 'application/json' })
}

async function check(checker: XarfChecker, raw: Buffer): Promise<void> {
  if (raw.length === 0) throw new Refusal('abuse.report-empty')
  const found = await checker.checkXarf(raw)
  if ('failure' in found) {
    if (found.failure === 'busy') throw new Refusal('database.busy')
    throw new Refusal('abuse.xarf-invalid', { why: 'reading it took too much time or memory' })
  }
  const [first, ...others] = found.errors
  if (first !== undefined)
    throw new Refusal('abuse.xarf-invalid', { why: first, more: others.slice(0, 9).join('; ') })
}

function receiptOf({ id, token, link, receivedAt, isNew }: Receipt): unknown {
  return { id, token, status: link, receivedAt: new Date(receivedAt).toISOString(), isNew }
}

/** The state of a report, for whoever holds the token of its receipt; and what became of all of them, for everybody. */
export const abuseReportEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/abuse-reports/{token}',
    permission: 'anyone',
    safe: true,
    summary: 'How a report of abuse stands, for whoever holds the token of its receipt',
    answer: abuseReportState,
    status: 200,
    handle: async ({ ctx, parameters }) => stateOf(await reportStatus(ctx, parameters['token'] ?? '')),
  }),
  endpoint({
    method: 'get',
    path: '/transparency',
    permission: 'anyone',
    safe: true,
    summary:
      'What became of the reports of abuse, by whole month, the newest first, at most 24; rounded so that nobody is to be found in it',
    answer: transparencyMonths,
    status: 200,
    handle: async ({ ctx, transparency }) => ({ months: await transparency.months(ctx) }),
  }),
]

function stateOf(status: ReportStatus): unknown {
  const time = (at: number | null): string | undefined =>
    at === null ? undefined : new Date(at).toISOString()
  return {
    id: status.id,
    state: status.state,
    outcome: status.outcome ?? undefined,
    class: status.class,
    channel: status.channel,
    lifecycle: status.lifecycle,
    receivedAt: time(status.receivedAt),
    examinedAt: time(status.examinedAt),
    closedAt: time(status.closedAt),
    elsewhere: status.elsewhere ?? undefined,
  }
}
