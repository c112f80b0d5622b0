import type { MailAddress } from '../../standards/mail-address.ts'
import type { Tx } from '../context.ts'
import { end } from './actions.ts'
import * as store from './store.ts'

/** Vouches of somebody who is erased end, as if they took them back. Callers have taken their turn. */
export async function endVouchesOf(tx: Tx, mailbox: MailAddress): Promise<void> {
  for (const it of await store.ofMailbox(tx.queries, mailbox.toLowerCase(), tx.clock.now()))
    if (it.endedAt === null) await end(tx, it, 'withdrawn')
}
