import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Secret } from './secret.ts'

/**
 * What must be read back but should not lie open in a database or its backups: AES-256-GCM (NIST SP 800-38D) with a
 * random nonce. `bound` names the place it belongs to; at another place it does not open.
 */
const nonceLength = 12
const tagLength = 16

/** base64url of nonce, ciphertext and tag. The key must have 32 bytes. */
export function seal(key: Secret, bound: string, plain: string | Buffer): string {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: tagLength }).setAAD(
    Buffer.from(bound),
  )
  const bytes = [
    nonce,
    cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain),
    cipher.final(),
    cipher.getAuthTag(),
  ]
  return Buffer.concat(bytes).toString('base64url')
}

/** What was sealed; undefined when it was changed, moved, or sealed with another key. */
export function unseal(key: Secret, bound: string, sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < nonceLength + tagLength) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key.reveal(), bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
  decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(bytes.length - tagLength))
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength)),
      decipher.final(),
    ])
  } catch {
    return undefined
  }
}
