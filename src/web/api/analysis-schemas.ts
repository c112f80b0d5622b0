import { z } from 'zod'
import { reasonNames, type ReasonName } from '../../access/reasons.ts'
import { analysisErrors } from '../../core/analysis/analysis.ts'
import {
  feedbackSchema,
  guessSchema,
  headerSchema,
  recipientSchema,
  xarfSchema,
} from '../../core/analysis/finding-schema.ts'

const caseOfLink = z.object({
  ip: z.string(),
  at: z.string(),
  reason: z.enum(reasonNames as [ReasonName, ...ReasonName[]]),
  valid: z.literal(true).nullable(),
})

/** Contracts 3, one object for each input. */
export const analysisAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['bounce', 'reply']),
    recipients: z.array(recipientSchema),
    ours: z.boolean(),
    case: caseOfLink.nullable(),
  }),
  z.object({ kind: z.literal('feedback'), ...feedbackSchema.shape }),
  z.object({ kind: z.literal('xarf'), ...xarfSchema.shape }),
  z.object({ kind: z.enum(['headers', 'message', 'auto-reply']), header: headerSchema }),
  z.object({
    kind: z.literal('unknown'),
    error: z.enum(analysisErrors),
    perhaps: guessSchema.optional().describe('No server speaks in the text, but its words sound like this'),
  }),
])
