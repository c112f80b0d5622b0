import { breathe } from '../../base/steps.ts'
import { day } from '../../base/clock.ts'
import { tracePseudonym } from '../../standards/trace-header.ts'
import { permit } from '../actor.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { accountName, type Account, type AccountState } from './account.ts'
import { messageKey, readSentLine, recipientKey, type Sent } from './sent.ts'
import * as store from './store.ts'

export type { Account } from './account.ts'

export interface TakenSent {
  /** Messages to recipients that were not known. */
  readonly accepted: number
  readonly duplicates: number
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
  readonly refusedCount: number
}

/** A line, with its number where that is not its place; or one that whoever hands it over could not use. */
export type GivenSent =
  | string
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly unusable: string }

/** Lines kept in one transaction. */
const batchSize = 200
const mostNamed = 1000

/**
 * Keeps what our submission servers sent (`postern.sent/1`); durable when it resolves. Mailboxes and Message-IDs become keyed hashes. What
 * is told twice is kept once, and a bad line is refused by number.
 */
export async function takeSent(
  ctx: Context,
  given: Iterable<GivenSent> | AsyncIterable<GivenSent>,
): Promise<TakenSent> {
  const refused: { line: number; reason: string }[] = []
  let [place, accepted, told, refusedCount] = [0, 0, 0, 0]
  let batch: Sent[] = []
  const keep = async (): Promise<void> => {
    const ready = batch
    batch = []
    accepted += await transact(ctx, async (tx) => await keepSent(tx, ready))
    await breathe()
  }
  for await (const each of given) {
    place++
    const sent = readGiven(each)
    if (sent === undefined) continue
    if (typeof sent === 'string') {
      refusedCount++
      const line = typeof each === 'string' ? place : each.line
      if (refused.length < mostNamed) refused.push({ line, reason: sent })
      continue
    }
    told += sent.recipients.length
    batch.push(sent)
    if (batch.length >= batchSize) await keep()
  }
  await keep()
  return { accepted, duplicates: told - accepted, refused, refusedCount }
}

/** Undefined: an empty line. */
function readGiven(given: GivenSent): Sent | string | undefined {
  if (typeof given !== 'string' && 'unusable' in given) return given.unusable
  const text = typeof given === 'string' ? given : given.text
  return text.trim() === '' ? undefined : readSentLine(text)
}

