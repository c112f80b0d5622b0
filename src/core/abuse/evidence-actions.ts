import { unseal } from '../../base/seal.ts'
import type { Context } from '../context.ts'
import type { Envelope, Shape } from './examination.ts'
import * as store from './store.ts'

/** What came with a report; undefined once it was deleted, or when it was sealed with another key. */
export interface Evidence {
  readonly shape: Shape
  readonly envelope: Envelope
  readonly raw: Buffer
}

export async function openEvidence(ctx: Context, id: string): Promise<Evidence | undefined> {
  const row = await store.evidenceOf(ctx.db.queries, id)
  if (!row) return undefined
  const envelope = unseal(ctx.keys.vault, `envelope:${id}`, row.envelope)
  const raw = unseal(ctx.keys.vault, `evidence:${id}`, row.content)
  if (!envelope || !raw) return undefined
  // Sealed by `receiveReport`, so it is what that wrote.
  return { shape: row.shape as Shape, envelope: JSON.parse(envelope.toString()) as Envelope, raw }
}
