import { open, readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import type { KeptVolumes } from './volumes.ts'

const schema: z.ZodType<KeptVolumes> = z.object({
  day: z.int().nonnegative(),
  counts: z.array(z.tuple([z.string().max(253), z.int().positive()])),
  high: z.array(z.tuple([z.string().max(253), z.number()])),
})

/** Reads the file; what is not there or cannot be read is nothing, and counting begins anew. */
export async function readVolumes(path: string): Promise<KeptVolumes | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Writes the file with mode 0600; it appears whole or not at all. */
export async function writeVolumes(path: string, kept: KeptVolumes): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify(kept))
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
