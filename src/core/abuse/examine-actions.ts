import { minute } from '../../base/clock.ts'
import { inParallel } from '../../base/in-parallel.ts'
import { record } from '../audit/actions.ts'
import type { Unread } from '../audit/fact-words.ts'
import { transact, type Context } from '../context.ts'
import { concludeAll, judgeAll, type Read } from './conclude-actions.ts'
import { weighDue } from '../incidents/weigh-actions.ts'
import { openEvidence } from './evidence-actions.ts'
import type { Examiner } from './examination.ts'
import * as store from './store.ts'

/** Reading what was kept, as long as there is some: each report by itself, and what no program can read goes to people. */

/** Tries at reading one report before a person has to. */
const mostTries = 3
const pauseMs = minute
/** Until a report is tried again that no process was free for. */
const busyMs = 15_000

export interface Examining {
  readonly examiner: Examiner
  /** Hands a message in which nothing is reported to the people who run this; resolves when their mail system has taken it. */
  readonly forward: (message: { readonly mailFrom: string; readonly raw: Buffer }) => Promise<unknown>
}

/** Reports that are read at once: each process has one of them, and the next ones are at hand. */
const atOnce = 8

/** Written down in one transaction at most: for as long as it lasts nobody else writes. */
const mostTogether = 16

/** Bytes of reports that one call reads; a larger one is read alone. It bounds the memory, however large they are. */
const mostBytes = 32 * 1024 * 1024

/** What was read waits no longer than this for others to be written down with. */
const lingerMs = 500

/**
 * Examines the reports that are due, at most `limit`, and weighs what has waited for it; gives how many reports there were, which is none only
 * when none is due.
 */
export async function examineDue(
  ctx: Context,
  how: Examining,
  limit: number,
  signal?: AbortSignal,
): Promise<number> {
  const due = atHand(await store.dueReports(ctx.db.queries, ctx.clock.now(), limit))
  const ready: { readonly read: Read; readonly since: number }[] = []
  const write = async (): Promise<void> =>
    await concludeAll(
      ctx,
      ready.splice(0).map(({ read }) => read),
    )
  try {
    await inParallel(due, atOnce, async (row) => {
      if (signal?.aborted) return
      const read = await readOne(ctx, how, row)
      const now = ctx.clock.elapsed()
      if (read) ready.push({ read, since: now })
      const [oldest] = ready
      // While one lane writes the others read on.
      if (oldest && (ready.length >= mostTogether || now - oldest.since > lingerMs)) await write()
    })
  } finally {
    await write()
  }
  await weighDue(ctx)
  return due.length
}

/** As many as `mostBytes` allows, and one in any case. */
function atHand(due: readonly store.ReportRow[]): readonly store.ReportRow[] {
  let bytes = 0
  return due.filter(({ size }, nth) => (bytes += size) <= mostBytes || nth === 0)
}

/** Undefined when it is not to be concluded now. */
async function readOne(ctx: Context, how: Examining, row: store.ReportRow): Promise<Read | undefined> {
  const evidence = await openEvidence(ctx, row.id)
  if (!evidence) return await leaveToPeople(ctx, row, 'evidence-gone')
  const { shape, envelope, raw } = evidence
  const examination = await how.examiner.examine(raw, { shape, envelope, now: ctx.clock.now() })
  if ('failure' in examination) {
    if (examination.failure === 'busy') return await comeAgain(ctx, row)
    const isLast = examination.failure === 'breach' || row.attempts + 1 >= mostTries
    if (isLast) return await leaveToPeople(ctx, row, examination.failure)
    return await tryAgain(ctx, row)
  }
  // DNS did not say who wrote it: their letter and their word depend on that.
  if (examination.writer?.isUnsure && !examination.writer.isAligned && row.attempts + 1 < mostTries)
    return await tryAgain(ctx, row)
  if (examination.reported.length === 0 && row.channel === 'mail')
    await how.forward({ mailFrom: envelope.mailFrom ?? '', raw })
  return await judgeAll(ctx, row, envelope, examination)
}

async function tryAgain(ctx: Context, row: store.ReportRow): Promise<undefined> {
  const attempts = row.attempts + 1
  await transact(
    ctx,
    async (tx) =>
      await store.updateReport(tx.queries, row, {
        attempts,
        next_at: tx.clock.now() + pauseMs * 5 ** (attempts - 1),
      }),
  )
}

/** Nobody has looked at it: no process was free, or none came up. That says nothing about the report, and uses up no try. */
async function comeAgain(ctx: Context, row: store.ReportRow): Promise<undefined> {
  await transact(
    ctx,
    async (tx) => await store.updateReport(tx.queries, row, { next_at: tx.clock.now() + busyMs }),
  )
}

/** What no program can read stays as it came (security PAR-1), before a person. */
async function leaveToPeople(ctx: Context, row: store.ReportRow, why: Unread): Promise<undefined> {
  await transact(ctx, async (tx) => {
    const change = { state: 'examining', examined_at: tx.clock.now(), facts: JSON.stringify({ unread: why }) }
    await store.updateReport(tx.queries, row, change)
    await record(tx, { action: 'report.unread', subject: `report:${row.id}`, facts: { why } })
  })
}
