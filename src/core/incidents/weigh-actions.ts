import { accountNow, volumeOf } from '../accounts/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { reportersOf } from '../reporters/actions.ts'
import { escalate, noteWould, notifyOwner, suspendByRules, wasReleased } from './act-actions.ts'
import { wantedAct, weigh, weighIn, type Counted, type IncidentState, type Weight } from './incident.ts'
import type { Joined } from './join-actions.ts'
import * as store from './store.ts'

/** What the reports of an account weigh together, and what rules do about it. */

/** After reports were added in this transaction: weighs each of their incidents once, and acts on it, or notes that it is to be weighed soon. */
export async function considerAll(tx: Tx, added: readonly Joined[]): Promise<void> {
  const open = added.filter(({ isOver }) => !isOver)
  for (const id of new Set(open.map(({ incident }) => incident))) {
    const row = await store.byId(tx.queries, id)
    if (!row) throw new Error(`incident ${id} is gone within its own transaction`)
    await consider(
      tx,
      row,
      open.some(({ incident, isSevere }) => incident === id && isSevere),
    )
  }
}

async function consider(tx: Tx, row: store.IncidentRow, isSevere: boolean): Promise<void> {
  const now = tx.clock.now()
  const wait = isSevere ? 0 : weighIn((JSON.parse(row.weight) as Weight).reports)
  if (wait > 0) {
    await store.update(tx.queries, row, { last_report_at: now, weigh_at: row.weigh_at ?? now + wait })
    return
  }
  const { row: weighed, done } = await weighNow(tx, row, { last_report_at: now })
  const isStopped = done === 'suspended' || weighed.state === 'suspended'
  if (isSevere && (await escalate(tx, weighed, 'severe')) && !isStopped)
    await setState(tx, weighed.id, 'escalated')
}

const mostAtOnce = 20

/** Weighs the incidents that have waited for it. */
export async function weighDue(ctx: Context): Promise<void> {
  for (const id of await store.dueToWeigh(ctx.db.queries, ctx.clock.now(), mostAtOnce)) {
    await transact(ctx, async (tx) => {
      const row = await store.byId(tx.queries, id)
      if (!row || row.weigh_at === null) return
      if (row.state === 'closed') await store.update(tx.queries, row, { weigh_at: null })
      else await weighNow(tx, row, {})
    })
  }
}

async function weighNow(
  tx: Tx,
  before: store.IncidentRow,
  change: Partial<store.IncidentRow>,
): Promise<{ readonly row: store.IncidentRow; readonly done: IncidentState | null }> {
  const weight = await weightOf(tx, before.account)
  await store.update(tx.queries, before, { ...change, weight: JSON.stringify(weight), weigh_at: null })
  const row = { ...before, version: before.version + 1 }
  // Whoever owns an account with illegal content on it learns of that from people, or from the police.
  return { row, done: row.class === 'restricted' ? null : await act(tx, row, weight) }
}

/** The state that it has led to; null when nothing was done. */
async function act(tx: Tx, row: store.IncidentRow, weight: Weight): Promise<IncidentState | null> {
  const { abuse } = tx.settings
  const account = await accountNow(tx, row.account)
  if (account.state === 'suspended')
    return row.state === 'suspended' ? null : await setState(tx, row.id, 'suspended')
  const wanted = wantedAct(weight, abuse, await wasReleased(tx, row.account))
  if (wanted === 'nothing') return null
  if (wanted === 'notify') {
    if (abuse.mode !== 'observe')
      // What was put before a person stays there: that its owner was told as well decides nothing.
      return (await notifyOwner(tx, row)) && row.state === 'open'
        ? await setState(tx, row.id, 'notified')
        : null
    await noteWould(tx, row, 'would-notify')
    return null
  }
  const result = wanted === 'suspend' ? await suspendByRules(tx, row) : wanted
  if (result === 'suspended') return 'suspended'
  if (abuse.mode !== 'observe') await notifyOwner(tx, row)
  if (result === 'mode') await noteWould(tx, row, 'would-suspend')
  await escalate(tx, row, result)
  return await setState(tx, row.id, 'escalated')
}

async function setState(tx: Tx, id: string, state: IncidentState): Promise<IncidentState> {
  const row = await store.byId(tx.queries, id)
  if (!row) throw new Error(`incident ${id} is gone within its own transaction`)
  if (row.state !== state) await store.update(tx.queries, row, { state })
  return state
}

/** What is proven of an account, over all of its incidents: a class is a claim, and does not part what is counted. */
async function weightOf(tx: Tx, account: string): Promise<Weight> {
  const { abuse } = tx.settings
  const now = tx.clock.now()
  const { releasedAt } = await accountNow(tx, account)
  const since = Math.max(now - abuse.windowMs, releasedAt ?? 0)
  const rows = await store.provenSince(tx.queries, account, since)
  const known = await reportersOf(
    tx,
    rows.map(({ reporter }) => reporter),
  )
  const proven = { grade: 'A', at: now, sentAt: now } as const
  const counted: Counted[] = rows.map((row) => {
    const reporter = known.get(row.reporter)
    return {
      ...proven,
      ...row,
      isTrusted: false,
      reporterSince: reporter?.since ?? now,
      agreed: reporter?.agreed ?? 0,
      disagreed: reporter?.disagreed ?? 0,
    }
  })
  const ofLoops = (await store.provenOfLoops(tx.queries, account, since)).map((loop): Counted => ({
    ...proven,
    ...loop,
    reporter: `r:${loop.organisation}`,
    isTrusted: true,
    reporterSince: now,
    agreed: 0,
    disagreed: 0,
  }))
  return weigh([...counted, ...ofLoops], {
    now,
    since,
    volume: await volumeOf(tx, account, since),
    rules: abuse,
  })
}
