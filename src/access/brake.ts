/**
 * The self-incident brake: while it is on for a rule, the rule lists nobody, and what it has listed is only put off. The engine pulls it when
 * long-good senders are suddenly found bad, and lets it go; an operator may do either by hand.
 */
export const brakeRules = ['spam', 'phish', 'malware', 'complaints', 'traps', 'harvest', 'range'] as const
export type BrakeRule = (typeof brakeRules)[number]

/** A brake that is on. */
export interface PulledBrake {
  readonly rule: BrakeRule
  /** Milliseconds since 1970. */
  readonly since: number
  /** `engine`, or the operator who pulled it: only an operator lets that one go. */
  readonly by: 'engine' | 'operator'
}
