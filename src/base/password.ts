import { argon2, randomBytes, type Argon2Parameters } from 'node:crypto'
import { promisify } from 'node:util'
import { isSame } from './secret.ts'

/**
 * Passwords as argon2id (RFC 9106) in the usual text form `$argon2id$v=19$m=…,t=…,p=…$salt$hash` (base64 without padding),
 * so that stronger parameters can come later without asking anybody for a new password.
 */
const run = promisify(argon2)

/** 19 MiB, two passes, one lane: the least that OWASP accepts; about 30 ms, on another thread. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }

/** Passwords beyond this are nobody's. */
const longest = 1024

/** What a password is stored as. Spellings that look the same are the same (NFKC). */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const hash = await run('argon2id', { ...cost, message: password.normalize('NFKC'), nonce, tagLength: 32 })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(nonce)}$${text(hash)}`
}

/** A hash of no password, to spend the same time on a name that does not exist. */
export const nobodysHash = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Whether this is the password of that hash; false when the hash cannot be read. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const parameters = readHash(hash)
  if (!parameters || password.length > longest) return false
  const { expected, ...rest } = parameters
  return isSame(await run('argon2id', { ...rest, message: password.normalize('NFKC') }), expected)
}

function readHash(
  hash: string,
): (Omit<Argon2Parameters, 'message'> & { readonly expected: Buffer }) | undefined {
  const [, memory, passes, parallelism, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash) ?? []
  const [nonce, expected] = [Buffer.from(salt, 'base64'), Buffer.from(tag, 'base64')]
  if (nonce.length < 8 || expected.length < 16) return undefined
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce,
    tagLength: expected.length,
    expected,
  }
}

function text(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