async function keepSent(tx: Tx, given: readonly Sent[]): Promise<number> {
  const { hashes, trace } = tx.keys
  const now = tx.clock.now()
  const seen = new Map<string, number>()
  const rows = given.flatMap(({ account, messageId, recipients, at, queueId }) => {
    const name = accountName(account)
    // A clock that is ahead would keep a row for longer than its time.
    const sentAt = Math.min(at, now)
    seen.set(name, Math.max(sentAt, seen.get(name) ?? 0))
    const common = {
      message_key: messageKey(hashes, messageId),
      account: name,
      at: sentAt,
      queue_id: queueId ?? null,
    }
    return recipients.map((mailbox) => ({ ...common, recipient_key: recipientKey(hashes, mailbox) }))
  })
  // Always in the same order, so that two transactions do not wait for each other.
  for (const [name, at] of [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    await store.seeAccount(tx.queries, name, tracePseudonym(trace, name), at)
  return await store.insertSent(tx.queries, rows)
}

/**
 * What the log says of a message, asked about these mailboxes. With the pseudonym of its trace header it is that account's message or none:
 * anybody can write another's Message-ID. Without one it is nobody's when several sent it.
 */
export async function findSent(
  ctx: Context,
  messageId: string,
  mailboxes: readonly string[],
  pseudonym: string | null,
): Promise<{
  readonly account: string | null
  readonly hasMessage: boolean
  readonly recipients: readonly string[]
}> {
  const { hashes, trace } = ctx.keys
  const key = messageKey(hashes, messageId)
  const senders = await store.sendersOf(ctx.db.queries, key)
  const account =
    pseudonym === null
      ? senders.length === 1
        ? senders[0]
        : undefined
      : senders.find((name) => tracePseudonym(trace, name) === pseudonym)
  if (account === undefined) return { account: null, hasMessage: false, recipients: [] }
  const keys = new Map(mailboxes.map((mailbox) => [mailbox, recipientKey(hashes, mailbox)]))
  const rows = await store.sentTo(ctx.db.queries, key, account, [...new Set(keys.values())])
  const found = new Set(rows.map((row) => row.recipient_key))
  return {
    account,
    hasMessage: true,
    // As they were asked about: several spellings of one mailbox are all found.
    recipients: mailboxes.filter((mailbox) => found.has(keys.get(mailbox) ?? '')),
  }
}

/** The account with this pseudonym, if it was ever heard of. */
export async function accountOfPseudonym(ctx: Context, pseudonym: string): Promise<string | null> {
  return (await store.accountBy(ctx.db.queries, 'pseudonym', pseudonym))?.account ?? null
}

/** Messages to recipients that an account sent since. */
export async function volumeOf(tx: Tx, account: string, since: number): Promise<number> {
  return await store.countSent(tx.queries, account, since)
}

/** Accounts heard of in the last thirty days. */
export async function countAccounts(tx: Tx): Promise<number> {
  return await store.countAccounts(tx.queries, tx.clock.now() - 30 * day)
}

/** The account as it stands, inside of a transaction; one that was never heard of is active. */
export async function accountNow(tx: Tx, name: string): Promise<Account> {
  const row = await store.accountBy(tx.queries, 'account', name)
  if (row) return accountOf(row)
  const pseudonym = tracePseudonym(tx.keys.trace, name)
  return { name, pseudonym, state: 'active', incident: null, changedAt: null, releasedAt: null }
}

/** The same outside of one. */
export async function showAccount(ctx: Context, name: string): Promise<Account | undefined> {
  const row = await store.accountBy(ctx.db.queries, 'account', accountName(name))
  return row && accountOf(row)
}

/** Sets the state; false when it is that already. Whoever calls records it and tells others. */
export async function setAccountState(
  tx: Tx,
  name: string,
  state: AccountState,
  incident: string,
): Promise<boolean> {
  const now = tx.clock.now()
  await store.seeAccount(tx.queries, name, tracePseudonym(tx.keys.trace, name), now)
  const row = await store.accountBy(tx.queries, 'account', name)
  if (!row || row.state === state) return false
  await store.updateAccount(tx.queries, row, {
    state,
    incident_id: state === 'suspended' ? incident : null,
    changed_at: now,
    ...(state === 'active' && { released_at: now }),
  })
  tx.afterCommit('accounts')
  return true
}

/** All suspended accounts, by name: what the access maps hold. */
export async function suspendedAccounts(ctx: Context): Promise<readonly string[]> {
  return (await store.suspended(ctx.db.queries)).map(({ account }) => account)
}

/** The same with what they are suspended for, the longest suspended first. */
export async function listSuspended(
  ctx: Context,
): Promise<readonly { readonly name: string; readonly incident: string | null; readonly since: number }[]> {
  permit(ctx.actor, 'abuse.read')
  return (await store.suspended(ctx.db.queries))
    .map(({ account, incident_id: incident, changed_at: since }) => ({
      name: account,
      incident,
      since: since ?? 0,
    }))
    .toSorted((a, b) => a.since - b.since)
}

/** Accounts that sent a message with this Message-ID, while the log has it. */
export async function sendersOf(ctx: Context, messageId: string): Promise<readonly string[]> {
  return await store.sendersOf(ctx.db.queries, messageKey(ctx.keys.hashes, messageId))
}

function accountOf(row: store.AccountRow): Account {
  return {
    name: row.account,
    pseudonym: row.pseudonym,
    state: row.state === 'suspended' ? 'suspended' : 'active',
    incident: row.incident_id,
    changedAt: row.changed_at,
    releasedAt: row.released_at,
  }
}
