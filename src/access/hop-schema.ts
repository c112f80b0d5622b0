import { z } from 'zod'
import type { Hop } from '../standards/received.ts'

const word = z.string().max(320).optional()

/** One trace field of a message, as the process that read it tells: checked, sizes included. */
export const hopFields = {
  from: word,
  helo: word,
  ptr: word,
  ip: word,
  by: word,
  byIp: word,
  with: word,
  id: word,
  for: word,
  date: word,
  at: z.number().optional(),
}

export const hopSchema: z.ZodType<Hop> = z.strictObject(hopFields)
