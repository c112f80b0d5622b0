import { z } from 'zod'
import { caseOutcomes, caseStates } from '../../core/cases/case.ts'
import { longestAnswer, saysKinds } from '../../core/cases/message.ts'
import { reviewReasons } from '../../core/deliverability/review.ts'
import { stopReasons, warmUpStates } from '../../core/forecasts/warm-up.ts'
import { formStates as addressStates } from '../../core/outbox/letter-words.ts'
import { time } from './schemas.ts'

export const caseMessage = z.strictObject({ text: z.string().min(1).max(longestAnswer) })

export const caseState = z.object({
  id: z.string(),
  about: z.string().nullable().describe('Address or network'),
  state: z.enum(caseStates),
  outcome: z.enum(caseOutcomes).nullable(),
  opened: time,
  due: time.nullable().describe('By then there is an answer, or something happens'),
  answerBy: time.nullable().describe('What was asked is wanted by then'),
  closed: time.nullable(),
  tests: z
    .array(z.object({ test: z.string(), said: z.enum(['passes', 'fails', 'unknown']) }))
    .describe('All of them have to pass'),
  tested: time.nullable(),
  addresses: z
    .array(
      z.object({
        address: z.string().describe('Address or network'),
        state: z.enum(addressStates),
        why: z.enum(reviewReasons),
        since: time,
        tests: z.array(z.object({ test: z.string(), said: z.enum(['passes', 'fails', 'unknown']) })),
        until: time.nullable().describe('Until when tests are run, or when it can be asked for again'),
        url: z.string().nullable(),
      }),
    )
    .optional()
    .describe('Of a deliverability form'),
  forecast: z
    .object({
      state: z.enum(warmUpStates),
      why: z.enum(stopReasons).nullable(),
      since: time,
      addresses: z.array(z.string()),
      starts: z.iso.date(),
      days: z.number(),
      first: z.number(),
      growth: z.number(),
      most: z.number(),
    })
    .optional()
    .describe('Of a warm-up'),
  withOwner: z.boolean().describe('It is handled with the owner of the address space alone'),
  over: z.boolean().describe('Nothing can be added any more'),
  messages: z.array(
    z.object({
      id: z.string(),
      at: time,
      from: z.enum(['us', 'you']),
      says: z.enum(saysKinds).nullable().describe('What a message of ours does'),
      text: z.string(),
      tests: z.array(z.string()),
      until: time.nullable(),
    }),
  ),
})
