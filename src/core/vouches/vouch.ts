import { day } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import type { ListingEntry } from '../../access/listing-entry.ts'
import { mayBeVouched, type ReasonName } from '../../access/reasons.ts'
import { vouchNetwork } from '../../access/vouch.ts'
import { parseDomain } from '../../standards/domain.ts'
import { parseAddress } from '../../standards/ip.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import type { Prefix } from '../../standards/prefix.ts'
import type { RefusedMail } from '../decisions/refused-mail.ts'
import type { Settings } from '../settings.ts'

export const vouchEnds = ['withdrawn', 'revoked', 'expired'] as const
export type VouchEnd = (typeof vouchEnds)[number]

/** A recipient's word for a sender. It says nothing of the sender to anybody but the mailbox that it is for. */
export interface Vouch {
  readonly id: string
  readonly mailbox: MailAddress
  /** Who made it: the recipient, or somebody who looks after the domain. */
  readonly recipientId: string
  readonly domain: string
  /** The network that mail has to come from; null where the signature of the domain decides. */
  readonly network: Prefix | null
  /** What edges know it by. */
  readonly hash: string
  /** The refusal that was vouched for. */
  readonly ip: string
  readonly reason: ReasonName
  readonly sinceAt: number
  readonly endsAt: number
  readonly endedAt: number | null
  readonly endedWhy: VouchEnd | null
  readonly version: number
}

/** What of a refusal a vouch would be about. */
export interface Vouchable {
  /** Which domains can be vouched for: the one in MAIL FROM, or those that signed. Never empty. */
  readonly domains: readonly string[]
  readonly network: Prefix | null
}

/** What of this refusal can be vouched for; or why nothing. `listing`: the one behind it, as far as it is kept. */
export function vouchableOf(
  refused: RefusedMail,
  listing: Pick<ListingEntry, 'cause' | 'class'> | null,
  mode: Settings['vouches']['mode'],
): Vouchable | Refusal {
  if (mode === 'off') return new Refusal('vouches.off')
  if (!mayBeVouched(refused.reason, listing)) return new Refusal('vouches.never')
  if (refused.stage === 'message') {
    const { signedBy } = refused
    return signedBy.length === 0 ? new Refusal('vouches.unsigned') : { domains: signedBy, network: null }
  }
  const domain = refused.mailFrom === null ? undefined : parseDomain(refused.mailFrom)
  if (domain === undefined) return new Refusal('vouches.no-sender')
  return { domains: [domain], network: vouchNetwork(orThrow(parseAddress(refused.ip))) }
}

/** Days that somebody asks for, whole ones; or `vouches.days`. */
export function readDays(text: string, longestMs: number): number | Refusal {
  const most = Math.floor(longestMs / day)
  const days = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0
  return days >= 1 && days <= most ? days : new Refusal('vouches.days', { most })
}

/** When a vouch of so many days ends, in whole seconds. */
export function endOf(days: number, now: number): number {
  return Math.ceil((now + days * day) / 1000) * 1000
}

export function ended(it: Vouch, why: VouchEnd, now: number): Vouch {
  return { ...it, endedAt: now, endedWhy: why }
}
