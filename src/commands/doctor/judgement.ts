import { day } from '../../base/clock.ts'
import type { EngineMode } from '../../access/standing.ts'
import { ok, warning, type Finding } from './finding.ts'

/** What the judgement rests on, as the database has it; times are milliseconds since 1970, undefined where there is nothing. */
export interface JudgementSeen {
  readonly mode: EngineMode
  /** Since when the mode is what it is. */
  readonly modeSince: number | undefined
  /** When a source last told of mail as it happened. */
  readonly heardAt: number | undefined
  /** When a verdict of the content filter last counted, to the hour. */
  readonly verdictAt: number | undefined
}

/** A night without mail is no trouble, a day is. */
const quietMs = day
/** Two weeks of observing show every weekday twice, and a new sender is a known one by then. */
const longObservedMs = 14 * day

/** What the judgement lacks to be right, or to act. */
export function judgeJudgement(seen: JudgementSeen, now: number): readonly Finding[] {
  const findings = [...sourceFindings(seen, now), ...modeFindings(seen, now)]
  return findings.length === 0
    ? [ok('judgement', 'sources of mail events and the content filter are heard')]
    : findings
}

function sourceFindings({ heardAt, verdictAt }: JudgementSeen, now: number): readonly Finding[] {
  if (heardAt === undefined || now - heardAt > quietMs) {
    const since = heardAt === undefined ? 'ever, as far as events are kept' : `since ${timeOf(heardAt)}`
    return [
      warning(
        'judgement',
        `no source of mail events has told of anything ${since}: nobody is judged, and no sender earns a good name`,
        'feed it the mail log (postern ingest --format postfix --follow); docs/integrate/events.md',
      ),
    ]
  }
  if (verdictAt !== undefined && now - verdictAt <= quietMs) return []
  return [
    warning(
      'judgement',
      'mail is heard of, but within a day no verdict of a content filter: spam can be told by complaints and traps only',
      'let the filter tell of its verdicts; docs/integrate/rspamd.md',
    ),
  ]
}

function modeFindings({ mode, modeSince }: JudgementSeen, now: number): readonly Finding[] {
  if (mode !== 'observe' || modeSince === undefined || now - modeSince <= longObservedMs) return []
  const days = Math.floor((now - modeSince) / day)
  return [
    warning(
      'judgement',
      `reputation.mode has been observe for ${days} days: what the judgement finds is only written down`,
      'look at “Would have been hit” in the console; when nobody is there who should not be, set reputation.mode to defer; docs/reputation.md',
    ),
  ]
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
