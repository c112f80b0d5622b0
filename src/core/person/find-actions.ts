import type { MailAddress } from '../../standards/mail-address.ts'
import { recipientKey } from '../accounts/sent.ts'
import type { Context } from '../context.ts'
import { recipientHashes } from '../decisions/recipient-actions.ts'
import { hashed } from '../events/event.ts'
import { readerHash } from '../outbox/actions.ts'
import { reporterIdsOf } from '../reporters/actions.ts'
import { pseudonymOf, tombstoneOf } from '../tombstone.ts'
import type { Person } from './person.ts'

/** Everything that the database may know this mailbox by. */
export async function personOf(ctx: Context, mailbox: MailAddress): Promise<Person> {
  const { hashes } = ctx.keys
  return {
    mailbox,
    pseudonym: pseudonymOf(hashes, mailbox),
    tombstone: tombstoneOf(hashes, mailbox),
    keys: {
      mailbox: [mailbox.toLowerCase()],
      suppression: [readerHash(ctx, mailbox)],
      reporter: await reporterIdsOf(ctx, mailbox),
      complainant: [hashed(mailbox, hashes)],
      sent: [recipientKey(hashes, mailbox)],
      refused: await recipientHashes(ctx, mailbox),
    },
  }
}
