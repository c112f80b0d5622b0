import { Refusal } from '../../base/refusal.ts'
import { transact, type Context } from '../../core/context.ts'
import { spend } from '../../core/limits/actions.ts'
import { recheckNow } from '../../core/policies/actions.ts'
import type { TestOutcome } from '../../core/policies/policy-test.ts'
import { heldRules } from '../../core/reputation/brake-actions.ts'
import { showLadder } from '../../core/ladder/actions.ts'
import type { Ladder, Refused } from '../../core/ladder/ladder.ts'
import { explain, openCase, type Case } from '../../core/senders/actions.ts'
import type { Explanation } from '../../core/senders/explanation.ts'
import type { Address } from '../../standards/ip.ts'
import type { Reader } from '../../core/analysis/actions.ts'
import type { HeaderReader } from '../../core/headers/actions.ts'
import { readHandedIn, type Analysed } from '../analyse/analysed.ts'
import { networkOf } from '../client.ts'
import type { WebContext } from '../env.ts'

/**
 * What the site asks of the core, handed in as functions, so that pages can be tested and looked at without a database.
 * Each throws a `Refusal` when it will not answer: a spent budget, a link that is not ours.
 */
export interface SiteActions {
  /** The decision about an address now. `link` is for whoever asks from the address itself: kinds of evidence besides. */
  explain(c: WebContext, address: Address, level: 'anyone' | 'link'): Promise<Explanation>
  /** Runs the test again that a listing of the address waits for; undefined when it waits for none that is run here. */
  recheck(c: WebContext, address: Address): Promise<TestOutcome | undefined>
  /** What the link of a refusal opens. */
  openCase(c: WebContext, token: string): Promise<Case>
  /** The ladder of help for what was refused; with the address for whoever may know what was tried about it. */
  ladder(c: WebContext, refused: Refused, address?: Address): Promise<Ladder>
  /** Whether our own judgement is held at present: then mail is only delayed. */
  isBraked(c: WebContext): Promise<boolean>
  /** Reads a bounce that is not ours, within the budget of whoever pasted it. */
  analyse(c: WebContext, raw: Buffer): Promise<Analysed>
  /** Undefined when the database answers and the program is up, else why not. */
  notReady(): Promise<string | undefined>
}

/** The real ones. `contextFor`: the context of whoever asks. */
export function siteActions(
  contextFor: (c: WebContext) => Context,
  notReady: SiteActions['notReady'],
  reader: Reader & HeaderReader,
): SiteActions {
  return {
    async explain(c, address, level) {
      const ctx = contextFor(c)
      // Asking about oneself tells nobody else's secret.
      if (level === 'anyone')
        await transact(ctx, async (tx) => await spend(tx, 'lookup.client.day', networkOf(c.var.client)), {
          isLazy: true,
        })
      return await explain(ctx, address, level)
    },
    async recheck(c, address) {
      return (await recheckNow(contextFor(c), address, networkOf(c.var.client)))?.outcome
    },
    async openCase(c, token) {
      const ctx = contextFor(c)
      try {
        return await openCase(ctx, token)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'case-link.invalid') throw error
        await transact(ctx, async (tx) => await spend(tx, 'case-link.client', networkOf(c.var.client)))
        throw error
      }
    },
    ladder: async (c, refused, address) => await showLadder(contextFor(c), refused, address),
    isBraked: async (c) => await isBraked(contextFor(c)),
    analyse: async (c, raw) => await readHandedIn(contextFor(c), reader, raw),
    notReady,
  }
}

/** Pages that are the same for everybody are there without the database too; then nobody knows of a brake. */
async function isBraked(ctx: Context): Promise<boolean> {
  try {
    return (await heldRules(ctx)).length > 0
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'database.away' || error.code === 'database.busy'))
      return false
    throw error
  }
}
