import { z } from 'zod'

export const eventsAnswer = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  refused: z.array(z.object({ line: z.number(), reason: z.string() })),
  refusedCount: z.number().optional().describe('How many in all, where more were refused than are named'),
})
