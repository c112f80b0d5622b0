import type { NoComplaint } from '../../access/complaint.ts'
import { formatMailEvent, type ComplaintEvent } from '../../access/mail-event.ts'
import type { Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { transact, type Context } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { spend } from '../limits/actions.ts'

/** What one message to a mailbox for reports told. */
export interface Report {
  /** `system`: a program of ours; else the person who is shown to have written the message. */
  readonly teller: 'system' | MailAddress
  /** Where the program spoke from, when that is known. */
  readonly client: Address | undefined
  readonly complaints: readonly ComplaintEvent[]
  /** Why the other reports in the message are no complaints. */
  readonly others: readonly NoComplaint[]
}

/** The name under which complaints that came by mail stand among the sources of events. */
const mailedReports = 'reports'

/** Keeps the complaints of a report as mail events, and gives how many of them are kept now; those that came before count too. */
export async function takeReport(ctx: Context, report: Report): Promise<number> {
  const { teller, client, complaints, others } = report
  const cost = Math.max(1, complaints.length)
  await transact(ctx, async (tx) => {
    if (teller === 'system') await spend(tx, 'complaints.program.minute', programKey(client), cost)
    else await spend(tx, 'complaints.mailbox.hour', mailboxKey(teller), cost)
  })
  // As lines: what a stranger's header brings along is held against the schema once more.
  const { accepted, duplicates, refusedCount } = await takeEvents(
    ctx,
    mailedReports,
    complaints.map(formatMailEvent),
  )
  const by = teller === 'system' ? 'program' : 'person'
  for (const result of others) ctx.tally.add(reports, { by, result })
  ctx.tally.add(reports, { by, result: 'taken' }, accepted)
  ctx.tally.add(reports, { by, result: 'duplicate' }, duplicates)
  ctx.tally.add(reports, { by, result: 'unreadable' }, refusedCount)
  if (complaints.length + others.length === 0) ctx.tally.add(reports, { by, result: 'empty' })
  if (teller === 'system' && others.length > 0) ctx.log.info('complaints.not-counted', { why: others })
  return accepted + duplicates
}

/** A counter of `ctx.tally`. */
const reports = 'reports'

/** Reports by what became of them, since this process started. */
export function countReports(ctx: Context): ReturnType<Context['tally']['read']> {
  return ctx.tally.read(reports)
}

function programKey(client: Address | undefined): string {
  return client === undefined ? 'here' : formatPrefix(unitOf(client))
}
