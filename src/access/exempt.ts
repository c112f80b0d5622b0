/**
 * Mailboxes that take mail from everybody, refused senders included (contracts 10, RFC 5321 §4.5.1, RFC 2142):
 * without them the refused could not write to us.
 */
export interface ExemptMailboxes {
  /** Whole mailboxes, lower case. */
  readonly mailboxes: ReadonlySet<string>
  /** Domains with every mailbox in them, lower case. */
  readonly domains: ReadonlySet<string>
}

/** postmaster@ and abuse@ of every provider domain, every service address, and everything under the reply domain. */
export function exemptMailboxes(
  providerDomains: readonly string[],
  addresses: readonly string[],
  replyDomain: string,
): ExemptMailboxes {
  const roles = providerDomains.flatMap((domain) => [`postmaster@${domain}`, `abuse@${domain}`])
  return {
    mailboxes: new Set([...roles, ...addresses].map((mailbox) => mailbox.toLowerCase())),
    domains: new Set([replyDomain.toLowerCase()]),
  }
}

/** Whether the recipient is one of them; letter case and a `+tag` do not matter. `postmaster` alone is exempt (RFC 5321 §4.5.1). */
export function isExempt(exempt: ExemptMailboxes, recipient: string): boolean {
  const mailbox = recipient.toLowerCase()
  const at = mailbox.lastIndexOf('@')
  if (at < 0) return mailbox === 'postmaster'
  const domain = mailbox.slice(at + 1)
  if (exempt.domains.has(domain) || exempt.mailboxes.has(mailbox)) return true
  const plus = mailbox.indexOf('+')
  return plus > 0 && plus < at && exempt.mailboxes.has(`${mailbox.slice(0, plus)}@${domain}`)
}
