import { knownWord } from '../../base/known-word.ts'
import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import { orThrow } from '../../base/refusal.ts'
import { formatPrefix, parsePrefix } from '../../standards/prefix.ts'
import type { FormAddress, FormFacts } from './address.ts'
import { symptoms } from './form.ts'
import { formStates, type FormState } from '../outbox/letter-words.ts'
import { reviewReasons, type ReviewFacts } from './review.ts'

type Queries = Kysely<Tables>

const columns = [
  'participant_id',
  'prefix',
  'nth',
  'state',
  'why',
  'facts',
  'changed_at',
  'checked_at',
] as const

export async function insert(
  queries: Queries,
  form: FormFacts,
  addresses: readonly FormAddress[],
): Promise<void> {
  const { participantId, symptom, domain, sending, volume } = form
  await queries
    .insertInto('deliverability_forms')
    .values({ participant_id: participantId, symptom, domain, sending, volume })
    .execute()
  await queries.insertInto('deliverability_addresses').values(addresses.map(toRow)).execute()
}

export async function formsOf(queries: Queries, participants: readonly string[]): Promise<FormFacts[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('deliverability_forms')
    .select(['participant_id', 'symptom', 'domain', 'sending', 'volume'])
    .where('participant_id', 'in', participants)
    .execute()
  return rows.map((row) => ({
    participantId: row.participant_id,
    symptom: knownWord(symptoms, row.symptom, 'an address of a form'),
    domain: row.domain,
    sending: row.sending,
    volume: row.volume,
  }))
}

/** In the order in which they were typed. */
export async function addressesOf(queries: Queries, participants: readonly string[]): Promise<FormAddress[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('deliverability_addresses')
    .select(columns)
    .where('participant_id', 'in', participants)
    .orderBy('participant_id')
    .orderBy('nth')
    .execute()
  return rows.map(fromRow)
}

/** These addresses in any form, the latest first. */
export async function withPrefixes(
  queries: Queries,
  prefixes: readonly string[],
  limit: number,
): Promise<FormAddress[]> {
  if (prefixes.length === 0) return []
  const rows = await queries
    .selectFrom('deliverability_addresses')
    .select(columns)
    .where('prefix', 'in', prefixes)
    .orderBy('changed_at', 'desc')
    .orderBy('participant_id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function save(queries: Queries, address: FormAddress): Promise<void> {
  const { participant_id: participant, prefix, ...row } = toRow(address)
  await queries
    .updateTable('deliverability_addresses')
    .set(row)
    .where('participant_id', '=', participant)
    .where('prefix', '=', prefix)
    .execute()
}

/** Threads that have addresses in one of these states which were looked at before then, those longest ago first. */
export async function threadsWith(
  queries: Queries,
  states: readonly FormState[],
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('deliverability_addresses')
    .select('participant_id')
    .select((eb) => eb.fn.min('checked_at').as('first'))
    .where('state', 'in', states)
    .where('checked_at', '<=', before)
    .groupBy('participant_id')
    .orderBy('first')
    .orderBy('participant_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.participant_id)
}

function fromRow(row: Tables['deliverability_addresses']): FormAddress {
  return {
    participantId: row.participant_id,
    prefix: orThrow(parsePrefix(row.prefix)),
    nth: row.nth,
    state: knownWord(formStates, row.state, 'an address of a form'),
    why: knownWord(reviewReasons, row.why, 'an address of a form'),
    facts: JSON.parse(row.facts) as ReviewFacts,
    changedAt: row.changed_at,
    checkedAt: row.checked_at,
  }
}

function toRow(address: FormAddress): Tables['deliverability_addresses'] {
  return {
    participant_id: address.participantId,
    prefix: formatPrefix(address.prefix),
    nth: address.nth,
    state: address.state,
    why: address.why,
    facts: JSON.stringify(address.facts),
    changed_at: address.changedAt,
    checked_at: address.checkedAt,
  }
}
