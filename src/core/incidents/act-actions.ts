import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { day } from '../../base/clock.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { accountNow, countAccounts, setAccountState } from '../accounts/actions.ts'
import { may, permit, recordedName, type ActorName } from '../actor.ts'
import { record, type AuditFacts } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { left, trySpend } from '../limits/actions.ts'
import { queueLetter, queueWebhook } from '../outbox/actions.ts'
import { notifyOperator } from '../outbox/notice-actions.ts'
import { mostSuspensions, type ActKind, type Escalation } from './incident.ts'
import * as store from './store.ts'

/**
 * What is done about an account. Each act is written down, told to the webhooks in the same transaction, and can be undone. `rules` in
 * `actor` are our own; their suspensions have brakes that those of people have not.
 */
export const rulesActor = 'rules'
/** Who does something about an incident: the rules, the owner of the account, or somebody at the desk. */
type By = 'rules' | 'owner' | ActorName

/** Suspends by rules, or says why a person has to. */
export async function suspendByRules(tx: Tx, row: store.IncidentRow): Promise<'suspended' | Escalation> {
  const { abuse } = tx.settings
  if (abuse.mode !== 'suspend') return 'mode'
  if (abuse.protected.includes(row.account)) return 'protected'
  // The window's row is the lock: whoever suspends by rules saves it, so that two never count the same acts.
  if (await trySpend(tx, [{ name: 'abuse.suspensions.ten-minutes', key: 'all' }])) return 'braked'
  const today = await store.countActs(tx.queries, {
    kind: 'suspend',
    actor: rulesActor,
    since: tx.clock.now() - day,
  })
  if (today >= mostSuspensions(await countAccounts(tx), abuse)) return 'braked'
  await suspend(tx, row, rulesActor)
  return 'suspended'
}

/** Stops the account from sending. */
export async function suspendAccount(ctx: Context, input: { readonly incident: string }): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  await transact(ctx, async (tx) => {
    const row = await openIncident(tx, input.incident)
    await suspend(tx, row, recordedName(tx.actor))
  })
}

/** Tells the owner of the account, whatever the mode. Throws `abuse.owner-told` when that was done. */
export async function tellOwner(ctx: Context, input: { readonly incident: string }): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  await transact(ctx, async (tx) => {
    const row = await openIncident(tx, input.incident)
    if (await hasAct(tx, row, 'notify')) throw new Refusal('abuse.owner-told')
    await tell(tx, row, recordedName(tx.actor))
    if (row.state === 'open') await store.update(tx.queries, row, { state: 'notified' })
  })
}

/** Puts the incident before a colleague: the notice goes to the operator's own mailbox. */
export async function escalateIncident(ctx: Context, input: { readonly incident: string }): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  await transact(ctx, async (tx) => {
    const row = await openIncident(tx, input.incident)
    await escalate(tx, row, 'person', recordedName(tx.actor))
    if (row.state !== 'suspended' && row.state !== 'escalated')
      await store.update(tx.queries, row, { state: 'escalated' })
  })
}

/** How many accounts rules may still suspend; people have no such brake. */
export interface SuspensionsLeft {
  readonly tenMinutes: number
  /** In the last 24 hours. */
  readonly today: { readonly left: number; readonly most: number }
}

export async function suspensionsLeft(ctx: Context): Promise<SuspensionsLeft> {
  permit(ctx.actor, 'abuse.read')
  return await transact(ctx, async (tx) => {
    const most = mostSuspensions(await countAccounts(tx), tx.settings.abuse)
    const done = await store.countActs(tx.queries, {
      kind: 'suspend',
      actor: rulesActor,
      since: tx.clock.now() - day,
    })
    const tenMinutes = await left(tx, 'abuse.suspensions.ten-minutes', 'all')
    return { tenMinutes, today: { left: Math.max(0, most - done), most } }
  })
}

/**
 * Lets the account of an incident send again: the undoing of a suspension, whoever made it. The webhook names the act that it undoes. The
 * incident stays open until somebody closes it.
 */
export async function releaseAccount(ctx: Context, input: { readonly incident: string }): Promise<void> {
  permit(ctx.actor, 'abuse.decide')
  await transact(ctx, async (tx) => {
    await release(tx, await visibleIncident(tx, input.incident), recordedName(tx.actor))
  })
}

async function openIncident(tx: Tx, id: string): Promise<store.IncidentRow> {
  const row = await visibleIncident(tx, id)
  if (row.state === 'closed') throw new Refusal('abuse.already-closed')
  return row
}

/** Restricted ones only for those who may see them. Throws `abuse.incident-not-found`. */
export async function visibleIncident(tx: Tx, id: string): Promise<store.IncidentRow> {
  const row = await store.byId(tx.queries, id)
  if (!row || (row.class === 'restricted' && !may(tx.actor, 'abuse.restricted')))
    throw new Refusal('abuse.incident-not-found')
  return row
}

async function suspend(tx: Tx, row: store.IncidentRow, actor: By): Promise<void> {
  if (await setAccountState(tx, row.account, 'suspended', row.id)) {
    const act = await note(tx, row, 'suspend', actor)
    await queueWebhook(tx, 'account.suspended', { ...webhookFacts(row), act })
    await writeOwner(tx, row, 'suspend', act)
  }
  if (row.state !== 'suspended') await store.update(tx.queries, row, { state: 'suspended' })
}

