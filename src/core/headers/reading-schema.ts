import { z } from 'zod'
import { hopFields } from '../../access/hop-schema.ts'
import type { ArcInstance } from '../../standards/arc.ts'
import type { AuthenticationResults } from '../../standards/authentication-results.ts'
import { mostHops, mostOthers, type HeaderReading } from './reading.ts'

/** The reading of a header as it comes out of the process that read hostile bytes: checked, sizes included, before anybody uses it. */

/** A value has at most 4096 characters; in lower case some become three. */
const text = z.string().max(3 * 4096)
const short = z.string().max(500)

const results = z.strictObject({
  authservId: orUndefined(text),
  results: z
    .array(
      z.strictObject({
        method: short,
        result: short,
        reason: orUndefined(short),
        comment: orUndefined(short),
        properties: z.array(z.strictObject({ type: text, name: text, value: short })).max(20),
      }),
    )
    .max(50),
}) satisfies z.ZodType<AuthenticationResults>

const arcInstance: z.ZodType<ArcInstance> = z.strictObject({
  instance: z.int().min(1).max(50),
  cv: orUndefined(text),
  domain: orUndefined(text),
  selector: orUndefined(text),
  at: orUndefined(z.number()),
  results: orUndefined(results),
  hasSeal: z.boolean(),
  hasSignature: z.boolean(),
})

const fields = z.array(z.strictObject({ name: z.string().max(100), value: text })).max(mostOthers)

export const readingSchema: z.ZodType<HeaderReading> = z.strictObject({
  envelope: z.strictObject({
    from: orUndefined(short),
    fromDomain: orUndefined(short),
    to: orUndefined(short),
    subject: orUndefined(short),
    date: orUndefined(short),
    messageId: orUndefined(short),
    replyTo: orUndefined(short),
    returnPath: orUndefined(short),
    isReturnAligned: orUndefined(z.boolean()),
  }),
  hops: z
    .array(z.strictObject({ ...hopFields, tls: orUndefined(short), delay: orUndefined(z.number()) }))
    .max(mostHops),
  handover: orUndefined(z.strictObject({ index: z.int().min(0).max(mostHops), isOurs: z.boolean() })),
  results: z.array(results.extend({ trust: z.enum(['ours', 'receiver', 'earlier']) })).max(mostOthers),
  signatures: z
    .array(
      z.strictObject({
        domain: text,
        selector: short,
        algorithm: short,
        signed: z.array(text).max(60),
        isAligned: orUndefined(z.boolean()),
        isPart: z.boolean(),
        expiresAt: orUndefined(z.number()),
      }),
    )
    .max(mostOthers),
  arc: z.array(arcInstance).max(50),
  arcTrouble: orUndefined(z.enum(['gap', 'incomplete', 'failed', 'first-not-none'])),
  list: fields,
  ours: fields,
})

/** Whose servers are ours, as it is told to that process: networks as text. */
export const oursAsText = z.strictObject({ names: z.array(z.string()), networks: z.array(z.string()) })
export type OursAsText = z.infer<typeof oursAsText>

/** JSON has no undefined; types that say of every field whether it is there do. */
function orUndefined<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().transform((value) => value)
}
