import type { DecideSettings } from '../../access/decide.ts'
import type { RateRules, Standing } from '../../access/standing.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { assess, type Assessment } from './assess.ts'
import type { Forecast } from '../forecasts/forecast.ts'
import type { Prior } from './grade.ts'
import { Book, type BookSettings } from './book.ts'
import { Brake } from './brake.ts'
import { standingOf } from './budget.ts'
import type { EvidenceKind } from './evidence.ts'
import type { Group } from './group.ts'
import { Groups } from './groups.ts'
import { MessageMemory } from './message-memory.ts'
import { raisedBy } from './raise.ts'
import { Reporters } from './reporters.ts'
import { Senders } from './senders.ts'
import type { Sender } from './sender.ts'
import type { Witness } from './witness.ts'

/** What the judgement goes by, and where it writes down what changes. */
export interface ReputationSettings extends BookSettings {
  /** Senders, and groups of them, that are kept in memory. */
  readonly mostSenders: number
  /** Where what changes is written down, told of everything that may have; what is forgotten here is recalled from there. */
  readonly writing?: {
    readonly onSender: (sender: Sender) => void
    readonly onGroup: (key: string, group: Group) => void
    /** A range was listed: its members are to be recalled, and the good ones among them let through (`spareMember`). */
    readonly onRange: (range: Prefix, now: number) => void
  }
  /** Between two removals by the sender itself. */
  readonly coolDownMs: number
  readonly decide: DecideSettings
  readonly rules: RateRules
  /** Called with everything that is counted of a sender. */
  readonly onEvidence?: (
    sender: Sender,
    kind: EvidenceKind,
    count: number,
    at: number,
    witness: Witness,
  ) => void
}

/** All that the judgement has in memory. */
export interface Mind {
  readonly settings: ReputationSettings
  readonly senders: Senders
  readonly groups: Groups
  readonly book: Book
  readonly brake: Brake
  readonly messages: MessageMemory
  readonly reporters: Reporters
  /** Steady senders on trial, and perhaps some that no longer are. */
  readonly onTrial: Set<Sender>
  /** Agreed forecasts by sender; they are told by whoever has the database, and never written down with the judgement. */
  readonly forecasts: Map<string, readonly Forecast[]>
}

export function newMind(settings: ReputationSettings): Mind {
  const { tuning, mostSenders, writing } = settings
  const groups = new Groups(tuning, mostSenders, writing?.onGroup)
  return {
    settings,
    groups,
    senders: new Senders(tuning.halfLife, mostSenders, writing?.onSender),
    book: new Book(settings, groups, writing?.onSender),
    brake: new Brake(tuning.mostListings, tuning.mostListingsHour),
    messages: new MessageMemory(),
    reporters: new Reporters(),
    onTrial: new Set(),
    forecasts: new Map(),
  }
}

/** What a sender is, for people. */
export interface Examined {
  readonly sender: Sender
  readonly assessment: Assessment
  /** Raised to its forecast, where there is one. */
  readonly standing: Standing
}

export function examined(mind: Mind, sender: Sender, now: number): Examined {
  const assessment = assessed(mind, sender, now)
  const earned = standingIn(mind, sender, assessment, now)
  const isListed = sender.listing !== undefined || mind.book.range(sender.unit, now) !== undefined
  const forecasts = mind.forecasts.get(sender.key) ?? []
  return {
    sender,
    assessment,
    standing: raisedBy(earned, { grade: assessment.grade, isListed, forecasts }, now),
  }
}

/** A sender by its own evidence, from what is known of its groups or of its own past. */
export function assessed(mind: Mind, sender: Sender, now: number): Assessment {
  return assess(sender, priorIn(mind, sender, now), mind.settings.tuning, now)
}

/** What its judgement starts from. */
export function priorIn({ groups }: Mind, sender: Sender, now: number): Prior {
  return sender.past ?? groups.priorOf(sender, now)
}

/** What the sender may do by what it has earned: forecasts are no part of it, and leave nothing behind. */
export function standingIn(
  { brake, groups, settings }: Mind,
  sender: Sender,
  assessment: Assessment,
  now: number,
): Standing {
  const around = {
    isBraked: brake.isFilterMad,
    waitSteps: groups.waitSteps(sender, now),
    coverage: groups.coverage(now),
  }
  return standingOf(sender, assessment, around, settings.tuning, now)
}
