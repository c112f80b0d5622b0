import { hour } from '../../base/clock.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { beginEra, pastOf } from './book.ts'
import { noteAsked } from './brake-turns.ts'
import { assessed, type Mind } from './mind.ts'
import type { Sender } from './sender.ts'

export type DelistAnswer =
  | 'done'
  | 'not-listed'
  | 'cool-down'
  | 'investigate'
  | 'range'
  | 'third-party'
  | 'policy'

/** A proven and confirmed removal by the sender itself. */
export function delist(mind: Mind, address: Address, now: number): DelistAnswer {
  const { book, senders, settings } = mind
  const known = senders.at(unitOf(address))
  const isEarly = known !== undefined && now - known.delistedAt < settings.coolDownMs
  if (known?.listing) {
    if (known.listing.class !== 'self-service') return known.listing.class
    if (isEarly) return 'cool-down'
    known.delistedAt = now
    noteAsked(mind, known, known.listing, now)
    book.end(known, 'delist', now)
    return 'done'
  }
  const range = book.range(unitOf(address), now)
  if (range === undefined) return 'not-listed'
  const sender = senders.of({ at: now, address })
  if (range.carved.has(sender.key)) return 'not-listed'
  if (isEarly) return 'cool-down'
  if (assessed(mind, sender, now).hits.bad >= settings.tuning.suspectHits) return 'range'
  setFree(mind, sender, now)
  book.carve(range, sender, now)
  return 'done'
}

/** A listing of this prefix was ended by somebody else: what was before counts no more. `isAsked`: the sender itself asked for it. */
export function noteLifted(mind: Mind, prefix: Prefix, now: number, isAsked: boolean): void {
  const { book, senders } = mind
  const range = book.range(prefix, now)
  if (range && formatPrefix(range.prefix) === formatPrefix(prefix)) book.endRange(range, 'delist', now)
  const sender = senders.at(prefix)
  if (sender?.listing) {
    if (isAsked) noteAsked(mind, sender, sender.listing, now)
    book.end(sender, 'delist', now)
  } else if (sender) forgive(mind, sender, now)
}

/** A sender that was only put off, and whose owner says that it is mended: what was is past. */
function forgive(mind: Mind, sender: Sender, now: number): void {
  mind.settings.writing?.onSender(sender)
  setFree(mind, sender, now)
  sender.past = pastOf(assessed(mind, sender, now))
  beginEra(sender, now, mind.settings.tuning)
}

function setFree({ settings }: Mind, sender: Sender, now: number): void {
  sender.delistedAt = now
  sender.floor = Math.max(sender.usual, settings.tuning.newBudget)
  sender.freeUntil = now + hour
}
