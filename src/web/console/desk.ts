import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { abuseClasses, severities } from '../../core/abuse/report.ts'
import { may } from '../../core/actor.ts'
import type { Incident, IncidentSearch } from '../../core/incidents/actions.ts'
import { incidentStates } from '../../core/incidents/incident.ts'
import type { Fields } from '../form-data.ts'
import { select, submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { bulkDeeds, doDeed } from './desk-deeds.ts'
import { accountName, classWords, deskTabs, incidentBadge, severityWords } from './desk-parts.ts'
import { actionsRow, postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** The queue of incidents, and decisions over several of them, which need a code of the authenticator app. */
export const deskRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.desk.pattern, permission: 'abuse.read', safe: true, handle: queuePage },
  {
    method: 'POST',
    path: places.desk.pattern,
    permission: 'abuse.decide',
    safe: false,
    fresh: true,
    handle: decideChosen,
  },
]

const pageSize = 50
const ages = ['', 'day', 'week', 'older'] as const

interface Wish {
  readonly text: string
  readonly state: (typeof incidentStates)[number] | 'any' | 'not-closed'
  readonly class: string
  readonly severity: string
  readonly age: (typeof ages)[number]
  readonly after: string | undefined
}

function readWish(query: Fields): Wish {
  const text = (query.get('text') ?? '').trim().slice(0, 1000)
  const oneOf = <T extends string>(known: readonly T[], name: string): T | undefined =>
    known.find((each) => each === query.get(name))
  return {
    text,
    state: oneOf([...incidentStates, 'any', 'not-closed'], 'state') ?? (text === '' ? 'not-closed' : 'any'),
    class: oneOf(abuseClasses, 'class') ?? '',
    severity: oneOf(severities, 'severity') ?? '',
    age: oneOf(ages, 'age') ?? '',
    after: query.get('after'),
  }
}

async function queuePage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions, query } = visit
  const words = view.words.desk
  const wish = readWish(query)
  const hit = wish.text === '' ? undefined : await actions.findAtDesk(actor, wish.text)
  if (hit?.kind === 'incident') return goTo(places.incident.href({ id: hit.id }))
  if (hit?.kind === 'report') return goTo(places.deskReport.href({ id: hit.id }))
  const { incidents, next } = await actions.listIncidents(actor, searchOf(wish, hit?.accounts, view.now))
  return {
    title: words.title,
    body: html`${doneNotice(view, query)}
      <div class="head">
        <h1>${words.title}</h1>
        ${actionsRow([html`<a href="${places.exportIncidents.href()}">${words.exportCsv}</a>`])}
      </div>
      <p class="lead">${words.lead}</p>
      ${deskTabs(view)} ${(await brakes(visit)).line} ${filters(view, wish)} ${list(visit, incidents, wish)}
      ${pager(view, wish, next)}`,
  }
}

function searchOf(wish: Wish, account: readonly string[] | undefined, now: number): IncidentSearch {
  const states =
    wish.state === 'any'
      ? incidentStates
      : wish.state === 'not-closed'
        ? incidentStates.filter((state) => state !== 'closed')
        : [wish.state]
  const span = {
    '': {},
    day: { since: now - day },
    week: { since: now - 7 * day },
    older: { until: now - 7 * day },
  }[wish.age]
  return {
    states,
    class: wish.class || undefined,
    severity: wish.severity || undefined,
    account,
    ...span,
    after: wish.after,
    limit: pageSize,
  }
}

/** How many suspensions rules have left: what happens by itself, in one line. */
async function brakes({ view, actor, actions, deps }: OperatorVisit): Promise<{ readonly line: Html }> {
  const words = view.words.desk
  const { mode } = deps.settings.abuse
  if (mode !== 'suspend')
    return { line: html`<p>${mode === 'observe' ? words.observing : words.notifying}</p>` }
  const { tenMinutes, today } = await actions.suspensionsLeft(actor)
  const of = (value: number): string => count(view.language, value)
  const sentence = words.brakes(of(tenMinutes), of(today.left), of(today.most))
  const isOut = tenMinutes === 0 || today.left === 0
  return {
    line: isOut ? notice('warning', words.brakesOut, html`<p>${sentence}</p>`) : html`<p>${sentence}</p>`,
  }
}

