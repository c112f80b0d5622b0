import { z } from 'zod'
import { publicCount } from './schemas.ts'

const waits = z.object({
  count: publicCount,
  medianSeconds: z.number().nullable().describe('`null`: fewer than ten waited'),
  p95Seconds: z.number().nullable().describe('Nearest rank; `null`: fewer than twenty waited'),
  workingMedianSeconds: z
    .number()
    .nullable()
    .describe(
      'By the clock of the targets: in working time of the calendar, and without that in which an answer or tests were waited for',
    ),
})

const kindClock = z.object({
  recent: z
    .object({
      first: waits.describe('First answers of the last thirty days'),
      effect: waits.describe('What was decided and done in the last thirty days'),
    })
    .describe('The last thirty days'),
  months: z
    .array(z.object({ month: z.string().describe('`2026-04`, UTC'), first: waits, effect: waits }))
    .describe('Whole months, the newest first, at most twelve'),
  backlog: z.object({
    open: publicCount.describe('Waits for us'),
    late: publicCount.describe('Of those, past its time'),
    waiting: publicCount.describe('Waits for whoever asked'),
    testing: publicCount.describe('Waits for nobody: tests are run until they pass, or their time is over'),
  }),
})

export const publicClock = z.object({
  at: z.iso.datetime().describe('When it was counted'),
  kinds: z.object({
    'self-service': kindClock.describe(
      'Removals that the portal did by itself: from the request until the letter left; from the confirmation until the last gate had it',
    ),
    rules: kindClock.describe(
      'Deliverability forms as far as their rules answered: from the sending to the first answer of the rules; what they ended without a person',
    ),
    investigate: kindClock.describe('Cases about a listing that a person decides'),
    cases: kindClock.describe(
      'All other cases: from when it came to a person until that person answered; an answer of rules is none',
    ),
  }),
  targets: z
    .array(
      z.object({
        severity: z.enum(['A', 'B', 'C']),
        targetSeconds: z.number().describe('Working time to the first answer'),
        due: publicCount.describe('First answers that were due in the last thirty days'),
        kept: z
          .number()
          .nullable()
          .describe('The part of them that came in time, 0 to 1; `null`: fewer than ten'),
      }),
    )
    .describe('How often the first answer came in its time'),
  effectTargetSeconds: z.number().describe('Working time until it is done'),
  appeals: z.object({
    count: publicCount.describe('Refusals opened again and decided again in the last year'),
    changed: z
      .number()
      .nullable()
      .describe('The part of them that was granted then, 0 to 1; `null`: fewer than ten'),
  }),
  calendar: z
    .object({
      zone: z.string().describe('IANA time zone'),
      days: z.array(z.number().int()).describe('1 is Monday'),
      from: z.number().int().describe('Minutes after midnight'),
      until: z.number().int(),
      holidays: z.array(z.string()),
    })
    .describe('The hours in which people work on cases'),
})
