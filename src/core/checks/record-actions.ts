import { transact, type Context } from '../context.ts'
import type { Finding } from './finding.ts'
import * as store from './store.ts'

/** A check that was made of a sender. */
export interface MadeCheck {
  readonly domain: string
  readonly at: number
  readonly faults: number
  readonly warnings: number
}

/** Writes down that a check was made, and how many of its findings have to be mended. Of each domain and address the last one stays. */
export async function recordCheck(
  ctx: Context,
  {
    domain,
    unit,
    at,
    findings,
  }: {
    readonly domain: string
    /** Empty where no address was checked. */
    readonly unit: string
    readonly at: number
    readonly findings: readonly Finding[]
  },
): Promise<void> {
  const count = (wanted: Finding['result']): number =>
    findings.filter(({ result }) => result === wanted).length
  const row = { domain, unit, at, faults: count('fault'), warnings: count('warning') }
  await transact(ctx, async (tx) => await store.put(tx.queries, row))
}

/**
 * The last check of a sender since then. Where the domain that it writes from is known only checks of that count, for anybody can check any
 * domain with any address; of the others the name is left out.
 */
export async function lastCheckOf(
  ctx: Context,
  {
    unit,
    domain,
    since,
  }: { readonly unit: string; readonly domain: string | undefined; readonly since: number },
): Promise<MadeCheck | undefined> {
  const { queries } = ctx.db
  const row =
    domain === undefined || domain === ''
      ? await store.latestOfUnit(queries, unit, since)
      : await store.latest(queries, { domain, unit, since })
  if (!row) return undefined
  return { domain: domain ?? '', at: row.at, faults: row.faults, warnings: row.warnings }
}
