import { Refusal } from '../../base/refusal.ts'
import { formatPrefix, type Prefix } from '../../standards/prefix.ts'
import { transact, type Context } from '../context.ts'
import { trySpend } from '../limits/actions.ts'
import { keptMs, noneKeptMs, registeredOf, type Registered } from './registered.ts'
import * as store from './store.ts'

export type Found =
  | { readonly kind: 'found'; readonly registered: Registered }
  | { readonly kind: 'none' }
  /** The registry did not answer, or has heard enough of us for now; `again`: when to come back, where that is known. */
  | { readonly kind: 'unknown'; readonly again?: number | undefined }

/**
 * The network that the registry has for all of the prefix. What was asked within a day is not asked again, and the whole installation
 * asks no more than `registries.asked.day` allows. It may take seconds: never inside a transaction.
 */
export async function findRegistered(ctx: Context, prefix: Prefix): Promise<Found> {
  if (!ctx.settings.owners.asksRegistries) return { kind: 'none' }
  const query = formatPrefix(prefix)
  const kept = await store.kept(ctx.db.queries, query, ctx.clock.now())
  if (kept !== undefined) return kept === null ? { kind: 'none' } : { kind: 'found', registered: kept }
  const refusal = await transact(
    ctx,
    async (tx) => await trySpend(tx, [{ name: 'registries.asked.day', key: 'all' }]),
  )
  if (refusal) return { kind: 'unknown', again: Date.parse(String(refusal.facts['again'])) }
  const answer = await ctx.out.registered(prefix)
  const now = ctx.clock.now()
  switch (answer.kind) {
    case 'network': {
      const registered = registeredOf(answer.network, answer.server)
      await keep(ctx, { query, registered, askedAt: now, expiresAt: now + keptMs })
      return { kind: 'found', registered }
    }
    case 'none':
      await keep(ctx, { query, registered: null, askedAt: now, expiresAt: now + noneKeptMs })
      return { kind: 'none' }
    case 'busy':
      return { kind: 'unknown', again: now + answer.waitMs }
    case 'temperror':
      return { kind: 'unknown' }
  }
}

async function keep(ctx: Context, answer: Parameters<typeof store.keep>[1]): Promise<void> {
  await transact(ctx, async (tx) => await store.keep(tx.queries, answer))
}

/** The same for whoever cannot go on without it. Throws `owners.not-registered` and `owners.registry-away`. */
export async function mustFind(ctx: Context, prefix: Prefix): Promise<Registered> {
  const found = await findRegistered(ctx, prefix)
  switch (found.kind) {
    case 'found':
      return found.registered
    case 'none':
      throw new Refusal('owners.not-registered', { prefix: formatPrefix(prefix) })
    case 'unknown':
      throw new Refusal(
        'owners.registry-away',
        found.again === undefined ? {} : { again: new Date(found.again).toISOString() },
      )
  }
}
