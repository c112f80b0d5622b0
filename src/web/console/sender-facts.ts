import { day } from '../../base/clock.ts'
import { daysShown, type Budget } from '../../core/senders/judged.ts'
import type { Explanation } from '../../core/senders/explanation.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, definitions, literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { concernList, wayList } from '../ui/ways.ts'
import { dayBars } from './day-bars.ts'

/** What the judgement knows of one sender: everything, secret lines too. */
export function senderFacts(view: View, explanation: Explanation): Html {
  const { sender: words, rules } = view.words.judgement
  const { standing, rule, days = [] } = explanation
  if (standing === undefined || rule === undefined) return html``
  return html`<h2>${words.title}</h2>
    <p>${rules[rule]}</p>
    ${facts(view, explanation)} ${concernList(view, explanation.concerns ?? [])} ${ways(view, explanation)}
    <h2>${words.counters}</h2>
    ${counters(view, explanation)} ${sources(view, explanation)}
    <h2>${words.days}</h2>
    ${days.length === 0 ? html`<p class="empty">${words.daysEmpty}</p>` : dayBars(view, days, firstDay(view))}`
}

function firstDay({ now }: View): number {
  return now - (now % day) - (daysShown - 1) * day
}

function facts(view: View, explanation: Explanation): Html {
  const { sender: words, grades, names } = view.words.judgement
  const { standing, bounds, line = 0, prior, recurrence = 0, name, home, firstSeen, lastSeen } = explanation
  if (standing === undefined || bounds === undefined || prior === undefined) return html``
  const share = (value: number): string => percent(view, value)
  const tone = {
    trusted: 'good',
    good: 'good',
    neutral: 'quiet',
    new: 'quiet',
    poor: 'warning',
    bad: 'bad',
  } as const
  const heard =
    typeof firstSeen === 'string' && typeof lastSeen === 'string'
      ? html`${time(view, Date.parse(firstSeen))} ${words.until} ${time(view, Date.parse(lastSeen))}`
      : words.never
  return definitions([
    [words.grade, badge(tone[standing.grade], grades[standing.grade])],
    [
      words.budget,
      html`${budgetWords(view, standing.budget)}
      ${standing.key === null ? '' : html`<span class="far">${words.as(standing.key)}</span>`}`,
    ],
    [words.forecast, forecastWords(view, explanation)],
    [words.share, words.between(share(bounds.mean), share(bounds.lower), share(bounds.upper))],
    [words.line, share(line)],
    [words.prior, words.priorWords(share(prior.mean), count(view.language, prior.strength))],
    [words.recurrence, count(view.language, recurrence)],
    [words.seen, heard],
    [words.name, name?.text ? literal(visible(name.text)) : names[name?.kind ?? 'unknown']],
    [words.home, home ? literal(visible(home)) : undefined],
  ])
}

function budgetWords(view: View, budget: Budget | null): string {
  const { sender: words } = view.words.judgement
  const of = (value: number): string => count(view.language, value)
  if (budget === null) return words.noBudget
  return budget.kind === 'hourly'
    ? words.hourly(of(budget.perHour), of(budget.left))
    : words.firstTry(of(budget.waitMinutes), of(budget.spacingMinutes))
}

/** The figures of an agreed forecast that raises the budget. */
function forecastWords(view: View, { forecast }: Explanation): Html | undefined {
  const { sender: words } = view.words.judgement
  if (forecast === undefined) return undefined
  const { until, perDay = 0, perHour = 0 } = forecast
  return html`${words.forecastWords(count(view.language, perDay), count(view.language, perHour))}
  ${time(view, Date.parse(until))}`
}

function ways(view: View, { ways: list = [] }: Explanation): Html {
  if (list.length === 0) return html``
  return html`<h2>${view.words.judgement.sender.waysTitle}</h2>
    ${wayList(view, list)}`
}

function counters(view: View, { counters: list = [] }: Explanation): Html {
  const { sender: words, kinds } = view.words.judgement
  const names: Readonly<Record<string, string>> = kinds
  if (list.length === 0) return html`<p class="empty">${words.noCounters}</p>`
  return table({
    caption: words.counters,
    quiet: true,
    head: list.map(({ kind }) => names[kind] ?? kind),
    stack: true,
    rows: [list.map(({ count: value }) => count(view.language, value))],
  })
}

/** Only where several sources have spoken. */
function sources(view: View, { sources: list = [], onlySource }: Explanation): Html {
  if (list.length === 0) return html``
  const { sender: words } = view.words.judgement
  const of = (value: number): string => count(view.language, value)
  return html`${table({
    caption: words.sources,
    head: [
      words.source,
      words.wanted,
      words.unwanted,
      words.recipients,
      words.unknown,
      words.traps,
      words.complaints,
    ],
    stack: true,
    rows: list.map(({ source, wanted, unwanted, recipients, unknown, traps, complaints }) => [
      literal(visible(source)),
      ...[wanted, unwanted, recipients, unknown, traps, complaints].map(of),
    ]),
  })}
  ${onlySource ? html`<p>${words.onlySource(visible(onlySource))}</p>` : html``}`
}

/** `31.5%`, as the language writes it. */
export function percent({ language }: View, share: number): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share)
}
