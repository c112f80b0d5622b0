import { prefixOf, formatPrefix, type Prefix } from '../../standards/prefix.ts'
import type { LimitName } from '../limits/limits.ts'

/** A budget that a self-removal spends. */
export interface Budget {
  readonly name: LimitName
  readonly key: string
}

/**
 * The budgets of one self-removal (security DEL-1, DEL-2), widest first. Proven and unproven requests have purses of their own,
 * so that a stranger cannot spend what belongs to whoever controls the address.
 */
export function removalBudgets(unit: Prefix, proven: boolean): readonly Budget[] {
  const purse = proven ? 'proven' : 'unproven'
  const of = (name: LimitName, length: number): Budget => ({ name, key: `${purse} ${formatPrefix(prefixOf(unit, length))}` })
  const all: Budget = { name: 'delist.all.ten-minutes', key: 'all' }
  if (unit.family === 4) return [all, of('delist.v4-22.day', 22), of('delist.v4-24.day', 24)]
  return [all, of('delist.v6-40.day', 40), of('delist.v6-48.day', 48), of('delist.v6-56.day', 56)]
}
