import { isId } from '../../base/id.ts'
import { openTag } from '../../base/signed-token.ts'
import { readMessageId } from '../../standards/message-id.ts'
import { accountName } from '../accounts/account.ts'
import { sendersOf } from '../accounts/actions.ts'
import { may, permit } from '../actor.ts'
import type { Context } from '../context.ts'
import { incidentExists } from '../incidents/actions.ts'
import * as store from './store.ts'

/** What a text in the search box of the desk means. */
export type DeskHit =
  | { readonly kind: 'incident'; readonly id: string }
  | { readonly kind: 'report'; readonly id: string }
  /** The incidents of these accounts; none: nothing is known of it. */
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] }

/**
 * Finds by id of an incident or report, by the reference of a receipt (the token, or the link that ends with it), by Message-ID (as long
 * as the log has it), else takes the text for the name of an account.
 */
export async function findAtDesk(ctx: Context, text: string): Promise<DeskHit> {
  permit(ctx.actor, 'abuse.read')
  const wanted = text.trim()
  const reference = wanted.split('/').at(-1) ?? ''
  const report = openTag(ctx.keys.tags, 'abuse-report', reference) ?? reference
  if (isId(report)) {
    if (await incidentExists(ctx, report)) return { kind: 'incident', id: report }
    const row = await store.byId(ctx.db.queries, report)
    if (row && (row.class !== 'restricted' || may(ctx.actor, 'abuse.restricted')))
      return { kind: 'report', id: report }
  }
  const messageId = readMessageId(wanted.startsWith('<') ? wanted : `<${wanted}>`)
  const senders = messageId === undefined ? [] : await sendersOf(ctx, messageId)
  return { kind: 'accounts', accounts: senders.length > 0 ? senders : [accountName(wanted)] }
}
