import type { MailAddress } from '../../standards/mail-address.ts'
import type { Tx } from '../context.ts'
import { endClaim } from './actions.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

/** A network without its owner is nobody's: claims of somebody who is erased end as if they gave them up, and parts given to others with them. */
export async function endClaimsOf(tx: Tx, mailbox: MailAddress): Promise<void> {
  for (const id of await store.ownerIdsByMailbox(tx.queries, mailbox))
    for (const claim of await claimStore.ownClaims(tx.queries, id, tx.clock.now()))
      if (claim.state !== 'ended') await endClaim(tx, claim, 'given-up')
}
