import type { AbuseSettings } from '../settings.ts'

/** What we know and do about one account and one class of abuse within some days. */

/**
 * `open`: reports came. `notified`: the owner was told. `suspended`: the account sends nothing. `escalated`: a person has to decide.
 * `closed`: it is over.
 */
export const incidentStates = ['open', 'notified', 'suspended', 'escalated', 'closed'] as const
export type IncidentState = (typeof incidentStates)[number]

export const incidentOutcomes = ['acted', 'no-violation', 'not-ours', 'unproven'] as const
export type IncidentOutcome = (typeof incidentOutcomes)[number]

export const actKinds = ['notify', 'suspend', 'release', 'escalate', 'would-notify', 'would-suspend'] as const
export type ActKind = (typeof actKinds)[number]

/** Why a person has to decide; `person`: somebody at the desk puts it before another. */
export type Escalation =
  | 'severe'
  | 'braked'
  | 'protected'
  | 'mode'
  | 'unlogged'
  | 'share'
  | 'too-many-releases'
  | 'person'

/** One message to one recipient that somebody reported. */
export interface Counted {
  readonly grade: string
  readonly reporter: string
  readonly organisation: string
  /** When it was reported. */
  readonly at: number
  /** When it was sent. */
  readonly sentAt: number
  readonly isTrusted: boolean
  /** When the reporter was first heard of. */
  readonly reporterSince: number
  readonly agreed: number
  readonly disagreed: number
  /** Reports of this reporter that are counted together here; 1 when missing. */
  readonly reports?: number
  /** Recipients of a trusted loop that are counted together here; 1 when missing. */
  readonly reporters?: number
}

/** What reports weigh together. */
export interface Weight {
  readonly weight: number
  readonly reports: number
  /** Reporters whose word weighs something. */
  readonly reporters: number
  readonly organisations: number
  /** Messages to recipients that the account sent in the same time; 0 when the log says nothing. */
  readonly volume: number
}

export const nothing: Weight = { weight: 0, reports: 0, reporters: 0, organisations: 0, volume: 0 }

/**
 * Weighs what is proven (grade A) of the last days: each reporter once, by how often they were right before; a mailbox that is new says
 * nothing yet, and no organization carries more than its part (security ATT-5).
 */
export function weigh(
  counted: readonly Counted[],
  about: {
    readonly now: number
    readonly since: number
    readonly volume: number
    readonly rules: AbuseSettings
  },
): Weight {
  const { now, since, volume, rules } = about
  const proven = counted.filter(({ grade, at, sentAt }) => grade === 'A' && at >= since && sentAt >= since)
  const byReporter = new Map<string, Counted>()
  for (const each of proven) if (!byReporter.has(each.reporter)) byReporter.set(each.reporter, each)
  const weighing = [...byReporter.values()].filter(
    (each) => each.isTrusted || now - each.reporterSince >= rules.newReporterMs,
  )
  const byOrganisation = new Map<string, number>()
  for (const each of weighing)
    byOrganisation.set(
      each.organisation,
      (byOrganisation.get(each.organisation) ?? 0) + (each.reporters ?? 1) * reliability(each),
    )
  const most = rules.organisations > 1 ? rules.suspendWeight / 2 : rules.suspendWeight
  const weight = [...byOrganisation.values()].reduce((sum, part) => sum + Math.min(part, most), 0)
  return {
    weight: Math.round(weight * 100) / 100,
    reports: proven.reduce((sum, { reports = 1 }) => sum + reports, 0),
    reporters: weighing.reduce((sum, { reporters = 1 }) => sum + reporters, 0),
    organisations: byOrganisation.size,
    volume,
  }
}

/** Reports up to which an incident is weighed with each of them. */
const weighedAtOnce = 1000

/**
 * In how many milliseconds an incident is weighed again after a report: with so many nothing depends on a single one, and to weigh costs as much
 * as there are. At most a minute.
 */
export function weighIn(reports: number): number {
  return reports < weighedAtOnce ? 0 : Math.min(60_000, reports)
}

/** From 1 of somebody new or always right towards 0: what turned out otherwise counts twice. */
export function reliability({
  agreed,
  disagreed,
}: {
  readonly agreed: number
  readonly disagreed: number
}): number {
  return (agreed + 2) / (agreed + 2 * disagreed + 2)
}

/**
 * What the weight asks for, whatever the mode. `isSecond`: the account was let go within thirty days, and half is enough. Many reports that
 * are few for what the account sends, and reports about an account whose mail is not in the log, are for a person.
 */
export function wantedAct(
  weight: Weight,
  rules: AbuseSettings,
  isSecond: boolean,
): 'nothing' | 'notify' | 'suspend' | Extract<Escalation, 'unlogged' | 'share'> {
  const factor = isSecond ? 0.5 : 1
  const enough = rules.suspendWeight * factor
  if (weight.weight >= enough && weight.organisations >= Math.ceil(rules.organisations * factor)) {
    if (weight.volume === 0) return 'unlogged'
    if (weight.weight / weight.volume >= rules.share * factor) return 'suspend'
    if (weight.weight >= 2 * enough) return 'share'
  }
  return weight.weight >= rules.notifyWeight * factor ? 'notify' : 'nothing'
}

/**
 * How many accounts rules may suspend in a day (security ATT-6). Where the part is less than one account, one: else nobody with fewer than
 * a thousand would be helped.
 */
export function mostSuspensions(accounts: number, rules: Pick<AbuseSettings, 'suspendedShare'>): number {
  return Math.max(1, Math.floor(accounts * rules.suspendedShare))
}

/** Whether an owner may let the account go, once the cause is removed. Grave classes and a second time are a person's to decide. */
export function mayRelease(facts: {
  readonly isSevere: boolean
  /** Releases that the owner took in the last thirty days. */
  readonly taken: number
  readonly rules: Pick<AbuseSettings, 'ownReleases'>
}): 'release' | Extract<Escalation, 'severe' | 'too-many-releases'> {
  if (facts.isSevere) return 'severe'
  return facts.taken >= facts.rules.ownReleases ? 'too-many-releases' : 'release'
}
