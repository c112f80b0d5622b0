/**
 * TLSA records (RFC 6698) as SMTP uses them (DANE, RFC 7672): they stand at `_25._tcp.<MX host>` and pin the certificate of the host. They
 * count only where DNSSEC proves them; that does not show in the record.
 */
export interface TlsaRecord {
  /** Certificate usage: 2 (DANE-TA) and 3 (DANE-EE) are for mail. */
  readonly usage: number
  /** 0: the whole certificate; 1: its public key. */
  readonly selector: number
  /** 0: the data itself; 1: its SHA-256; 2: its SHA-512. */
  readonly matching: number
  readonly data: Uint8Array
}

/** Why senders pass over a record; undefined when they can use it. */
export type TlsaTrouble = 'usage' | 'selector' | 'matching' | 'length'

const digestBytes: Readonly<Record<number, number>> = { 1: 32, 2: 64 }
/** No certificate or key is shorter. */
const leastBytes = 32

export function tlsaTrouble({ usage, selector, matching, data }: TlsaRecord): TlsaTrouble | undefined {
  // RFC 7672 §3.1.3: usages 0 and 1 rest on public authorities, which mail has no agreed list of.
  if (usage !== 2 && usage !== 3) return 'usage'
  if (selector > 1) return 'selector'
  if (matching > 2) return 'matching'
  const wanted = digestBytes[matching]
  return (wanted === undefined ? data.length >= leastBytes : data.length === wanted) ? undefined : 'length'
}

/** Where the records of a mail host stand (RFC 7672 §2.2.2, port 25). */
export function tlsaName(host: string): string {
  return `_25._tcp.${host}`
}

/** As in a zone file; `most`: hexadecimal digits of the data, for a whole certificate is long. */
export function formatTlsa({ usage, selector, matching, data }: TlsaRecord, most = 128): string {
  const hex = Buffer.from(data).toString('hex')
  return `${usage} ${selector} ${matching} ${hex.length > most ? `${hex.slice(0, most)}…` : hex}`
}
