import { z } from 'zod'

/**
 * What the API takes and gives stands in `<noun>-schemas.ts`: these schemas validate, and the OpenAPI document is printed from them. Here is what
 * several of them have.
 */

export const address = z.string().min(2).max(100).describe('IPv4 or IPv6 address, without a prefix length')

export const time = z.iso.datetime({ offset: true }).describe('RFC 3339, UTC')

export const evidence = z.object({ kind: z.string().max(40), count: z.number() })

export const publicCount = z
  .union([z.literal('few'), z.number().int()])
  .describe('`few`: fewer than ten; else rounded to tens')

export const secretQuery = z.object({
  secret: z
    .string()
    .optional()
    .describe('The secret, where a header cannot be set; prefer the header, for addresses are logged'),
})
