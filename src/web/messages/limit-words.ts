/** A limit as this installation has set it, for a sentence: how many, within which time. */
export interface LimitWords {
  readonly most: string
  readonly within: string
}
