import type { Claims } from './examination.ts'
import type { Grade } from './origin.ts'

/** A report that mail from our system abused somebody: kept first, judged later. */

/** The door that it came by. `arf`, `xarf` and `fbl` are what mail and API turn out to be; a feedback loop is one we asked for. */
export const channels = ['mail', 'web', 'api', 'arf', 'xarf', 'fbl'] as const
export type Channel = (typeof channels)[number]

/** `received`: kept, not read yet. `examining`: read; rules could not close it, a person decides. */
export const reportStates = ['received', 'examining', 'closed'] as const
export type ReportState = (typeof reportStates)[number]

export const reportOutcomes = ['acted', 'no-violation', 'not-ours', 'unproven', 'duplicate'] as const
export type ReportOutcome = (typeof reportOutcomes)[number]

/** `test`: whoever sends it tries whether we hear them; nothing is counted. */
export const lifecycles = ['live', 'test'] as const
export type Lifecycle = (typeof lifecycles)[number]

/** What sort of abuse. `restricted` is content that must not be looked at without need: sealed, a queue and a permission of its own. */
export const abuseClasses = ['spam', 'bulk', 'phish', 'malware', 'harassment', 'restricted'] as const
export type AbuseClass = (typeof abuseClasses)[number]

/** Classes that a person looks at, at once, whatever was counted. */
export const severeClasses: readonly AbuseClass[] = ['phish', 'malware', 'harassment', 'restricted']

export function isSevere(abuseClass: AbuseClass): boolean {
  return severeClasses.includes(abuseClass)
}

/** Order in which incidents are shown: the gravest first. */
export const severities = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export function severityOf(abuseClass: AbuseClass): Severity {
  switch (abuseClass) {
    case 'bulk':
      return 'low'
    case 'spam':
      return 'medium'
    case 'harassment':
      return 'high'
    case 'phish':
    case 'malware':
    case 'restricted':
      return 'critical'
  }
}

const kinds: Readonly<Record<string, AbuseClass>> = {
  abuse: 'spam',
  fraud: 'phish',
  phishing: 'phish',
  phish: 'phish',
  virus: 'malware',
  malware: 'malware',
  'opt-out': 'bulk',
  'opt-out-list': 'bulk',
  harassment: 'harassment',
  'messaging/spam': 'spam',
  'messaging/bulk_messaging': 'bulk',
  'content/phishing': 'phish',
  'content/fraud': 'phish',
  'content/malware': 'malware',
  'content/csam': 'restricted',
  'content/csem': 'restricted',
  'content/childabuse': 'restricted',
  'content/violence': 'restricted',
  'content/hatespeech': 'restricted',
  'activity/spam': 'spam',
  'activity/malware': 'malware',
  'activity/harassment': 'harassment',
  'activity/fraud': 'phish',
}

/**
 * What a report is about: what its writer chose at a form, else what the report claims, else spam. It sorts the queue and never moves a
 * counter: everybody can claim.
 */
export function classOf(chosen: AbuseClass | null, claims: Claims | null): AbuseClass {
  return chosen ?? kinds[(claims?.kind ?? '').toLowerCase()] ?? 'spam'
}

/**
 * What a report is once it is read: the door's own word, or the format that was in it. Not every feedback loop sends feedback reports:
 * some only attach the message.
 */
export function channelOf(door: Channel, claims: Claims | null, isLoop: boolean): Channel {
  if (claims?.format === 'xarf') return 'xarf'
  if (isLoop && door === 'mail') return 'fbl'
  return claims === null ? door : 'arf'
}

/**
 * What becomes of a report by itself once its origin is known; `examining` waits for its incident or for a person. What is grave and cannot
 * be read may be a letter of the police: a person reads it.
 */
export function firstStep(facts: {
  readonly hasMessage: boolean
  readonly grade: Grade
  /** Trace fields say who handed the message to its receiver. */
  readonly isDelivered: boolean
  readonly isSevere: boolean
}): Exclude<ReportOutcome, 'duplicate'> | 'examining' {
  if (!facts.hasMessage) return facts.isSevere ? 'examining' : 'unproven'
  if (facts.grade !== 'D') return 'examining'
  return facts.isDelivered ? 'not-ours' : 'unproven'
}

/** What letters to the reporter of something restricted belong to: not everybody who may know who reports may know of that. */
export function restrictedAbout({
  id,
  class: abuseClass,
}: {
  readonly id: string
  readonly class: string
}): `restricted-report:${string}` | undefined {
  return abuseClass === 'restricted' ? `restricted-report:${id}` : undefined
}
