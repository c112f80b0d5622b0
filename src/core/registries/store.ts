import type { Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { RegisteredNetworksTable, Tables } from '../../db/schema.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import type { Registered } from './registered.ts'

type Queries = Kysely<Tables>

const columns = [
  'query',
  'found',
  'server',
  'handle',
  'name',
  'country',
  'registrant',
  'first_address',
  'last_address',
  'contact_mailboxes',
  'redacted',
  'asked_at',
  'expires_at',
] as const

/** What is kept for this question; null: nobody knew it. Undefined when it has to be asked. */
export async function kept(
  queries: Queries,
  query: string,
  now: number,
): Promise<Registered | null | undefined> {
  const row = await queries
    .selectFrom('registered_networks')
    .select(columns)
    .where('query', '=', query)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && (row.found === 0 ? null : registeredOf(row))
}

export async function keep(
  queries: Queries,
  answer: {
    readonly query: string
    readonly registered: Registered | null
    readonly askedAt: number
    readonly expiresAt: number
  },
): Promise<void> {
  const { query, registered, askedAt, expiresAt } = answer
  const row: RegisteredNetworksTable = {
    query,
    found: registered === null ? 0 : 1,
    server: registered?.server ?? '',
    handle: registered?.handle ?? '',
    name: registered?.name ?? '',
    country: registered?.country ?? '',
    registrant: registered?.registrant ?? '',
    first_address: registered === null ? '' : formatAddress(registered.range.first),
    last_address: registered === null ? '' : formatAddress(registered.range.last),
    contact_mailboxes: JSON.stringify(registered?.mailboxes ?? []),
    redacted: JSON.stringify(registered?.redacted ?? []),
    asked_at: askedAt,
    expires_at: expiresAt,
  }
  const { query: _, ...changed } = row
  await queries
    .insertInto('registered_networks')
    .values(row)
    .onConflict((conflict) => conflict.column('query').doUpdateSet(changed))
    .execute()
}

function registeredOf(row: RegisteredNetworksTable): Registered {
  const mailboxes = JSON.parse(row.contact_mailboxes) as readonly string[]
  return {
    server: row.server,
    handle: row.handle,
    name: row.name,
    country: row.country,
    registrant: row.registrant,
    range: { first: orThrow(parseAddress(row.first_address)), last: orThrow(parseAddress(row.last_address)) },
    mailboxes: mailboxes.map((mailbox) => orThrow(parseMailbox(mailbox))),
    redacted: JSON.parse(row.redacted) as readonly string[],
  }
}
