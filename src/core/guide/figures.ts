import { formatReply } from '../../access/reply.ts'
import type { HighVolumeSettings } from '../../access/high-volume.ts'
import { reasonNames, reasons } from '../../access/reasons.ts'
import { day, hour } from '../../base/clock.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { limitOf } from '../limits/limits.ts'
import { stopHoldsMs } from '../outbox/letter.ts'
import { knownMs } from '../reputation/budget.ts'
import { tuningWith } from '../reputation/tuning.ts'
import type { Settings } from '../settings.ts'

/**
 * What the guide says about this installation: `{{coolDown}}` in a page becomes the value of today's configuration, so that no page can
 * be out of date. Only what senders may know has a name here.
 */
export type Figure =
  | { readonly kind: 'text' | 'literal' | 'mailbox' | 'link'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'duration'; readonly ms: number }
  /** What becomes of an unauthenticated message of a domain that sends much, and from which days on: a sentence. */
  | { readonly kind: 'high-volume'; readonly settings: HighVolumeSettings }

/** How long the link in a refusal proves an SMTP session from its address, and how long it opens (contracts 8). */
const linkProvesMs = 7 * day
const linkOpensMs = 30 * day

/** 192.0.2.45 and 2001:db8::45, for examples (RFC 5737, RFC 3849). */
const exampleAddress: Address = { family: 4, words: [0xc000022d, 0, 0, 0] }
const exampleAddress6: Address = { family: 6, words: [0x20010db8, 0, 0, 0x45] }

/** Every figure by its name. */
export function figuresOf(settings: Settings): ReadonlyMap<string, Figure> {
  const { provider, addresses, listing, reputation, delisting, retention, highVolume } = settings
  const [domain = new URL(provider.site).hostname] = provider.domains
  const tuning = tuningWith(reputation.tuning)
  const limit = (name: Parameters<typeof limitOf>[0]): Figure => count(limitOf(name, settings).count)
  const figures: Record<string, Figure> = {
    'provider.name': { kind: 'text', text: provider.name },
    'provider.domain': literal(domain),
    'provider.domains': { kind: 'list', items: provider.domains },
    'provider.site': { kind: 'link', text: provider.site },
    'addresses.postmaster': mailbox(`postmaster@${domain}`),
    ...Object.fromEntries(
      Object.entries(addresses).map(([name, text]) => [`addresses.${name}`, mailbox(text)]),
    ),
    networks: { kind: 'list', items: provider.networks.map(formatPrefix) },
    'term.first': duration(listing.termsMs[0]),
    'term.last': duration(listing.termsMs.at(-1)),
    'term.longest': duration(listing.longestMs),
    recurrence: duration(listing.recurrenceMs),
    // As long as a listing that has ended is counted, less is needed for the next.
    probation: duration(listing.recurrenceMs),
    'engineTerm.first': duration(reputation.termsMs[0]),
    'engineTerm.last': duration(reputation.termsMs.at(-1)),
    coolDown: duration(limitOf('delist.unit.day', settings).windowMs),
    'delist.perMonth': limit('delist.unit.month'),
    'letters.perDay': limit('letters.mailbox.day'),
    'letters.perMonth': limit('letters.mailbox.month'),
    'form.addresses': count(settings.support.formAddresses),
    'warmUp.addresses': count(settings.support.warmUp.addresses),
    'warmUp.days': count(settings.support.warmUp.days),
    'lookup.perDay': limit('lookup.client.day'),
    'confirmation.link': duration(delisting.linkMs),
    review: duration(delisting.reviewMs),
    watch: duration(delisting.watchMs),
    'newSender.messages': count(tuning.newBudget),
    'newSender.longest': duration(knownMs),
    'evidence.messages': count(tuning.leastMessages),
    'evidence.reporters': count(tuning.leastReporters),
    'evidence.halfLife': duration(tuning.halfLife * hour),
    'exempt.perHour': count(settings.exemptPerHour),
    'letters.stopped': duration(stopHoldsMs),
    'highVolume.now': { kind: 'high-volume', settings: highVolume },
    'highVolume.stays': duration(highVolume.staysMs),
    'highVolume.messages': count(highVolume.messages),
    'highVolume.mode': literal(highVolume.mode),
    'policy.mode': literal(settings.policy.mode),
    'judgement.mode': literal(reputation.mode),
    'retention.decisions': duration(retention.decisionsMs),
    'retention.listings': duration(retention.endedListingsMs),
    'retention.requests': duration(retention.requestsMs),
    'retention.events': duration(retention.eventsMs),
    'retention.probes': duration(retention.probesMs),
    'retention.abuseEvidence': duration(retention.abuseEvidenceMs),
    'retention.abuseReports': duration(retention.abuseReportsMs),
    'retention.sent': duration(retention.sentMs),
    'retention.cases': duration(retention.casesMs),
    'caseLink.days': duration(linkProvesMs),
    'caseLink.opens': duration(linkOpensMs),
  }
  if (provider.community !== undefined)
    figures['provider.community'] = { kind: 'link', text: provider.community }
  if (provider.messageSize !== undefined)
    figures['message.maxSize'] = { kind: 'text', text: `${provider.messageSize} MB` }
  for (const name of reasonNames) {
    const { code, status, reference } = reasons[name]
    figures[`code.${name}`] = literal(status[settings.codes])
    figures[`reply.${name}`] = literal(`${code} ${status[settings.codes]}`)
    figures[`reference.${name}`] = literal(reference)
    figures[`line.${name}`] = literal(
      formatReply(
        { reason: name, listing: null, domain: 'example.org' },
        name === 'no-reverse-name' ? exampleAddress6 : exampleAddress,
        settings.codes,
        `${provider.site}/c/...`,
      ),
    )
  }
  return new Map(Object.entries(figures))
}

/** Names that have a value in some installations only; where they have none, nothing stands in their place. */
export const optionalFigures: ReadonlySet<string> = new Set(['provider.community', 'message.maxSize'])

function literal(text: string): Figure {
  return { kind: 'literal', text }
}

function mailbox(text: string): Figure {
  return { kind: 'mailbox', text }
}

function count(value: number): Figure {
  return { kind: 'count', value }
}

function duration(ms = 0): Figure {
  return { kind: 'duration', ms }
}
