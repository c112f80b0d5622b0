/** Who tells. */
export interface Witness {
  readonly source: string
  /** From a log of before the judgement began: it builds standing and lists nobody. */
  readonly isOld: boolean
}
