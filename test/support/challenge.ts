import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { issueChallenge } from '../../src/core/challenges/actions.ts'
import type { Context } from '../../src/core/context.ts'

/** The answer of a browser with script to a challenge of now. */
export async function solved(ctx: Context): Promise<string> {
  const challenge = await issueChallenge(ctx)
  const solution = await solveChallenge({ challenge, deriveKey })
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}
