import { Refusal } from '../../base/refusal.ts'
import { analyse, type Reader } from '../../core/analysis/actions.ts'
import { flatAnswer } from '../../core/analysis/answer.ts'
import { as, type Context } from '../../core/context.ts'
import { findToken } from '../../core/operators/token-actions.ts'
import { handedIn } from '../analyse/handed-in.ts'
import type { Web, WebContext } from '../env.ts'
import { routes } from '../routes.ts'

/**
 * `POST /api/v1/analyse`: what a bounce, a reply, a report or a header says, as `postern analyse --json` tells it. The body is the text or
 * the message itself, JSON `{"text": …}`, or a form with the part `file`. Nothing of it is kept. With an API token it costs no budget.
 */

export interface AnalyseDeps {
  contextFor(c: WebContext): Context
  readonly reader: Reader
}

export function analyseRoute(app: Web, { contextFor, reader }: AnalyseDeps): void {
  app.post(routes.apiAnalyse.pattern, async (c) => {
    const visitor = contextFor(c)
    const bearer = /^bearer +(ptn_\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const program = bearer === undefined ? undefined : await findToken(visitor, 'api', bearer)
    if (bearer !== undefined && !program) throw new Refusal('token.invalid')
    const ctx = program ? as(visitor, { kind: 'program', name: program.name }) : visitor
    const input = await handedIn(c)
    return c.json(flatAnswer(await analyse(ctx, reader, input)))
  })
}
