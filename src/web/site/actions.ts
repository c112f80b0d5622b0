import type { Case } from '../../core/senders/actions.ts'
import type { Explanation } from '../../core/senders/explanation.ts'
import type { Address } from '../../standards/ip.ts'
import type { WebContext } from '../env.ts'

/**
 * What the site asks of the core, handed in as functions, so that pages can be tested and looked at without a database.
 * Each throws a `Refusal` when it will not answer: a spent budget, a link that is not ours.
 */
export interface SiteActions {
  /** The decision about an address now. `link` is for whoever asks from the address itself: kinds of evidence besides. */
  explain(c: WebContext, address: Address, level: 'anyone' | 'link'): Promise<Explanation>
  /** What the link of a refusal opens. */
  openCase(c: WebContext, token: string): Promise<Case>
  /** Whether the database answers and the program is up: undefined, or why not. */
  notReady(): Promise<string | undefined>
  /** Published limits for the machine-readable policy. */
  limits(): readonly PublishedLimit[]
}

export interface PublishedLimit {
  readonly name: string
  readonly count: number
  readonly windowMs: number
}
