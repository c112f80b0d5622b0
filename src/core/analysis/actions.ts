import { visitorNetwork } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { spend } from '../limits/actions.ts'
import type { AnalysisError, Finding } from './analysis.ts'
import { answerOf, type Answer } from './answer.ts'

/** Reads bytes in a process that may be killed (security 6.4): the parse pool, as far as analysis knows it. */
export interface Reader {
  analyse(raw: Buffer): Promise<Finding | { readonly failure: Failure }>
}

type Failure = 'breach' | 'crash' | 'time' | 'memory' | 'busy'

/**
 * What a bounce, a reply, a report or a header says. Spends a visitor's budget; nothing of the input is kept. Throws `limit.exceeded`
 * only: what cannot be read is an answer of kind `unknown`.
 */
export async function analyse(ctx: Context, reader: Reader, raw: Buffer): Promise<Answer> {
  const { actor, settings, keys, clock } = ctx
  if (actor.kind === 'visitor') {
    const network = visitorNetwork(actor.client)
    await transact(ctx, async (tx) => await spend(tx, 'analyse.client.hour', network))
  }
  const result = await reader.analyse(raw)
  const finding = 'failure' in result ? failed(result.failure) : result
  return answerOf(finding, { site: settings.provider.site, keyFor: keys.caseLink, now: clock.now() })
}

/** Why the reader has no finding. */
export function failed(failure: Failure): Finding {
  return { kind: 'unknown', error: errors[failure] }
}

const errors: Readonly<Record<Failure, AnalysisError>> = {
  breach: 'budget',
  crash: 'crash',
  time: 'time',
  memory: 'memory',
  busy: 'busy',
}
