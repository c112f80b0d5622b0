import { createChallenge, verifySolution, type Challenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Context, Tx } from '../context.ts'
import * as store from './store.ts'

/**
 * Proof of work (ALTCHA version 2) instead of picture puzzles: the page computes for a second, nobody is asked to read squiggles.
 * It shapes traffic and is never the only control. A solution counts once (CVE-2025-68113).
 */

const lifetimeMs = 30 * minute

/** A challenge for one form. */
export async function issueChallenge(ctx: Context): Promise<Challenge> {
  return await createChallenge({
    algorithm: 'SHA-256',
    cost: 1,
    keyPrefix: '0'.repeat(ctx.settings.delisting.challengeCost),
    // Ours, not the library's `expiresAt`: that one asks the machine's clock, which may be turned.
    data: { until: ctx.clock.now() + lifetimeMs },
    hmacSignatureSecret: ctx.keys.challenges.reveal().toString('hex'),
    deriveKey,
  })
}

/** Checks an answer (base64 of `{challenge, solution}`); throws `pow.invalid`. Gives what `spendChallenge` needs. */
export async function checkChallenge(
  ctx: Context,
  answer: string,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const { challenge, solution } = readAnswer(answer)
  const { parameters } = challenge
  const until = parameters.data?.['until']
  if (typeof until !== 'number' || until <= ctx.clock.now()) throw new Refusal('pow.invalid')
  const { verified } = await verifySolution({
    challenge,
    solution,
    hmacSignatureSecret: ctx.keys.challenges.reveal().toString('hex'),
    deriveKey,
  })
  if (!verified) throw new Refusal('pow.invalid')
  return { id: parameters.nonce, expiresAt: until }
}

/** Marks it used; throws `pow.replayed` when it was used before. */
export async function spendChallenge(
  tx: Tx,
  spent: { readonly id: string; readonly expiresAt: number },
): Promise<void> {
  const isNew = await store.insertSpent(tx.queries, { id: spent.id, expires_at: spent.expiresAt })
  if (!isNew) throw new Refusal('pow.replayed')
}

interface Answer {
  readonly challenge: Challenge
  readonly solution: { readonly counter: number; readonly derivedKey: string }
}

function readAnswer(answer: string): Answer {
  if (answer.length > 4096) throw new Refusal('pow.invalid')
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(answer, 'base64').toString('utf8')) as unknown
  } catch {
    throw new Refusal('pow.invalid')
  }
  if (!isAnswer(value)) throw new Refusal('pow.invalid')
  return value
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null || !('challenge' in value) || !('solution' in value))
    return false
  const { challenge, solution } = value
  if (typeof challenge !== 'object' || challenge === null || !('parameters' in challenge)) return false
  if (
    typeof solution !== 'object' ||
    solution === null ||
    !('counter' in solution) ||
    !('derivedKey' in solution)
  )
    return false
  const { parameters } = challenge
  return (
    typeof parameters === 'object' &&
    parameters !== null &&
    'nonce' in parameters &&
    typeof parameters.nonce === 'string' &&
    typeof solution.counter === 'number' &&
    typeof solution.derivedKey === 'string'
  )
}
