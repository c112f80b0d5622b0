import { day, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { lockCase, saveCase } from '../cases/hold-actions.ts'
import { casesWithConditions } from '../cases/look-actions.ts'
import type { Case, Condition } from '../cases/case.ts'
import { namesOf } from '../cases/merge.ts'
import { toldOfTests } from '../cases/merge-actions.ts'
import type { Checks } from '../checks/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { readConditions } from './condition.ts'
import { runAll } from './condition-actions.ts'
import { grant, matterOf, refuse, sayToAll } from './decide-case-actions.ts'

/** Between two looks at the tests of one case: who sets a record up needs some time. */
const againMs = 30 * minute
/** Cases in one run: the servers that are asked are other people's. */
const mostAtOnce = 20
/** A sender hears at most this often what is still missing. */
const toldApartMs = day

/**
 * Looks at the tests of conditional decisions again. Where all pass, the delisting is carried out; where their time is over, the request is
 * refused by the first that does not; else the senders are told once a day what is missing. How many cases were looked at.
 */
export async function recheckConditions(ctx: Context, checks: Checks, signal?: AbortSignal): Promise<number> {
  const due = await casesWithConditions(ctx, ctx.clock.now() - againMs, mostAtOnce)
  for (const it of due) {
    if (signal?.aborted) break
    const names = it.conditions.map(({ test }) => test)
    const said = await runAll(ctx, checks, it.id, readConditions(names))
    await transact(ctx, async (tx) => await settleTests(tx, it, said))
  }
  return due.length
}

async function settleTests(tx: Tx, looked: Case, said: readonly Condition[]): Promise<void> {
  const matter = await matterOf(tx, looked.id).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  if (!matter) return await putOff(tx, looked.id)
  // Somebody has decided meanwhile, or named other tests than those that were run.
  if (matter.case.conditionsEndAt === null || namesOf(matter.case) !== namesOf(looked)) return
  const { case: it, participants, requests } = matter
  const now = tx.clock.now()
  const missing = said.filter((each) => each.said !== 'passes')
  if (missing.length === 0) return void (await grant(tx, { ...matter, case: { ...it, conditions: said } }))
  if (now >= (it.conditionsEndAt ?? 0)) {
    const unmet = (missing.find((each) => each.said === 'fails') ?? missing[0])?.test
    return void (await refuse(
      tx,
      { ...matter, case: { ...it, conditions: said } },
      { unmet, words: undefined },
    ))
  }
  const failing = missing.filter((each) => each.said === 'fails').map(({ test }) => test)
  const tells = failing.length > 0 && now - (it.toldAt ?? 0) >= toldApartMs
  await saveCase(tx, { ...it, conditions: said, checkedAt: now, toldAt: tells ? now : it.toldAt })
  const until = it.conditionsEndAt ?? now
  if (!tells) return
  const told = new Set(await toldOfTests(tx, participants))
  const readers = participants.filter(({ id }) => told.has(id))
  await sayToAll(tx, readers, requests, (about) => ({ says: 'unmet', about, tests: failing, until }))
}

/** Nobody who still takes part asked for anything that could be granted: those whose turn it is are not kept waiting by it. */
async function putOff(tx: Tx, id: string): Promise<void> {
  const it = await lockCase(tx, id)
  if (it && it.conditionsEndAt !== null) await saveCase(tx, { ...it, checkedAt: tx.clock.now() })
}
