import { parseDomain } from '../standards/domain.ts'

/** What a recipient address means here. */
export type Route =
  /** `delist+<tag>@replyDomain`: proves the mailbox of a delist request. */
  | { readonly kind: 'delist-tag'; readonly tag: string; readonly mailbox: string }
  /** `b+<tag>@replyDomain`: bounces of one of our letters, and replies to it. */
  | { readonly kind: 'bounce'; readonly tag: string; readonly mailbox: string }
  /** The delist mailbox, which takes forwarded bounces. */
  | { readonly kind: 'delist'; readonly mailbox: string }
  /** Every domain that takes mail has one (RFC 5321 §4.5.1). */
  | { readonly kind: 'postmaster'; readonly mailbox: string }
  /** Ours, but this door does not take its mail. */
  | { readonly kind: 'not-served' }
  | { readonly kind: 'unknown' }

export interface Routes {
  /** The delist mailbox. */
  readonly delist: string
  /** The other mailboxes of `addresses`. */
  readonly others: readonly string[]
  /** Domain of the tagged addresses. */
  readonly replyDomain: string
}

/** Reads the address of a RCPT command. Letter case does not matter: mail systems on the way fold local parts. */
export function routeOf(recipient: string, routes: Routes): Route {
  const mailbox = foldMailbox(recipient)
  if (mailbox === 'postmaster') return { kind: 'postmaster', mailbox }
  if (mailbox === foldMailbox(routes.delist)) return { kind: 'delist', mailbox }
  const at = mailbox.lastIndexOf('@')
  if (at < 1 || mailbox.slice(at + 1) !== parseDomain(routes.replyDomain, 1)) {
    return routes.others.some((other) => foldMailbox(other) === mailbox)
      ? { kind: 'not-served' }
      : { kind: 'unknown' }
  }
  const local = mailbox.slice(0, at)
  if (local === 'postmaster') return { kind: 'postmaster', mailbox }
  const [, door = '', tag = ''] = /^(delist|b)\+([0-9a-z.]{1,64})$/.exec(local) ?? []
  if (door === 'delist') return { kind: 'delist-tag', tag, mailbox }
  if (door === 'b') return { kind: 'bounce', tag, mailbox }
  return { kind: 'unknown' }
}

/** Lower case, the domain in its ASCII form. What is no mailbox stays what it is. */
function foldMailbox(mailbox: string): string {
  const folded = mailbox.trim().toLowerCase()
  const at = folded.lastIndexOf('@')
  const domain = parseDomain(folded.slice(at + 1), 1)
  return at < 0 || domain === undefined ? folded : `${folded.slice(0, at)}@${domain}`
}
