import { Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { isOurs } from '../../standards/received-chain.ts'
import { accountName } from '../accounts/account.ts'
import { accountOfPseudonym, findSent } from '../accounts/actions.ts'
import type { Context, Tx } from '../context.ts'
import { attributionOf, type Attribution } from './attribution.ts'
import type { ReportedMessage } from './examination.ts'
import { originOf, recipientsToLookUp, type Origin } from './origin.ts'
import { redacted, redactedMailbox } from './redaction.ts'
import type { ReportFacts, Sample } from './report-facts.ts'

/** Where a reported message came from, and whose it is. Nothing is written. */

/** What is found of one reported message before anything is written. */
export interface Judged {
  readonly message: ReportedMessage
  readonly origin: Origin
  readonly attribution: Attribution
}

export async function judge(ctx: Context, message: ReportedMessage): Promise<Judged> {
  const { abuse, provider } = ctx.settings
  const servers = { names: provider.domains, networks: provider.networks }
  const own = { traceKey: ctx.keys.trace, signers: abuse.signers, ...servers }
  const mailboxes = recipientsToLookUp(message, own)
  // The log is asked for the account of the trace header, once that is known to be ours.
  const alone = originOf(message, own, { hasMessage: false, recipients: [] })
  const pseudonym = alone.trace?.account ?? null
  const log =
    message.messageId === null
      ? { account: null, hasMessage: false, recipients: [] }
      : await findSent(ctx, message.messageId, mailboxes, pseudonym)
  const origin = originOf(message, own, log)
  const known = {
    logged: log.account,
    traced: pseudonym === null ? null : await accountOfPseudonym(ctx, pseudonym),
  }
  const attribution = attributionOf(message, origin, known, {
    accountFrom: abuse.accountFrom,
    connectors: abuse.connectors,
    pools: abuse.pools,
    servers,
  })
  const account = attribution.account === null ? null : accountName(attribution.account)
  return { message, origin, attribution: { ...attribution, account } }
}

/** Who to turn to about a message that did not come from us: the abuse mailbox (RFC 2142 §2) of whoever handed it over. */
export async function whereToTurn(
  ctx: Context,
  deliveredBy: string | null,
): Promise<ReportFacts['elsewhere']> {
  const address = deliveredBy === null ? undefined : parseAddress(deliveredBy)
  if (deliveredBy === null || address === undefined || address instanceof Refusal) return null
  const names = await ctx.out.confirmedNames(address)
  const organisation = names === 'temperror' ? undefined : organisationOf(names[0] ?? '')
  return { address: deliveredBy, contact: organisation === undefined ? null : `abuse@${organisation}` }
}

/** What of the message may be shown. */
export function sampleOf(tx: Tx, { message, origin, attribution }: Judged): Sample {
  const { hashes } = tx.keys
  const { domains, networks } = tx.settings.provider
  const scope = attribution.account ?? ''
  const plain = (text: string | null): string | null =>
    text === null ? null : redacted(text, hashes, scope, domains)
  const taken = message.hops.findLast(
    (hop) => hop.ip !== undefined && isOurs(hop, { names: domains, networks }),
  )
  return {
    from: plain(message.from),
    subject: plain(message.subject),
    date: message.date,
    messageId: message.messageId,
    recipient: origin.recipient === null ? null : redactedMailbox(origin.recipient, hashes, scope),
    takenFrom: taken?.ip ?? null,
    takenAt: taken?.at ?? null,
  }
}
