import { open, readFile, rename } from 'node:fs/promises'
import { Secret } from '../base/secret.ts'

/** What an edge keeps beside its table, so that one that starts while core is away signs its links and knows how old its table is. */
export interface Memory {
  readonly caseLink: { readonly keyId: number; readonly key: Secret } | undefined
  /** What recipients are hashed with in records. */
  readonly recipientsKey: Secret | undefined
  /** What vouches are hashed with. */
  readonly vouchKey: Secret | undefined
  /** When core was last heard, milliseconds since 1970. */
  readonly contactAt: number | undefined
}

const nothing: Memory = {
  caseLink: undefined,
  recipientsKey: undefined,
  vouchKey: undefined,
  contactAt: undefined,
}

/** Reads the file; what is not there or cannot be read is nothing, and core will say it again. */
export async function readMemory(path: string): Promise<Memory> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return nothing
  try {
    const { keyId, key, recipients, vouches, contactAt } = JSON.parse(text) as Readonly<
      Record<string, unknown>
    >
    const linkKey = readKey(key)
    return {
      caseLink: linkKey && typeof keyId === 'number' ? { keyId, key: linkKey } : undefined,
      recipientsKey: readKey(recipients),
      vouchKey: readKey(vouches),
      contactAt: typeof contactAt === 'number' ? contactAt : undefined,
    }
  } catch {
    return nothing
  }
}

/** A key of 256 bits in hexadecimal; undefined for anything else. */
export function readKey(text: unknown): Secret | undefined {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
    ? new Secret(Buffer.from(text, 'hex'))
    : undefined
}

function writeKey(key: Secret | undefined): string | undefined {
  return key?.reveal().toString('hex')
}

/** Writes the file with mode 0600; it appears whole or not at all. */
export async function writeMemory(path: string, memory: Memory): Promise<void> {
  const { caseLink, recipientsKey, vouchKey, contactAt } = memory
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(
      JSON.stringify({
        keyId: caseLink?.keyId,
        key: writeKey(caseLink?.key),
        recipients: writeKey(recipientsKey),
        vouches: writeKey(vouchKey),
        contactAt,
      }),
    )
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
