import type { ListingEntry } from '../access/listing-entry.ts'
import type { CodeProfile, ReasonName } from '../access/reasons.ts'
import { formatReply } from '../access/reply.ts'
import type { Address } from '../standards/ip.ts'
import { unitLength } from '../standards/prefix.ts'

/** What a line is about. */
interface Refused {
  readonly reason: ReasonName
  readonly listing: ListingEntry | null
}

/** A line without its address and its link. */
type Shape = readonly [before: string, between: string, after: string]

/** An address and a link that stand in no reason's words. */
const anAddress: Address = { family: 4, words: [0xc0000201, 0, 0, 0] }
const addressText = '192.0.2.1'
const aLink = 'https://link.example/'

/**
 * The lines of `formatReply`, faster: under a flood of listed senders every line has another address and link,
 * and the rest is the same words, which are put together once for each reason and class.
 */
export class RefusalLines {
  readonly #profile: CodeProfile
  readonly #shapes = new Map<string, Shape>()

  constructor(profile: CodeProfile) {
    this.#profile = profile
  }

  /** The line for an address (`ip` is its text), at most `octets` long. */
  lineOf(refused: Refused, address: Address, ip: string, url: string, octets: number): string {
    const [before, between, after] = this.#shapeOf(refused)
    const line = `${before}${ip}${between}${url}${after}`
    return before !== '' && line.length <= octets
      ? line
      : formatReply(refused, address, this.#profile, url, octets)
  }

  #shapeOf(refused: Refused): Shape {
    const { reason, listing } = refused
    // The line about a range names it: those are as many as there are ranges.
    if (listing !== null && listing.prefix.length !== unitLength[listing.prefix.family]) return noShape
    const key = listing === null ? reason : `${reason} ${listing.class}`
    const known = this.#shapes.get(key)
    if (known !== undefined) return known
    const shape = shapeIn(formatReply(refused, anAddress, this.#profile, aLink))
    this.#shapes.set(key, shape)
    return shape
  }
}

const noShape: Shape = ['', '', '']

function shapeIn(line: string): Shape {
  const [before, rest, ...more] = line.split(addressText)
  const [between, after, ...others] = (rest ?? '').split(aLink)
  const isPlain = more.length === 0 && others.length === 0
  return isPlain && before !== undefined && between !== undefined && after !== undefined
    ? [before, between, after]
    : noShape
}
