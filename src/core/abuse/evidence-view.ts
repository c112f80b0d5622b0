import { z } from 'zod'

/**
 * What came with a report, for people to read: fields and texts, decoded, and of everything else its name, size and hash. The reader ran on
 * hostile bytes, so its word is held against this; the texts are as their writers want them, and are shown as text only.
 */
const text = (most: number): z.ZodString => z.string().max(most)

export const mostViewedFields = 300
export const mostViewedParts = 60
/** Characters of the value of a field, and of a part. */
export const longestViewedField = 4000
export const longestViewedText = 32_768

const viewedPart = z.strictObject({
  /** How deep below the message that came. */
  depth: z.int().min(0).max(10),
  /** Media type, lower case. */
  type: text(130),
  name: text(400).nullable(),
  /** Decoded bytes. */
  size: z.int().min(0),
  /** Of the decoded bytes, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The fields of a message within the message. */
  fields: z.array(z.strictObject({ name: text(200), value: text(longestViewedField) })).max(mostViewedFields),
  /** Null for what is not text. */
  text: text(longestViewedText).nullable(),
  isCut: z.boolean(),
})

export const evidenceViewSchema = z.strictObject({
  /** The message itself first, then its parts in their order. */
  parts: z.array(viewedPart).max(mostViewedParts),
  /** There were more parts. */
  isCut: z.boolean(),
})

export type ViewedPart = z.infer<typeof viewedPart>
export type EvidenceView = z.infer<typeof evidenceViewSchema>

/** Decodes in a process that may be killed: the parse pool, as far as the desk knows it. */
export interface EvidenceViewer {
  view(
    raw: Buffer,
  ): Promise<EvidenceView | { readonly failure: 'breach' | 'crash' | 'time' | 'memory' | 'busy' }>
}
