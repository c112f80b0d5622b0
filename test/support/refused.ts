import type { DecisionRecord } from '../../src/access/decision-record.ts'
import { recipientHash } from '../../src/access/recipient-hash.ts'
import type { Context } from '../../src/core/context.ts'
import { saveDecisions } from '../../src/core/decisions/actions.ts'
import { noteEdge } from '../../src/core/edges/actions.ts'

let seq = 0

/** What an edge records of a refusal of mail to these mailboxes, a minute ago. */
export function refusal(
  ctx: Context,
  to: readonly string[],
  more: Partial<DecisionRecord> = {},
): DecisionRecord {
  const edge = more.edge ?? 'mx1'
  const at = ctx.clock.now() - 60_000
  return {
    v: 1,
    edge,
    boot: 'b1',
    seq: ++seq,
    at,
    stage: 'rcpt',
    ip: '192.0.2.45',
    helo: 'mail.example.org',
    ptr: null,
    mailFrom: 'example.org',
    recipients: to.map((mailbox) => recipientHash(ctx.keys.recipients(edge), mailbox)),
    code: 550,
    status: '5.7.606',
    reason: 'spam',
    listing: null,
    standing: null,
    budget: null,
    table: 1,
    count: 1,
    mode: 'enforce',
    minute: Math.floor(at / 60_000),
    ...more,
  }
}

/** The edge ships it. */
export async function refuse(
  ctx: Context,
  to: readonly string[],
  more: Partial<DecisionRecord> = {},
): Promise<DecisionRecord> {
  const record = refusal(ctx, to, more)
  await noteEdge(ctx, { name: record.edge, version: '1', seq: 1, connected: true })
  await saveDecisions(ctx, [record], [])
  return record
}
