import { listSuspended } from '../accounts/actions.ts'
import { may } from '../actor.ts'
import type { Context } from '../context.ts'
import * as store from './store.ts'

/** An account that sends nothing: for what, since when, and by whom. It stays so until somebody lets it go. */
export interface RestrictedAccount {
  readonly account: string
  readonly since: number
  /** Null when the incident is gone, or is not for whoever asks. */
  readonly incident: { readonly id: string; readonly class: string; readonly state: string } | null
  /** `rules` or who it was; null when that is not known any more. */
  readonly by: string | null
}

const mostShown = 500

/** Accounts that are suspended, the longest suspended first, at most 500, and how many there are. */
export async function restrictedAccounts(
  ctx: Context,
): Promise<{ readonly accounts: readonly RestrictedAccount[]; readonly count: number }> {
  const suspended = await listSuspended(ctx)
  const shown = suspended.slice(0, mostShown)
  const accounts: RestrictedAccount[] = []
  for (const { name, incident, since } of shown) {
    const row = incident === null ? undefined : await store.byId(ctx.db.queries, incident)
    const act = await store.lastAct(ctx.db.queries, name, 'suspend')
    const isVisible = row && (row.class !== 'restricted' || may(ctx.actor, 'abuse.restricted'))
    accounts.push({
      account: name,
      since,
      incident: isVisible ? { id: row.id, class: row.class, state: row.state } : null,
      by: act?.actor ?? null,
    })
  }
  return { accounts, count: suspended.length }
}
