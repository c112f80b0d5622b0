import { Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'

/** Whom a check is about, as somebody typed it. */
export interface CheckWish {
  readonly domain: string
  readonly ip?: string | undefined
  readonly selector?: string | undefined
  readonly helo?: string | undefined
}

/** Whom a check is about, read. */
export interface Subject {
  /** A-labels, lower case. */
  readonly domain: string
  readonly address: Address | undefined
  readonly selector: string | undefined
  /** A name in lower case, an address literal in brackets, or whatever was typed, cut. */
  readonly helo: string | undefined
}

/** Names that exist in no public DNS, or belong to nobody (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476 and ICANN’s `internal`). */
const specialSuffixes = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'onion',
  'alt',
  'invalid',
  'arpa',
  'lan',
  'home',
  'corp',
]

/** Reads it, or says what is wrong with it. A mailbox stands for its domain. */
export function readSubject({ domain, ip = '', selector = '', helo = '' }: CheckWish): Subject | Refusal {
  const name = readName(domain)
  if (name instanceof Refusal) return name
  const address = ip.trim() === '' ? undefined : parseAddress(ip.trim())
  if (address instanceof Refusal) return address
  const chosen = selector
    .trim()
    .toLowerCase()
    .replace(/\._domainkey(?:\..*)?$/, '')
  if (chosen !== '' && parseSelector(chosen) === undefined)
    return new Refusal('check.selector-invalid', { input: shown(selector) })
  return {
    domain: name,
    address,
    selector: chosen === '' ? undefined : chosen,
    helo: helo.trim() === '' ? undefined : shown(helo.trim().toLowerCase().replace(/\.$/, '')),
  }
}

/** Two subjects with the same key get the same report. */
export function subjectKey({ domain, address, selector, helo }: Subject): string {
  return [domain, address === undefined ? '' : formatAddress(address), selector ?? '', helo ?? ''].join(' ')
}

function readName(text: string): string | Refusal {
  const typed = text.trim()
  const input = shown(typed)
  const bare = typed.replace(/^\[(.*)\]$/, '$1')
  if (!(parseAddress(bare) instanceof Refusal) || /^[0-9.]+$/.test(bare))
    return new Refusal('domain.is-address', { input })
  const name = typed.slice(typed.lastIndexOf('@') + 1)
  const domain = parseDomain(name)
  if (domain !== undefined) {
    const suffix = specialSuffixes.find((each) => domain.endsWith(`.${each}`))
    return suffix === undefined ? domain : new Refusal('domain.special-use', { domain, suffix })
  }
  return parseDomain(name, 1) === undefined
    ? new Refusal('domain.not-a-domain', { input })
    : new Refusal('domain.single-label', { input })
}

/** A selector may have dots in it (RFC 6376 §3.1); underscores occur. */
function parseSelector(text: string): string | undefined {
  return text.length <= 120 && /^[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/.test(text)
    ? text
    : undefined
}

function shown(text: string): string {
  return text.slice(0, 100)
}
