import { z } from 'zod'
import { outcomeKinds, shownStates } from '../../core/delisting/request.ts'
import { address, time } from './schemas.ts'

export const challenge = z.looseObject({ parameters: z.looseObject({}), signature: z.string().optional() })

export const delistRequest = z.strictObject({
  ip: address,
  mailbox: z.string().min(3).max(254).describe('Mailbox that gets the confirmation letter'),
  statement: z
    .literal(true)
    .describe('I am responsible for the address, and no more unwanted mail leaves it'),
  pow: z
    .string()
    .max(4096)
    .optional()
    .describe('Answer to a challenge of GET /challenge; without it the sender writes to `writeTo` instead'),
  case: z.string().max(200).optional().describe('Token of the case link in the refusal'),
  note: z.string().max(4000).optional().describe('What was found and fixed'),
  language: z.enum(['en', 'zh-CN']).optional(),
  letter: z.boolean().optional().describe('Write when it is done'),
})

export const delistStarted = z.object({
  id: z.string(),
  secret: z.string().describe('Second half for programs; keep it'),
  code: z.string().describe('Second half for people; six characters'),
  road: z.enum(['mail', 'write-in']),
  writeTo: z.string(),
  expiresAt: time,
})

export const delistConfirm = z.strictObject({
  link: z
    .string()
    .max(200)
    .optional()
    .describe('What follows /confirm/ in the letter; absent when proven by another road'),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const delistOutcome = z.object({
  outcome: z.enum(outcomeKinds),
  listing: z.string().optional(),
  again: time.optional().describe('When a removal is possible again, or by when a person decides'),
  case: z.string().optional().describe('Reference of the request, when a person decides'),
  why: z.string().optional().describe('List to turn to, or test to pass'),
})

export const delistProof = z.strictObject({
  method: z.enum(['txt', 'http']),
  code: z.string().max(20).optional(),
  secret: z.string().max(64).optional(),
})

export const delistProofAnswer = z.object({
  proven: z.boolean(),
  lookedAt: z.array(z.string()).describe('Names that were asked for TXT, or the URL that was fetched'),
  trouble: z.enum(['temperror', 'no-ptr']).optional(),
})

export const delistState = z.object({
  id: z.string(),
  ip: z.string(),
  state: z.enum(shownStates),
  outcome: z.enum(outcomeKinds).optional(),
  expiresAt: time,
  proof: z.object({ token: z.string(), txt: z.string(), httpUrl: z.string() }),
  edges: z.array(z.object({ name: z.string(), seq: z.number(), at: time.nullable() })),
  firstLetThrough: time.optional(),
  firstAccepted: time.optional(),
  refusedAgain: time.optional(),
})
