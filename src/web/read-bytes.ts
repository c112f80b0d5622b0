import type { WebContext } from './env.ts'

/** The body; undefined as soon as it is too long. */
export async function readBytes(
  c: WebContext,
  longest: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (Number(c.req.header('content-length') ?? 0) > longest) return undefined
  const chunks: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = c.req.raw.body ?? []
  for await (const chunk of body) {
    length += chunk.length
    if (length > longest) return undefined
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}
