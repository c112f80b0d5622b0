import type { DeskDay, DeskFigures } from '../../core/abuse/statistics.ts'
import { html, type Html } from '../ui/html.ts'
import { count, span } from '../ui/moment.ts'
import { stackedBars } from '../ui/stacked-bars.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { barCell } from './bars.ts'
import { date } from './day-bars.ts'
import { classWords, deskTabs, outcomeWords } from './desk-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'
import { tabs } from '../ui/tabs.ts'

export const deskFiguresRoute: ConsoleRoute = {
  method: 'GET',
  path: places.deskFigures.pattern,
  permission: 'abuse.read',
  safe: true,
  handle: figuresPage,
}

const spans = [30, 90] as const

async function figuresPage({ view, actor, actions, query }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.desk
  const days = spans.find((each) => String(each) === query.get('days')) ?? 30
  const figures = await actions.deskFigures(actor, { days })
  return {
    title: words.statistics,
    body: html`<h1>${words.statistics}</h1>
      <p class="lead">${words.figures.lead}</p>
      ${deskTabs(view)}
      ${tabs(
        words.figures.span,
        spans.map((each) => ({
          href: places.deskFigures.href({ days: each }),
          words: words.figures.spans[each],
          here: each === days,
        })),
      )}
      ${bars(
        view,
        figures.days,
        words.figures.reportsByDay,
        ({ reports, loops }) => [reports - loops, loops],
        [words.figures.othersKey, words.figures.loopsKey],
      )}
      ${bars(
        view,
        figures.days,
        words.figures.incidentsByDay,
        ({ incidents, acted }) => [incidents - acted, acted],
        [words.figures.notActedKey, words.figures.actedKey],
      )}
      ${dayTable(view, figures)}
      <div class="columns">
        <section>
          <h2>${words.figures.outcomes}</h2>
          ${shares(
            view,
            words.figures.outcomes,
            words.figures.outcome,
            Object.entries(figures.outcomes).map(([name, value]) => [
              name === 'open' ? words.figures.stillOpen : outcomeWords(view, name),
              value,
            ]),
          )}
        </section>
        <section>
          <h2>${words.figures.classes}</h2>
          ${shares(
            view,
            words.figures.classes,
            words.class,
            [...figures.classes].map(([name, value]) => [classWords(view, name), value]),
          )}
        </section>
      </div>
      <p class="export">${words.figures.export} <a href="${places.exportFigures.href()}">CSV</a></p>`,
  }
}

/** Two figures of each day, the second at the bottom. The table below has the same. */
function bars(
  view: View,
  days: readonly DeskDay[],
  caption: string,
  of: (each: DeskDay) => readonly [rest: number, good: number],
  key: readonly [rest: string, good: string],
): Html {
  return html`<h2>${caption}</h2>
    ${stackedBars({
      label: caption,
      bars: days.map((each) => ({ rest: of(each)[0], good: of(each)[1] })),
      scale: [date(days[0]?.at ?? view.now), date(view.now)],
      key: { rest: key[0], good: key[1] },
    })}`
}

function dayTable(view: View, figures: DeskFigures): Html {
  const words = view.words.desk.figures
  const of = (value: number): string => count(view.language, value)
  const cells = ({ reports, loops, incidents, acted, medianMs }: Omit<DeskDay, 'at'>): string[] => [
    ...[reports, loops, incidents, acted].map(of),
    medianMs === null ? words.none : span(view.language, medianMs),
  ]
  const { days } = figures
  const loops = days.reduce((sum, each) => sum + each.loops, 0)
  return html`<details>
    <summary>${view.words.common.table}</summary>
    ${table({
      caption: words.caption,
      quiet: true,
      head: [words.day, words.reports, words.loops, words.incidents, words.acted, words.median],
      numbers: [1, 2, 3, 4],
      rows: [
        [words.spans[days.length === 90 ? 90 : 30], ...cells({ ...figures, loops })],
        ...days.toReversed().map((each) => [date(each.at), ...cells(each)]),
      ],
    })}
  </details>`
}

function shares(
  view: View,
  caption: string,
  name: string,
  counts: readonly (readonly [name: string, count: number])[],
): Html {
  const words = view.words.desk.figures
  const most = Math.max(0, ...counts.map(([, value]) => value))
  return table({
    caption,
    quiet: true,
    head: [name, words.count, ''],
    numbers: [1],
    rows: counts
      .toSorted(([, a], [, b]) => b - a)
      .map(([each, value]) => [each, count(view.language, value), barCell(value, most)]),
    empty: words.none,
  })
}
