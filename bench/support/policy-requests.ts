import { listingIdOf } from '../../src/base/id.ts'
import type { ListingEntry } from '../../src/access/listing-entry.ts'
import { causeNames } from '../../src/access/reasons.ts'
import { formatAddress, type Address } from '../../src/standards/ip.ts'
import { unitOf } from '../../src/standards/prefix.ts'

/**
 * Senders for benches: 198.18.0.0/15, which is set aside for measurements (RFC 2544, RFC 6890), then /64 networks of 2001:db8::/32.
 */
const benchNetwork = 0xc6120000
const benchNetworkSize = 2 ** 17

/** The `nth` listed sender; each has its own /32 or /64. */
export function listedSender(nth: number): Address {
  if (nth < benchNetworkSize) return { family: 4, words: [benchNetwork + nth, 0, 0, 0] }
  return { family: 6, words: [0x20010db8, nth, 0, 1] }
}

/** The `nth` sender that is not listed: odd ones IPv6, even ones IPv4. */
export function cleanSender(nth: number): Address {
  if (nth % 2 === 0) return { family: 4, words: [0xc0000200 + ((nth >>> 1) % 256), 0, 0, 0] }
  return { family: 6, words: [0x20010db8, 0xf0000000 + (nth >>> 1), 0, 1] }
}

export function listingOf(nth: number, ends: number): ListingEntry {
  return {
    prefix: unitOf(listedSender(nth)),
    id: listingIdOf(1, nth),
    cause: causeNames[nth % 4] ?? 'spam',
    class: 'self-service',
    effect: 'refuse',
    ends,
  }
}

/** What Postfix 3.7 asks at RCPT, all attributes; two strings with the client's address between them. */
export function rcptRequest(message: number): readonly [head: string, tail: string] {
  const instance = `${(message % 30_000).toString(16)}.6a12b3c4.${message.toString(16)}.0`
  return [
    'request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=',
    [
      '',
      'client_name=mail.example.org',
      `client_port=${1024 + (message % 60_000)}`,
      'reverse_client_name=mail.example.org',
      'server_address=203.0.113.25',
      'server_port=25',
      'helo_name=mail.example.org',
      `sender=bounce-${message}@example.org`,
      `recipient=user${message % 5000}@provider.example`,
      'recipient_count=0',
      'queue_id=',
      `instance=${instance}`,
      'size=18231',
      'etrn_domain=',
      'stress=',
      'sasl_method=',
      'sasl_username=',
      'sasl_sender=',
      'ccert_subject=',
      'ccert_issuer=',
      'ccert_fingerprint=',
      'ccert_pubkey_fingerprint=',
      'encryption_protocol=TLSv1.3',
      'encryption_cipher=TLS_AES_256_GCM_SHA384',
      'encryption_keysize=256',
      'policy_context=',
      '',
      '',
    ].join('\n'),
  ]
}

/** Requests made before the measurement; more than the edge remembers messages, so that every one is new to it. */
const prepared = 40_000

/** One listed sender in ten requests, each time another of all the listed; the order is the same in every run. */
export function requestStream(listings: number): () => string | Buffer {
  const parts = Array.from({ length: prepared }, (_, message) => rcptRequest(message))
  const whole = parts.map(([head, tail], nth) =>
    Buffer.from(`${head}${formatAddress(cleanSender(nth))}${tail}`),
  )
  let nth = 0
  let random = 1
  return () => {
    nth = (nth + 1) % prepared
    const clean = whole[nth]
    const [head, tail] = parts[nth] ?? ['', '']
    if (nth % 10 !== 0 && clean !== undefined) return clean
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0
    return `${head}${formatAddress(listedSender(random % listings))}${tail}`
  }
}
