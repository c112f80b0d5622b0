import { mac } from '../../base/secret.ts'
import { Refusal } from '../../base/refusal.ts'
import { actorName } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import * as store from './store.ts'

export interface Answer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

/**
 * Runs a creating request once per `Idempotency-Key` of an asker: the same key gets the same answer for a day,
 * and with another request it is refused. Only answers are kept; a refusal may be tried again.
 */
export async function onceOnly(
  ctx: Context,
  key: string | undefined,
  request: string,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (key === undefined) return await run()
  const kept = mac(ctx.keys.hashes, `idempotency\0${actorName(ctx.actor)}\0${key}`).toString('hex')
  const requestHash = mac(ctx.keys.hashes, `request\0${request}`).toString('hex')
  const known = await store.byKey(ctx.db.queries, kept)
  if (known && known.request_hash !== requestHash) throw new Refusal('idempotency.mismatch')
  if (known) return { status: known.status, body: known.body }
  const answer = await run()
  await transact(ctx, async (tx) => {
    await store.insert(tx.queries, { key: kept, request_hash: requestHash, ...answer, at: tx.clock.now() })
  })
  return answer
}
