import { doubled, parseTagList, tagOf } from './tag-list.ts'

/**
 * A DMARC policy record (RFC 9989 §4.7): the TXT record at `_dmarc.<domain>` in which the owner of a domain says what to do with mail that
 * carries the domain in From and is not authenticated for it.
 */
export const dmarcPolicies = ['none', 'quarantine', 'reject'] as const
export type DmarcPolicy = (typeof dmarcPolicies)[number]

export interface DmarcRecord {
  /** `p=`: for the domain and, without `sp=`, what is below it. */
  readonly policy: DmarcPolicy
  /** `sp=`: for names below that exist. */
  readonly subdomainPolicy?: DmarcPolicy | undefined
  /** `np=`: for names below that do not exist. */
  readonly nonexistentPolicy?: DmarcPolicy | undefined
  /** `psd=`: whether the domain is one under which others register. */
  readonly publicSuffix: 'y' | 'n' | 'u'
  /** `aspf=`, `adkim=`: `s` wants the very domain, `r` the same organization. */
  readonly spfAlignment: 'r' | 's'
  readonly dkimAlignment: 'r' | 's'
  /** `t=y`: one step milder than it says. */
  readonly isTesting: boolean
  /** Mailboxes that aggregate reports go to. */
  readonly reportsTo: readonly string[]
  /** URIs of `rua=` and `ruf=` that nobody can write to. */
  readonly strangeUris: readonly string[]
  /** Tags of RFC 7489 that no longer mean anything: `pct rf ri`. */
  readonly removed: readonly string[]
  /** Other tags that nobody knows, and text that is no tag. */
  readonly unknown: readonly string[]
  /** Tags whose value is none of theirs; they count as absent. */
  readonly wrong: readonly string[]
}

const removedTags = ['pct', 'rf', 'ri']
const knownTags = ['v', 'p', 'sp', 'np', 'psd', 'adkim', 'aspf', 't', 'rua', 'ruf', 'fo', ...removedTags]

/** Whether the text is one at all: `v=DMARC1` in exactly these letters comes first (§4.7). */
export function isDmarc(text: string): boolean {
  return /^\s*v\s*=\s*DMARC1\s*(?:;|$)/.test(text)
}

/** Reads a record that `isDmarc`; undefined when it has no policy that anybody could follow and no address to report to (§4.7). */
export function parseDmarc(text: string): DmarcRecord | undefined {
  const list = parseTagList(text)
  const wrong: string[] = []
  const choice = <Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined => {
    const value = tagOf(list, name)
    if (value === undefined) return undefined
    const found = choices.find((each) => each === value.toLowerCase())
    if (found === undefined) wrong.push(name)
    return found
  }
  const policy = choice('p', dmarcPolicies)
  const subdomainPolicy = choice('sp', dmarcPolicies)
  const nonexistentPolicy = choice('np', dmarcPolicies)
  const reports = urisOf(tagOf(list, 'rua'))
  const failures = urisOf(tagOf(list, 'ruf'))
  // Without a policy, or with one that cannot be read, it is `none` as long as somebody wants reports.
  if ((policy === undefined || wrong.length > 0) && reports.mailboxes.length === 0) return undefined
  const isReadable = policy !== undefined && wrong.length === 0
  const names = list.tags.map(({ name }) => name)
  return {
    policy: isReadable ? policy : 'none',
    ...(isReadable ? { subdomainPolicy, nonexistentPolicy } : {}),
    publicSuffix: choice('psd', ['y', 'n', 'u']) ?? 'u',
    spfAlignment: choice('aspf', ['r', 's']) ?? 'r',
    dkimAlignment: choice('adkim', ['r', 's']) ?? 'r',
    isTesting: choice('t', ['y', 'n']) === 'y',
    reportsTo: reports.mailboxes,
    strangeUris: [...reports.strange, ...failures.strange],
    removed: names.filter((name) => removedTags.includes(name)),
    unknown: [...names.filter((name) => !knownTags.includes(name)), ...list.strange, ...doubled(list)],
    wrong: policy === undefined && !wrong.includes('p') ? ['p', ...wrong] : wrong,
  }
}

/** `mailto:` URIs, separated by commas (RFC 9990). */
function urisOf(text: string | undefined): { readonly mailboxes: string[]; readonly strange: string[] } {
  const mailboxes: string[] = []
  const strange: string[] = []
  for (const uri of (text ?? '').split(',').map((each) => each.trim())) {
    // RFC 7489 had a size limit behind an exclamation mark; who still writes it means the mailbox before it.
    const mailbox = /^mailto:([^@\s,!?]+@[a-z0-9._-]+)(?:![0-9]+[kmgt]?)?$/i.exec(uri)?.[1]
    if (mailbox !== undefined) mailboxes.push(mailbox)
    else if (uri !== '') strange.push(uri)
  }
  return { mailboxes, strange }
}
