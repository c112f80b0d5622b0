import type { Kysely } from 'kysely'
import type { Language } from '../../access/reasons.ts'
import type { ProbesTable, Tables } from '../../db/schema.ts'
import type { Probe, ProbeFound, ProbeLetter } from './probe.ts'

type Queries = Kysely<Tables>

const columns = [
  'id',
  'tag',
  'language',
  'created_at',
  'valid_until',
  'received_at',
  'digest',
  'found',
  'letter',
] as const

/** A probe, and the keyed hash of the message that it has had. */
export type KeptProbe = Probe & { readonly digest: string | null }

export async function insertProbe(queries: Queries, probe: Probe): Promise<void> {
  await queries
    .insertInto('probes')
    .values({
      id: probe.id,
      tag: probe.tag,
      language: probe.language,
      created_at: probe.createdAt,
      valid_until: probe.validUntil,
      received_at: null,
      digest: null,
      found: null,
      letter: null,
    })
    .execute()
}

export async function probeById(queries: Queries, id: string): Promise<KeptProbe | undefined> {
  const row = await queries.selectFrom('probes').select(columns).where('id', '=', id).executeTakeFirst()
  return row && probeOf(row)
}

export async function probeByTag(queries: Queries, tag: string): Promise<KeptProbe | undefined> {
  const row = await queries.selectFrom('probes').select(columns).where('tag', '=', tag).executeTakeFirst()
  return row && probeOf(row)
}

/** False when a message has come before. */
export async function saveReceived(
  queries: Queries,
  id: string,
  received: { readonly at: number; readonly digest: string; readonly found: ProbeFound },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('probes')
    .set({ received_at: received.at, digest: received.digest, found: JSON.stringify(received.found) })
    .where('id', '=', id)
    .where('received_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function saveLetter(queries: Queries, id: string, letter: ProbeLetter): Promise<void> {
  await queries.updateTable('probes').set({ letter }).where('id', '=', id).execute()
}

function probeOf(row: ProbesTable): KeptProbe {
  return {
    id: row.id,
    tag: row.tag,
    language: row.language as Language,
    createdAt: row.created_at,
    validUntil: row.valid_until,
    receivedAt: row.received_at,
    digest: row.digest,
    found: row.found === null ? null : (JSON.parse(row.found) as ProbeFound),
    letter: row.letter as ProbeLetter | null,
  }
}
