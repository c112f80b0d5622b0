import type { Kysely } from 'kysely'
import { brakeRules, type BrakeRule } from '../../access/brake.ts'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** What `setBrakeState` wrote last. */
export async function brakeState(queries: Queries): Promise<string | undefined> {
  const row = await queries.selectFrom('heads').select('value').where('name', '=', 'brake').executeTakeFirst()
  return row?.value
}

export async function setBrakeState(queries: Queries, value: string): Promise<void> {
  await queries
    .insertInto('heads')
    .values({ name: 'brake', seq: 0, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

const wishName = 'brake-wish:'

/** What `setBrakeWish` wrote and nobody has dropped. */
export async function brakeWishes(
  queries: Queries,
): Promise<readonly { readonly rule: BrakeRule; readonly text: string }[]> {
  const names = brakeRules.map((rule) => wishName + rule)
  const rows = await queries
    .selectFrom('heads')
    .select(['name', 'value'])
    .where('name', 'in', names)
    .execute()
  return brakeRules.flatMap((rule) => {
    const row = rows.find(({ name }) => name === wishName + rule)
    return row === undefined ? [] : [{ rule, text: row.value }]
  })
}

/** What somebody wants of the brake of a rule; the last one counts. */
export async function setBrakeWish(queries: Queries, rule: BrakeRule, value: string): Promise<void> {
  await queries
    .insertInto('heads')
    .values({ name: wishName + rule, seq: 0, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Drops it, if it is still the same. */
export async function dropBrakeWish(queries: Queries, rule: BrakeRule, value: string): Promise<void> {
  await queries
    .deleteFrom('heads')
    .where('name', '=', wishName + rule)
    .where('value', '=', value)
    .execute()
}
