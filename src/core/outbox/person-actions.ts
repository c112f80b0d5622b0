import type { MailAddress } from '../../standards/mail-address.ts'
import type { Tx } from '../context.ts'
import * as store from './store.ts'

/** Letters to somebody who is erased: what they said is wiped, and what is not sent yet is never sent. */
export async function forgetLetters(tx: Tx, mailbox: MailAddress, tombstone: MailAddress): Promise<void> {
  await store.forgetLetters(tx.queries, mailbox, tombstone)
}
