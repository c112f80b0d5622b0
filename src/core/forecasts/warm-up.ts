import type { Prefix } from '../../standards/prefix.ts'
import type { Forecast } from './forecast.ts'

/**
 * `asked`: a person has not decided. `agreed`: it raises budgets on its days. `stopped`: before its end, for ever. `over`: its days have passed.
 * `withdrawn`: the case was closed before anybody decided.
 */
export const warmUpStates = ['asked', 'agreed', 'refused', 'stopped', 'over', 'withdrawn'] as const
export type WarmUpState = (typeof warmUpStates)[number]

/** Why it was stopped. */
export const stopReasons = ['listed', 'grade', 'operator'] as const
export type StopReason = (typeof stopReasons)[number]

export const mailKinds = ['transactional', 'personal', 'newsletter', 'marketing', 'mixed'] as const
export type MailKind = (typeof mailKinds)[number]

/** A request for a warm-up (SUP-15), by the thread that it opened. */
export interface WarmUp {
  readonly participantId: string
  /** Domain that the mail comes from. */
  readonly domain: string
  readonly mail: MailKind
  /** Of each address; as it was agreed, once it is. */
  readonly forecast: Forecast
  /** As it was asked for. */
  readonly asked: Forecast
  readonly state: WarmUpState
  readonly why: StopReason | null
  readonly changedAt: number
  /** Units (IPv4 address, IPv6 /64) that it is for, in the order in which they were typed. */
  readonly units: readonly Prefix[]
}
