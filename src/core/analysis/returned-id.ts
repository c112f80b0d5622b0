import type { Finding } from './analysis.ts'

/** Longest Message-ID that is carried along (RFC 5322 §2.1.1 has 998 octets for a line). */
const messageId = /^<[!-;=?-~]{1,250}>$/

/** A Message-ID with its angle brackets (RFC 5322 §3.6.4), if the text is one. */
export function readMessageId(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed !== undefined && messageId.test(trimmed) ? trimmed : undefined
}

/** How much of a bounce is looked at: the returned header stands near its beginning. */
const mostBytes = 256 * 1024

/** A finding about a bounce with the Message-ID of what it gives back. */
export function withReturnedId(finding: Finding, raw: Buffer): Finding {
  return 'links' in finding ? { ...finding, returned: returnedMessageId(raw) } : finding
}

/** The Message-ID of the message that a bounce gives back: it stands in its body, that of the bounce itself in its header. */
export function returnedMessageId(raw: Buffer): string | undefined {
  const text = raw.toString('latin1', 0, Math.min(raw.length, mostBytes))
  const body = text.search(/\r?\n\r?\n/)
  if (body < 0) return undefined
  const found = [
    ...text.slice(body).matchAll(/^[ \t>]{0,8}message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,250}>)/gim),
  ]
  return readMessageId(found.at(-1)?.[1])
}
