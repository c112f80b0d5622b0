import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import { domainOf, type MailAddress } from '../../standards/mail-address.ts'
import type { Settings } from '../settings.ts'

/** Somebody whose mailbox is ours and has shown itself. */
export interface Recipient {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
  /** Domains that they look after, by the configuration; empty for most. */
  readonly domains: readonly string[]
}

type Admin = Settings['recipients']['admins'][number]

/** A mailbox is the same whatever the case of its letters; a `+tag` makes it another one, for not every server takes tags off. */
export function recipientKey(mailbox: string): string {
  return mailbox.toLowerCase()
}

/** Only mailboxes of our own domains are written to. Throws nothing: gives `recipients.not-ours`. */
export function mustBeOurs(domains: readonly string[], mailbox: MailAddress): Refusal | undefined {
  if (domains.includes(domainOf(mailbox))) return undefined
  return new Refusal('recipients.not-ours', { domains: domains.slice(0, 10).join(', ') })
}

/** The domains that somebody looks after: those of their mailbox, and those of the groups that their provider named. */
export function domainsLookedAfter(
  admins: readonly Admin[],
  mailbox: MailAddress,
  groups: readonly string[],
): readonly string[] {
  const theirs = admins.filter(
    (admin) =>
      (admin.mailbox !== undefined && recipientKey(admin.mailbox) === recipientKey(mailbox)) ||
      (admin.group !== undefined && groups.includes(admin.group)),
  )
  return [...new Set(theirs.flatMap(({ domains }) => domains))].toSorted()
}

/** Whether they may see and do what concerns this mailbox: it is theirs, or of a domain that they look after. */
export function mayActFor(recipient: Recipient, mailbox: MailAddress): Refusal | undefined {
  const isTheirs = recipientKey(recipient.mailbox) === recipientKey(mailbox)
  return isTheirs || recipient.domains.includes(domainOf(mailbox))
    ? undefined
    : new Refusal('recipients.not-theirs')
}

/** Whether they may see what concerns everybody of this domain. */
export function mayLookAfter(recipient: Recipient, domain: string): Refusal | undefined {
  return recipient.domains.includes(domain) ? undefined : new Refusal('recipients.not-theirs')
}
