import { minute, second } from '../base/clock.ts'
import {
  claimWebhooks,
  nextWebhookAt,
  noteWebhook,
  type ClaimedDelivery,
} from '../core/outbox/webhook-actions.ts'
import { inParallel } from '../base/in-parallel.ts'
import { keepNoting } from './keep-noting.ts'
import type { Job } from './scheduler.ts'

const batch = 20
const connections = 4
const leastPauseMs = 100
const timeoutMs = 15 * second

/** Posts the webhooks that are due. The URLs are those of the configuration, so they may lead inside. */
export function deliverWebhooks(): Job {
  return {
    name: 'deliver-webhooks',
    everyMs: minute,
    wake: 'webhooks',
    async run(ctx, signal) {
      const deliveries = await claimWebhooks(ctx, batch)
      await inParallel(deliveries, connections, async (delivery) => {
        const answer = await post(delivery)
        await keepNoting(async () => await noteWebhook(ctx, delivery, answer), signal)
      })
      const next = await nextWebhookAt(ctx)
      return next === undefined ? undefined : Math.max(leastPauseMs, next - ctx.clock.now())
    },
  }
}

/** Taken is 2yz. A redirect is not followed: the signature is for the one who was configured. */
async function post({
  request,
}: ClaimedDelivery): Promise<{ outcome: 'taken' | 'retry' | 'gone'; answer: string }> {
  const { url, body, headers } = request
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'user-agent': 'postern' },
      redirect: 'manual',
      signal,
    })
    await response.body?.cancel()
    const answer = `HTTP ${response.status}`
    if (response.ok) return { outcome: 'taken', answer }
    return { outcome: response.status === 410 ? 'gone' : 'retry', answer }
  } catch (error) {
    return { outcome: 'retry', answer: reasonOf(error) }
  }
}

/** `fetch` says "fetch failed" and hides why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
