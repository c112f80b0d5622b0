import { seal, unseal } from '../../base/seal.ts'
import { mac } from '../../base/secret.ts'
import { domainOf, mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { Reporter } from './reporter.ts'
import * as store from './store.ts'

export type { Reporter } from './reporter.ts'

/** Notes that a reporter was heard of, in the transaction that keeps what they said. The mailbox is kept sealed. */
export async function meetReporter(
  tx: Tx,
  who: { readonly mailbox: MailAddress } | { readonly program: string },
): Promise<Reporter> {
  const [name, domain] =
    'mailbox' in who ? [mailboxKey(who.mailbox), domainOf(who.mailbox)] : [who.program, who.program]
  const id = hashed(tx, 'mailbox' in who ? 'mailbox' : 'program', name)
  const now = tx.clock.now()
  await store.see(tx.queries, {
    id,
    organisation: organisationKey(tx, domain),
    mailbox: 'mailbox' in who ? seal(tx.keys.vault, `reporter:${id}`, who.mailbox) : null,
    since_at: now,
    seen_at: now,
    agreed: 0,
    disagreed: 0,
  })
  const [row] = await store.byIds(tx.queries, [id])
  if (!row) throw new Error(`reporter ${id} is gone within its own transaction`)
  return reporterOf(row)
}

/** One key for all of an organization's domains. */
export function organisationKey(ctx: Context, domain: string): string {
  return hashed(ctx, 'organisation', organisationOf(domain) ?? domain.toLowerCase())
}

/** Those of the ids that are known. */
export async function reportersOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Reporter>> {
  const rows = await store.byIds(tx.queries, [...new Set(ids)])
  return new Map(rows.map((row) => [row.id, reporterOf(row)]))
}

/** How many reports of theirs ended as they said, or otherwise. */
export async function noteAgreement(tx: Tx, id: string, isAgreed: boolean, reports: number): Promise<void> {
  await store.count(tx.queries, id, isAgreed ? 'agreed' : 'disagreed', reports)
}

/** The mailbox, for a letter to its reader and nobody else; undefined for programs and once it was erased. */
export async function mailboxToAnswer(tx: Tx, id: string): Promise<MailAddress | undefined> {
  const [row] = await store.byIds(tx.queries, [id])
  return row && opened(tx, row)
}

/** Who it is: every look is written down. */
export async function showReporter(ctx: Context, id: string): Promise<string | undefined> {
  permit(ctx.actor, 'abuse.reporter')
  return await transact(ctx, async (tx) => {
    const [row] = await store.byIds(tx.queries, [id])
    if (!row) return undefined
    await record(tx, { action: 'reporter.shown', subject: `reporter:${id}`, facts: {} })
    return opened(tx, row)
  })
}

/** Takes the mailbox out of the database (an erasure request); what they reported stays, from nobody. */
export async function eraseReporter(ctx: Context, mailbox: MailAddress): Promise<void> {
  permit(ctx.actor, 'abuse.restricted')
  const id = reporterId(ctx, mailbox)
  await transact(ctx, async (tx) => {
    await store.forget(tx.queries, id)
    await record(tx, { action: 'reporter.erased', subject: `reporter:${id}`, facts: {} })
  })
}

/** By what somebody who reports is known. */
export function reporterId(ctx: Pick<Context, 'keys'>, mailbox: MailAddress): string {
  return hashed(ctx, 'mailbox', mailboxKey(mailbox))
}

function opened(ctx: Context, { id, mailbox }: store.ReporterRow): MailAddress | undefined {
  const plain = mailbox === null ? undefined : unseal(ctx.keys.vault, `reporter:${id}`, mailbox)
  // Sealed by `meetReporter`, so it is a mailbox.
  return plain && (plain.toString() as MailAddress)
}

function hashed(ctx: Pick<Context, 'keys'>, kind: string, name: string): string {
  return mac(ctx.keys.hashes, `reporter\0${kind}\0${name}`, 16).toString('base64url')
}

function reporterOf(row: store.ReporterRow): Reporter {
  return {
    id: row.id,
    organisation: row.organisation,
    since: row.since_at,
    agreed: row.agreed,
    disagreed: row.disagreed,
  }
}
