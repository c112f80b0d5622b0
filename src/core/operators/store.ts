import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type OperatorRow = Tables['operators']
export type PasskeyRow = Tables['passkeys']
export type TokenRow = Tables['tokens']

const operatorColumns = [
  'name',
  'role',
  'roles',
  'password_hash',
  'totp_secret',
  'totp_step',
  'created_at',
  'removed_at',
] as const
const tokenColumns = ['name', 'kind', 'roles', 'hash', 'created_at', 'last_used_at', 'revoked_at'] as const

export async function operatorByName(queries: Queries, name: string): Promise<OperatorRow | undefined> {
  return await queries
    .selectFrom('operators')
    .select(operatorColumns)
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
}

export async function listOperators(queries: Queries): Promise<OperatorRow[]> {
  return await queries
    .selectFrom('operators')
    .select(operatorColumns)
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute()
}

/** False when somebody of this name is there; one who was removed gives the name free. */
export async function insertOperator(queries: Queries, row: OperatorRow): Promise<boolean> {
  const { name: _, ...rest } = row
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('operators')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(rest).where('operators.removed_at', 'is not', null),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Compare and swap: false when nobody of this name was there. What could let them in is wiped. */
export async function removeOperator(queries: Queries, name: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('operators')
    .set({ removed_at: now, password_hash: '', totp_secret: '' })
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Compare and swap: false when this step or a later one was used before. */
export async function useStep(queries: Queries, name: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('operators')
    .set({ totp_step: step })
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .where('totp_step', '<', step)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function insertSession(queries: Queries, row: Tables['sessions']): Promise<void> {
  await queries.insertInto('sessions').values(row).execute()
}

export async function sessionByHash(
  queries: Queries,
  hash: string,
): Promise<
  (Omit<Tables['sessions'], 'id_hash'> & { readonly role: string; readonly roles: string | null }) | undefined
> {
  return await queries
    .selectFrom('sessions')
    .innerJoin('operators', 'operators.name', 'sessions.operator')
    .select([
      'operator',
      'role',
      'roles',
      'csrf',
      'sessions.created_at',
      'seen_at',
      'expires_at',
      'confirmed_at',
    ])
    .where('id_hash', '=', hash)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
}

/** Compare and swap: another id, confirmed now. False when the session of this operator has ended. */
export async function renewSession(
  queries: Queries,
  change: {
    readonly operator: string
    readonly hash: string
    readonly nextHash: string
    readonly csrf: string
    readonly now: number
  },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('sessions')
    .set({ id_hash: change.nextHash, csrf: change.csrf, confirmed_at: change.now, seen_at: change.now })
    .where('id_hash', '=', change.hash)
    .where('operator', '=', change.operator)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function noteSeen(queries: Queries, hash: string, now: number): Promise<void> {
  await queries.updateTable('sessions').set({ seen_at: now }).where('id_hash', '=', hash).execute()
}

/** Whose it was; undefined when there is none. */
export async function deleteSession(queries: Queries, hash: string): Promise<string | undefined> {
  const row = await queries
    .deleteFrom('sessions')
    .where('id_hash', '=', hash)
    .returning('operator')
    .executeTakeFirst()
  return row?.operator
}

export async function deleteSessionsOf(queries: Queries, operator: string): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('sessions')
    .where('operator', '=', operator)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** False when a token of this name is there; one that was revoked gives the name free. */
export async function insertToken(queries: Queries, row: TokenRow): Promise<boolean> {
  const { name: _, ...rest } = row
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('tokens')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(rest).where('tokens.revoked_at', 'is not', null),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function tokenByHash(
  queries: Queries,
  kind: string,
  hash: string,
): Promise<TokenRow | undefined> {
  return await queries
    .selectFrom('tokens')
    .select(tokenColumns)
    .where('hash', '=', hash)
    .where('kind', '=', kind)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}

export async function noteUsed(queries: Queries, name: string, now: number): Promise<void> {
  await queries.updateTable('tokens').set({ last_used_at: now }).where('name', '=', name).execute()
}

/** Compare and swap; gives the kind, undefined when no such token is in force. */
export async function revokeToken(
  queries: Queries,
  name: string,
  now: number,
): Promise<TokenRow | undefined> {
  return await queries
    .updateTable('tokens')
    .set({ revoked_at: now })
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .returning(tokenColumns)
    .executeTakeFirst()
}

export async function listTokens(queries: Queries): Promise<TokenRow[]> {
  return await queries.selectFrom('tokens').select(tokenColumns).orderBy('name').execute()
}

const passkeyColumns = [
  'id',
  'operator',
  'name',
  'public_key',
  'counter',
  'transports',
  'backup_eligible',
  'backed_up',
  'created_at',
  'used_at',
  'revoked_at',
] as const

/** In force, oldest first. */
export async function passkeysOf(queries: Queries, operator: string): Promise<PasskeyRow[]> {
  return await queries
    .selectFrom('passkeys')
    .select(passkeyColumns)
    .where('operator', '=', operator)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function passkeyById(queries: Queries, id: string): Promise<PasskeyRow | undefined> {
  return await queries
    .selectFrom('passkeys')
    .select(passkeyColumns)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}

/** False when the credential was registered before, by whomever. */
export async function insertPasskey(queries: Queries, row: PasskeyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('passkeys')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Compare and swap on the counter: false when it was used meanwhile, or revoked. */
export async function usePasskey(
  queries: Queries,
  used: {
    readonly id: string
    readonly before: number
    readonly counter: number
    readonly isBackedUp: boolean
    readonly now: number
  },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('passkeys')
    .set({ counter: used.counter, backed_up: used.isBackedUp ? 1 : 0, used_at: used.now })
    .where('id', '=', used.id)
    .where('counter', '=', used.before)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Compare and swap; gives its name, undefined when this operator has no such passkey. */
export async function revokePasskey(
  queries: Queries,
  { id, operator, now }: { readonly id: string; readonly operator: string; readonly now: number },
): Promise<string | undefined> {
  const row = await queries
    .updateTable('passkeys')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('operator', '=', operator)
    .where('revoked_at', 'is', null)
    .returning('name')
    .executeTakeFirst()
  return row?.name
}

export async function insertEnrolment(queries: Queries, row: Tables['enrolments']): Promise<void> {
  await queries.insertInto('enrolments').values(row).execute()
}

export async function enrolmentByHash(
  queries: Queries,
  hash: string,
): Promise<{ readonly operator: string } | undefined> {
  return await queries.selectFrom('enrolments').select('operator').where('hash', '=', hash).executeTakeFirst()
}

/** Compare and swap: false when it was used, or its time has passed. */
export async function takeEnrolment(queries: Queries, hash: string, now: number): Promise<boolean> {
  const { numDeletedRows } = await queries
    .deleteFrom('enrolments')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export async function identity(
  queries: Queries,
  issuer: string,
  subject: string,
): Promise<Tables['operator_identities'] | undefined> {
  return await queries
    .selectFrom('operator_identities')
    .select(['issuer', 'subject', 'operator', 'by_group', 'created_at', 'used_at'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
}

export async function identitiesOf(
  queries: Queries,
  operator: string,
): Promise<{ readonly issuer: string }[]> {
  return await queries
    .selectFrom('operator_identities')
    .select('issuer')
    .where('operator', '=', operator)
    .orderBy('created_at')
    .execute()
}

/** False when the account belongs to an operator already. */
export async function insertIdentity(queries: Queries, row: Tables['operator_identities']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('operator_identities')
    .values(row)
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function noteIdentityUsed(
  queries: Queries,
  { issuer, subject, now }: { readonly issuer: string; readonly subject: string; readonly now: number },
): Promise<void> {
  await queries
    .updateTable('operator_identities')
    .set({ used_at: now })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
}

export async function setRoles(
  queries: Queries,
  { name, role, roles }: { readonly name: string; readonly role: string; readonly roles: string },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('operators')
    .set({ role, roles })
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Everything but the password that could let them in. */
export async function deleteKeysOf(queries: Queries, operator: string, now: number): Promise<void> {
  await queries.deleteFrom('operator_identities').where('operator', '=', operator).execute()
  await queries.deleteFrom('enrolments').where('operator', '=', operator).execute()
  await queries
    .updateTable('passkeys')
    .set({ revoked_at: now })
    .where('operator', '=', operator)
    .where('revoked_at', 'is', null)
    .execute()
}
