import type { AuthenticationTest } from '../../access/high-volume.ts'
import type { Cause, ReasonName } from '../../access/reasons.ts'
import type { BrakeWhy } from '../../access/brake.ts'

/**
 * What our letters can say, by kind. Slots hold canonical values only (an address or unit, a moment in milliseconds, a link
 * to our own site), never what somebody typed: nobody can have us send their words.
 */
export interface LetterSlots {
  'confirm-delisting': { readonly ip: string; readonly link: string; readonly expiresAt: number }
  'delisting-done': { readonly ip: string; readonly when: number; readonly statusUrl: string }
  'delisting-reviewed': Partial<ThreadSlots> & {
    readonly ip: string
    readonly outcome: 'delisted' | 'declined'
    /** When the listing ends by itself. */
    readonly until?: number | undefined
    /** Of a refusal: the test that is not passed, … */
    readonly unmet?: string | undefined
    /** … or what the desk says of it; of a removal too. */
    readonly words?: string | undefined
  }
  /** That a message to the desk has come. */
  'case-received': ThreadSlots & {
    readonly ip?: string | undefined
    /** By when a person looks at it. */
    readonly by: number
    /** Further addresses that the message has opened cases about. */
    readonly besides?: readonly string[] | undefined
    /** Those to write about in another message. */
    readonly left?: readonly string[] | undefined
  }
  /** An answer of the desk; `until`: it asks for one by then. */
  'case-answer': ThreadSlots & { readonly words: string; readonly until?: number | undefined }
  /** The block is lifted once tests pass; `isAgain`: these still do not. */
  'case-conditional': ThreadSlots & {
    readonly ip: string
    readonly tests: readonly string[]
    readonly until: number
    readonly isAgain: boolean
    readonly words?: string | undefined
  }
  /** The case has another reference; `tests`: those that were named before are run on, until then. */
  'case-moved': ThreadSlots & {
    readonly ip?: string | undefined
    readonly reference: string
    readonly tests?: readonly string[] | undefined
    readonly until?: number | undefined
  }
  /** To whoever filled in a form that opens a case: confirms that the mailbox is theirs. */
  'confirm-form': {
    readonly link: string
    readonly expiresAt: number
  }
  /** What became of a forecast (`agreed`: until when it holds). */
  'forecast-decided': ThreadSlots & {
    readonly fate: ForecastFate
    readonly until?: number | undefined
    readonly words?: string | undefined
  }
  /** How addresses of a form stand now; `until`: by when an answer is wanted, or until when tests are run. */
  'form-states': ThreadSlots & {
    readonly states: readonly { readonly prefix: string; readonly state: FormState }[]
    readonly until?: number | undefined
    readonly words?: string | undefined
  }
  /** To the postmaster of a domain that sends much: what its messages lack, and from when on that has an effect. */
  'high-volume-notice': {
    readonly domain: string
    readonly failed: readonly AuthenticationTest[]
    readonly stage: 'junk' | 'reject'
    readonly from: number
  }
  /** The short answer to a message to a probe address. */
  'probe-report': {
    readonly link: string
    /** Findings that have to be mended, and that should be. */
    readonly faults: number
    readonly warnings: number
    /** Until then the report is kept. */
    readonly expiresAt: number
  }
  /** To somebody who reported abuse by a form: confirms that the mailbox is theirs. */
  'confirm-report': { readonly link: string }
  'report-received': { readonly link: string }
  /** Nothing was attached that could be looked at. */
  'report-instructions': { readonly link: string }
  'report-closed': {
    readonly result: 'acted' | 'no-violation' | 'not-ours' | 'unproven'
    readonly link: string
    /** Who handed it over, where it was not us. */
    readonly ip?: string | undefined
    /** Where to turn about that. */
    readonly contact?: string | undefined
  }
  /** To the owner of an account of ours. */
  'account-notice': {
    readonly act: 'notify' | 'suspend' | 'release'
    readonly when: number
    readonly link: string
  }
  /** To a mailbox that says it owns address space: confirms that it is theirs, and signs them in. */
  /** To somebody who asks what is known of them. */
  'person-link': { readonly link: string; readonly expiresAt: number }
  'owner-link': { readonly link: string; readonly expiresAt: number }
  /** To a mailbox of our own: confirms that it is theirs, and signs them in. */
  'recipient-link': { readonly link: string; readonly expiresAt: number }
  /** To the abuse contact of a network, or the postmaster of a name: whether somebody is its owner. */
  'owner-contact': { readonly prefix: string; readonly link: string; readonly expiresAt: number }
  /** To the owner of a network: how the claim stands now. */
  'owner-state': {
    readonly prefix: string
    readonly state: OwnerState
    readonly link: string
  }
  /** To the operator: an incident that a person has to look at. */
  'abuse-notice': { readonly why: AbuseNotice; readonly incident: string }
  /** To the operator: addresses of ours are on a list of somebody else, or not any more. */
  'own-listing-notice': {
    readonly isListed: boolean
    /** The zone. */
    readonly domain: string
    /** Those that changed, the first of them. */
    readonly addresses: readonly string[]
    /** How many there are besides. */
    readonly others: number
  }
  /** To the operator: who would have been hit on a day, while not everything is acted on. */
  'observed-digest': {
    /** Beginning of the UTC day. */
    readonly day: number
    readonly messages: number
    readonly senders: number
    /** Those with the most messages. */
    readonly top: readonly ObservedLine[]
  }
  /** To the operator: a range that hits much wanted mail waits for a second person. */
  'proposal-notice': {
    readonly ip: string
    /** In the range, and the wanted messages of these, within three days. */
    readonly senders: number
    readonly messages: number
    /** When it is dropped if nobody agrees. */
    readonly when: number
  }
  /** To the operator: the self-incident brake of a rule was pulled or let go. */
  'brake-notice': {
    readonly rule: Cause
    readonly why: BrakeWhy
    readonly isOn: boolean
    readonly when: number
  }
}

