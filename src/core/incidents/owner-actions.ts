import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import { accountNow } from '../accounts/actions.ts'
import { as, transact, type Context } from '../context.ts'
import { escalate, release } from './act-actions.ts'
import { actsOf, type Act } from './actions.ts'
import { mayRelease, type IncidentState } from './incident.ts'
import * as store from './store.ts'

/** What the owner of an account sees at the link that only they have, and what they can do there. */
export interface OwnerPage {
  readonly incident: string
  readonly account: string
  readonly class: string
  readonly state: IncidentState
  readonly openedAt: number
  readonly isSuspended: boolean
  /** Messages that were reported, rounded up to the next ten above ten: nobody can count one reporter out of it. */
  readonly reports: number
  readonly acts: readonly Act[]
  /** Whether “I have secured it” lets the account go at once; else why a person looks first. */
  readonly release: 'now' | 'severe' | 'too-many-releases' | 'not-suspended'
}

/** Throws `abuse.incident-not-found` for a token that is not ours. */
export async function ownerPage(ctx: Context, token: string): Promise<OwnerPage> {
  return await transact(ctx, async (tx) => {
    const row = await store.byId(tx.queries, incidentOfToken(ctx, token))
    if (!row) throw new Refusal('abuse.incident-not-found')
    const account = await accountNow(tx, row.account)
    const isSuspended = account.state === 'suspended'
    const ruling = isSuspended ? await rulingOn(tx, row) : 'not-suspended'
    const { reports } = JSON.parse(row.weight) as { readonly reports: number }
    const acts = (await actsOf(tx, row.id)).filter(({ kind }) =>
      ['notify', 'suspend', 'release'].includes(kind),
    )
    return {
      incident: row.id,
      account: row.account,
      class: row.class,
      state: row.state as IncidentState,
      openedAt: row.opened_at,
      isSuspended,
      reports: reports <= 10 ? reports : Math.ceil(reports / 10) * 10,
      acts,
      release: ruling === 'release' ? 'now' : ruling,
    }
  })
}

/**
 * “I have secured it”: lets the account go where rules allow it, else puts it before a person. What was sent before counts no more, and
 * half of the usual weight stops it again within thirty days.
 */
export async function ownerSecured(ctx: Context, token: string): Promise<'released' | 'a-person-looks'> {
  const id = incidentOfToken(ctx, token)
  return await transact(as(ctx, { kind: 'system', name: 'owner' }), async (tx) => {
    const row = await store.byId(tx.queries, id)
    if (!row) throw new Refusal('abuse.incident-not-found')
    const account = await accountNow(tx, row.account)
    if (account.state !== 'suspended') throw new Refusal('abuse.not-suspended')
    const ruling = await rulingOn(tx, row)
    if (ruling === 'release') {
      await release(tx, row, ownerActor)
      return 'released'
    }
    await escalate(tx, row, ruling)
    return 'a-person-looks'
  })
}

const ownerActor = 'owner'
const severe = ['phish', 'malware', 'harassment', 'restricted']

async function rulingOn(
  tx: Parameters<typeof release>[0],
  row: store.IncidentRow,
): Promise<ReturnType<typeof mayRelease>> {
  const taken = await store.countActs(tx.queries, {
    kind: 'release',
    actor: ownerActor,
    since: tx.clock.now() - 30 * day,
    account: row.account,
  })
  return mayRelease({ isSevere: severe.includes(row.class), taken, rules: tx.settings.abuse })
}

function incidentOfToken(ctx: Context, token: string): string {
  const id = openTag(ctx.keys.tags, 'incident', token)
  if (id === undefined) throw new Refusal('abuse.incident-not-found')
  return id
}
