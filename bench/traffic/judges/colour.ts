import type { ConnectionEvent, MessageEvent } from '../../../src/access/mail-event.ts'
import { day } from '../../../src/base/clock.ts'
import type { Address } from '../../../src/standards/ip.ts'
import type { Decision, Glance, Judge } from '../judge.ts'
import { isUnwanted, unitKey } from './unit.ts'

/**
 * The colour of the day, as the data service for network owners shows it: GREEN where the filter judged less than a tenth of a day's mail
 * spam, RED above nine tenths, YELLOW between. Made a rule: RED yesterday is refused today, of YELLOW so many attempts are deferred as
 * were spam. A day with fewer than 20 messages has no colour.
 */
export const colours = { green: 0.1, red: 0.9, leastMessages: 20 } as const

interface Days {
  /** Days since 1970, UTC. */
  day: number
  messages: number
  unwanted: number
  /** Of the day before; undefined when it has no colour. */
  yesterday: number | undefined
  /** Rises by the share with each attempt; what reaches 1 is deferred. */
  carry: number
}

export class ColourJudge implements Judge {
  readonly #senders = new Map<string, Days>()

  decide({ at, address }: Glance): Decision {
    const sender = this.#senders.get(unitKey(address))
    const share = sender && turned(sender, at).yesterday
    if (!sender || share === undefined) return { action: 'pass', reason: null, grade: 'new' }
    if (share > colours.red) return { action: 'reject', reason: 'red', grade: 'bad' }
    if (share < colours.green) return { action: 'pass', reason: null, grade: 'good' }
    sender.carry += share
    if (sender.carry < 1) return { action: 'pass', reason: null, grade: 'neutral' }
    sender.carry -= 1
    return { action: 'defer', reason: 'yellow', grade: 'poor' }
  }

  learn(event: MessageEvent | ConnectionEvent): void {
    if (event.type !== 'message' || event.verdict === undefined) return
    const key = unitKey(event.address)
    const known = this.#senders.get(key)
    const sender = known ? turned(known, event.at) : newDays(event.at)
    if (!known) this.#senders.set(key, sender)
    sender.messages++
    if (isUnwanted(event.verdict)) sender.unwanted++
  }

  attempt(): void {}

  complain(): void {}

  delist(_at: number, address: Address): boolean {
    const sender = this.#senders.get(unitKey(address))
    if (!sender) return true
    sender.yesterday = undefined
    sender.messages = 0
    sender.unwanted = 0
    return true
  }
}

function newDays(at: number): Days {
  return { day: Math.floor(at / day), messages: 0, unwanted: 0, yesterday: undefined, carry: 0 }
}

/** The same, as of the day of `at`. */
function turned(sender: Days, at: number): Days {
  const today = Math.floor(at / day)
  if (today === sender.day) return sender
  const hasColour = today === sender.day + 1 && sender.messages >= colours.leastMessages
  sender.yesterday = hasColour ? sender.unwanted / sender.messages : undefined
  sender.day = today
  sender.messages = 0
  sender.unwanted = 0
  sender.carry = 0
  return sender
}
