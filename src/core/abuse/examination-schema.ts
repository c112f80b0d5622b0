import { z } from 'zod'
import { feedbackFields } from '../../access/feedback-schema.ts'
import { hopSchema } from '../../access/hop-schema.ts'
import { longestValue, mostHops, mostReports, type Feedback } from '../../standards/arf.ts'
import { shapes, type Examination, type XarfCheck } from './examination.ts'

/** The parser ran on hostile bytes in a process of its own: its word is held against this, sizes included, before anybody acts on it. */

const text = z.string().max(longestValue)
const mailboxes = z.array(z.string().max(320)).max(40)

const feedback: z.ZodType<Feedback> = z.strictObject(feedbackFields)

const signature = z.strictObject({
  domain: z.string().max(253),
  selector: z.string().max(253),
  bodyHash: z.string().max(100),
  isValid: z.boolean(),
  why: z.enum(['body', 'key', 'other']).nullable(),
})

const reported = z.strictObject({
  isHeaderOnly: z.boolean(),
  isAmbiguous: z.boolean(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  messageId: text.nullable(),
  from: text.nullable(),
  subject: text.nullable(),
  date: text.nullable(),
  listId: text.nullable(),
  feedbackId: text.nullable(),
  hops: z.array(hopSchema).max(mostHops),
  deliveredTo: mailboxes,
  addressees: mailboxes,
  trace: z.string().max(200).nullable(),
  signatures: z.array(signature).max(20),
  logins: mailboxes,
})

export const examinationSchema: z.ZodType<Examination> = z.strictObject({
  reported: z.array(reported).max(mostReports),
  claims: z
    .strictObject({
      format: z.enum(['arf', 'xarf']),
      kind: z.string().max(200).nullable(),
      feedback,
      errors: z.array(z.string().max(500)).max(20),
      isTest: z.boolean(),
    })
    .nullable(),
  writer: z
    .strictObject({
      mailbox: z.string().max(320).nullable(),
      isAligned: z.boolean(),
      isUnsure: z.boolean(),
      isAutomatic: z.boolean(),
      language: z.enum(['en', 'zh-CN']),
    })
    .nullable(),
})

export const xarfCheckSchema: z.ZodType<XarfCheck> = z.strictObject({
  version: z.string().max(60).nullable(),
  errors: z.array(z.string().max(500)).max(20),
})

/** What goes with the bytes. */
export const examineRequest = z.strictObject({
  shape: z.enum(shapes),
  client: z.string().max(45).nullable(),
  helo: z.string().max(300).nullable(),
  mailFrom: z.string().max(320),
  /** The mailbox of ours that it was written to; null when it did not come by mail. */
  recipient: z.string().max(320).nullable(),
  /** Milliseconds since 1970. */
  now: z.number(),
})
export type ExamineRequest = z.infer<typeof examineRequest>
