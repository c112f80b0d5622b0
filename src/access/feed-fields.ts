import { z } from 'zod'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { formatPrefix, parseListable, unitLength, type Prefix } from '../standards/prefix.ts'
import { isEdgeName } from './edge-name.ts'
import { FeedError } from './feed-error.ts'
import { isEpoch, isTime } from './snapshot-head.ts'

/** Fields that frames of the feed have in common, and the one way to read them. Unknown fields are left out, so that a newer peer may say more. */

/** A number that only grows: 0 to 2^53 - 1. */
export const count = z.int().nonnegative()
/** Milliseconds since 1970. */
export const time = z.number().refine(isTime)
export const edgeName = z.string().refine(isEdgeName)
export const epoch = z.string().refine(isEpoch)
/** Names one run of an edge: `seq` counts within it. */
export const boot = z.string().regex(/^[0-9a-z-]{1,64}$/)
/** Twelve characters of Crockford's alphabet. */
export const listingId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{12}$/)
/** A canonical address. */
export const ip = z.string().refine((text) => {
  const address = parseAddress(text)
  return !(address instanceof Error) && formatAddress(address) === text
})
/** A canonical prefix that may be listed, always with its length. */
export const prefix = z.string().transform((text, context): Prefix => {
  const read = parseListable(text)
  if (!(read instanceof Error) && formatPrefix(read) === text) return read
  context.addIssue('not a canonical prefix')
  return z.NEVER
})
/** A /32 or /64. */
export const unit = prefix.refine((read) => read.length === unitLength[read.family])
/** Words of a stranger as `recordText` leaves them. */
export const strangersText = z.string().refine((text) => text === recordText(text))

const longestText = 255

/** What a stranger said, fit to be kept and shown: at most 255 characters, none of them a control character or half of one. */
export function recordText(raw: string): string {
  return raw
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '?')
    .slice(0, longestText)
    .toWellFormed()
}

/** Reads a value that came over the feed. Throws FeedError that says where it is wrong, without quoting it. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const path = read.error.issues[0]?.path.join('.') ?? ''
  throw new FeedError(`${what}${path === '' ? '' : `, field ${path}`}: cannot be read`)
}
