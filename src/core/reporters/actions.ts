import { seal, unseal } from '../../base/seal.ts'
import { mac } from '../../base/secret.ts'
import { domainOf, isSameMailbox, mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { Reporter } from './reporter.ts'
import * as store from './store.ts'

export type { Reporter } from './reporter.ts'

/**
 * Notes that a reporter was heard of, in the transaction that keeps what they said. The mailbox is kept sealed, and is who they are: letters go to
 * it, and it alone is shown what it reported. As whom they count is kept beside it.
 */
export async function meetReporter(
  tx: Tx,
  who: { readonly mailbox: MailAddress } | { readonly program: string },
): Promise<Reporter> {
  const now = tx.clock.now()
  const base = { since_at: now, seen_at: now, agreed: 0, disagreed: 0 }
  if ('program' in who) {
    const id = hashed(tx, 'program', who.program)
    const organisation = organisationKey(tx, who.program)
    await store.see(tx.queries, [{ ...base, id, organisation, mailbox: null, counts_as: null }])
    return await known(tx, id)
  }
  const { mailbox } = who
  const [id, countsAs] = [reporterId(tx, mailbox), countedId(tx, mailbox)]
  const organisation = organisationKey(tx, domainOf(mailbox))
  const sealed = seal(tx.keys.vault, `reporter:${id}`, mailbox)
  await store.see(tx.queries, [
    { ...base, id: countsAs, organisation, mailbox: null, counts_as: null },
    { ...base, id, organisation, mailbox: sealed, counts_as: countsAs },
  ])
  return await known(tx, id)
}

async function known(tx: Tx, id: string): Promise<Reporter> {
  const reporter = (await reportersOf(tx, [id])).get(id)
  if (!reporter) throw new Error(`reporter ${id} is gone within its own transaction`)
  return reporter
}

/** One key for all of an organization's domains. */
export function organisationKey(ctx: Context, domain: string): string {
  return hashed(ctx, 'organisation', organisationOf(domain) ?? domain.toLowerCase())
}

/** Those of the ids that are known, with what is known of whom they count as. */
export async function reportersOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Reporter>> {
  const rows = await store.byIds(tx.queries, [...new Set(ids)])
  const others = await store.byIds(tx.queries, [...new Set(rows.flatMap(({ counts_as }) => counts_as ?? []))])
  const counted = new Map(others.map((row) => [row.id, row]))
  return new Map(rows.map((row) => [row.id, reporterOf(row, counted.get(row.counts_as ?? '') ?? row)]))
}

/** How many reports of theirs ended as they said, or otherwise. */
export async function noteAgreement(tx: Tx, id: string, isAgreed: boolean, reports: number): Promise<void> {
  const [row] = await store.byIds(tx.queries, [id])
  const ids = row?.counts_as ? [id, row.counts_as] : [id]
  await store.count(tx.queries, ids, isAgreed ? 'agreed' : 'disagreed', reports)
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
  const ids = await reporterIdsOf(ctx, mailbox)
  await transact(ctx, async (tx) => {
    for (const id of ids) {
      await store.forget(tx.queries, id)
      await record(tx, { action: 'reporter.erased', subject: `reporter:${id}`, facts: {} })
    }
  })
}

/** By what somebody who reports is known: also as older versions did it, where that row is of this mailbox and not of one that is like it. */
export async function reporterIdsOf(ctx: Context, mailbox: MailAddress): Promise<readonly string[]> {
  const [older] = await store.byIds(ctx.db.queries, [countedId(ctx, mailbox)])
  const isTheirs = older !== undefined && isSameMailbox(opened(ctx, older) ?? '', mailbox)
  return [reporterId(ctx, mailbox), ...(isTheirs ? [older.id] : [])]
}

function reporterId(ctx: Pick<Context, 'keys'>, mailbox: MailAddress): string {
  return hashed(ctx, 'reader', mailbox.toLowerCase())
}

function countedId(ctx: Pick<Context, 'keys'>, mailbox: MailAddress): string {
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

function reporterOf({ id, organisation }: store.ReporterRow, counted: store.ReporterRow): Reporter {
  const { id: countsAs, since_at: since, agreed, disagreed } = counted
  return { id, countsAs, organisation, since, agreed, disagreed }
}
