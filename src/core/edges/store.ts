import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

export async function nextSeq(queries: Queries): Promise<number> {
  const { seq } = await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('name', '=', 'feed')
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

/** Holds the feed's head until the transaction ends. */
export async function lockHead(queries: Queries): Promise<void> {
  await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('name', '=', 'feed')
    .execute()
}

export async function readHead(queries: Queries): Promise<{ readonly seq: number; readonly epoch: string }> {
  const { seq, value } = await queries
    .selectFrom('heads')
    .select(['seq', 'value'])
    .where('name', '=', 'feed')
    .executeTakeFirstOrThrow()
  return { seq, epoch: value }
}

export async function setEpoch(queries: Queries, epoch: string): Promise<void> {
  await queries.updateTable('heads').set({ value: epoch }).where('name', '=', 'feed').execute()
}

export async function insertChange(queries: Queries, row: Tables['feed_changes']): Promise<void> {
  await queries.insertInto('feed_changes').values(row).execute()
}

export async function changesAfter(
  queries: Queries,
  seq: number,
  limit: number,
): Promise<readonly { readonly seq: number; readonly change: string }[]> {
  return await queries
    .selectFrom('feed_changes')
    .select(['seq', 'change'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** That an edge has gone counts only while it follows the core that says so: it may be at another by now. */
export async function saveEdge(queries: Queries, edge: Tables['edges']): Promise<void> {
  await queries
    .insertInto('edges')
    .values(edge)
    .onConflict((conflict) => {
      const saved = conflict.column('name').doUpdateSet(edge)
      if (edge.connected === 1) return saved
      return saved.where((eb) => eb.or([eb('edges.core', '=', edge.core), eb('edges.core', 'is', null)]))
    })
    .execute()
}

/** Those of this core, and those of nobody. */
export async function setDisconnected(queries: Queries, core: string): Promise<void> {
  await queries
    .updateTable('edges')
    .set({ connected: 0 })
    .where((eb) => eb.or([eb('core', '=', core), eb('core', 'is', null)]))
    .execute()
}

export async function insertAck(queries: Queries, row: Tables['edge_acks']): Promise<void> {
  await queries
    .insertInto('edge_acks')
    .values(row)
    .onConflict((conflict) => conflict.columns(['edge', 'seq']).doNothing())
    .execute()
}

export async function listEdges(queries: Queries): Promise<readonly Tables['edges'][]> {
  return await queries
    .selectFrom('edges')
    .select(['name', 'version', 'seq', 'seen_at', 'connected', 'core'])
    .orderBy('name')
    .execute()
}

export async function firstAcks(
  queries: Queries,
  seq: number,
): Promise<readonly { readonly edge: string; readonly seq: number; readonly at: number }[]> {
  return await queries
    .selectFrom('edge_acks')
    .select((eb) => ['edge', eb.fn.min('seq').as('seq'), eb.fn.min('at').as('at')])
    .where('seq', '>=', seq)
    .groupBy('edge')
    .execute()
}
