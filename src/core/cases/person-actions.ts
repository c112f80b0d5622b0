import type { MailAddress } from '../../standards/mail-address.ts'
import type { Context, Tx } from '../context.ts'
import { recount } from './hear-actions.ts'
import { lockCase, saveCase } from './hold-actions.ts'
import { isTombstone } from '../tombstone.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/** What cases know of somebody, for them to read and to be rid of. */

/** Their own threads: what they said and what was said to them, and nothing of others, of notes, or of who of us wrote. */
export async function threadsOf(
  ctx: Context,
  mailbox: MailAddress,
): Promise<
  readonly {
    readonly case: string
    readonly messages: readonly {
      readonly at: string
      readonly by: 'you' | 'us'
      readonly text: string
      readonly subject?: string
    }[]
  }[]
> {
  const { queries } = ctx.db
  const threads = await participantStore.participantsByMailbox(queries, mailbox)
  return await Promise.all(
    threads.map(async ({ id, caseId }) => {
      const messages = await messageStore.messagesOf(queries, ctx.keys.vault, { participant: id })
      return {
        case: caseId,
        messages: messages
          .filter(({ direction, isVerified }) => direction === 'out' || isVerified)
          .map(({ at, direction, content: { text, subject } }) => ({
            at: new Date(at).toISOString(),
            by: direction === 'out' ? ('us' as const) : ('you' as const),
            text,
            ...(subject !== undefined && subject !== '' && { subject }),
          })),
      }
    }),
  )
}

/** Cases of theirs that go on, all of them held until the transaction ends. */
export async function openCasesOf(
  tx: Tx,
  mailbox: MailAddress,
): Promise<readonly { readonly kind: 'case' | 'legal'; readonly id: string }[]> {
  const threads = await participantStore.participantsByMailbox(tx.queries, mailbox)
  const found: { kind: 'case' | 'legal'; id: string }[] = []
  for (const id of [...new Set(threads.map(({ caseId }) => caseId))].toSorted()) {
    const it = await lockCase(tx, id)
    if (it && it.state !== 'closed') found.push({ kind: it.legal === null ? 'case' : 'legal', id })
  }
  return found
}

/**
 * Their threads lose their words and their name: what was said, and when and by which side, stays for the clock and the counts. Notes among
 * ourselves go where nobody else is left in the case. Callers hold the cases (`openCasesOf`).
 */
export async function forgetThreads(tx: Tx, mailbox: MailAddress, tombstone: MailAddress): Promise<void> {
  const threads = await participantStore.participantsByMailbox(tx.queries, mailbox)
  for (const { id, caseId } of threads) {
    await messageStore.forgetMessages(tx.queries, tx.keys.vault, { participant: id })
    await participantStore.renameParticipant(tx.queries, id, { mailbox: tombstone, at: tx.clock.now() })
    const left = await participantStore.participantsOf(tx.queries, caseId)
    if (left.every((each) => isTombstone(each.mailbox))) {
      await messageStore.forgetMessages(tx.queries, tx.keys.vault, { notesOf: caseId })
      const it = await lockCase(tx, caseId)
      if (it) await saveCase(tx, { ...it, why: '' })
    }
    await recount(tx, caseId)
  }
}
