import { formatPrefix } from '../../standards/prefix.ts'
import { actorName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import type { Tx } from '../context.ts'
import type { Listing } from '../listings/listing.ts'
import { removeListing, spendRemoval } from './decide-actions.ts'
import { letIn } from './decide-case-actions.ts'
import { newRequest, type Asking } from './new-request.ts'
import type { DelistRequest } from './request.ts'
import * as store from './store.ts'

/** Freeing an address for somebody who asked on another road: the very deeds of the portal and of the desk, each with its request. */

/** What the asker is, besides the state that the request will be in. */
export type AskingFor = Omit<Asking, 'state' | 'road' | 'note'>

/** As the button of the portal does, within its budgets; false, and nothing done or spent, where one of them is used up. */
export async function freeByRules(tx: Tx, asking: AskingFor, listing: Listing): Promise<boolean> {
  const isProven = asking.control !== 'none'
  const { request } = newRequest(tx, { ...asking, note: '', road: 'mail', state: 'proven' })
  if (!(await spendRemoval(tx, request, isProven))) return false
  await begin(tx, request)
  await removeListing(tx, request, listing, isProven ? 'delist' : 'delist-unproven')
  return true
}

/** As a person at the desk does: ends its own listings, and carves it out of a listed range. False where nothing refused it any more. */
export async function freeByHand(tx: Tx, asking: AskingFor): Promise<boolean> {
  const { request } = newRequest(tx, { ...asking, note: '', road: 'mail', state: 'review' })
  await begin(tx, request)
  const decided = await letIn(tx, { ...request, decidedBy: actorName(tx.actor) })
  return decided.outcome === 'delisted'
}

async function begin(tx: Tx, request: DelistRequest): Promise<void> {
  const { id, unit, road, control } = request
  await store.insert(tx.queries, request)
  await record(tx, {
    action: 'delist-request.started',
    subject: `delist-request:${id}`,
    facts: { ip: formatPrefix(unit), road, control },
  })
}
