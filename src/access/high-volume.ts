/**
 * Who sends much must say who they are: a domain with more than so many messages a day needs SPF, DKIM and an aligned DMARC, all three.
 * What large receivers ask of bulk senders, as a rule of its own. Only the message stage can know it.
 */

export const highVolumeModes = ['observe', 'junk', 'reject'] as const
export type HighVolumeMode = (typeof highVolumeModes)[number]

export const authenticationTests = ['spf', 'dkim', 'dmarc'] as const
export type AuthenticationTest = (typeof authenticationTests)[number]

export interface HighVolumeSettings {
  /** What is done in the end; `junkSince` and `rejectSince` say from when. */
  readonly mode: HighVolumeMode
  /** Messages a UTC day, refused ones too; a domain with more than this is high-volume. */
  readonly messages: number
  /** Milliseconds since 1970; undefined: at once. */
  readonly junkSince?: number | undefined
  readonly rejectSince?: number | undefined
  /** How long a domain stays high-volume after the last day that it was, so that the rule does not come and go with the weekday. */
  readonly staysMs: number
}

/** What large receivers ask for, without effect before an operator has seen who would be hit. */
export const defaultHighVolume: HighVolumeSettings = {
  mode: 'observe',
  messages: 5000,
  staysMs: 30 * 24 * 3_600_000,
}

/** What was found out about a message's sender. What is undefined, or could not be looked up just now, counts against nobody. */
export interface Authentication {
  readonly spf?: string | undefined
  /** Signing domains that verified. */
  readonly dkim?: readonly string[] | undefined
  readonly dmarc?: string | undefined
}

/** The tests that did not pass, in their order. */
export function failedTests({ spf, dkim, dmarc }: Authentication): AuthenticationTest[] {
  const failed = { spf: isFailed(spf), dkim: dkim !== undefined && dkim.length === 0, dmarc: isFailed(dmarc) }
  return authenticationTests.filter((test) => failed[test])
}

/** A DNS server that did not answer is no fault of the sender, and a 550 cannot be taken back. */
function isFailed(result: string | undefined): boolean {
  return result !== undefined && result !== 'pass' && result !== 'temperror'
}

/** What holds at a time: a mode whose day has not come is the one before it, or none. */
export function modeAt({ mode, junkSince, rejectSince }: HighVolumeSettings, now: number): HighVolumeMode {
  if (mode === 'reject' && now >= (rejectSince ?? 0)) return 'reject'
  const isJunkYet = junkSince === undefined ? mode === 'junk' : now >= junkSince
  return mode !== 'observe' && isJunkYet ? 'junk' : 'observe'
}

/** What becomes of a message of a domain that is high-volume, or not. */
export function judgeHighVolume(
  isHighVolume: boolean,
  authentication: Authentication,
  settings: HighVolumeSettings,
  now: number,
): { readonly action: 'pass' | HighVolumeMode; readonly failed: readonly AuthenticationTest[] } {
  const failed = isHighVolume ? failedTests(authentication) : []
  return { action: failed.length === 0 ? 'pass' : modeAt(settings, now), failed }
}
