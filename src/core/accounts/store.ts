import type { Kysely } from 'kysely'
import { Conflict } from '../../db/open.ts'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type AccountRow = Tables['abuse_accounts']

/** Rows that are written or asked for in one statement. */
const atOnce = 500

export async function insertSent(queries: Queries, rows: readonly Tables['sent_mail'][]): Promise<number> {
  let fresh = 0
  for (let from = 0; from < rows.length; from += atOnce) {
    const { numInsertedOrUpdatedRows } = await queries
      .insertInto('sent_mail')
      .values(rows.slice(from, from + atOnce))
      .onConflict((conflict) => conflict.columns(['message_key', 'recipient_key', 'account']).doNothing())
      .executeTakeFirstOrThrow()
    fresh += Number(numInsertedOrUpdatedRows ?? 0)
  }
  return fresh
}

/** Makes the account known, or notes that it was heard of. */
export async function seeAccount(
  queries: Queries,
  account: string,
  pseudonym: string,
  at: number,
): Promise<void> {
  await queries
    .insertInto('abuse_accounts')
    .values({
      account,
      pseudonym,
      since_at: at,
      seen_at: at,
      state: 'active',
      incident_id: null,
      changed_at: null,
      released_at: null,
      version: 1,
    })
    .onConflict((conflict) =>
      conflict.column('account').doUpdateSet({ seen_at: at }).where('abuse_accounts.seen_at', '<', at),
    )
    .execute()
}

/** Of those who took another’s Message-ID so many are told. */
const mostSenders = 20

/** Accounts that sent a message with this Message-ID: one, unless somebody took another’s. */
export async function sendersOf(queries: Queries, key: string): Promise<readonly string[]> {
  const senders: string[] = []
  // One step of the index for each of them: a campaign has as many rows as recipients, and one sender.
  for (let last = ''; senders.length < mostSenders;) {
    const next = await queries
      .selectFrom('sent_mail')
      .select('account')
      .where('message_key', '=', key)
      .where('account', '>', last)
      .orderBy('account')
      .limit(1)
      .executeTakeFirst()
    if (!next) break
    senders.push(next.account)
    last = next.account
  }
  return senders
}

export async function sentTo(
  queries: Queries,
  key: string,
  account: string,
  recipients: readonly string[],
): Promise<readonly Pick<Tables['sent_mail'], 'recipient_key' | 'at'>[]> {
  if (recipients.length === 0) return []
  return await queries
    .selectFrom('sent_mail')
    .select(['recipient_key', 'at'])
    .where('message_key', '=', key)
    .where('account', '=', account)
    .where('recipient_key', 'in', recipients.slice(0, atOnce))
    .execute()
}

/** Messages to recipients that the account sent since. */
export async function countSent(queries: Queries, account: string, since: number): Promise<number> {
  const { count } = await queries
    .selectFrom('sent_mail')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function accountBy(
  queries: Queries,
  column: 'account' | 'pseudonym',
  value: string,
): Promise<AccountRow | undefined> {
  return await queries
    .selectFrom('abuse_accounts')
    .select([
      'account',
      'pseudonym',
      'since_at',
      'seen_at',
      'state',
      'incident_id',
      'changed_at',
      'released_at',
      'version',
    ])
    .where(column, '=', value)
    .executeTakeFirst()
}

export async function countAccounts(queries: Queries, seenSince: number): Promise<number> {
  const { count } = await queries
    .selectFrom('abuse_accounts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('seen_at', '>=', seenSince)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function suspended(queries: Queries): Promise<
  readonly {
    readonly account: string
    readonly incident_id: string | null
    readonly changed_at: number | null
  }[]
> {
  return await queries
    .selectFrom('abuse_accounts')
    .select(['account', 'incident_id', 'changed_at'])
    .where('state', '=', 'suspended')
    .orderBy('account')
    .execute()
}

export async function updateAccount(
  queries: Queries,
  { account, version }: Pick<AccountRow, 'account' | 'version'>,
  change: Partial<AccountRow>,
): Promise<void> {
  const { numUpdatedRows } = await queries
    .updateTable('abuse_accounts')
    .set({ ...change, version: version + 1 })
    .where('account', '=', account)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Conflict(`account ${account} was changed`)
}
