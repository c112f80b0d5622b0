import { z } from 'zod'
import { count, time } from './feed-fields.ts'
import { spentEntries, type SpentEntry } from './spent-entry.ts'
import {
  engineModes,
  type EngineMode,
  type RateRules,
  type Standing,
  type StandingEntry,
} from './standing.ts'

/** What core tells an edge of senders that are not listed: the whole list in frames one after another, then what changes. */
export interface StandingsFrame {
  readonly type: 'standings'
  /** Time up to which all of this is true, by core's clock; 0 while nobody has judged yet. */
  readonly at: number
  readonly mode: EngineMode
  readonly rules: RateRules
  /** The first frame of a whole list: what the edge had is void. */
  readonly whole: boolean
  /** More frames of a whole list follow; until the last has come the edge goes by what it had. */
  readonly more: boolean
  /** Number of the last entry in it, in a count of its own. */
  readonly seq: number
  readonly entries: readonly StandingEntry[]
  /** Our content filter is not to be believed at present. */
  readonly doubted?: boolean | undefined
  /** What passed at all other edges together, of the units that are new to this one. */
  readonly elsewhere?: readonly SpentEntry[] | undefined
}

/** Entries in one frame, at most. */
export const mostStandings = 5000

const atLeastZero = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER)
const reason = z.enum(['new-sender', 'suspicious'])

export const standingSchema: z.ZodType<Standing> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('free') }),
  z.object({ kind: z.literal('hourly'), perHour: atLeastZero, trickleMs: atLeastZero.optional(), reason }),
  z.object({ kind: z.literal('grey'), waitMs: atLeastZero, spacingMs: atLeastZero, reason }),
])

/** An edge that does not know what a key is about leaves it out. */
const key = z.string().regex(/^[\x21-\x7e][\x20-\x7e]{0,299}$/)

export const standingsSchema = z.object({
  type: z.literal('standings'),
  at: time,
  mode: z.enum(engineModes),
  rules: z.object({
    newPerHour: atLeastZero,
    greyKeptMs: atLeastZero,
    stormAttempts: atLeastZero,
    recipientsPerMessage: atLeastZero.optional(),
  }),
  whole: z.boolean(),
  more: z.boolean(),
  seq: count,
  entries: z.array(z.tuple([key, standingSchema.nullable()])).max(mostStandings),
  doubted: z.boolean().optional(),
  elsewhere: spentEntries.optional(),
}) satisfies z.ZodType<StandingsFrame>
