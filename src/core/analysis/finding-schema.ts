import { z } from 'zod'
import { feedbackFields } from '../../access/feedback-schema.ts'
import { hopSchema } from '../../access/hop-schema.ts'
import { whoActs, type Path, type Who } from '../../access/reasons.ts'
import { analysisErrors, bounceReasons, type Finding } from './analysis.ts'

/** A finding as it comes out of the process that read hostile bytes: checked, sizes included, before anybody uses it. */

const said = z.string().max(998).optional()
const sayings = z.array(z.string().max(998)).max(20)

const paths = Object.keys(whoActs) as [Path, ...Path[]]
const whos = [...new Set(Object.values(whoActs))] as [Who, ...Who[]]

export const recipientSchema = z.strictObject({
  address: z.string().max(320).optional(),
  action: z.enum(['failed', 'delayed', 'delivered', 'relayed', 'expanded']),
  status: z.string().max(11).optional(),
  statusDerived: z.string().max(11).optional(),
  replyCode: z.string().max(3).optional(),
  command: z.string().max(20).optional(),
  diagnostic: said,
  remoteMta: z.string().max(255).optional(),
  reason: z.enum(bounceReasons).optional(),
  permanent: z.boolean().optional(),
  rejectedIp: z.string().max(45).optional(),
  receiver: z.string().max(60).optional(),
  path: z.enum(paths),
  who: z.enum(whos),
  ask: z.string().max(200).optional(),
})

export const guessSchema = z.strictObject({
  reason: z.enum(bounceReasons),
  path: z.enum(paths),
  who: z.enum(whos),
})

export const feedbackSchema = z.strictObject(feedbackFields)
export const xarfSchema = z.strictObject({
  ...feedbackFields,
  category: z.string().max(60).optional(),
  type: z.string().max(60).optional(),
  errors: z.array(z.string().max(300)).max(20).optional(),
})

export const headerSchema = z.strictObject({
  from: said,
  subject: said,
  date: said,
  messageId: said,
  returnPath: said,
  hops: z.array(hopSchema).max(30),
  authenticationResults: sayings,
  verdicts: z.array(z.strictObject({ name: z.string().max(100), value: z.string().max(998) })).max(20),
})

export const findingSchema: z.ZodType<Finding> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['bounce', 'reply']),
    recipients: z.array(recipientSchema).max(500),
    links: z.array(z.strictObject({ host: z.string().max(255), token: z.string().max(140) })).max(20),
    returned: z.string().max(252).optional(),
  }),
  z.strictObject({ kind: z.literal('feedback'), feedback: feedbackSchema }),
  z.strictObject({ kind: z.literal('xarf'), feedback: xarfSchema }),
  z.strictObject({ kind: z.enum(['headers', 'message', 'auto-reply']), header: headerSchema }),
  z.strictObject({
    kind: z.literal('unknown'),
    error: z.enum(analysisErrors),
    perhaps: guessSchema.optional(),
  }),
])
