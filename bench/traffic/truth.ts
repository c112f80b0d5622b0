/** Who sends, and what it is worth: known to the traffic and to the figures, never to a judge. */

/** In the order of the table. */
export const populations = [
  'steady-large',
  'steady-middle',
  'steady-small',
  'newsletter',
  'esp-pool',
  'forwarder',
  'shared',
  'new-named',
  'new-nameless',
  'impatient',
  'ipv6-honest',
  'poisoned',
  'turned',
  'cleaned',
  'relapse',
  'burst',
  'botnet',
  'snowshoe',
  'rotating',
  'filler',
  'harvest',
  'trap-hitter',
  'retry-storm',
  'ipv6-hopper',
] as const
export type Population = (typeof populations)[number]

/** A time in which somebody else sends through an honest host, or in which a spammer is at work. Milliseconds since 1970. */
export interface Episode {
  readonly from: number
  /** From then on the host is clean: nothing unwanted comes, nor is any of it still in the queue. */
  readonly until: number
  /** When its owner asks for the removal; undefined where nobody does. */
  readonly delistAt?: number | undefined
}

export interface Sender {
  /** Names it in the truth file. */
  readonly key: string
  readonly population: Population
  /** In order of time; empty for senders that are what they are all the time. */
  readonly episodes: readonly Episode[]
}

/** Of one event, by its id. */
export interface Truth {
  readonly sender: Sender
  readonly wanted: boolean
  /** Id of the first attempt. */
  readonly base: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** When the first attempt was. */
  readonly bornAt: number
}

/** What the filter does to everything for a while. */
export interface Outage {
  readonly from: number
  readonly until: number
  readonly verdict: 'spam' | 'ham'
}

/** The episode that a moment lies in. */
export function episodeAt({ episodes }: Sender, at: number): Episode | undefined {
  return episodes.find(({ from, until }) => from <= at && at < until)
}