export const forecastFates = ['agreed', 'refused', 'stopped'] as const
export type ForecastFate = (typeof forecastFates)[number]

/**
 * How one address of a deliverability form stands (SUP-14). `received`: nobody has looked. `auto-reviewed`: the rules have looked, and there is
 * nothing to lift. `mitigated`: it is let in again. `conditionally-mitigated`: as soon as the named tests pass.
 */
export const formStates = [
  'received',
  'auto-reviewed',
  'mitigated',
  'conditionally-mitigated',
  'not-qualified',
  'needs-info',
  'escalated',
  'closed',
] as const
export type FormState = (typeof formStates)[number]

/** `renew`: a contact has to confirm anew soon. `contact-gone`: the contact that confirmed is named no more. */
export const ownerStates = ['granted', 'failing', 'renew', 'contact-gone', 'ended'] as const
export type OwnerState = (typeof ownerStates)[number]

/**
 * Of letters that belong to a case: replies to them come back to its thread. `words` is the one slot that holds what somebody wrote: an operator
 * of ours, and the letter says so.
 */
export interface ThreadSlots {
  /** The participant. */
  readonly thread: string
  /** Message-IDs that it answers, oldest first. */
  readonly replies: readonly string[]
  /** Page of the thread. */
  readonly link: string
}

export interface ObservedLine {
  /** `192.0.2.45/32` */
  readonly unit: string
  readonly reason: ReasonName
  readonly messages: number
}

/** Why the operator is told of an incident. */
export const abuseNotices = [
  'severe',
  'braked',
  'protected',
  'mode',
  'unlogged',
  'share',
  'too-many-releases',
  'person',
  'replay',
] as const
export type AbuseNotice = (typeof abuseNotices)[number]

export type LetterKind = keyof LetterSlots
export const letterKinds = [
  'confirm-delisting',
  'delisting-done',
  'delisting-reviewed',
  'case-received',
  'case-answer',
  'case-conditional',
  'case-moved',
  'confirm-form',
  'form-states',
  'forecast-decided',
  'high-volume-notice',
  'probe-report',
  'observed-digest',
  'brake-notice',
  'proposal-notice',
  'confirm-report',
  'report-received',
  'report-instructions',
  'report-closed',
  'account-notice',
  'abuse-notice',
  'person-link',
  'owner-link',
  'recipient-link',
  'owner-contact',
  'owner-state',
  'own-listing-notice',
] as const satisfies readonly LetterKind[]

/** Letters to the operator's own mailbox (`notify`): nobody else's budget, and STOP does not end them. */
export const operatorKinds = [
  'observed-digest',
  'brake-notice',
  'proposal-notice',
  'abuse-notice',
  'own-listing-notice',
] as const satisfies readonly LetterKind[]
export type OperatorKind = (typeof operatorKinds)[number]

export function isOfOperator(kind: string): kind is OperatorKind {
  return operatorKinds.some((each) => each === kind)
}

/** A kind with the slots of that kind. */
export type LetterContent = {
  [K in LetterKind]: { readonly kind: K; readonly slots: LetterSlots[K] }
}[LetterKind]

/** What a language's words are made with. */
export interface About {
  readonly provider: string
  /** Host name of the site; the one link of a letter is not this. */
  readonly host: string
  /** Origin of the site. */
  readonly site: string
  readonly delistMailbox: string
  readonly abuseMailbox: string
}

/** A paragraph that is wrapped, one that stands by itself as it is, or the words of the desk, marked as such. */
export type Paragraph = string | { readonly verbatim: string } | { readonly quoted: string }

export interface Draft {
  readonly subject: string
  readonly paragraphs: readonly Paragraph[]
}

/** The letters of one language, and what ends each of them. */
export interface LetterWords {
  readonly letters: { readonly [K in LetterKind]: (slots: LetterSlots[K], about: About) => Draft }
  readonly ending: (about: About) => readonly Paragraph[]
  /** Of letters of a case, whose replies people read. */
  readonly caseEnding: (about: About) => readonly Paragraph[]
  /** Of letters to the operator. */
  readonly operatorEnding: (about: About) => readonly Paragraph[]
}
