import { setTimeout as sleep } from 'node:timers/promises'
import { minute, second } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { seal, unseal } from '../../base/seal.ts'
import { mac } from '../../base/secret.ts'
import type { Tables } from '../../db/schema.ts'
import { actorName } from '../actor.ts'
import type { Context } from '../context.ts'
import * as store from './store.ts'

export interface Answer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

type Row = Tables['idempotent_answers']

/** Stands where the answer will be while the request runs. */
const running = 0

/** A program that asks again while its first request still runs waits so long for that one's answer. */
const patienceMs = 10 * second

/** A request that has run for longer than this died with its core. */
const abandonedMs = minute

const lookAgainMs = 25

/**
 * Runs a creating request once per `Idempotency-Key` of an asker: the same key gets the same answer for a day, also while the first
 * still runs, and with another request it is refused. Only answers are kept, sealed, because they hold the secrets of what was made;
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
  const found = await take(ctx, kept, requestHash)
  if ('answer' in found) return found.answer
  const { queries } = ctx.db
  try {
    const answer = await run()
    const body = seal(ctx.keys.vault, boundTo(kept), answer.body)
    const { status } = answer
    await store.replace(queries, found.taken, {
      request_hash: requestHash,
      status,
      body,
      at: ctx.clock.now(),
      core: ctx.core,
    })
    return answer
  } catch (error) {
    await store.remove(queries, found.taken)
    throw error
  }
}

/** At start: what this core had begun and not answered when it died may be tried again at once. */
export async function forgetUnanswered(ctx: Context): Promise<void> {
  await store.removeAll(ctx.db.queries, ctx.core, running)
}

/** Takes the key for this request, or gives the answer that is kept under it. */
async function take(
  ctx: Context,
  key: string,
  requestHash: string,
): Promise<{ readonly taken: Row } | { readonly answer: Answer }> {
  const { queries } = ctx.db
  const end = ctx.clock.elapsed() + patienceMs
  for (;;) {
    const now = ctx.clock.now()
    const wanted: Row = { key, request_hash: requestHash, status: running, body: '', at: now, core: ctx.core }
    if (await store.insert(queries, wanted)) return { taken: wanted }
    const known = await store.byKey(queries, key)
    if (known && known.request_hash !== requestHash) throw new Refusal('idempotency.mismatch')
    const body =
      known && known.status !== running ? unseal(ctx.keys.vault, boundTo(key), known.body) : undefined
    if (known && body) return { answer: { status: known.status, body: body.toString() } }
    // What cannot be unsealed was kept under a key of before; what runs for so long has died.
    const isFree = known && (known.status !== running || now - known.at > abandonedMs)
    if (isFree && (await store.replace(queries, known, wanted))) return { taken: wanted }
    if (ctx.clock.elapsed() > end) throw new Refusal('database.busy')
    await sleep(lookAgainMs)
  }
}

function boundTo(key: string): string {
  return `idempotency:${key}`
}
