import type { Context } from '../context.ts'
import * as store from './store.ts'

/**
 * A lease says who of several cores does a piece of work. It ends by itself, so that nobody waits for the dead; hence what
 * is done under one must bear being done twice.
 */
export async function holdLease(ctx: Context, name: string, holder: string, forMs: number): Promise<boolean> {
  const now = ctx.clock.now()
  return await store.takeLease(ctx.db.queries, { name, holder, until_at: now + forMs }, now)
}

/** Lets somebody else begin at once. */
export async function releaseLease(ctx: Context, name: string, holder: string): Promise<void> {
  await store.dropLease(ctx.db.queries, name, holder)
}
