import type { DnsQuestions } from './dns-answer.ts'
import { isDmarc, parseDmarc, type DmarcPolicy, type DmarcRecord } from './dmarc-record.ts'

/**
 * Which DMARC record counts for a domain (RFC 9989 §4.10): its own, else the one of its organization or of the public suffix above, found
 * by walking up the tree of names instead of asking a list of public suffixes.
 */
export interface DmarcFound {
  /** Where it stands; undefined where nobody above says anything. */
  readonly at?: string
  readonly text?: string
  readonly record?: DmarcRecord
  /** The policy for this domain: `p`, or `sp` and `np` of a record above it. */
  readonly policy?: DmarcPolicy
  /** §4.10.2. */
  readonly organization: string
  /** Names that were asked, in order. */
  readonly asked: readonly string[]
  /** Domains at which there is more than one record, or one that cannot be read: they count as having none. */
  readonly void: readonly {
    readonly at: string
    readonly why: 'several' | 'unreadable'
    readonly texts: readonly string[]
  }[]
}

/** §4.10: from here on labels are taken away one by one; longer names are cut to this first. */
const mostSteps = 8

/** `temperror` when one of the questions was not answered. `exists`: whether the domain is there at all, which `np` is about. */
export async function discoverDmarc(
  domain: string,
  exists: boolean,
  dns: Pick<DnsQuestions, 'txt'>,
): Promise<DmarcFound | 'temperror' | 'unasked'> {
  const asked: string[] = []
  const voids: DmarcFound['void'][number][] = []
  const found: { readonly at: string; readonly text: string; readonly record: DmarcRecord }[] = []
  for (const at of targets(domain)) {
    const name = `_dmarc.${at}`
    const answer = await dns.txt(name)
    if (answer === 'temperror' || answer === 'unasked') return answer
    asked.push(name)
    const texts = answer === 'no-name' ? [] : answer.filter(isDmarc)
    const [text] = texts
    if (text === undefined) continue
    const record = texts.length === 1 ? parseDmarc(text) : undefined
    if (record === undefined) {
      voids.push({ at, why: texts.length === 1 ? 'unreadable' : 'several', texts })
      continue
    }
    found.push({ at, text, record })
    // §4.10: these two end the walk.
    if (record.publicSuffix !== 'u') break
  }
  const organization = organizationOf(domain, found)
  const own = found.find(({ at }) => at === domain)
  const chosen =
    own ??
    found.find(({ at }) => at === organization) ??
    found.find(({ record }) => record.publicSuffix === 'y')
  if (chosen === undefined) return { organization, asked, void: voids }
  return {
    ...chosen,
    policy: policyOf(chosen.record, own !== undefined, exists),
    organization,
    asked,
    void: voids,
  }
}

/** The names of the walk: the domain, then what is left without its first label; a long name goes on with its last seven. */
function targets(domain: string): readonly string[] {
  const labels = domain.split('.')
  const from = labels.length >= mostSteps ? labels.slice(1 - mostSteps) : labels.slice(1)
  return [domain, ...from.map((_, index) => from.slice(index).join('.'))]
}

/** §4.10.2, in its order. */
function organizationOf(
  domain: string,
  found: readonly { readonly at: string; readonly record: DmarcRecord }[],
): string {
  const named = found.find(({ record }) => record.publicSuffix === 'n')
  if (named !== undefined) return named.at
  const suffix = found.find(({ at, record }) => record.publicSuffix === 'y' && at !== domain)
  if (suffix !== undefined) {
    const labels = suffix.at.split('.').length
    return domain
      .split('.')
      .slice(-(labels + 1))
      .join('.')
  }
  return found.at(-1)?.at ?? domain
}

/** §4.7: `sp` and `np` speak of names below the one that the record stands at. */
function policyOf(
  { policy, subdomainPolicy, nonexistentPolicy }: DmarcRecord,
  isOwn: boolean,
  exists: boolean,
): DmarcPolicy {
  if (isOwn) return policy
  const ofSubdomains = subdomainPolicy ?? policy
  return exists ? ofSubdomains : (nonexistentPolicy ?? ofSubdomains)
}
