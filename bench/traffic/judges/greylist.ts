import { day, minute } from '../../../src/base/clock.ts'
import type { Decision, Glance, Judge } from '../judge.ts'
import { networkKey, unitKey } from './unit.ts'

/**
 * A plain greylist as postgrey runs it (RFC 6647): the first message of a network and an envelope sender is deferred, and a second try
 * after five minutes and within two days passes. An address with five passes is not asked any more. Recipients are not seen here, so a
 * pair stands for the triplet.
 */
export const greylist = { delayMs: 5 * minute, retryMs: 2 * day, forgetMs: 35 * day, knownAfter: 5 } as const

interface Pair {
  readonly firstAt: number
  lastAt: number
  hasPassed: boolean
}

export class GreylistJudge implements Judge {
  readonly #pairs = new Map<string, Pair>()
  /** Passes of an address. */
  readonly #passes = new Map<string, number>()

  decide({ at, address, mailFrom }: Glance): Decision {
    const client = unitKey(address)
    const passes = this.#passes.get(client) ?? 0
    if (passes >= greylist.knownAfter) return { action: 'pass', reason: null, grade: 'good' }
    const key = `${networkKey(address)} ${mailFrom ?? ''}`
    const known = this.#pairs.get(key)
    const pair = known && !isForgotten(known, at) ? known : { firstAt: at, lastAt: at, hasPassed: false }
    this.#pairs.set(key, pair)
    pair.lastAt = at
    if (!pair.hasPassed && at - pair.firstAt < greylist.delayMs) {
      return { action: 'defer', reason: 'greylisted', grade: 'new' }
    }
    // Only one pass an hour counted would be postgrey's own way; a pass is a pass here.
    pair.hasPassed = true
    this.#passes.set(client, passes + 1)
    return { action: 'pass', reason: null, grade: 'neutral' }
  }

  learn(): void {}

  attempt(): void {}

  complain(): void {}

  delist(): boolean {
    return true
  }
}

function isForgotten({ firstAt, lastAt, hasPassed }: Pair, at: number): boolean {
  return hasPassed ? at - lastAt > greylist.forgetMs : at - firstAt > greylist.retryMs
}
