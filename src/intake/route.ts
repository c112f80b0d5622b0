import type { ComplaintKind } from '../access/mail-event.ts'
import type { Settings } from '../core/settings.ts'
import { parseDomain } from '../standards/domain.ts'

/** What a recipient address means here. */
export type Route =
  /** `delist+<tag>@replyDomain`: proves the mailbox of a delist request. */
  | { readonly kind: 'delist-tag'; readonly tag: string; readonly mailbox: string }
  /** `b+<tag>@replyDomain`: bounces of one of our letters, and replies to it. */
  | { readonly kind: 'bounce'; readonly tag: string; readonly mailbox: string }
  /** `p+<tag>@replyDomain`: a message that somebody wants a report about. */
  | { readonly kind: 'probe'; readonly tag: string; readonly mailbox: string }
  /** `c+<tag>@replyDomain`: the thread of somebody who takes part in a case. */
  | { readonly kind: 'case'; readonly tag: string; readonly mailbox: string }
  /** `f+<tag>@replyDomain`: proves the mailbox of a form. */
  | { readonly kind: 'form-tag'; readonly tag: string; readonly mailbox: string }
  /** The delist mailbox, which takes forwarded bounces. */
  | { readonly kind: 'delist'; readonly mailbox: string }
  /** Read by the people who run this: postmaster, which every domain that takes mail has (RFC 5321 §4.5.1). */
  | { readonly kind: 'postmaster'; readonly mailbox: string }
  /** The abuse desk (RFC 2142 §2): reports of mail that left our system, kept whatever is in them. */
  | { readonly kind: 'abuse'; readonly mailbox: string }
  /** Reports of spam; `complaint` is what the mailbox means, for those that do not say it themselves. */
  | { readonly kind: 'report'; readonly complaint: ComplaintKind | undefined; readonly mailbox: string }
  | { readonly kind: 'unknown' }

export interface Routes {
  /** The delist mailbox. */
  readonly delist: string
  /** The mailbox of the abuse desk. */
  readonly abuse: string
  /** Mailboxes for reports of spam, and what each means. */
  readonly reports: readonly { readonly mailbox: string; readonly complaint: ComplaintKind | undefined }[]
  /** Domain of the tagged addresses. */
  readonly replyDomain: string
}

/** The routes of a configuration. */
export function routesOf({ addresses, mail }: Pick<Settings, 'addresses' | 'mail'>): Routes {
  return {
    delist: addresses.delist,
    abuse: addresses.abuse,
    reports: [
      { mailbox: addresses.reports, complaint: undefined },
      { mailbox: addresses.junk, complaint: 'junk' },
      { mailbox: addresses.notJunk, complaint: 'not-junk' },
      { mailbox: addresses.phish, complaint: 'phish' },
    ],
    replyDomain: mail.replyDomain,
  }
}

/** Reads the address of a RCPT command. Letter case does not matter: mail systems on the way fold local parts. */
export function routeOf(recipient: string, routes: Routes): Route {
  const mailbox = foldMailbox(recipient)
  const isAmong = (ours: readonly string[]): boolean => ours.some((each) => foldMailbox(each) === mailbox)
  if (isAmong([routes.delist])) return { kind: 'delist', mailbox }
  if (mailbox === 'postmaster') return { kind: 'postmaster', mailbox }
  if (isAmong([routes.abuse])) return { kind: 'abuse', mailbox }
  const report = routes.reports.find((each) => isAmong([each.mailbox]))
  if (report) return { kind: 'report', complaint: report.complaint, mailbox }
  const at = mailbox.lastIndexOf('@')
  if (at < 1 || mailbox.slice(at + 1) !== parseDomain(routes.replyDomain, 1)) return { kind: 'unknown' }
  const local = mailbox.slice(0, at)
  if (local === 'postmaster' || local === 'abuse') return { kind: local, mailbox }
  const [, door = '', tag = ''] = /^(delist|b|p|c|f)\+([0-9a-z.]{1,64})$/.exec(local) ?? []
  if (door === 'delist') return { kind: 'delist-tag', tag, mailbox }
  if (door === 'b') return { kind: 'bounce', tag, mailbox }
  if (door === 'c') return { kind: 'case', tag, mailbox }
  if (door === 'f') return { kind: 'form-tag', tag, mailbox }
  if (door === 'p') return { kind: 'probe', tag, mailbox }
  return { kind: 'unknown' }
}

/** Lower case, the domain in its ASCII form. What is no mailbox stays what it is. */
function foldMailbox(mailbox: string): string {
  const folded = mailbox.trim().toLowerCase()
  const at = folded.lastIndexOf('@')
  const domain = parseDomain(folded.slice(at + 1), 1)
  return at < 0 || domain === undefined ? folded : `${folded.slice(0, at)}@${domain}`
}
