import type { Facts } from '../../base/refusal.ts'
import type { SpfStep } from '../../standards/spf.ts'

/**
 * What a check says about one thing: a name for the sentence, its facts, the records that were found and the ones to publish. Words are a
 * door's business; `topicOf` the finding's name says what it is about.
 */
export interface Finding {
  readonly name: FindingName
  readonly result: FindingResult
  readonly facts: Facts
  /** As DNS or the web gave it; a stranger's text. */
  readonly found: readonly FoundRecord[]
  /** Lines of a zone file that would mend it. */
  readonly publish: readonly string[]
  /** How SPF came to its result, term by term. */
  readonly trace?: readonly SpfStep[]
}

/** `fault`: mail suffers from it now, or will. `unknown`: it could not be found out, which says nothing against the sender. */
export const findingResults = ['pass', 'info', 'warning', 'fault', 'unknown'] as const
export type FindingResult = (typeof findingResults)[number]

export interface FoundRecord {
  /** Name in DNS, or the URL. */
  readonly name: string
  readonly type: string
  readonly text: string
}

/** What a check looks at, in the order in which people mend it. */
export const topics = [
  'standing',
  'address',
  'reverse-name',
  'helo',
  'spf',
  'dkim',
  'dmarc',
  'mail-hosts',
  'transport',
  'lists',
] as const
export type Topic = (typeof topics)[number]

/** Every finding there is, with its result. A test holds the sentences of every language against it. */
export const findings = {
  'standing.passes': 'pass',
  'standing.refused': 'fault',
  'standing.deferred': 'warning',
  'standing.would-be-refused': 'warning',
  'standing.unasked': 'unknown',
  'address.not-given': 'info',
  'address.public': 'pass',
  'address.special': 'fault',
  'address.ours': 'info',
  'reverse-name.confirmed': 'pass',
  'reverse-name.none': 'fault',
  'reverse-name.elsewhere': 'fault',
  'reverse-name.partly': 'warning',
  'reverse-name.many': 'warning',
  'reverse-name.line': 'warning',
  'reverse-name.unknown': 'unknown',
  'helo.confirmed': 'pass',
  'helo.elsewhere': 'warning',
  'helo.resolves': 'pass',
  'helo.no-address': 'fault',
  'helo.no-name': 'fault',
  'helo.literal': 'warning',
  'helo.unknown': 'unknown',
  'helo.spf-pass': 'pass',
  'helo.spf-none': 'info',
  'helo.spf-fail': 'warning',
  'helo.spf-broken': 'warning',
  'spf.pass': 'pass',
  'spf.fail': 'fault',
  'spf.softfail': 'fault',
  'spf.neutral': 'warning',
  'spf.readable': 'pass',
  'spf.none': 'fault',
  'spf.several-records': 'fault',
  'spf.syntax': 'fault',
  'spf.too-many-lookups': 'fault',
  'spf.too-many-voids': 'fault',
  'spf.too-many-hosts': 'fault',
  'spf.no-record-there': 'fault',
  'spf.unknown': 'unknown',
  'spf.budget': 'unknown',
  'spf.lookups': 'pass',
  'spf.many-lookups': 'warning',
  'spf.lookups-beyond': 'fault',
  'spf.everybody': 'fault',
  'spf.no-opinion': 'warning',
  'spf.no-end': 'warning',
  'spf.terms-after-all': 'warning',
  'spf.ptr': 'warning',
  'spf.long': 'warning',
  'spf.modifiers': 'info',
  'dkim.key': 'pass',
  'dkim.ed25519': 'info',
  'dkim.short-key': 'warning',
  'dkim.broken-key': 'fault',
  'dkim.revoked': 'fault',
  'dkim.unreadable': 'fault',
  'dkim.several-records': 'fault',
  'dkim.testing': 'warning',
  'dkim.sha1': 'fault',
  'dkim.other-service': 'fault',
  'dkim.none': 'fault',
  'dkim.not-guessed': 'info',
  'dkim.every-name': 'info',
  'dkim.unknown': 'unknown',
  'dmarc.enforced': 'pass',
  'dmarc.policy-none': 'warning',
  'dmarc.none': 'warning',
  'dmarc.several-records': 'fault',
  'dmarc.unreadable': 'fault',
  'dmarc.inherited': 'info',
  'dmarc.suffix': 'info',
  'dmarc.testing': 'warning',
  'dmarc.removed-tags': 'warning',
  'dmarc.unknown-tags': 'warning',
  'dmarc.wrong-values': 'warning',
  'dmarc.no-reports': 'info',
  'dmarc.strange-uri': 'warning',
  'dmarc.reports-refused': 'warning',
  'dmarc.reports-unknown': 'unknown',
  'dmarc.aligned': 'info',
  'dmarc.unknown': 'unknown',
  'mail-hosts.found': 'pass',
  'mail-hosts.address-only': 'warning',
  'mail-hosts.none': 'fault',
  'mail-hosts.no-domain': 'fault',
  'mail-hosts.null': 'warning',
  'mail-hosts.null-and-others': 'fault',
  'mail-hosts.no-address': 'fault',
  'mail-hosts.alias': 'fault',
  'mail-hosts.literal': 'fault',
  'mail-hosts.not-public': 'fault',
  'mail-hosts.more': 'info',
  'mail-hosts.unknown': 'unknown',
  'transport.none': 'info',
  'transport.enforced': 'pass',
  'transport.testing': 'info',
  'transport.off': 'info',
  'transport.bad-record': 'fault',
  'transport.unreachable': 'fault',
  'transport.redirect': 'fault',
  'transport.certificate': 'fault',
  'transport.bad-policy': 'fault',
  'transport.host-missing': 'fault',
  'transport.short': 'warning',
  'transport.unknown': 'unknown',
  'transport.reports': 'pass',
  'transport.no-reports': 'info',
  'transport.bad-reports': 'warning',
  'transport.dane': 'info',
  'transport.dane-partly': 'warning',
  'transport.dane-unusable': 'warning',
  'transport.no-dane': 'info',
  'transport.dane-unasked': 'info',
  'lists.clean': 'pass',
  'lists.listed': 'warning',
  'lists.refused-us': 'unknown',
  'lists.no-list': 'unknown',
  'lists.unknown': 'unknown',
} as const satisfies Readonly<Record<`${Topic}.${string}`, FindingResult>>

