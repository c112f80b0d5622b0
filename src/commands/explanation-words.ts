import type { Explanation } from '../core/senders/explanation.ts'
import type { SourceSaid } from '../core/senders/judged.ts'
import type { Way } from '../core/senders/ways.ts'
import { text } from './output.ts'

/** What is said of a sender now, or would be if it were acted on, in a sentence. */
export function verdictSentence(value: Readonly<Record<string, unknown>>): string {
  const of = (name: string): string => text(value[name])
  const told = `told ${of('code')} ${of('status')} (${of('reason')}, ${of('reference')}); way out: ${of('path')}, to act: ${of('who')}`
  if (value['mode'] !== 'observe' && value['action'] === 'pass' && value['wouldBe'] !== undefined)
    return `${of('ip')} passes: the judgement only observes (reputation.mode); in enforce mode it would be ${told}`
  if (value['mode'] !== 'observe')
    return `${of('ip')} ${value['action'] === 'pass' ? 'passes' : `is ${told}`}`
  const would = value['wouldBe'] === 'pass' ? 'pass as well' : `be ${told}`
  return `${of('ip')} passes: nothing is refused at present, this receiver only observes (policy.mode); in enforce mode it would ${would}`
}

/** What the judgement knows of a sender, in lines for an operator's terminal. */
export function judgedLines(explanation: Explanation): readonly string[] {
  const {
    standing,
    rule,
    bounds,
    line,
    prior,
    counters = [],
    sources = [],
    onlySource = null,
    concerns = [],
    ways = [],
    vouches = 0,
    forecast,
  } = explanation
  if (standing === undefined || bounds === undefined || prior === undefined || rule === undefined) return []
  const name = explanation.name?.text ?? (explanation.name?.kind === 'none' ? 'none' : 'not known')
  const seen =
    typeof explanation.firstSeen === 'string'
      ? `first heard of ${explanation.firstSeen}, last ${explanation.lastSeen ?? ''}`
      : 'never heard of'
  return [
    `grade       ${standing.grade}: ${seen}`,
    `name        ${name}${explanation.home ? `; its mail is authenticated for ${explanation.home}` : ''}`,
    `rule        ${rule}${standing.key === null ? '' : ` (as of ${standing.key})`}`,
    `budget      ${budgetWords(standing.budget)}`,
    ...(forecast === undefined
      ? []
      : [
          `forecast    agreed: raises the budget to ${forecast.perHour ?? 0} an hour, ${forecast.perDay ?? 0} today, until ${forecast.until}`,
        ]),
    `unwanted    ${percent(bounds.mean)} of its mail, between ${percent(bounds.lower)} and ${percent(bounds.upper)}; expected before: ${percent(prior.mean)}`,
    `line        listed when the lower bound is over ${percent(line ?? 0)}; earlier listings: ${explanation.recurrence ?? 0}`,
    `counters    ${counters.length === 0 ? 'nothing counted' : counters.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`,
    ...(sources.length === 0 ? [] : [`sources     ${sources.map(saidWords).join('; ')}`]),
    ...(onlySource === null
      ? []
      : [`held back   only ${onlySource} speaks for a listing; the other sources do not bear it out`]),
    ...(concerns.length === 0
      ? []
      : [`weighs      ${concerns.map(({ kind, direction }) => `${kind} (${direction})`).join(', ')}`]),
    ...(vouches === 0
      ? []
      : [`vouches     ${vouches} of recipients for its network; such mail passes, to them alone`]),
    ...(ways.length === 0 ? [] : [`ways out    ${ways.map(wayWords).join('; ')}`]),
  ]
}

function saidWords({ source, ...counts }: SourceSaid): string {
  const said = Object.entries(counts).filter(([, count]) => count > 0)
  return `${source}: ${said.map(([kind, count]) => `${kind} ${count}`).join(', ')}`
}

function budgetWords(budget: NonNullable<Explanation['standing']>['budget']): string {
  if (budget === null) return 'none: it may send what it likes'
  if (budget.kind === 'hourly')
    return `${budget.perHour} ${budget.perHour === 1 ? 'message' : 'messages'} an hour, about ${budget.left} left`
  return `a first message passes when it is tried again after ${budget.waitMinutes} minutes, the next after ${budget.spacingMinutes}`
}

function wayWords({ kind, at, url, test }: Way): string {
  const until = at === undefined ? '' : kind === 'clean' ? `, in full at ${at} at the latest` : ` until ${at}`
  return `${wayNames[kind]}${until}${url ?? ''}${test ?? ''}`
}

const wayNames: Readonly<Record<Way['kind'], string>> = {
  portal: 'the sender removes it itself',
  review: 'the sender asks, and a person decides',
  'third-party': 'whoever decides on removal: ',
  test: 'the test passes: ',
  wait: 'wait',
  retry: 'its server tries again by itself',
  clean: 'wanted mail widens the budget',
  'stop-unwanted': 'the unwanted mail stops',
  'clean-list': 'mailboxes that do not exist are left out',
  'slow-down': 'fewer attempts',
  'reverse-name': 'a reverse name that points back',
  helo: 'a HELO name of its own',
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
