/**
 * What a trace field says of TLS between two servers: the protocol word (RFC 3848: `ESMTPS` and `ESMTPSA` were encrypted), and where the
 * server writes them the version and the cipher, each program in its own way. Version as `TLSv1.3`.
 */
export interface HopTls {
  readonly version: string
  readonly cipher: string | null
}

/** Undefined where the field says nothing of it; `unencrypted` where the word is one for a plain connection. */
export function tlsOfReceived(value: string): HopTls | 'encrypted' | 'unencrypted' | undefined {
  const text = value.slice(0, 4096)
  const version = /\b(?:using |version=|\()?(TLS ?v?1(?:[._][0-3])?|SSLv[23])\b/i.exec(text)?.[1]
  if (version !== undefined) return { version: plain(version), cipher: cipherIn(text) }
  const word = /\bwith\s+(?:UTF8)?((?:E?SMTP|LMTP|HTTP)[A-Z]{0,3})\b/i.exec(text)?.[1]?.toUpperCase()
  if (word === undefined) return undefined
  if (/^(?:E?SMTP|LMTP)SA?$/.test(word) || word === 'HTTPS') return 'encrypted'
  return /^(?:E?SMTP|LMTP)A?$/.test(word) ? 'unencrypted' : undefined
}

/** `TLS1_3`, `TLSv1.3`, `TLS 1.3` → `TLSv1.3`. */
function plain(version: string): string {
  if (/^ssl/i.test(version)) return `SSLv${version.slice(-1)}`
  return `TLSv${version.replace(/^TLS ?v?/i, '').replace('_', '.')}`
}

/** Postfix `with cipher X`, Google and Exchange `cipher=X`, Exim `tls X`; Exim before 4.94 `(TLS1.3:X:256)`. */
function cipherIn(text: string): string | null {
  const found =
    /\b(?:with cipher |cipher=|\btls )([A-Za-z0-9_+-]{5,80})/.exec(text)?.[1] ??
    /TLS ?v?1[._]\d:([A-Za-z0-9_+-]{5,80})/i.exec(text)?.[1]
  return found ?? null
}
