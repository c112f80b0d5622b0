import { z } from 'zod'
import { effects } from '../../access/listing-entry.ts'
import { listingClasses } from '../../access/reasons.ts'
import { grades } from '../../core/reputation/grade.ts'
import { ruleNames } from '../../core/senders/judged.ts'
import { wayKinds } from '../../core/senders/ways.ts'
import { evidence, time } from './schemas.ts'

const explainedListing = z.object({
  id: z.string().optional(),
  scope: z.string(),
  reason: z.string(),
  class: z.enum(listingClasses),
  effect: z
    .enum(effects)
    .describe(
      '`observe`, `defer`: a listing by the engine, as far as `reputation.mode` lets it act; `delay`: the brake of its rule is on, mail is only put off',
    ),
  since: time,
  ends: time,
  recurrence: z.number().optional(),
  note: z.string().optional(),
  actor: z.string().optional(),
  cause: z.string().optional(),
})

export const explanation = z.object({
  ip: z.string(),
  action: z.enum(['pass', 'defer', 'reject']).describe('What happens to mail from it now'),
  mode: z.enum(['enforce', 'observe']).describe('`observe`: nothing is refused at present'),
  wouldBe: z
    .enum(['pass', 'defer', 'reject'])
    .optional()
    .describe(
      'Only in observe mode, and to operators where only the engine observes: what would be done otherwise; `code` and what follows is what would be said',
    ),
  code: z.number().nullable(),
  status: z.string().nullable(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  class: z.enum(listingClasses).nullable(),
  listing: explainedListing.nullable(),
  listings: z.array(explainedListing),
  path: z.string(),
  who: z.string(),
  evidence: z.array(evidence).optional(),
  concerns: z
    .array(z.object({ kind: z.string(), direction: z.enum(['rising', 'falling', 'steady']) }))
    .optional()
    .describe('What weighs against the sender, by kind and where it is going'),
  forecast: z
    .object({ until: time, perDay: z.number().optional(), perHour: z.number().optional() })
    .optional()
    .describe('An agreed forecast raises the budget, until then; messages today and in each hour'),
  ways: z
    .array(
      z.object({
        kind: z.enum(wayKinds),
        at: time.optional(),
        url: z.string().optional(),
        test: z.string().optional(),
      }),
    )
    .optional(),
  vouches: z
    .number()
    .optional()
    .describe('To operators only: recipients who vouch for mail from its network; it passes, to them alone'),
  reply: z.string().optional().describe('The line that the mail server says, or would say'),
  standing: z
    .object({
      grade: z.enum(grades),
      budget: z
        .union([
          z.object({ kind: z.literal('hourly'), perHour: z.number(), left: z.number() }),
          z.object({ kind: z.literal('first-try'), waitMinutes: z.number(), spacingMinutes: z.number() }),
        ])
        .nullable()
        .describe('null: none'),
      key: z.string().nullable(),
    })
    .optional()
    .describe('This and what follows: to operators only'),
  counters: z.array(evidence).optional().describe('As they weigh now'),
  sources: z
    .array(
      z.object({
        source: z.string(),
        wanted: z.number(),
        unwanted: z.number(),
        recipients: z.number(),
        unknown: z.number(),
        traps: z.number(),
        complaints: z.number(),
      }),
    )
    .optional()
    .describe('What each source of mail events said, as it weighs now; empty where only one has spoken'),
  onlySource: z
    .string()
    .nullable()
    .optional()
    .describe(
      'The only source that speaks for a listing which the others do not bear out; nobody is listed for that',
    ),
  rule: z.enum(ruleNames).optional(),
  bounds: z.object({ lower: z.number(), mean: z.number(), upper: z.number() }).optional(),
  line: z.number().optional().describe('Unwanted share that the lower bound has to be above for a listing'),
  prior: z.object({ mean: z.number(), strength: z.number() }).optional(),
  recurrence: z.number().optional(),
  firstSeen: time.nullable().optional(),
  lastSeen: time.nullable().optional(),
  name: z.object({ kind: z.string(), text: z.string().nullable() }).optional(),
  home: z.string().nullable().optional(),
  days: z
    .array(
      z.object({
        at: z.number().describe('Beginning of the day, milliseconds since 1970'),
        wanted: z.number(),
        unwanted: z.number(),
        unjudged: z.number(),
        unknown: z.number(),
        traps: z.number(),
        complaints: z.number(),
      }),
    )
    .optional(),
  url: z.string(),
})

export const senderQuery = z.object({
  case: z.string().optional().describe('Token of a case link about this address'),
})
