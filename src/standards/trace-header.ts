import { isSame, mac, type Secret } from '../base/secret.ts'
import { readMessageId } from './message-id.ts'

/**
 * `X-Postern-Trace`, which our submission servers write into every message that an account of ours sends, so that a copy of it can be
 * led back to the account whoever brings it:
 *
 *     X-Postern-Trace: v=1; a=0c3f…; t=1777888800; m=5d41…
 *
 * `a` is a pseudonym of the account: 80 bits of a MAC, so that nobody outside learns a name. `t` is the time in seconds since 1970. `m`
 * is 128 bits of a MAC over pseudonym, time, Message-ID and the DKIM body hash `bh` (RFC 6376 §3.5): lifted onto another message it does
 * not verify there. HMAC-SHA-256 throughout; the writer for rspamd is `deploy/rspamd/plugins.d/postern_trace.lua`.
 */
export interface Trace {
  /** 20 hexadecimal digits. */
  readonly account: string
  /** Seconds since 1970. */
  readonly time: number
  /** 32 hexadecimal digits. */
  readonly mac: string
}

/** What the MAC covers besides what stands in the header. */
export interface Traced {
  /** In the form of `readMessageId`. */
  readonly messageId: string
  /** `bh=` of the DKIM signature, base64 without white space. */
  readonly bodyHash: string
}

/** Reads the field's value; undefined when it has not the form above. */
export function readTrace(value: string): Trace | undefined {
  const match = /^\s*v=1;\s*a=([0-9a-f]{20});\s*t=(\d{1,11});\s*m=([0-9a-f]{32})\s*;?\s*$/.exec(value)
  const [, account = '', time = '', digits = ''] = match ?? []
  return match ? { account, time: Number(time), mac: digits } : undefined
}

/** The field's value for a message that `account` sends. */
export function formatTrace(key: Secret, account: string, time: number, traced: Traced): string {
  const name = tracePseudonym(key, account)
  return `v=1; a=${name}; t=${time}; m=${traceMac(key, name, time, traced).toString('hex')}`
}

/** Whether we wrote this header for this message. */
export function isOurTrace(key: Secret, trace: Trace, traced: Traced): boolean {
  return isSame(traceMac(key, trace.account, trace.time, traced), Buffer.from(trace.mac, 'hex'))
}

/** What stands for an account in the header. Letter case of the name does not matter, as it does not to most servers. */
export function tracePseudonym(key: Secret, account: string): string {
  return mac(key, `postern-trace-account\n${account.toLowerCase()}`, 10).toString('hex')
}

function traceMac(key: Secret, account: string, time: number, { messageId, bodyHash }: Traced): Buffer {
  const id = readMessageId(messageId) ?? ''
  return mac(key, ['postern-trace/1', account, String(time), id, bodyHash].join('\n'), 16)
}
