import {
  clockKinds,
  type ClockKind,
  type KindClock,
  type MonthFigures,
  type PublicClock,
  type Waits,
} from '../../core/public-clock/public-clock.ts'
import type { PublicCount } from '../../core/abuse/transparency.ts'
import { isAlwaysOpen } from '../../core/cases/calendar.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { count, length, share, span } from '../ui/moment.ts'
import { definitions } from '../ui/notice.ts'
import { stackedBars } from '../ui/stacked-bars.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** How long people wait for us: pictures, the tables behind them, and the same for programs. */
export function clockPage(view: View, clock: PublicClock): Page {
  const words = view.words.cases.clock
  return {
    title: words.title,
    description: words.lead,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${recent(view, clock)} ${backlog(view, clock)} ${targets(view, clock)}
      ${clockKinds.map((kind) => months(view, kind, clock.kinds[kind]))}
      <h2>${words.means}</h2>
      ${words.meanings.map((text) => html`<p>${text}</p>`)}
      <p>${words.counted} ${time(view, clock.at)}${view.words.common.fullStop}</p>
      <p>
        <a href="${view.link(routes.delist.start.href())}">${view.words.common.nav.delist}</a> ·
        <a href="${view.link(routes.transparency.href())}">${view.words.common.footer.transparency}</a> ·
        <a href="${routes.api.href()}/clock">${words.json}</a>
      </p>`,
  }
}

function recent(view: View, clock: PublicClock): Html {
  const words = view.words.cases.clock
  return html`<h2>${words.recent}</h2>
    ${table({
      caption: words.recent,
      quiet: true,
      stack: true,
      head: [
        words.kind,
        words.firstMedian,
        words.firstSlowest,
        words.effectMedian,
        words.effectSlowest,
        words.ended,
      ],
      numbers: [1, 2, 3, 4, 5],
      rows: clockKinds.map((kind) => {
        const { first, effect } = clock.kinds[kind].recent
        return [words.kinds[kind], ...waits(view, first), ...waits(view, effect), said(view, effect.count)]
      }),
    })}
    ${workingTimes(view, clock)}`
}

/** The same by the clock that the targets are counted with. */
function workingTimes(view: View, clock: PublicClock): Html {
  const words = view.words.cases.clock
  return table({
    caption: words.inWorkingTime,
    stack: true,
    head: [words.kind, words.firstMedian, words.effectMedian],
    numbers: [1, 2],
    rows: (['investigate', 'cases'] as const).map((kind) => {
      const { first, effect } = clock.kinds[kind].recent
      return [
        words.kinds[kind],
        spanOr(view, first.workingMedianMs, first.count),
        spanOr(view, effect.workingMedianMs, effect.count),
      ]
    }),
  })
}

function waits(view: View, { count: of, medianMs, p95Ms }: Waits): readonly string[] {
  return [spanOr(view, medianMs, of), spanOr(view, p95Ms, of)]
}

function spanOr(view: View, ms: number | null, of: PublicCount): string {
  const words = view.words.cases.clock
  if (ms !== null) return ms < 1000 ? words.atOnce : span(view.language, ms)
  return of === 0 ? words.none : words.tooFew
}

function said(view: View, value: PublicCount): string {
  return value === 'few' ? view.words.cases.clock.few : count(view.language, value)
}

function backlog(view: View, clock: PublicClock): Html {
  const words = view.words.cases.clock
  return html`<h2>${words.backlog}</h2>
    ${table({
      caption: words.backlog,
      quiet: true,
      stack: true,
      head: [words.kind, words.open, words.late, words.waiting, words.testing],
      numbers: [1, 2, 3, 4],
      rows: clockKinds.map((kind) => {
        const { open, late, waiting, testing } = clock.kinds[kind].backlog
        return [words.kinds[kind], ...[open, late, waiting, testing].map((each) => said(view, each))]
      }),
    })}`
}

function targets(view: View, clock: PublicClock): Html {
  const words = view.words.cases.clock
  const { language } = view
  const part = (value: number | null): string => (value === null ? words.tooFew : share(language, value))
  return html`<h2>${words.targets}</h2>
    <p>${isAlwaysOpen(clock.calendar) ? words.always : words.hours(hoursOf(view, clock))}</p>
    ${table({
      caption: words.targets,
      quiet: true,
      stack: true,
      head: [words.severity, words.target, words.due, words.kept],
      numbers: [1, 2, 3],
      rows: clock.targets.map(({ severity, targetMs, due, kept }) => [
        view.words.cases.severities[severity],
        length(language, targetMs),
        said(view, due),
        due === 0 ? words.none : part(kept),
      ]),
    })}
    ${definitions([
      [words.effectTarget, length(language, clock.effectTargetMs)],
      [words.appeals, said(view, clock.appeals.count)],
      [words.changed, clock.appeals.count === 0 ? words.none : part(clock.appeals.changed)],
    ])}`
}

function hoursOf(
  view: View,
  { calendar }: PublicClock,
): { readonly days: string; readonly from: string; readonly until: string; readonly zone: string } {
  const clockTime = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  const days = calendar.days.map((each) => view.words.cases.clock.weekdays[each - 1] ?? '')
  return {
    days: days.join(view.words.cases.clock.between),
    from: clockTime(calendar.from),
    until: clockTime(calendar.until),
    zone: calendar.zone,
  }
}

function months(view: View, kind: ClockKind, { months: all }: KindClock): Html {
  const words = view.words.cases.clock
  if (all.length === 0) return html``
  return html`<h2>${words.byMonth(words.kinds[kind])}</h2>
    ${picture(view, kind, all)}
    ${table({
      caption: words.byMonth(words.kinds[kind]),
      quiet: true,
      stack: true,
      head: [
        words.month,
        words.firstMedian,
        words.firstSlowest,
        words.effectMedian,
        words.effectSlowest,
        words.ended,
      ],
      numbers: [1, 2, 3, 4, 5],
      rows: all.map(({ month, first, effect }) => [
        month,
        ...waits(view, first),
        ...waits(view, effect),
        said(view, effect.count),
      ]),
    })}`
}

/** Time to the effect: the middle at the bottom, and on it what the slowest twentieth waited longer. Nothing where the table says nothing. */
function picture(view: View, kind: ClockKind, all: readonly MonthFigures[]): Html | string {
  const words = view.words.cases.clock
  if (all.every(({ effect }) => effect.medianMs === null)) return ''
  const bars = all.toReversed().map(({ effect: { medianMs, p95Ms } }) => ({
    good: medianMs ?? 0,
    rest: Math.max(0, (p95Ms ?? 0) - (medianMs ?? 0)),
  }))
  return stackedBars({
    label: words.picture(words.kinds[kind]),
    bars,
    scale: [all.at(-1)?.month ?? '', all[0]?.month ?? ''],
    key: { good: words.effectMedian, rest: words.slowestMore },
  })
}

/** The way to the page from pages that speak of waiting. */
export function clockHint(view: View): Html {
  const words = view.words.cases.clock
  return html`<p class="hint"><a href="${view.link(routes.clock.href())}">${words.title}</a></p>`
}
