import { open, readFile, rename } from 'node:fs/promises'
import { Secret } from '../base/secret.ts'

/** What an edge keeps beside its table, so that one that starts while core is away signs its links and knows how old its table is. */
export interface Memory {
  readonly caseLink: { readonly keyId: number; readonly key: Secret } | undefined
  /** When core was last heard, milliseconds since 1970. */
  readonly contactAt: number | undefined
}

const nothing: Memory = { caseLink: undefined, contactAt: undefined }

/** Reads the file; what is not there or cannot be read is nothing, and core will say it again. */
export async function readMemory(path: string): Promise<Memory> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return nothing
  try {
    const { keyId, key, contactAt } = JSON.parse(text) as Readonly<Record<string, unknown>>
    const isKey = typeof key === 'string' && /^[0-9a-f]{64}$/.test(key) && typeof keyId === 'number'
    return {
      caseLink: isKey ? { keyId, key: new Secret(Buffer.from(key, 'hex')) } : undefined,
      contactAt: typeof contactAt === 'number' ? contactAt : undefined,
    }
  } catch {
    return nothing
  }
}

/** Writes the file with mode 0600; it appears whole or not at all. */
export async function writeMemory(path: string, { caseLink, contactAt }: Memory): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(
      JSON.stringify({ keyId: caseLink?.keyId, key: caseLink?.key.reveal().toString('hex'), contactAt }),
    )
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
