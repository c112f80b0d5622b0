import { Refusal } from '../../base/refusal.ts'
import type { DryRunState, ThresholdInForce } from '../../core/reputation/dry-run-actions.ts'
import type { Changed, DryRunResult } from '../../core/reputation/dry-run.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { unitLink } from './observed.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

const permission = 'reputation.dry-run'

export const dryRunRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.dryRun.pattern, permission, safe: true, handle: dryRunPage },
  { method: 'POST', path: places.dryRun.pattern, permission, safe: false, handle: start },
  {
    method: 'GET',
    path: places.cancelDryRun.pattern,
    permission,
    safe: true,
    handle: async () => goTo(places.dryRun.href()),
  },
  { method: 'POST', path: places.cancelDryRun.pattern, permission, safe: false, handle: cancel },
]

/** Days back, and thresholds by name, as they were typed. */
type Typed = ReadonlyMap<string, string>

async function dryRunPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const state = await actions.showDryRun(actor)
  if (state?.state === 'running') return runningPage(visit, state)
  const thresholds = await actions.thresholdsInForce(actor)
  return formPage(visit, thresholds, typedOf(state), [], state ? await outcome(view, state, thresholds) : '')
}

/** What was tried last stands in the form. */
function typedOf(state: DryRunState | undefined): Typed {
  if (state === undefined) return new Map()
  const { days, changes } = state.wish
  const values = Object.entries(changes).map(([name, value]) => [name, String(value)] as const)
  return new Map([['days', String(days)], ...values])
}

async function start(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions, form } = visit
  const thresholds = await actions.thresholdsInForce(actor)
  const words = view.words.judgement.dryRun
  const changes: Record<string, number> = {}
  const errors: FieldError[] = []
  for (const { name, value } of thresholds) {
    const text = (form.get(name) ?? '').trim()
    if (text === '' || text === String(value)) continue
    const wanted = /^\d{1,7}([.,]\d{1,6})?$/.test(text) ? Number(text.replace(',', '.')) : NaN
    if (!(wanted <= 1_000_000)) errors.push({ field: name, message: words.notNumber })
    else if (wanted !== value) changes[name] = wanted
  }
  const days = (form.get('days') ?? '').trim()
  if (!/^[1-7]$/.test(days)) errors.push({ field: 'days', message: words.notDays })
  if (errors.length > 0) return { ...formPage(visit, thresholds, form, errors, ''), status: 422 }
  try {
    await actions.startDryRun(actor, { days: Number(days), changes })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'permission.denied') throw error
    const errors = [{ message: refusalSentence(view, error) }]
    return { ...formPage(visit, thresholds, form, errors, ''), status: error.status }
  }
  return goTo(places.dryRun.href())
}

async function cancel(visit: OperatorVisit): Promise<Response> {
  await visit.actions.cancelDryRun(visit.actor)
  return goTo(places.dryRun.href())
}

function runningPage(visit: OperatorVisit, state: DryRunState): ConsolePage {
  const { view } = visit
  const words = view.words.judgement.dryRun
  return {
    title: words.title,
    refresh: 2,
    body: html`<h1>${words.title}</h1>
      ${notice('info', words.running, html`<p>${words.progress(count(view.language, state.done))}</p>`)}
      ${begun(view, state)}
      ${postForm(visit, places.cancelDryRun.href(), html`<div class="actions">${submit(words.cancel, 'quiet')}</div>`)}`,
  }
}

function begun(view: View, { startedAt, by }: DryRunState): Html {
  const words = view.words.judgement.dryRun
  const [before = '', after = ''] = words.began('\0', actorWords(view, by)).split('\0')
  return html`<p>${before}${time(view, startedAt)}${after}</p>`
}

