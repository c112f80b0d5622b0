/**
 * The self-incident brake: while it is on for a rule, the rule lists nobody, and what it has listed is only put off. The engine pulls it when
 * long-good senders are suddenly found bad, and lets it go; an operator may do either by hand.
 */
export const brakeRules = ['spam', 'phish', 'malware', 'complaints', 'traps', 'harvest', 'range'] as const
export type BrakeRule = (typeof brakeRules)[number]
