import { z } from 'zod'
import { explainHeaders } from '../../core/headers/actions.ts'
import { networkOf } from '../client.ts'
import { endpoint, type Endpoint } from './endpoint.ts'

const result = z.object({ method: z.string(), result: z.string(), reason: z.string().optional() }).loose()
const results = z.object({ authservId: z.string().optional(), results: z.array(result) })
const field = z.object({ name: z.string(), value: z.string() })
const milliseconds = z.number().describe('Milliseconds since 1970')

const reading = z.object({
  envelope: z.object({
    from: z.string().optional(),
    fromDomain: z.string().optional(),
    to: z.string().optional(),
    subject: z.string().optional(),
    date: z.string().optional(),
    messageId: z.string().optional(),
    replyTo: z.string().optional(),
    returnPath: z.string().optional(),
    isReturnAligned: z.boolean().optional(),
  }),
  hops: z
    .array(
      z
        .object({
          by: z.string().optional(),
          ip: z.string().optional(),
          at: milliseconds.optional(),
          tls: z.string().optional().describe('A version, `TLS` without one, or `none`'),
          delay: z
            .number()
            .optional()
            .describe('Milliseconds since the step before; negative where a clock is wrong'),
        })
        .loose(),
    )
    .describe('Oldest first'),
  handover: z
    .object({ index: z.number(), isOurs: z.boolean().describe('By a line of our own; else a guess') })
    .optional(),
  results: z.array(results.extend({ trust: z.enum(['ours', 'receiver', 'earlier']) })),
  signatures: z.array(
    z.object({
      domain: z.string(),
      selector: z.string(),
      algorithm: z.string(),
      signed: z.array(z.string()),
      isAligned: z.boolean().optional(),
      isPart: z.boolean(),
      expiresAt: milliseconds.optional(),
    }),
  ),
  arc: z.array(
    z.object({
      instance: z.number(),
      cv: z.string().optional(),
      domain: z.string().optional(),
      selector: z.string().optional(),
      at: milliseconds.optional(),
      results: results.optional(),
      hasSeal: z.boolean(),
      hasSignature: z.boolean(),
    }),
  ),
  arcTrouble: z.enum(['gap', 'incomplete', 'failed', 'first-not-none']).optional(),
  list: z.array(field),
  ours: z.array(field),
})

/** The header reader for programs; nothing of what is handed in is kept. */
export const headerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/headers',
    permission: 'anyone',
    safe: false,
    summary: 'What the header of a message says: its way with delays, whose results count, signatures, ARC',
    body: z.strictObject({ text: z.string().min(1) }),
    answer: reading,
    status: 200,
    budget: ({ client }) => ({ name: 'headers.client.hour', key: networkOf(client) }),
    handle: async ({ ctx, reader, body }) => await explainHeaders(ctx, reader, Buffer.from(body.text)),
  }),
]
