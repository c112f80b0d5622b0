import { Refusal } from '../../base/refusal.ts'
import { seal, unseal } from '../../base/seal.ts'
import { mac } from '../../base/secret.ts'
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
 * and with another request it is refused. Only answers are kept, sealed, because they hold the secrets of what was made;
 * a refusal may be tried again.
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
  const body = known && unseal(ctx.keys.vault, boundTo(kept), known.body)
  if (known && body) return { status: known.status, body: body.toString() }
  const answer = await run()
  const sealed = seal(ctx.keys.vault, boundTo(kept), answer.body)
  await transact(ctx, async (tx) => {
    const { status } = answer
    await store.insert(tx.queries, {
      key: kept,
      request_hash: requestHash,
      status,
      body: sealed,
      at: tx.clock.now(),
    })
  })
  return answer
}

function boundTo(key: string): string {
  return `idempotency:${key}`
}
