import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { ListedCase } from '../../core/case-desk/named-actions.ts'
import { caseKinds, caseStates, severities, type Case } from '../../core/cases/case.ts'
import type { CaseSearch } from '../../core/cases/desk-actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { checkbox, hiddenField, select, submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { assigneeWords, aboutWords, caseBadge, caseClock, caseLink, handedWords } from './case-parts.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { tabs } from '../ui/tabs.ts'

export const casesRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.cases.pattern, permission: 'case.read', safe: true, handle: queuePage },
  {
    method: 'POST',
    path: places.cases.pattern,
    permission: 'case.answer',
    safe: false,
    handle: doWithChosen,
  },
]

const pageSize = 50
const views = ['live', 'open', 'waiting', 'conditional', 'closed'] as const

/** What may be done with several at once: nothing that somebody outside would notice. */
const bulkDeeds = ['assign-me', 'assign-nobody', 'snooze-24'] as const

interface Wish {
  readonly view: (typeof views)[number]
  readonly severity: Case['severity'] | undefined
  readonly kind: Case['kind'] | undefined
  readonly assigned: 'mine' | 'nobody' | undefined
  readonly asleep: boolean
  readonly text: string
  readonly from: number
}

function readWish(query: Fields): Wish {
  const oneOf = <T extends string>(known: readonly T[], name: string): T | undefined =>
    known.find((each) => each === query.get(name))
  const from = query.get('from') ?? ''
  return {
    view: oneOf(views, 'state') ?? 'live',
    severity: oneOf(severities, 'severity'),
    kind: oneOf(caseKinds, 'kind'),
    assigned: oneOf(['mine', 'nobody'], 'assigned'),
    asleep: query.get('asleep') === 'yes',
    text: (query.get('about') ?? '').trim().slice(0, 64),
    from: /^\d{1,6}$/.test(from) ? Number(from) : 0,
  }
}

function searchOf(wish: Wish): CaseSearch {
  const { view, severity, kind, assigned, asleep, text, from } = wish
  const address = text === '' ? undefined : parseAddress(text)
  const about =
    address === undefined ? undefined : address instanceof Refusal ? text : formatPrefix(unitOf(address))
  const states = view === 'live' ? caseStates.filter((state) => state !== 'closed') : [view]
  return { states, severity, kind, assigned, about, asleep, offset: from, limit: pageSize + 1 }
}

async function queuePage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.cases
  const wish = readWish(query)
  const found = await actions.listCases(actor, searchOf(wish))
  return {
    title: words.title,
    body: html`${doneNotice(view, query)}
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${tabs(
        words.title,
        views.map((each) => ({
          href: places.cases.href({ ...queryOf(wish), state: each, from: undefined }),
          words: words.stateTabs[each],
          here: each === wish.view,
        })),
      )}
      ${filters(view, wish)} ${list(visit, found.slice(0, pageSize), wish)}
      ${pager(view, wish, found.length > pageSize)}`,
  }
}

function queryOf(wish: Wish): Readonly<Record<string, string | number | undefined>> {
  return {
    state: wish.view,
    severity: wish.severity,
    kind: wish.kind,
    assigned: wish.assigned,
    asleep: wish.asleep ? 'yes' : undefined,
    about: wish.text || undefined,
    from: wish.from || undefined,
  }
}

function filters(view: View, wish: Wish): Html {
  const words = view.words.cases
  const any = ['', words.any] as const
  return html`<form class="filters" action="${places.cases.href()}">
    ${hiddenField('state', wish.view)}
    ${textField(view, { name: 'about', type: 'search', label: words.about, value: visible(wish.text), maxlength: 64, size: 'medium', autocomplete: 'off' })}
    ${select(view, { name: 'severity', label: words.severity, value: wish.severity ?? '', options: [any, ...severities.map((each) => [each, words.severities[each]] as const)] })}
    ${select(view, { name: 'kind', label: words.kind, value: wish.kind ?? '', options: [any, ...caseKinds.map((each) => [each, words.kinds[each]] as const)] })}
    ${select(view, { name: 'assigned', label: words.assigned, value: wish.assigned ?? '', options: [any, ['mine', words.mine], ['nobody', words.unassigned]] })}
    ${checkbox(view, { name: 'asleep', label: words.asleep, checked: wish.asleep })}
    ${submit(words.show, 'quiet')}
  </form>`
}

