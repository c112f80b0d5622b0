import { z } from 'zod'
import { abuseClasses, channels, lifecycles, reportOutcomes, reportStates } from '../../core/abuse/report.ts'
import { publicCount, time } from './schemas.ts'

export const abuseReceipt = z.object({
  id: z.string(),
  token: z.string().describe('Whoever has it may ask how the report stands'),
  status: z.string().describe('Page of the report, for people'),
  receivedAt: time,
  isNew: z.boolean().describe('`false`: the same bytes came from the same reporter before'),
})

export const abuseReportState = z.object({
  id: z.string(),
  state: z.enum(reportStates),
  outcome: z.enum(reportOutcomes).optional().describe('Once it is closed'),
  class: z.enum(abuseClasses),
  channel: z.enum(channels),
  lifecycle: z.enum(lifecycles),
  receivedAt: time,
  examinedAt: time.optional(),
  closedAt: time.optional(),
  elsewhere: z
    .object({ address: z.string(), contact: z.string().nullable() })
    .optional()
    .describe('Who handed the message over, where it was not us, and where to turn'),
})

export const transparencyMonths = z.object({
  months: z.array(
    z.object({
      month: z.string().describe('`2026-04`, UTC'),
      reports: publicCount,
      incidents: publicCount.describe('Accounts reported, each class of abuse by itself'),
      acted: publicCount.describe('Of the incidents'),
      suspended: publicCount,
      released: publicCount,
      outcomes: z.object({
        acted: publicCount,
        'no-violation': publicCount,
        'not-ours': publicCount,
        unproven: publicCount,
        duplicate: publicCount,
        open: publicCount.describe('Not closed yet'),
      }),
      medianHours: z
        .number()
        .int()
        .nullable()
        .describe('From the opening of an incident to the first act; `null`: too few to say'),
    }),
  ),
})
