/**
 * Why the judgement holds a rule of its own. `filter`: what the content filter says of steady good senders has turned unwanted.
 * `refusals`: the rule lists senders with a long good history as it never did. `requests`: those that it listed ask for removal as they never did.
 * `flood`: it lists more within a minute than any judgement should.
 */
export const brakeWhys = ['filter', 'refusals', 'requests', 'flood'] as const
export type BrakeWhy = (typeof brakeWhys)[number]
