/** What somebody may fill in, while the mailbox in it has not shown itself. Then it opens one case. Each is also what its link is for. */
export const formKinds = ['deliverability', 'warm-up'] as const
export type FormKind = (typeof formKinds)[number]
