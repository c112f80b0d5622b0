import type { MailEvent, MessageEvent } from '../../access/mail-event.ts'
import { Refusal } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { countRefused, takeEvents } from '../events/actions.ts'
import type { GivenEvent, TakenEvents, TakeOptions } from '../events/actions.ts'
import { trySpend } from '../limits/actions.ts'
import { limitOf } from '../limits/limits.ts'
import { transact } from '../context.ts'
import { noteAccepted } from './follow-actions.ts'
import * as store from './store.ts'
import * as watchStore from './watch-store.ts'

/**
 * Takes what happened to mail, as `takeEvents` does: an acceptance of the first message after a removal shows on its result page too.
 * `lines` is how many are to come, spent from the source's quota; without it nothing is spent.
 */
export async function takeOutcomes(
  ctx: Context,
  source: string,
  given: Iterable<GivenEvent> | AsyncIterable<GivenEvent>,
  { lines, ...options }: Omit<TakeOptions, 'onKept'> & { readonly lines?: number | undefined } = {},
): Promise<TakenEvents> {
  if (lines !== undefined) await spendLines(ctx, source, lines)
  return await takeEvents(ctx, source, given, {
    ...options,
    // Those that were known too: core may have died between keeping them and this.
    onKept: async (events) => await noteAcceptances(ctx, events),
  })
}

async function spendLines(ctx: Context, source: string, count: number): Promise<void> {
  const cost = { name: 'events.source.minute', key: source, count } as const
  const refusal = await transact(ctx, async (tx) => await trySpend(tx, [cost]), { isLazy: true })
  if (!refusal) return
  countRefused(ctx, source, 'quota', count)
  // What is more than the whole quota never fits, however long the source waits.
  const most = limitOf(cost.name, ctx.settings).count
  throw count > most ? new Refusal('form.too-large', { lines: String(most) }) : refusal
}

/** Almost no message is waited for, so those that are are found in two questions for all. */
async function noteAcceptances(ctx: Context, events: readonly MailEvent[]): Promise<void> {
  const accepted = events.flatMap((event) => (isAcceptance(event) ? [event] : []))
  for (let from = 0; from < accepted.length; from += askedAtOnce) {
    await noteSome(ctx, accepted.slice(from, from + askedAtOnce))
    await breathe()
  }
}

type Acceptance = MessageEvent & { readonly queueId: string }

/** Events that are looked for at once. */
const askedAtOnce = 256

async function noteSome(ctx: Context, accepted: readonly Acceptance[]): Promise<void> {
  const units = new Map(accepted.map((event) => [event, formatPrefix(unitOf(event.address))]))
  // Watches first: one that has ended by now ended in a transaction whose request is seen after it.
  const watched = await watchStore.watchedAmong(ctx.db.queries, [...new Set(units.values())])
  const awaited = await store.awaitedAmong(ctx.db.queries, [
    ...new Set(accepted.map(({ queueId }) => queueId)),
  ])
  for (const event of accepted) {
    if (!watched.has(units.get(event) ?? '') && !awaited.has(event.queueId)) continue
    await noteAccepted(ctx, { ip: event.ip, queueId: event.queueId, at: event.at })
  }
}

function isAcceptance(event: MailEvent): event is Acceptance {
  return event.type === 'message' && event.outcome === 'accepted' && event.queueId !== undefined
}
