import { z } from 'zod'
import { causeNames, listingClasses } from '../../access/reasons.ts'
import { caseOutcomes, caseStates } from '../../core/cases/case.ts'
import { proofs } from '../../core/owners/claim.ts'
import { time } from './schemas.ts'

export const ownerNetworks = z.object({
  networks: z.array(
    z.object({
      network: z.string().describe('`192.0.2.0/24`'),
      proof: z.enum(proofs).nullable(),
      since: time.nullable().describe('Nothing from before is told'),
      expires: time.describe('When it ends unless the proof is seen, or confirmed, again'),
    }),
  ),
})

export const ownerListings = z.object({
  listings: z.array(
    z.object({
      ip: z.string().describe('Address or network'),
      reason: z.enum(causeNames),
      class: z.enum(listingClasses),
      since: time,
      ends: time,
      url: z.string().nullable().describe('Of class `third-party`: who decides'),
      test: z.string().nullable().describe('Of class `policy`: what has to pass'),
    }),
  ),
})

export const ownerFiguresQuery = z.object({
  network: z.string().min(2).max(64).describe('A network of the owner, or a part of one'),
  after: z.string().max(60).optional().describe('`next` of the page before'),
})

const roundedCount = z.number().describe('Up to the next ten below 100, two digits above')

export const ownerFigures = z.object({
  figures: z.array(
    z.object({
      ip: z.string().describe('IPv4 address, or IPv6 /64'),
      day: z.iso.date().describe('In UTC'),
      messages: roundedCount,
      refused: roundedCount,
      deferred: roundedCount,
      spamShare: z.number().nullable().describe('0 to 1; null below 100 messages a day'),
      complaintShare: z.number().nullable().describe('0 to 1; null below 100 messages a day'),
    }),
  ),
  next: z.string().optional().describe('Absent on the last page'),
})

export const ownerCases = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      ip: z.string().describe('Address or network that it is about'),
      state: z.enum(caseStates),
      outcome: z.enum(caseOutcomes).nullable(),
      opened: time,
      closed: time.nullable(),
      thread: z
        .boolean()
        .describe('Whether the owner has a thread of their own in it; the pages of the owner lead there'),
    }),
  ),
})
