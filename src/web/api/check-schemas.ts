import { z } from 'zod'
import { findingNames, findingResults, topics } from '../../core/checks/finding.ts'
import { time } from './schemas.ts'

export const checkWish = z.strictObject({
  domain: z.string().max(400).describe('Domain behind the @; a mailbox stands for its domain'),
  ip: z.string().max(100).optional().describe('Address that its mail comes from'),
  selector: z.string().max(120).optional().describe('DKIM selector; without it common ones are tried'),
  helo: z.string().max(255).optional().describe('HELO name; without it the reverse name of the address'),
})

const finding = z.object({
  finding: z.enum(findingNames as [string, ...string[]]),
  topic: z.enum(topics),
  result: z
    .enum(findingResults)
    .describe('`unknown`: nobody answered, which says nothing against the sender'),
  what: z.string().describe('The finding as a sentence in English'),
  next: z.string().optional().describe('What to do'),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  found: z.array(z.object({ name: z.string(), type: z.string(), text: z.string() })),
  publish: z.array(z.string()).describe('Lines of a zone file'),
  trace: z
    .array(
      z.object({
        domain: z.string(),
        depth: z.number(),
        term: z.string(),
        outcome: z.enum(['match', 'no-match', 'go-on', 'error']),
        asked: z.string().optional(),
        lookups: z.number(),
        voids: z.number(),
      }),
    )
    .optional()
    .describe('How SPF came to its result, term by term'),
  guide: z.string().optional().describe('Page of the guide'),
})

export const checkReport = z.object({
  domain: z.string(),
  ip: z.string().nullable(),
  selector: z.string().nullable(),
  helo: z.string().nullable(),
  at: time,
  result: z.enum(findingResults),
  findings: z.array(finding),
})
