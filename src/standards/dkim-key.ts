import { createPublicKey } from 'node:crypto'
import { doubled, parseTagList, tagOf } from './tag-list.ts'

/**
 * The key that a domain publishes for its signatures (RFC 6376 §3.6.1, RFC 8301, RFC 8463): a TXT record at
 * `<selector>._domainkey.<domain>`.
 */
export interface DkimKey {
  readonly kind: 'rsa' | 'ed25519'
  /** Of the modulus; 256 for Ed25519. */
  readonly bits: number
  /** `t=y`: a receiver is asked to treat a signature as if there were none. */
  readonly isTesting: boolean
  /** `t=s`: the signer's identity must be in this very domain. */
  readonly isStrict: boolean
  /** `h=`: hashes that may be used; empty for all. */
  readonly hashes: readonly string[]
  /** `s=`: for what it may be used; `*` for everything. */
  readonly services: readonly string[]
}

/** Why a record is no key: `revoked` is an empty `p=`, said on purpose. */
export const dkimTroubles = [
  'revoked',
  'no-key',
  'bad-version',
  'unknown-kind',
  'unreadable-key',
  'tag-twice',
] as const
export type DkimTrouble = (typeof dkimTroubles)[number]

/** Whether the text claims to be a key at all. */
export function isDkimKey(text: string): boolean {
  return /^\s*v\s*=\s*DKIM1\s*(?:;|$)/i.test(text) || /(?:^|;)\s*p\s*=/.test(text)
}

export function parseDkimKey(text: string): DkimKey | DkimTrouble {
  const list = parseTagList(text)
  if (doubled(list).length > 0) return 'tag-twice'
  const version = tagOf(list, 'v')
  // §3.6.1: when it is there it comes first and is this.
  if (version !== undefined && (version !== 'DKIM1' || list.tags[0]?.name !== 'v')) return 'bad-version'
  const data = tagOf(list, 'p')?.replaceAll(/\s/g, '')
  if (data === undefined) return 'no-key'
  if (data === '') return 'revoked'
  const kind = (tagOf(list, 'k') ?? 'rsa').toLowerCase()
  if (kind !== 'rsa' && kind !== 'ed25519') return 'unknown-kind'
  const bits = bitsOf(kind, data)
  if (bits === undefined) return 'unreadable-key'
  const flags = words(tagOf(list, 't'))
  return {
    kind,
    bits,
    isTesting: flags.includes('y'),
    isStrict: flags.includes('s'),
    hashes: words(tagOf(list, 'h')),
    services: words(tagOf(list, 's') ?? '*'),
  }
}

/** Nobody has a longer key; the reader of keys is not given more. */
const longestKey = 4096

function bitsOf(kind: DkimKey['kind'], data: string): number | undefined {
  if (data.length > longestKey || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined
  const key = Buffer.from(data, 'base64')
  if (kind === 'ed25519') return key.length === 32 ? 256 : undefined
  // RFC 6376 says PKCS #1 and means what everybody publishes, SubjectPublicKeyInfo (errata 3017).
  return modulusBits(key, 'spki') ?? modulusBits(key, 'pkcs1')
}

function modulusBits(key: Buffer, type: 'spki' | 'pkcs1'): number | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key, format: 'der', type })
    return asymmetricKeyType === 'rsa' ? asymmetricKeyDetails?.modulusLength : undefined
  } catch {
    return undefined
  }
}

function words(text = ''): readonly string[] {
  return text
    .toLowerCase()
    .split(':')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
