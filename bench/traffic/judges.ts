import type { Judge } from './judge.ts'
import { ColourJudge } from './judges/colour.ts'
import { passEverything } from './judges/everything.ts'
import { GreylistJudge } from './judges/greylist.ts'
import { posternJudge } from './judges/postern.ts'
import { SrlJudge } from './judges/srl.ts'

export interface Candidate {
  /** On the command line and in the figures. */
  readonly name: string
  /** In the table. */
  readonly title: string
  make(): Judge
}

/** The bar for all others. */
export const bar = 'pass-everything'

/** Who judges the traffic, in the order of the table. */
export const judges: readonly Candidate[] = [
  { name: bar, title: 'everything passes', make: passEverything },
  { name: 'srl', title: 'SRL-like', make: () => new SrlJudge() },
  { name: 'colour', title: 'colour of the day', make: () => new ColourJudge() },
  { name: 'greylist', title: 'greylist', make: () => new GreylistJudge() },
  { name: 'postern', title: 'Postern', make: posternJudge },
]