function filters(view: View, wish: Wish): Html {
  const words = view.words.desk
  const any = ['', words.any] as const
  return html`<form class="filters" action="${places.desk.href()}">
    ${textField(view, { name: 'text', type: 'search', label: words.search, value: visible(wish.text), maxlength: 1000, autocomplete: 'off' })}
    ${select(view, {
      name: 'state',
      label: words.state,
      value: wish.state,
      options: [
        ['not-closed', words.open],
        ['any', words.any],
        ...incidentStates.map((state) => [state, words.states[state]] as const),
      ],
    })}
    ${select(view, {
      name: 'class',
      label: words.class,
      value: wish.class,
      options: [any, ...abuseClasses.map((name) => [name, words.classes[name]] as const)],
    })}
    ${select(view, {
      name: 'severity',
      label: words.severity,
      value: wish.severity,
      options: [any, ...severities.map((name) => [name, words.severities[name]] as const)],
    })}
    ${select(view, {
      name: 'age',
      label: words.age,
      value: wish.age,
      options: ages.map((age) => [age, words.ages[age]] as const),
    })}
    ${submit(view.words.console.searchButton, 'quiet')}
  </form>`
}

/** For those who may decide, a form around the table: what is chosen is decided on together. */
function list(visit: OperatorVisit, incidents: readonly Incident[], wish: Wish): Html {
  const { view, actor } = visit
  const words = view.words.desk
  const mayDecide = may(actor, 'abuse.decide') && incidents.length > 0
  const isFiltered = wish.text + wish.class + wish.severity + wish.age !== '' || wish.state !== 'not-closed'
  const rows = table({
    caption: words.incidents,
    quiet: true,
    stack: true,
    head: [
      words.account,
      words.state,
      words.class,
      words.severity,
      words.reportCount,
      words.organisations,
      words.weight,
      words.lastReport,
      ...(mayDecide ? [words.select] : []),
    ],
    numbers: [4, 5, 6],
    rows: incidents.map((incident) => row(view, incident, mayDecide)),
    empty: isFiltered
      ? html`${words.none} <a href="${places.desk.href({ state: 'any' })}">${words.everything}</a>`
      : html`${words.noneYet} <a href="${places.desk.href({ state: 'any' })}">${words.everything}</a>`,
  })
  if (!mayDecide) return rows
  const deeds = bulkDeeds.map((deed) => [deed, words.incident.deeds[deed]] as const)
  return postForm(
    visit,
    places.desk.href(),
    html`${rows}
      <p>${words.bulkLead}</p>
      ${select(view, { name: 'deed', label: words.bulk, options: deeds })}
      ${textField(view, { name: 'note', label: words.incident.closingNote, maxlength: 500 })}
      <div class="actions">${submit(words.bulkDo, 'danger')}</div>`,
  )
}

function row(view: View, incident: Incident, mayDecide: boolean): (Html | string)[] {
  const of = (value: number): string => count(view.language, value)
  const { weight } = incident
  const choose = html`<input
    type="checkbox"
    name="chosen.${incident.id}"
    value="yes"
    aria-label="${view.words.desk.selectIncident(visible(incident.account))}"
  />`
  return [
    html`<a href="${places.incident.href({ id: incident.id })}">${accountName(incident.account)}</a>`,
    incidentBadge(view, incident),
    classWords(view, incident.class),
    severityWords(view, incident.severity),
    of(weight.reports),
    of(weight.organisations),
    of(weight.weight),
    when(view, incident.lastReportAt),
    ...(mayDecide ? [choose] : []),
  ]
}

function pager(view: View, wish: Wish, next: string | undefined): Html {
  const words = view.words.desk
  const query = {
    text: wish.text || undefined,
    state: wish.state,
    class: wish.class || undefined,
    severity: wish.severity || undefined,
    age: wish.age || undefined,
  }
  return html`<nav class="pager">
    ${wish.after === undefined ? '' : html`<a href="${places.desk.href(query)}">${words.newest}</a>`}
    ${next === undefined ? '' : html`<a href="${places.desk.href({ ...query, after: next })}" rel="next">${words.older}</a>`}
  </nav>`
}

function doneNotice(view: View, query: Fields): Html | string {
  const [done, failed] = ['done', 'failed'].map((name) => query.get(name))
  if (done === undefined || failed === undefined || !/^\d{1,3}$/.test(done) || !/^\d{1,3}$/.test(failed))
    return ''
  const words = view.words.desk
  if (done === '0' && failed === '0') return notice('warning', words.bulkNone)
  return notice(failed === '0' ? 'good' : 'warning', words.bulkDone(done, failed))
}

/** Each by itself, with its own record: one that cannot be done does not stop the others. */
async function decideChosen(visit: OperatorVisit): Promise<Response> {
  const { form } = visit
  const deed = bulkDeeds.find((each) => each === form.get('deed'))
  if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
  const chosen = [...form.keys()]
    .flatMap((name) => /^chosen\.([0-9a-z]{26})$/.exec(name)?.[1] ?? [])
    .slice(0, pageSize)
  let [done, failed] = [0, 0]
  for (const id of chosen) {
    try {
      await doDeed(visit, id, deed)
      done++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      failed++
    }
  }
  return goTo(places.desk.href({ done, failed }))
}
