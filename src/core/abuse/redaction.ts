import { mac, type Secret } from '../../base/secret.ts'

/**
 * Mailboxes in what the owner of an account is shown, made unknowable (RFC 6590): the same mailbox has the same token in one incident, so
 * that one can see whether many were written to, and nobody without the key finds out who.
 */
const mailbox = /[^\s@<>"'(),;:[\]]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?/gi

/** The text without any mailbox but those of `keep` (domains of ours). `scope`: tokens of two scopes cannot be compared. */
export function redacted(text: string, key: Secret, scope: string, keep: readonly string[] = []): string {
  return text.replaceAll(mailbox, (found) => {
    const domain = found.slice(found.lastIndexOf('@') + 1).toLowerCase()
    return keep.some((ours) => domain === ours.toLowerCase()) ? found : redactedMailbox(found, key, scope)
  })
}

/** `7Hq2…@redacted.invalid`: RFC 6590 §2 redacts with a keyed hash; the domain goes as well, for it may be a person's own. */
export function redactedMailbox(text: string, key: Secret, scope: string): string {
  const token = mac(key, `redaction\0${scope}\0${text.toLowerCase()}`, 9).toString('base64url')
  return `${token}@redacted.invalid`
}