function formPage(
  visit: OperatorVisit,
  thresholds: readonly ThresholdInForce[],
  typed: Typed,
  errors: readonly FieldError[],
  before: Html | string,
): ConsolePage {
  const { view } = visit
  const words = view.words.judgement.dryRun
  const fields = (isPublic: boolean): Html =>
    html`<div class="thresholds">
      ${thresholds
        .filter((each) => each.isPublic === isPublic)
        .map((each) => thresholdField(view, each, typed, errors))}
    </div>`
  return {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, errors)} ${before} ${before === '' ? '' : html`<h2>${words.again}</h2>`}
      ${postForm(
        visit,
        places.dryRun.href(),
        html`${textField(view, {
            name: 'days',
            label: words.days,
            hint: words.daysHint,
            value: typed.get('days') ?? '7',
            error: errorOf(errors, 'days'),
            inputmode: 'numeric',
            size: 'short',
            maxlength: 1,
            autocomplete: 'off',
          })}
          <h2>${words.public}</h2>
          ${fields(true)}
          <h2>${words.secret}</h2>
          <p>${words.secretHint}</p>
          ${fields(false)}
          <div class="actions">${submit(words.start)}</div>`,
      )}`,
  }
}

/** Lean: there are more than thirty of them on a page. */
function thresholdField(
  view: View,
  { name, value, unit }: ThresholdInForce,
  typed: Typed,
  errors: readonly FieldError[],
): Html {
  const { dryRun: words, thresholds, units } = view.words.judgement
  const wrong = errorOf(errors, name)
  return html`<div class="field ${wrong ? 'wrong' : ''}">
    <label for="f-${name}">${thresholds[name] ?? name}</label>
    <div class="hint" id="h-${name}">${words.inForce(count(view.language, value), units[unit] ?? unit)}</div>
    ${wrong === undefined ? '' : html`<p class="error">${wrong}</p>`}
    <input
      id="f-${name}"
      class="short"
      name="${name}"
      inputmode="decimal"
      value="${typed.get(name) ?? value}"
      maxlength="12"
      autocomplete="off"
      aria-describedby="h-${name}"
      ${wrong === undefined ? '' : html`aria-invalid="true"`}
    />
  </div>`
}

async function outcome(
  view: View,
  state: DryRunState,
  thresholds: readonly ThresholdInForce[],
): Promise<Html> {
  const words = view.words.judgement.dryRun
  if (state.state === 'cancelled') return await notice('info', words.cancelled)
  if (state.result === null) return await notice('bad', words.failed)
  return await html`<h2>${words.result}</h2>
    ${begun(view, state)}
    <p>${words.both}</p>
    ${changesTable(view, state, thresholds)} ${fateTable(view, state.result)}
    ${changedTable(view, words.hit(count(view.language, state.result.hitCount)), state.result.hit)}
    ${changedTable(view, words.freed(count(view.language, state.result.freedCount)), state.result.freed)}`
}

function changesTable(view: View, { wish }: DryRunState, thresholds: readonly ThresholdInForce[]): Html {
  const { dryRun: words, thresholds: names } = view.words.judgement
  return table({
    caption: words.changes,
    head: [words.changes, words.from, words.to],
    numbers: [1, 2],
    rows: Object.entries(wish.changes).map(([name, value]) => [
      names[name] ?? name,
      count(view.language, thresholds.find((each) => each.name === name)?.value ?? 0),
      count(view.language, value),
    ]),
    empty: html`${words.changes}${view.words.common.colon}${words.noChanges}`,
  })
}

function fateTable(view: View, { now, tried }: DryRunResult): Html {
  const words = view.words.judgement.dryRun
  const row = (name: string, fate: DryRunResult['now']): readonly string[] => [
    name,
    ...[fate.passed, fate.deferred, fate.refused].map((value) => count(view.language, value)),
  ]
  return table({
    caption: words.fate,
    head: [words.fate, words.passed, words.deferred, words.refused],
    numbers: [1, 2, 3],
    rows: [row(words.now, now), row(words.tried, tried)],
  })
}

function changedTable(view: View, caption: string, list: readonly Changed[]): Html {
  const words = view.words.judgement.dryRun
  const fates = ({ deferred, refused }: DryRunResult['now']): string =>
    words.fates(count(view.language, deferred), count(view.language, refused))
  return html`<h3>${caption}</h3>
    ${table({
      caption,
      quiet: true,
      stack: true,
      head: [words.sender, words.all, words.now, words.tried],
      numbers: [1],
      rows: list.map(({ unit, messages, now, tried }) => [
        unitLink(unit),
        count(view.language, messages),
        fates(now),
        fates(tried),
      ]),
      empty: words.nobody,
    })}`
}
