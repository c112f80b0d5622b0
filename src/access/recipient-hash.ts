import { mac, type Secret } from '../base/secret.ts'

/**
 * Recipients leave an edge as keyed hashes: of the mailbox, `=`, and of its domain, 128 bits each in base64url. With the edge's key core
 * finds what was refused in the name of one mailbox or domain, and nobody reads a mailbox out of a record. Letter case does not matter.
 */
export function recipientHash(key: Secret, mailbox: string): string {
  return `${mailboxHash(key, mailbox)}=${recipientDomainHash(key, mailbox.slice(mailbox.lastIndexOf('@') + 1))}`
}

export function mailboxHash(key: Secret, mailbox: string): string {
  return hashed(key, mailbox)
}

/** A domain has no `@`, so it never has the hash of a mailbox. */
export function recipientDomainHash(key: Secret, domain: string): string {
  return hashed(key, domain)
}

/** The two parts; undefined for what an edge has made with a key of its own. */
export function readRecipientHash(
  hash: string,
): { readonly mailbox: string; readonly domain: string } | undefined {
  const [, mailbox, domain] = /^([\w-]{22})=([\w-]{22})$/.exec(hash) ?? []
  return mailbox === undefined || domain === undefined ? undefined : { mailbox, domain }
}

function hashed(key: Secret, text: string): string {
  return mac(key, text.toLowerCase(), 16).toString('base64url')
}
