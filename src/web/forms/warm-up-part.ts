import { endOf } from '../../core/forecasts/forecast.ts'
import type { WarmUpView } from '../../core/warm-ups/actions.ts'
import type { SeenDay } from '../../core/warm-ups/seen-actions.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import { stackedBars } from '../ui/stacked-bars.ts'
import { table } from '../ui/table.ts'
import { dayTime, time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

const tones = {
  asked: 'info',
  agreed: 'good',
  refused: 'warning',
  stopped: 'bad',
  over: 'info',
  withdrawn: 'info',
} as const

/** How a forecast stands, and its days beside what was seen. */
export function warmUpPart(view: View, { warmUp, days }: WarmUpView): Html {
  const words = view.words.warmUp.part
  const { state, why, changedAt } = warmUp
  const reason = why === null ? words.statesBody[state] : words.whys[why]
  return html`<h2>${words.title}</h2>
    ${notice(tones[state], html`${words.states[state]} ${time(view, changedAt)}`, html`<p>${reason}</p>`)}
    ${warmUpFacts(view, warmUp)} ${warmUpDays(view, days)}`
}

/** Whose mail it is, and the figures of the forecast. */
export function warmUpFacts(view: View, { domain, mail, forecast, units }: WarmUpView['warmUp']): Html {
  const { part: words, mails } = view.words.warmUp
  const of = (value: number): string => count(view.language, value)
  return definitions([
    [
      words.addresses,
      html`${units.map((unit, nth) => html`${nth === 0 ? '' : ' '}${literal(showPrefix(unit))}`)}`,
    ],
    [words.domain, html`<span translate="no">${visible(domain)}</span>`],
    [words.mail, mails[mail]],
    [words.from, time(view, forecast.startsAt)],
    [words.until, time(view, endOf(forecast))],
    [words.each, words.figures(of(forecast.first), of(forecast.growth), of(forecast.most))],
  ])
}

/** Bars of what was seen and what of the forecast was left, with a table of both behind. */
export function warmUpDays(view: View, days: readonly SeenDay[]): Html {
  const words = view.words.warmUp.part
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return html``
  const of = (value: number): string => count(view.language, Math.round(value))
  return html`${stackedBars({
      label: words.days,
      bars: days.map(({ forecast, seen }) => ({
        good: seen ?? 0,
        rest: Math.max(0, forecast - (seen ?? 0)),
      })),
      scale: [dateOf(first), dateOf(last)],
      key: { good: words.seen, rest: words.left },
    })}
    <details>
      <summary>${view.words.common.table}</summary>
      ${table({
        caption: words.days,
        quiet: true,
        head: [words.day, words.forecast, words.seen],
        numbers: [1, 2],
        rows: days.map((each) => [
          dayTime(view, dateOf(each)),
          of(each.forecast),
          each.seen === null ? '–' : of(each.seen),
        ]),
      })}
    </details>
    <p class="hint">${words.hint}</p>`
}

function dateOf({ at }: SeenDay): string {
  return new Date(at).toISOString().slice(0, 10)
}
