import { day, hour } from '../../base/clock.ts'

/**
 * What the owner of a network sees of its mail by day (security OWN-7): no tuning aid. Counts are rounded, shares are told of days with a
 * hundred messages or more, the last hour is not told yet, and spam traps are in none of it. Nothing is told from before the owner proved
 * the network (OWN-5).
 */
export interface DayFigures {
  /** Beginning of the day in UTC, milliseconds since 1970. */
  readonly at: number
  /** Messages that reached us, refused ones not among them; rounded. */
  readonly messages: number
  /** Times that we refused (5yz), and put off (4yz); rounded. */
  readonly refused: number
  readonly deferred: number
  /** 0 to 1; null where there is too little to tell. */
  readonly spamShare: number | null
  readonly complaintShare: number | null
}

/** The same of one address over several days, and how it stands. */
export interface AddressFigures extends Omit<DayFigures, 'at'> {
  /** `192.0.2.45/32` */
  readonly unit: string
}

/** What was counted of one address on one day. */
export interface Counted {
  readonly unit: string
  /** Days since 1970. */
  readonly day: number
  readonly messages: number
  /** Those that the content filter judged, and of these spam, phish and malware. */
  readonly judged: number
  readonly unwanted: number
  readonly complaints: number
  readonly refused: number
  readonly deferred: number
}

/** Messages of a day from which on shares are told. */
export const leastForShare = 100

/** How late figures are told. */
const delayMs = hour

/** Days that are told of, today among them. */
export const shownDays = 30

/** The hours that may be told of to somebody who proved the network then: whole ones, from `from` on and before `until`. */
export function hoursToTell(sinceAt: number, now: number): { readonly from: number; readonly until: number } {
  const first = (Math.floor(now / day) - shownDays + 1) * day
  return {
    from: Math.ceil(Math.max(first, sinceAt) / hour),
    until: Math.floor((now - delayMs) / hour),
  }
}

/** A count as it is told: nothing is nothing, else up to the next ten below a hundred, two digits above. */
export function shownCount(count: number): number {
  if (count <= 0) return 0
  if (count < 100) return Math.ceil(count / 10) * 10
  const step = 10 ** (Math.floor(Math.log10(count)) - 1)
  return Math.round(count / step) * step
}

interface Sum {
  messages: number
  judged: number
  unwanted: number
  complaints: number
  refused: number
  deferred: number
}

/** A day of the whole network. */
export function dayFigures(at: number, counted: readonly Counted[]): DayFigures {
  return { at, ...told(sumOf(counted), sumOf(counted)) }
}

/** One address: its shares are of its days that have enough for one, together. */
export function addressFigures(unit: string, counted: readonly Counted[]): AddressFigures {
  return { unit, ...told(sumOf(counted), sumOf(counted.filter(({ messages }) => messages >= leastForShare))) }
}

function told(all: Sum, ofShares: Sum): Omit<DayFigures, 'at'> {
  const isEnough = ofShares.messages >= leastForShare
  return {
    messages: shownCount(all.messages),
    refused: shownCount(all.refused),
    deferred: shownCount(all.deferred),
    spamShare: isEnough && ofShares.judged > 0 ? rounded(ofShares.unwanted / ofShares.judged, 100) : null,
    complaintShare: isEnough ? rounded(Math.min(1, ofShares.complaints / ofShares.messages), 1000) : null,
  }
}

/** To whole percents, or tenths of one. */
function rounded(share: number, steps: number): number {
  return Math.round(share * steps) / steps
}

function sumOf(counted: readonly Counted[]): Sum {
  const sum: Sum = { messages: 0, judged: 0, unwanted: 0, complaints: 0, refused: 0, deferred: 0 }
  for (const each of counted) {
    sum.messages += each.messages
    sum.judged += each.judged
    sum.unwanted += each.unwanted
    sum.complaints += each.complaints
    sum.refused += each.refused
    sum.deferred += each.deferred
  }
  return sum
}
