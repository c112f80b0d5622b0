/**
 * Why the judgement holds a rule of its own. `filter`: what the content filter says of steady good senders has turned unwanted.
 * `refusals`: the rule lists senders with a long good history as it never did. `requests`: those that it listed ask for removal as they never did.
 * `flood`: it lists more within a minute than any judgement should. `hand`: somebody here has pulled it.
 */
export const brakeWhys = ['filter', 'refusals', 'requests', 'flood', 'hand'] as const
export type BrakeWhy = (typeof brakeWhys)[number]

/** Rules by which the judgement lists, each with a brake of its own; named as the causes of their listings. */
export const brakeRules = ['spam', 'complaints', 'traps', 'harvest', 'malware', 'phish'] as const
export type BrakeRule = (typeof brakeRules)[number]
