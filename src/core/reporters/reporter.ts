/** Somebody who reports abuse: known by a keyed hash, and by name to few. */
export interface Reporter {
  readonly id: string
  /** Keyed hash of their organization's domain: mailboxes of one organization are not independent of each other. */
  readonly organisation: string
  /** When they were first heard of. */
  readonly since: number
  /** Reports whose incident ended as they said, and otherwise. */
  readonly agreed: number
  readonly disagreed: number
}
