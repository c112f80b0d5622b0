import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import { addressDeeds } from '../../core/deliverability/desk-actions.ts'
import type { FormView } from '../../core/deliverability/actions.ts'
import type { FormAddress } from '../../core/deliverability/address.ts'
import type { SaidElsewhere } from '../../core/case-desk/near-actions.ts'
import type { Case } from '../../core/cases/case.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import { formatPrefix, showPrefix, showPrefixText } from '../../standards/prefix.ts'
import { statesTable } from '../forms/states-table.ts'
import { select, submit, textArea } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions, literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import type { CaseFile } from './case-actions.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { goTo, part, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** The addresses of a deliverability form, beside the thread. */
export const caseAddressRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.caseAddresses.pattern,
    permission: 'case.read',
    safe: true,
    handle: async (visit) => goTo(places.case.href({ id: part(visit, 'id') })),
  },
  {
    method: 'POST',
    path: places.caseAddresses.pattern,
    permission: 'delisting.decide',
    safe: false,
    handle: decide,
  },
]

/** What the form said and how its addresses stand; with boxes and a form for whoever may decide. */
export function formAddresses(visit: OperatorVisit, { case: it, forms }: CaseFile): Html {
  const { view, actor } = visit
  const words = view.words.support.states
  if (forms.length === 0) return html``
  const mayDecide = it.state !== 'closed' && may(actor, 'delisting.decide')
  const tables = forms.map((form) => html`${said(view, form)} ${tableOf(view, form, mayDecide)}`)
  return html`<h2>${words.titleDesk}</h2>
    ${
      mayDecide
        ? postForm(
            visit,
            places.caseAddresses.href({ id: it.id }),
            html`${tables}
              ${select(view, { name: 'deed', label: words.decide, options: addressDeeds.map((each) => [each, words.deeds[each]] as const) })}
              ${textArea(view, { name: 'tests', label: words.tests, hint: view.words.cases.one.testsHint, rows: 2, maxlength: 2000, verbatim: true })}
              ${textArea(view, { name: 'words', label: words.words, hint: words.wordsHint, rows: 3, maxlength: 4000 })}
              <div class="actions">${submit(words.do)}</div>`,
          )
        : tables
    }`
}

function said(view: View, { form }: FormView): Html {
  const { states: words, form: field } = view.words.support
  return definitions([
    [words.symptom, field.symptoms[form.symptom]],
    [words.to, html`<span translate="no">${form.domain}</span>`],
    [
      words.from,
      form.sending === '' ? undefined : html`<span translate="no">${visible(form.sending)}</span>`,
    ],
    [words.volume, form.volume === null ? undefined : count(view.language, form.volume)],
  ])
}

function tableOf(view: View, { addresses }: FormView, mayDecide: boolean): Html {
  const words = view.words.support.states
  const box = ({ prefix }: FormAddress): Html =>
    html`<input
      type="checkbox"
      name="chosen.${formatPrefix(prefix)}"
      value="yes"
      aria-label="${words.choose(showPrefix(prefix))}"
    /> `
  const link = ({ prefix }: FormAddress): Html =>
    html`<a href="${places.listings.href({ text: showPrefix(prefix) })}">${literal(showPrefix(prefix))}</a>`
  return statesTable(view, addresses, {
    caption: words.titleDesk,
    address: (each) => (mayDecide ? html`<span>${box(each)}${link(each)}</span>` : link(each)),
  })
}

/** Which tests the addresses of its forms wait for; nothing where the case itself has them. */
export function awaitedTests(view: View, { forms }: CaseFile): Html | string {
  const { results } = view.words.cases.one
  const waiting = forms.flatMap(({ addresses }) =>
    addresses.filter(({ state }) => state === 'conditionally-mitigated'),
  )
  if (waiting.length === 0) return ''
  const tests = waiting.flatMap(({ prefix, facts }) =>
    (facts.tests ?? []).map((each) => ({ prefix, ...each })),
  )
  return html`<ul>
    ${tests.map(({ prefix, test, said: result }) => html`<li>${literal(showPrefix(prefix))}${view.words.common.colon}${visible(testWords[view.language](test))} (${results[result]})</li>`)}
  </ul>`
}

/** Lines of one case; more are folded. */
const mostSaid = 4

/** What the form or forecast of another case says of addresses that this one names as well. */
export function saidElsewhere(view: View, { elsewhere }: CaseFile, { id }: Pick<Case, 'id'>): Html {
  const own = elsewhere.filter(({ caseId }) => caseId === id)
  const lines = html`${own.map((each) => saidOf(view, each))}`
  if (own.length <= mostSaid) return lines
  return html`<details>
    <summary>${view.words.support.states.sameAddresses(count(view.language, own.length))}</summary>
    ${lines}
  </details>`
}

function saidOf(view: View, { unit, said: what }: SaidElsewhere): Html {
  const { support, warmUp } = view.words
  const state = what.of === 'form' ? support.states.states[what.state] : warmUp.desk.states[what.state]
  return html`<span class="far">${literal(showPrefixText(unit))}${view.words.common.colon}${state}</span>`
}

async function decide(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form } = visit
  const id = part(visit, 'id')
  const deed = addressDeeds.find((each) => each === form.get('deed'))
  if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
  const prefixes = [...form.keys()].flatMap((name) => /^chosen\.([0-9a-f.:/]{3,49})$/.exec(name)?.[1] ?? [])
  await actions.decideAddresses(actor, {
    id,
    prefixes,
    deed,
    words: form.get('words'),
    tests: (form.get('tests') ?? '').split(/[\s,;]+/),
  })
  return goTo(places.case.href({ id }, { done: 'addresses' }))
}
