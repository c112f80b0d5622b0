import { createHmac } from 'node:crypto'
import { newId, randomFraction } from '../../base/id.ts'
import { permit } from '../actor.ts'
import { record, type AuditFacts } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { leaseMs, pauseAfter, webhookPace, webhookTries } from './retry.ts'
import * as store from './store.ts'

/**
 * Tells every configured webhook of an event, in the transaction that made it true. The body is that of Standard Webhooks:
 * `{"type":"listing.ended","timestamp":"…","data":{…}}`.
 */
export async function queueWebhook(tx: Tx, event: string, data: AuditFacts): Promise<void> {
  const now = tx.clock.now()
  const body = JSON.stringify({ type: event, timestamp: new Date(now).toISOString(), data })
  for (const { url } of tx.settings.webhooks) {
    await store.insertDelivery(tx.queries, {
      id: newId(),
      url,
      event,
      body,
      state: 'queued',
      next_at: now,
      attempts: 0,
      lease: null,
      lease_until_at: null,
      lease_core: null,
      last_error: null,
      created_at: now,
      sent_at: null,
    })
  }
  if (tx.settings.webhooks.length > 0) tx.afterCommit('webhooks')
}

/** A delivery that is ours to make until its lease ends. */
export interface ClaimedDelivery {
  readonly id: string
  readonly lease: string
  readonly event: string
  readonly attempts: number
  readonly request: {
    readonly url: string
    readonly body: string
    readonly headers: Readonly<Record<string, string>>
  }
}

/** Takes up to `limit` deliveries that are due, each as a signed request. One whose URL is not configured any more is given up. */
export async function claimWebhooks(ctx: Context, limit: number): Promise<readonly ClaimedDelivery[]> {
  const now = ctx.clock.now()
  if ((await store.dueDeliveries(ctx.db.queries, now, 1)).length === 0) return []
  return await transact(ctx, async (tx) => {
    const claimed: ClaimedDelivery[] = []
    for (const row of await store.dueDeliveries(tx.queries, now, limit)) {
      const lease = newId()
      const taken = { id: lease, core: tx.core, until: now + leaseMs }
      if (!(await store.leaseDelivery(tx.queries, row, taken, now))) continue
      const delivery = { id: row.id, lease, event: row.event, attempts: row.attempts + 1 }
      const { webhooks, notify } = tx.settings
      const known = notify.kind === 'webhook' ? [...webhooks, notify] : webhooks
      const webhook = known.find(({ url }) => url === row.url)
      if (!webhook) await giveUp(tx, delivery, 'this webhook is not configured any more')
      else
        claimed.push({
          ...delivery,
          request: { url: row.url, body: row.body, headers: signedHeaders(webhook.secret, row, now) },
        })
    }
    return claimed
  })
}

/**
 * Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`, seconds since 1970. The id is the same at every try, so
 * that the receiver can tell a repetition; the time is that of the try.
 */
function signedHeaders(
  secret: string,
  { id, body }: { readonly id: string; readonly body: string },
  now: number,
) {
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac('sha256', secretBytes(secret))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

/** `whsec_…` is base64, as the standard writes it; anything else is taken as it stands. */
function secretBytes(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret)
}

/** Notes what became of a delivery: `gone` (HTTP 410) is not asked again. False when the lease had ended. */
export async function noteWebhook(
  ctx: Context,
  delivery: ClaimedDelivery,
  { outcome, answer }: { readonly outcome: 'taken' | 'retry' | 'gone'; readonly answer: string },
): Promise<boolean> {
  const now = ctx.clock.now()
  return await transact(ctx, async (tx) => {
    if (outcome === 'gone' || (outcome === 'retry' && delivery.attempts >= webhookTries))
      return await giveUp(tx, delivery, answer)
    const next =
      outcome === 'taken'
        ? { state: 'sent', sent_at: now, last_error: null }
        : {
            state: 'queued',
            next_at: now + pauseAfter(delivery.attempts, webhookPace, randomFraction()),
            last_error: answer.slice(0, 500),
          }
    return await store.updateDelivery(tx.queries, delivery, { ...next, lease: null, lease_until_at: null })
  })
}

async function giveUp(tx: Tx, delivery: Omit<ClaimedDelivery, 'request'>, why: string): Promise<boolean> {
  const dead = { state: 'dead', lease: null, lease_until_at: null, last_error: why.slice(0, 500) }
  if (!(await store.updateDelivery(tx.queries, delivery, dead))) return false
  const { id, event, attempts } = delivery
  await record(tx, { action: 'webhook.dead', subject: `webhook:${id}`, facts: { event, attempts } })
  tx.log.warn('webhook.dead', { id, event, attempts })
  return true
}

/** When the next delivery is due; undefined when none waits. */
export async function nextWebhookAt(ctx: Context): Promise<number | undefined> {
  return await store.nextDeliveryAt(ctx.db.queries)
}

/** A delivery as its row says. */
export interface Delivery {
  readonly id: string
  readonly url: string
  readonly event: string
  /** `queued sending sent dead`. */
  readonly state: string
  readonly nextAt: number
  readonly attempts: number
  readonly lastError: string | null
  readonly createdAt: number
  readonly sentAt: number | null
}

/** Deliveries newest first. */
export async function listWebhooks(
  ctx: Context,
  wanted: { readonly state?: string | undefined; readonly limit: number },
): Promise<readonly Delivery[]> {
  permit(ctx.actor, 'console.read')
  const rows = await store.listDeliveries(ctx.db.queries, wanted.state, wanted.limit)
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    event: row.event,
    state: row.state,
    nextAt: row.next_at,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }))
}
