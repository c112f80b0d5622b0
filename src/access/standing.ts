/**
 * What a sender that is not listed may do: core works it out and distributes it, the edges enforce it.
 * A sender that nothing is known of has the standing of its organisation, its range or its kind of name.
 */
export type Standing =
  | { readonly kind: 'free' }
  /** Messages an hour; beyond that none, or one each `trickleMs`, so that what is being judged can be judged. */
  | {
      readonly kind: 'hourly'
      readonly perHour: number
      readonly trickleMs?: number | undefined
      readonly reason: 'new-sender' | 'suspicious'
    }
  /** A message passes that was tried at least `waitMs` before, and no sooner than `spacingMs` after the one before it. */
  | {
      readonly kind: 'grey'
      readonly waitMs: number
      readonly spacingMs: number
      readonly reason: 'new-sender' | 'suspicious'
    }

export const engineModes = ['observe', 'defer', 'enforce'] as const
/** How far the engine's own judgement goes: it only records, it defers, or it defers and refuses. Listings by hand act always. */
export type EngineMode = (typeof engineModes)[number]

/** Figures that the edges go by; core says them, so that they stand in one place. */
export interface RateRules {
  /** Messages an hour of a sender that nothing is known of. */
  readonly newPerHour: number
  /** How long a first try is remembered. */
  readonly greyKeptMs: number
  /** Attempts that were put off in ten minutes, from which on we speak of a retry storm. */
  readonly stormAttempts: number
  /** Recipients an hour for each message an hour that a sender may send; absent: as many as it likes. */
  readonly recipientsPerMessage?: number | undefined
}

/**
 * One key of a standing and what holds for it; null drops it. Keys are text: a unit (`192.0.2.45/32`, `2001:db8::/64`),
 * a range (`/24`, `/56`), `org example.org`, or `kind` with a kind of reverse name. `domain example.org`, always free, says that mail
 * is good that proves to be of that domain (`access/claim.ts`).
 */
export type StandingEntry = readonly [key: string, standing: Standing | null]
