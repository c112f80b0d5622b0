import { mac, type Secret } from '../base/secret.ts'
import type { MailAddress } from '../standards/mail-address.ts'

/** What stands for a mailbox once it was erased: the same for the same mailbox, under a name that no mail can reach (RFC 2606 §2). */

const domain = 'erased.invalid'

/** What the audit calls a person who was exported or erased: keyed, 80 bits. */
export function pseudonymOf(key: Secret, mailbox: string): string {
  return mac(key, `person\0${mailbox.toLowerCase()}`, 10).toString('hex')
}

export function tombstoneOf(key: Secret, mailbox: string): MailAddress {
  return `${pseudonymOf(key, mailbox)}@${domain}` as MailAddress
}

export function isTombstone(mailbox: string): boolean {
  return mailbox.endsWith(`@${domain}`)
}
