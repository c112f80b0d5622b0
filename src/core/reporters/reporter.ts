/** Somebody who reports abuse: known by a keyed hash, and by name to few. */
export interface Reporter {
  readonly id: string
  /** As whom they count: spellings of a mailbox that commonly reach the same person are one there, or one person would be many. */
  readonly countsAs: string
  /** Keyed hash of their organization's domain: mailboxes of one organization are not independent of each other. */
  readonly organisation: string
  /** When whom they count as was first heard of. */
  readonly since: number
  /** Of whom they count as: reports whose incident ended as they said, and otherwise. */
  readonly agreed: number
  readonly disagreed: number
}
