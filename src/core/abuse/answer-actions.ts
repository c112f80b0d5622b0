import type { Language } from '../../access/reasons.ts'
import type { Tx } from '../context.ts'
import { queueLetter, type LetterWish } from '../outbox/actions.ts'
import { mailboxToAnswer } from '../reporters/actions.ts'
import { restrictedAbout, type ReportOutcome } from './report.ts'
import { receiptLink } from './actions.ts'
import type { ReportRow } from './store.ts'

/**
 * Letters to reporters: only to a mailbox that is shown to be theirs, nothing in them of whoever sent the message, and at most one of a
 * kind for an incident. The budgets of all letters hold for them too; whoever gets none has the page of the receipt.
 */

/** The report is with us. */
export async function writeReceipt(tx: Tx, row: ReportRow): Promise<void> {
  await write(tx, row, {
    kind: 'report-received',
    key: `report-received:${row.incident_id ?? row.id}:${row.reporter ?? ''}`,
    slots: { link: receiptLink(tx, row.id) },
  })
}

/** No message could be found in it: how to attach one. Once to a mailbox in its budget's time. */
export async function writeInstructions(tx: Tx, row: ReportRow): Promise<void> {
  await write(tx, row, {
    kind: 'report-instructions',
    key: `report-instructions:${row.reporter ?? row.id}`,
    slots: { link: `${tx.settings.provider.site}/report` },
  })
}

/** The final word. */
export async function writeOutcome(
  tx: Tx,
  row: ReportRow,
  outcome: ReportOutcome,
  elsewhere: { readonly address: string; readonly contact: string | null } | null,
): Promise<void> {
  // Whoever reports the same again has had their answer.
  if (outcome === 'duplicate' || row.lifecycle === 'test') return await writeReceipt(tx, row)
  await write(tx, row, {
    kind: 'report-closed',
    key: `report-closed:${row.incident_id ?? row.id}:${row.reporter ?? ''}`,
    slots: {
      result: outcome,
      link: receiptLink(tx, row.id),
      ip: elsewhere?.address,
      contact: elsewhere?.contact ?? undefined,
    },
  })
}

type Answer = Pick<Extract<LetterWish, { kind: `report-${string}` }>, 'kind' | 'key' | 'slots'>

async function write(tx: Tx, row: ReportRow, answer: Answer): Promise<void> {
  if (row.may_answer !== 1 || row.reporter === null) return
  const mailbox = await mailboxToAnswer(tx, row.reporter)
  if (mailbox === undefined) return
  const wish = { ...answer, about: restrictedAbout(row), mailbox, language: row.language as Language }
  await queueLetter(tx, wish as LetterWish)
}
