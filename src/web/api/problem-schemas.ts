import { z } from 'zod'

/** Facts of the occurrence stand beside the members of RFC 9457. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string().describe('Stable; see docs/refusals.md'),
})

export const problemList = z.object({
  problems: z.array(
    z.object({ code: z.string(), status: z.number(), title: z.string(), detail: z.string() }),
  ),
})
