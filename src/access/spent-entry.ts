import { z } from 'zod'
import { count } from './feed-fields.ts'

/**
 * What passed of one unit (`192.0.2.45/32`, `2001:db8::/64`) in one hour by the clock (whole hours since 1970): messages, and their
 * recipients. Later entries of the same unit and hour replace earlier ones.
 */
export type SpentEntry = readonly [unit: string, hour: number, messages: number, recipients: number]

/** Entries in one frame, at most. */
export const mostSpent = 1000

const unit = z.string().regex(/^[0-9a-f.:]{2,39}\/(?:32|64)$/)

export const spentEntries: z.ZodType<SpentEntry[]> = z
  .array(z.tuple([unit, count, count, count]))
  .max(mostSpent)