export type FindingName = keyof typeof findings
export const findingNames = Object.keys(findings) as readonly FindingName[]

/** What goes with a finding besides its name and facts. */
export type More = Partial<Pick<Finding, 'found' | 'publish' | 'trace'>>

export function finding(name: FindingName, facts: Facts = {}, more: More = {}): Finding {
  return { name, result: findings[name], facts, found: [], publish: [], ...more }
}

export function topicOf(name: FindingName): Topic {
  const topic = topics.find((each) => name.startsWith(`${each}.`))
  if (topic === undefined) throw new Error(`${name} is about nothing`)
  return topic
}

/** The page of the guide about a topic; `page:` and the id that the guide knows it by. */
export const guidePages: Readonly<Partial<Record<Topic, `page:${string}`>>> = {
  standing: 'page:filtering/delisting',
  'reverse-name': 'page:authentication/reverse-name',
  helo: 'page:authentication/reverse-name',
  spf: 'page:authentication/spf',
  dkim: 'page:authentication/dkim',
  dmarc: 'page:authentication/dmarc',
  transport: 'page:authentication/mta-sts',
}

const order: Readonly<Record<FindingResult, number>> = { fault: 0, warning: 1, unknown: 2, info: 3, pass: 4 }

/** The gravest result; `pass` of nothing. */
export function worstOf(list: readonly Finding[]): FindingResult {
  return list.reduce<FindingResult>(
    (worst, { result }) => (order[result] < order[worst] ? result : worst),
    'pass',
  )
}

/** What to mend, the gravest first, then in the order of the topics. */
export function toMend(list: readonly Finding[]): readonly Finding[] {
  return list
    .filter(({ result }) => result === 'fault' || result === 'warning')
    .toSorted((a, b) => order[a.result] - order[b.result] || place(a) - place(b))
}

function place({ name }: Finding): number {
  return topics.indexOf(topicOf(name))
}

/** A finding as programs get it: its topic and the page of the guide beside it. */
export interface ShownFinding extends Omit<Finding, 'name'> {
  readonly finding: FindingName
  readonly topic: Topic
  readonly guide?: string
}

export function shownFinding({ name, ...rest }: Finding): ShownFinding {
  const topic = topicOf(name)
  const guide = guidePages[topic]
  return { finding: name, topic, ...rest, ...(guide === undefined ? {} : { guide }) }
}
