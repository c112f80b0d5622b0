import { reportOutcomes } from '../../core/abuse/report.ts'
import type { PublicCount, PublicMonth } from '../../core/abuse/transparency.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { count } from '../ui/moment.ts'
import { stackedBars } from '../ui/stacked-bars.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'

/** What became of the reports, by month: a picture, the table behind it, and the same for programs. */
export function transparencyPage(view: View, months: readonly PublicMonth[]): Page {
  const words = view.words.desk.transparency
  return {
    title: words.title,
    description: words.lead,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${months.length === 0 ? html`<p class="empty">${words.none}</p>` : figures(view, months)}
      <p>${words.means}</p>
      <p>${words.rounding}</p>
      <p>
        <a href="${view.link(routes.report.start.href())}">${words.report}</a> ·
        <a href="${routes.api.href()}/transparency">${words.json}</a>
      </p>`,
  }
}

function figures(view: View, months: readonly PublicMonth[]): Html {
  const words = view.words.desk.transparency
  const said = (value: PublicCount): string => (value === 'few' ? words.few : count(view.language, value))
  return html`${stackedBars({
      label: words.picture,
      bars: months.toReversed().map(barOf),
      scale: [months.at(-1)?.month ?? '', months[0]?.month ?? ''],
      key: { good: words.reportsActed, rest: words.reportsOther },
    })}
    ${table({
      caption: words.title,
      quiet: true,
      stack: true,
      head: [
        words.month,
        words.reports,
        words.incidents,
        words.acted,
        words.suspended,
        words.released,
        words.median,
      ],
      numbers: [1, 2, 3, 4, 5, 6],
      rows: months.map((each) => [
        each.month,
        ...[each.reports, each.incidents, each.acted, each.suspended, each.released].map(said),
        each.medianHours === null ? words.notSaid : words.hours(count(view.language, each.medianHours)),
      ]),
    })}
    <h2>${words.outcomes}</h2>
    ${table({
      caption: words.outcomes,
      quiet: true,
      stack: true,
      head: [words.month, ...reportOutcomes.map((name) => view.words.desk.outcomes[name]), words.open],
      numbers: [1, 2, 3, 4, 5, 6],
      rows: months.map(({ month, outcomes }) => [
        month,
        ...reportOutcomes.map((name) => said(outcomes[name])),
        said(outcomes.open),
      ]),
    })}`
}

/** Fewer than ten are drawn as five: the picture tells no more than the table. */
function barOf({ reports, outcomes }: PublicMonth): { readonly rest: number; readonly good: number } {
  const size = (value: PublicCount): number => (value === 'few' ? 5 : value)
  const good = Math.min(size(outcomes.acted), size(reports))
  return { good, rest: size(reports) - good }
}
