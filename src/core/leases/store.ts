import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

/** True when it was free, had ended, or was the holder's already. */
export async function takeLease(
  queries: Kysely<Tables>,
  row: Tables['leases'],
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('leases')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder: row.holder, until_at: row.until_at })
        .where((eb) => eb.or([eb('leases.holder', '=', row.holder), eb('leases.until_at', '<=', now)])),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function dropLease(queries: Kysely<Tables>, name: string, holder: string): Promise<void> {
  await queries.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
}