/** For those who may, a form around the table. */
function list(visit: OperatorVisit, cases: readonly ListedCase[], wish: Wish): Html {
  const { view, actor } = visit
  const words = view.words.cases
  const mayChoose = may(actor, 'case.answer') && cases.length > 0 && wish.view !== 'closed'
  const isFiltered = wish.severity ?? wish.kind ?? wish.assigned ?? (wish.text || undefined)
  const rows = table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [
      words.about,
      words.due,
      words.state,
      words.severity,
      words.kind,
      words.opened,
      words.assignee,
      ...(mayChoose ? [words.select] : []),
    ],
    rows: cases.map((it) => [
      caseLink(view, it),
      caseClock(view, it),
      caseBadge(view, it),
      words.severities[it.severity],
      words.kinds[it.kind],
      when(view, it.openedAt),
      html`${assigneeWords(view, it)} ${handedWords(view, it)}`,
      ...(mayChoose
        ? [
            html`<input
              type="checkbox"
              name="chosen.${it.id}"
              value="yes"
              aria-label="${words.selectCase(aboutWords(view, it))}"
            />`,
          ]
        : []),
    ]),
    empty:
      isFiltered === undefined && wish.view === 'live'
        ? words.noneYet
        : html`${words.none} <a href="${places.cases.href()}">${words.everything}</a>`,
  })
  if (!mayChoose) return rows
  return postForm(
    visit,
    places.cases.href(),
    html`${rows}
      ${select(view, { name: 'deed', label: words.bulk, options: bulkDeeds.map((each) => [each, words.bulkDeeds[each]] as const) })}
      <div class="actions">${submit(words.bulkDo, 'quiet')}</div>`,
  )
}

function pager(view: View, wish: Wish, hasMore: boolean): Html {
  const words = view.words.cases
  return html`<nav class="pager">
    ${wish.from === 0 ? '' : html`<a href="${places.cases.href({ ...queryOf(wish), from: undefined })}">${words.first}</a>`}
    ${hasMore ? html`<a href="${places.cases.href({ ...queryOf(wish), from: wish.from + pageSize })}" rel="next">${words.next}</a>` : ''}
  </nav>`
}

function doneNotice(view: View, query: Fields): Html | string {
  const [done, failed] = ['done', 'failed'].map((name) => query.get(name))
  if (done === undefined || failed === undefined || !/^\d{1,3}$/.test(`${done}`) || !/^\d{1,3}$/.test(failed))
    return ''
  if (done === '0' && failed === '0') return notice('warning', view.words.cases.bulkNone)
  return notice(failed === '0' ? 'good' : 'warning', view.words.cases.bulkDone(done, failed))
}

/** Each by itself, with its own record: one that cannot be done does not stop the others. */
async function doWithChosen({ actor, actions, form }: OperatorVisit): Promise<Response> {
  const deed = bulkDeeds.find((each) => each === form.get('deed'))
  if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
  const chosen = [...form.keys()].flatMap((name) => /^chosen\.([0-9a-z]{26})$/.exec(name)?.[1] ?? [])
  let [done, failed] = [0, 0]
  for (const id of chosen.slice(0, pageSize)) {
    try {
      if (deed === 'snooze-24') await actions.snoozeCase(actor, { id, hours: 24 })
      else await actions.assignCase(actor, { id, to: deed === 'assign-me' ? 'me' : 'nobody' })
      done++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      failed++
    }
  }
  return goTo(places.cases.href({ done, failed }))
}
