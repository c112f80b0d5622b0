import { Refusal } from '../base/refusal.ts'
import { parseDomain } from './domain.ts'

/**
 * Mailboxes that we write to (RFC 5321 §4.1.2, the plain part of it): a dot-atom, `@`, a domain name. Quoted
 * strings, comments, source routes, address literals, groups, lists and display names are refused, so that no
 * mail library finds a second recipient in one. A `MailAddress` comes from here only.
 */
export type MailAddress = string & { readonly [mailAddress]: true }

declare const mailAddress: unique symbol

/** Octets; RFC 5321 §4.5.3.1.1, and §4.5.3.1.3 without the angle brackets. */
const longestLocalPart = 64
const longestAddress = 254

const dotAtom = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i

/**
 * Reads one mailbox; the domain becomes A-labels in lower case, the local part stays as written. `why` of the
 * refusal: `no-at`, `local-part`, `not-ascii` (SMTPUTF8 local parts, RFC 6531), `domain` or `too-long`.
 */
export function parseMailbox(text: string): MailAddress | Refusal {
  const at = text.lastIndexOf('@')
  if (at < 0) return invalid(text, 'no-at')
  const local = text.slice(0, at)
  if (local.length > longestLocalPart) return invalid(text, 'too-long')
  if (/[\u0080-\uffff]/.test(local)) return invalid(text, 'not-ascii')
  // `=?…?=` is an encoded word (RFC 2047): some readers would decode it to another address.
  if (!dotAtom.test(local) || (local.includes('=?') && local.includes('?=')))
    return invalid(text, 'local-part')
  const domain = text.endsWith('.') ? undefined : parseDomain(text.slice(at + 1))
  if (domain === undefined) return invalid(text, 'domain')
  const address = `${local}@${domain}`
  return address.length > longestAddress ? invalid(text, 'too-long') : (address as MailAddress)
}

/** The domain of a mailbox. */
export function domainOf(address: MailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/**
 * The same mailbox: whoever reads one reads the other. RFC 5321 §2.4 leaves the case of a local part to its host, and no host is known that
 * gives two people names apart by nothing else. Dots and tags count: what they mean only the host knows, and elsewhere they are somebody else's.
 */
export function isSameMailbox(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/**
 * What budgets count by: spellings that commonly reach the same person are one (lower case, no `+tag`, no
 * dots in the local part). Never an address to write to, nor who somebody is (`isSameMailbox`).
 */
export function mailboxKey(address: MailAddress): string {
  const local = address.slice(0, address.lastIndexOf('@')).toLowerCase()
  const plus = local.indexOf('+')
  const name = plus > 0 ? local.slice(0, plus) : local
  return `${name.replaceAll('.', '')}@${domainOf(address)}`
}

/** `a…@example.org`: enough to recognise one's own mailbox, too little to learn another's. */
export function maskMailbox(address: MailAddress): string {
  return `${address.slice(0, 1)}…@${domainOf(address)}`
}

function invalid(text: string, why: string): Refusal {
  return new Refusal('mailbox.invalid', { input: text.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?'), why })
}
