import type { Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { prefixOf, formatPrefix, networkOf, type Prefix } from '../../standards/prefix.ts'
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
  const of = (name: LimitName, length: number): Budget => ({
    name,
    key: `${purse} ${formatPrefix(prefixOf(unit, length))}`,
  })
  const all: Budget = { name: 'delist.all.ten-minutes', key: purse }
  if (unit.family === 4) return [all, of('delist.v4-22.day', 22), of('delist.v4-24.day', 24)]
  return [all, of('delist.v6-40.day', 40), of('delist.v6-48.day', 48), of('delist.v6-56.day', 56)]
}

/**
 * The budget of a mailbox that asks for addresses. Anybody can type a mailbox into a form, so that spends nothing of whoever
 * writes from it (`mailbox`), nor of whoever shows control of an address in this network.
 */
export function mailboxBudget(mailbox: MailAddress, shows: 'nothing' | 'mailbox' | Address): Budget {
  const purse = typeof shows === 'string' ? shows : formatPrefix(networkOf(shows))
  return { name: 'delisting.mailbox.addresses.day', key: `${purse} ${mailboxKey(mailbox)}` }
}
