import type { PostfixRefusal } from '../standards/postfix-log-refusal.ts'
import { reasons } from './reasons.ts'

const references: ReadonlySet<string> = new Set(Object.values(reasons).map(({ reference }) => reference))

/**
 * Whether a refusal in the log is an answer of ours, told by its end: our reference, or a case link below `site` (an origin such as
 * `https://postmaster.provider.example`). Senders choose names and mailboxes that stand in the same line: where they could pass for words
 * of ours it is none, or anybody could pass off the refusals of a harvest as ours.
 */
export function isOwnAnswer({ words, isClear }: PostfixRefusal, site: string | undefined): boolean {
  return isClear && endsAsOurs(words, site)
}

function endsAsOurs(words: string, site: string | undefined): boolean {
  const [, link, reference] =
    /(?:^|\s)(?:(https?:\/\/\S{1,400}))?(?:(?:^|\s)\(([A-Z]{3}\d{3})\))?$/.exec(words) ?? []
  if (reference !== undefined && references.has(reference)) return true
  return link !== undefined && site !== undefined && isCaseLink(link, site)
}

function isCaseLink(link: string, site: string): boolean {
  const start = `${site.replace(/\/$/, '')}/c/`
  return link.startsWith(start) && /^[A-Za-z0-9_-]{20,}$/.test(link.slice(start.length))
}