/** Also by the owner; throws `abuse.not-suspended` when there is nothing to undo. */
export async function release(tx: Tx, row: store.IncidentRow, actor: By): Promise<void> {
  if (!(await setAccountState(tx, row.account, 'active', row.id))) throw new Refusal('abuse.not-suspended')
  const undoes = (await store.lastAct(tx.queries, row.account, 'suspend'))?.id ?? null
  const act = await note(tx, row, 'release', actor, { undoes })
  await queueWebhook(tx, 'account.released', { ...webhookFacts(row), act, undoes })
  await writeOwner(tx, row, 'release', act)
  if (row.state === 'suspended') await store.update(tx.queries, row, { state: 'open' })
}

/** Tells the owner of the account, once for an incident. False when that was done, or too many owners were told just now. */
export async function notifyOwner(tx: Tx, row: store.IncidentRow): Promise<boolean> {
  if (await hasAct(tx, row, 'notify')) return false
  if (await trySpend(tx, [{ name: 'abuse.owners.ten-minutes', key: 'all' }])) return false
  await tell(tx, row, rulesActor)
  return true
}

async function tell(tx: Tx, row: store.IncidentRow, actor: By): Promise<void> {
  const act = await note(tx, row, 'notify', actor)
  await queueWebhook(tx, 'incident.notified', { ...webhookFacts(row), act })
  await writeOwner(tx, row, 'notify', act)
}

/** Puts the incident before a person, once for each reason. */
export async function escalate(
  tx: Tx,
  row: store.IncidentRow,
  why: Escalation,
  actor: By = rulesActor,
): Promise<boolean> {
  if (await hasAct(tx, row, 'escalate', why)) return false
  const act = await note(tx, row, 'escalate', actor, { why })
  if (!(await trySpend(tx, [{ name: 'abuse.webhooks.minute', key: 'all' }])))
    await queueWebhook(tx, 'incident.escalated', { ...webhookFacts(row), act, why })
  await tellOperator(tx, why, row.id)
  return true
}

/** Notes what would have been done, once for an incident. */
export async function noteWould(
  tx: Tx,
  row: store.IncidentRow,
  kind: 'would-notify' | 'would-suspend',
): Promise<boolean> {
  if (await hasAct(tx, row, kind)) return false
  await note(tx, row, kind, rulesActor)
  return true
}

/** A notice to the operator, unless there were many just now. */
export async function tellOperator(tx: Tx, why: Escalation | 'replay', incident: string): Promise<void> {
  if (await trySpend(tx, [{ name: 'abuse.notices.hour', key: 'all' }])) return
  await notifyOperator(tx, {
    kind: 'abuse-notice',
    key: `abuse-notice:${incident}:${why}`,
    slots: { why, incident },
  })
}

/** The page where the owner of the account sees the incident; nobody else has the link. */
export function ownerLink(ctx: Context, incident: string): string {
  return `${ctx.settings.provider.site}/account/${signTag(ctx.keys.tags, 'incident', incident)}`
}

/** What webhooks say of an incident: nothing of those who reported. */
export function webhookFacts(row: store.IncidentRow): AuditFacts {
  return { incident: row.id, account: row.account, class: row.class, severity: row.severity }
}

/** Whose account it was, for the audit. Of a restricted incident it says nothing: not everybody who reads it may see that. */
export function auditFacts({ account, class: abuseClass }: store.IncidentRow): { readonly account?: string } {
  return abuseClass === 'restricted' ? {} : { account }
}

async function hasAct(tx: Tx, row: store.IncidentRow, kind: ActKind, why?: string): Promise<boolean> {
  const acts = await store.actsOf(tx.queries, row.id)
  return acts.some((act) => act.kind === kind && (why === undefined || act.why === why))
}

async function note(
  tx: Tx,
  row: store.IncidentRow,
  kind: ActKind,
  actor: By,
  { why, undoes }: { readonly why?: Escalation; readonly undoes?: string | null } = {},
): Promise<string> {
  const id = newId()
  await store.insertAct(tx.queries, {
    id,
    incident_id: row.id,
    account: row.account,
    kind,
    at: tx.clock.now(),
    actor,
    why: why ?? undoes ?? null,
  })
  await record(tx, {
    action: `incident.${kind}`,
    subject: `incident:${row.id}`,
    facts: { ...auditFacts(row), by: actor, ...(why && { why }), ...(undoes && { undoes }) },
  })
  return id
}

async function writeOwner(
  tx: Tx,
  row: store.IncidentRow,
  act: 'notify' | 'suspend' | 'release',
  id: string,
): Promise<void> {
  const mailbox = tx.settings.abuse.ownerLetters ? parseMailbox(row.account) : undefined
  if (mailbox === undefined || mailbox instanceof Refusal) return
  await queueLetter(tx, {
    kind: 'account-notice',
    key: `account-notice:${id}`,
    about: row.class === 'restricted' ? `restricted-incident:${row.id}` : undefined,
    mailbox,
    language: tx.settings.provider.languages[0] ?? 'en',
    slots: { act, when: tx.clock.now(), link: ownerLink(tx, row.id) },
  })
}

/** Whether the account was let go within the last thirty days, so that it is stopped sooner. */
export async function wasReleased(tx: Tx, account: string): Promise<boolean> {
  const { releasedAt } = await accountNow(tx, account)
  return releasedAt !== null && tx.clock.now() - releasedAt < 30 * day
}
