/** An account of ours: whoever may send mail from our system, by the name that they log in with. */
export interface Account {
  /** Lower case. */
  readonly name: string
  /** What stands for it in trace headers. */
  readonly pseudonym: string
  readonly state: AccountState
  /** The incident that it is suspended for. */
  readonly incident: string | null
  /** When its state changed last. */
  readonly changedAt: number | null
  readonly releasedAt: number | null
}

export const accountStates = ['active', 'suspended'] as const
/** A suspended account receives and does not send. */
export type AccountState = (typeof accountStates)[number]

/** One account has one name, however it was typed at the login. */
export function accountName(login: string): string {
  return login.trim().toLowerCase()
}
