import { parseTagList, tagOf, doubled } from './tag-list.ts'

/**
 * MTA Strict Transport Security (RFC 8461): a domain says by TXT that it has a policy, and by HTTPS which mail hosts must be reached with a
 * good certificate. TLS reporting (RFC 8460) says where failures are told.
 */
export interface StsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** Seconds. */
  readonly maxAge: number
  /** Patterns: a host name, or `*.` and one, which stands for one label. Lower case. */
  readonly hosts: readonly string[]
}

export function isStsRecord(text: string): boolean {
  return /^v=STSv1\s*(?:;|$)/.test(text)
}

/** The policy's id from the TXT record: 1 to 32 letters and digits (§3.1); undefined where it has none. */
export function stsId(text: string): string | undefined {
  const id = tagOf(parseTagList(text), 'id')
  return id !== undefined && /^[a-z0-9]{1,32}$/i.test(id) ? id : undefined
}

/** About a year (§3.2). */
const longestAge = 31_557_600

/** Reads the policy document; else the name of the line that is missing or wrong. Lines that nobody knows are passed over. */
export function parseStsPolicy(text: string): StsPolicy | 'version' | 'mode' | 'max_age' | 'mx' {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const]
  })
  const first = (wanted: string): string | undefined => lines.find(([name]) => name === wanted)?.[1]
  if (lines[0]?.[0] !== 'version' || first('version') !== 'STSv1') return 'version'
  const mode = first('mode')
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return 'mode'
  const age = first('max_age') ?? ''
  if (!/^\d{1,10}$/.test(age) || Number(age) > longestAge) return 'max_age'
  const hosts = lines
    .filter(([name]) => name === 'mx')
    .map(([, value]) => value.toLowerCase().replace(/\.$/, ''))
  const isGood = hosts.every((host) => /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(host))
  if (!isGood || (hosts.length === 0 && mode !== 'none')) return 'mx'
  return { mode, maxAge: Number(age), hosts }
}

/** §4.1: the star stands for exactly one label. */
export function matchesSts(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return host === pattern
  return (
    host.endsWith(pattern.slice(1)) &&
    !host.slice(0, 1 - pattern.length).includes('.') &&
    host.length > pattern.length - 1
  )
}

export function isTlsReport(text: string): boolean {
  return /^v=TLSRPTv1\s*(?:;|$)/.test(text)
}

/** Where failures are told: `mailto:` and `https:` URIs (RFC 8460 §3). Empty when the record names none that can be used. */
export function tlsReportUris(text: string): readonly string[] {
  const list = parseTagList(text)
  if (doubled(list).includes('rua')) return []
  const uris = (tagOf(list, 'rua') ?? '').split(',').map((uri) => uri.trim())
  return uris.filter((uri) => /^(?:mailto:[^@\s]+@[a-z0-9.-]+|https:\/\/[a-z0-9.-]+\S*)$/i.test(uri))
}
