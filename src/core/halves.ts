import { newId, newSecretText, randomId, readCrockford } from '../base/id.ts'
import { isSame, mac, type Secret } from '../base/secret.ts'

/**
 * Two-half confirmation (security 6.2): what the letter carries and what the page shows are different secrets,
 * and acting needs one of each. A scanner that opens the letter's link and submits its forms has only one half.
 * The database keeps keyed hashes.
 */

export interface Halves {
  /** The letter's half: 256 bits in the link `<site>/confirm/<id>.<link>`. */
  readonly link: string
  /** The browser's half, kept in a cookie; for a program, the `secret` of the answer. */
  readonly secret: string
  /** The half that a person types on another device: six characters, 30 bits, five tries. */
  readonly code: string
  /** What a TXT record, a file or a message must show to prove control of the address. */
  readonly proofToken: string
}

export function newHalves(): Halves {
  return {
    link: newSecretText(),
    secret: newSecretText(),
    code: randomId(6).toUpperCase(),
    proofToken: newId(),
  }
}

export function hashHalf(key: Secret, kind: 'link' | 'browser' | 'code', id: string, half: string): string {
  return mac(key, `${kind}\0${id}\0${half}`).toString('hex')
}

/** What somebody shows as the second half. */
export interface SecondHalf {
  readonly secret?: string | undefined
  readonly code?: string | undefined
}

/**
 * Whether this could be right at all. What robots type into a field when they open the link of a letter (nothing, `test`, a mailbox)
 * could not: it teaches them nothing, and counting it would let a mail scanner burn the request.
 */
export function isGuess({ secret, code }: SecondHalf): boolean {
  return (secret !== undefined && /^[A-Za-z0-9_-]{43}$/.test(secret)) || readCode(code)?.length === 6
}

/**
 * What a browser keeps that has shown the right code: 256 bits that stand for it from then on. A kept code would be a guess
 * at every page.
 */
export function passOf(key: Secret, id: string): string {
  return mac(key, `pass\0${id}`).toString('base64url')
}

/** Whether this is the browser's half, or the pass of one that has shown the code. Nobody guesses either. */
export function fitsSecret(
  key: Secret,
  { id, browserHash }: { readonly id: string; readonly browserHash: string },
  secret: string | undefined,
): boolean {
  if (secret === undefined) return false
  return (
    sameHex(hashHalf(key, 'browser', id, secret), browserHash) ||
    isSame(Buffer.from(secret), Buffer.from(passOf(key, id)))
  )
}

/** Whether this is the code of the request; who asks must count the tries. */
export function fitsCode(
  key: Secret,
  { id, codeHash }: { readonly id: string; readonly codeHash: string },
  typed: string | undefined,
): boolean {
  const code = readCode(typed)
  return code !== undefined && sameHex(hashHalf(key, 'code', id, code), codeHash)
}

function readCode(typed: string | undefined): string | undefined {
  return typed === undefined ? undefined : readCrockford(typed)?.toUpperCase()
}

/** `<id>.<link>` apart; undefined when it has not that shape. */
export function readLink(token: string): { readonly id: string; readonly link: string } | undefined {
  const match = /^([0-9a-hjkmnp-tv-z]{26})\.([A-Za-z0-9_-]{43})$/.exec(token)
  if (!match) return undefined
  const [, id = '', link = ''] = match
  return { id, link }
}

function sameHex(a: string, b: string): boolean {
  return isSame(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'))
}
