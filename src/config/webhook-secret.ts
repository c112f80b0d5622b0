import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The signing secret of a webhook (Standard Webhooks): `whsec_` and 24 to 64 random bytes in base64. Made on first use, mode 0600.
 * Throws with a sentence when the file holds something else.
 */
export function readWebhookSecret(file: string): string {
  makeOnce(file)
  const secret = readFileSync(file, 'utf8').trim()
  const bytes = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)
    ? Buffer.from(secret.slice('whsec_'.length), 'base64').length
    : 0
  if (bytes < 24 || bytes > 64)
    throw new Error(`${file} must hold whsec_ and the base64 of 24 to 64 random bytes`)
  return secret
}

function makeOnce(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
