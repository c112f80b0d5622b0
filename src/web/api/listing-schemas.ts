import { z } from 'zod'
import { causeNames, listingClasses } from '../../access/reasons.ts'
import { evidence, time } from './schemas.ts'

export const listingFields = z.strictObject({
  ip: z.string().max(100).describe('Address (IPv6: its /64) or prefix'),
  reason: z.enum(causeNames),
  class: z.enum(listingClasses).optional(),
  effect: z.enum(['refuse', 'pass']).optional().describe('`pass` carves a hole into a wider listing'),
  ends: z.string().max(40).optional().describe('Duration (24h, 7d) or RFC 3339 time'),
  note: z.string().max(1000).optional(),
  url: z.url().optional().describe('Where to go, of class third-party'),
  test: z.string().max(100).optional().describe('Test to pass, of class policy'),
  evidence: z.array(evidence).max(20).optional(),
  replace: z
    .boolean()
    .optional()
    .describe('End an active listing of the same prefix with the other `effect`; without it that is refused'),
  emergency: z
    .boolean()
    .optional()
    .describe('In force at once whatever wanted mail the range hits; the audit says so'),
})

/** Of the last three days. */
export const impact = z.object({
  senders: z.int(),
  messages: z.int(),
  wanted: z.int().describe('Messages that the content filter found nothing against'),
  wantedOfAll: z.int().describe('The same of everybody'),
  large: z.int().describe('Senders among those with the most wanted mail of all'),
})

export const impactQuery = z.object({ ip: z.string().max(100).describe('Address or prefix') })

export const listing = z.object({
  id: z.string(),
  ip: z.string(),
  reason: z.enum(causeNames),
  class: z.enum(listingClasses),
  effect: z.enum(['refuse', 'pass']),
  state: z.enum(['active', 'ended', 'proposed']),
  since: time,
  ends: time,
  recurrence: z.number(),
  note: z.string(),
  url: z.string().nullable(),
  test: z.string().nullable(),
  evidence: z.array(evidence),
  actor: z.string(),
  endedAt: time.nullable(),
  endedWhy: z.string().nullable(),
  impact: impact.optional().describe('Of one that was just proposed: what it would hit'),
})

export const listingQuery = z.object({
  text: z.string().max(100).optional().describe('Address, prefix or listing id'),
  state: z.enum(['active', 'ended', 'proposed']).optional(),
  reason: z.enum(causeNames).optional(),
  class: z.enum(listingClasses).optional(),
  after: z.string().max(40).optional().describe('Cursor: `next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const listingPage = z.object({ listings: z.array(listing), next: z.string().optional() })

export const listingEnd = z.strictObject({ note: z.string().max(1000).optional() })
