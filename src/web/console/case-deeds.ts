import { Refusal } from '../../base/refusal.ts'
import { may, type Actor } from '../../core/actor.ts'
import { severities } from '../../core/cases/case.ts'
import { snoozeHours } from '../../core/cases/desk-actions.ts'
import { isRange, type Listing } from '../../core/listings/listing.ts'
import { isFresh } from '../../core/operators/operator.ts'
import { formatPrefix, showPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import {
  errorSummary,
  hiddenField,
  select,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { definitions } from '../ui/notice.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'
import type { CaseFile } from './case-actions.ts'
import { aboutWords, mailboxWords } from './case-parts.ts'
import { postForm } from './frame.ts'
import { evidenceTable, listingTable, said as noteOf } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { askForCode, needsCode } from './step-up.ts'

export const caseDeedRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.decideCase.pattern,
    permission: 'delisting.decide',
    safe: true,
    handle: async (visit) => await deedPage(visit, 'decide', visit.query),
  },
  {
    method: 'POST',
    path: places.decideCase.pattern,
    permission: 'delisting.decide',
    safe: false,
    handle: async (visit) => await orAgain(visit, 'decide', decide),
  },
  {
    method: 'GET',
    path: places.caseDeed.pattern,
    permission: 'case.answer',
    safe: true,
    handle: async (visit) => await deedPage(visit, 'manage', visit.query),
  },
  {
    method: 'POST',
    path: places.caseDeed.pattern,
    permission: 'case.answer',
    safe: false,
    handle: async (visit) => await orAgain(visit, 'manage', manage),
  },
]

const decisions = ['delist', 'conditional', 'refuse'] as const
const changes = [
  'assign-me',
  'assign-nobody',
  'hand',
  'snooze',
  'severity',
  'merge',
  'split',
  'reopen',
] as const
type Decide = (typeof decisions)[number]
type Manage = (typeof changes)[number]

/** What this operator can do with the case now: what would change nothing is not offered. */
export function deedsFor(
  actor: Actor,
  { case: it, participants, requests }: CaseFile,
): { readonly decide: readonly Decide[]; readonly manage: readonly Manage[] } {
  const isOpen = it.state !== 'closed'
  if (it.legal !== null && !may(actor, 'case.legal')) return { decide: [], manage: [] }
  // What was asked for in a restricted case stands on no page that may be fetched ahead; the action knows it.
  const isAsked = requests.length > 0 || it.legal !== null
  const isOneOnly = it.legal !== null
  return {
    decide: isOpen && isAsked && may(actor, 'delisting.decide') ? decisions : [],
    manage: may(actor, 'case.answer')
      ? changes.filter((deed) => {
          if (deed === 'reopen') return !isOpen && it.outcome !== 'merged'
          if (deed === 'assign-nobody') return isOpen && it.assignee !== null
          if (deed === 'merge' && isOneOnly) return false
          if (deed === 'split') return isOpen && participants.length > 1 && !isOneOnly
          return isOpen
        })
      : [],
  }
}

/** Does it; what is refused stands above the form, with all that was typed. */
async function orAgain(
  visit: OperatorVisit,
  which: 'decide' | 'manage',
  deed: (visit: OperatorVisit) => Promise<Response>,
): Promise<ConsolePage | Response> {
  try {
    return await deed(visit)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'permission.denied') throw error
    const isOtherUnknown = visit.form.get('deed') === 'merge' && error.code === 'case.not-found'
    const message = isOtherUnknown
      ? visit.view.words.cases.one.mergeUnknown
      : refusalSentence(visit.view, error)
    const page = await deedPage(visit, which, visit.form, [{ message }])
    if (page instanceof Response) throw error
    return { ...page, status: error.status }
  }
}

/** The page before the deed: exactly what it does. `typed`: which deed, and what its fields hold already. */
async function deedPage(
  visit: OperatorVisit,
  which: 'decide' | 'manage',
  typed: Fields,
  errors: readonly FieldError[] = [],
): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.cases.one
  const id = part(visit, 'id')
  const file = await actions.showCase(actor, id)
  const deed = deedsFor(actor, file)[which].find((each) => each === typed.get('deed'))
  if (deed === undefined) return goTo(places.case.href({ id }))
  if (needsCodeFor(visit, deed, file)) return askForCode(view)
  const title = `${words.deeds[deed]}${view.words.common.colon}${aboutWords(view, file.case)}`
  const place = which === 'decide' ? places.decideCase : places.caseDeed
  const colleagues = deed === 'hand' ? await actions.colleagues(actor) : []
  const isPossible = deed !== 'hand' || colleagues.length > 0
  return {
    title,
    body: html`<div class="narrow">
      ${errorSummary(view, errors)}
      <h1>${title}</h1>
      <p class="lead">${words.means[deed]}</p>
      ${deed === 'delist' && file.case.legal === null ? delistMeans(view, file) : ''}
      ${postForm(
        visit,
        place.href({ id }),
        html`${hiddenField('deed', deed)} ${fieldsOf(view, deed, file, { colleagues, typed })}
          <div class="actions">
            ${isPossible ? submit(words.deeds[deed], deed === 'refuse' ? 'danger' : 'main') : ''}
            <a href="${places.case.href({ id })}">${words.back}</a>
          </div>`,
      )}
    </div>`,
  }
}

/**
 * Whether a decision needs a code first: one that lets in a network as wide as would need one to end its listing, or one in a case that is spoken of
 * with the owner alone, whose network stands on no page.
 */
function needsCodeFor(
  visit: OperatorVisit,
  deed: Decide | Manage,
  { case: it, requests }: CaseFile,
): boolean {
  if (deed !== 'delist' && deed !== 'conditional') return false
  const isStale = !isFresh(visit.session, visit.view.now)
  if (it.legal === null) return requests.some(({ unit }) => needsCode(visit, unit))
  // Whoever may not decide it is told so, and asked for nothing.
  return isStale && may(visit.actor, 'case.legal')
}

function delistMeans(view: View, { listings, requests }: CaseFile): Html {
  const words = view.words.cases.one
  const refusing = listings.filter(({ effect }) => effect === 'refuse')
  const asked = requests.map(({ unit }) => unit).find((unit) => isRange({ prefix: unit }))
  // Of a range that its owner asked for the listing of that very range ends, and nothing is carved out of anything.
  const own = refusing.filter((each) =>
    asked === undefined ? !isRange(each) : formatPrefix(each.prefix) === formatPrefix(asked),
  )
  const range = asked === undefined ? refusing.find((each) => isRange(each)) : undefined
  const around = { around: requests[0]?.unit }
  return html`${requests.length === 0 ? '' : controlOf(view, requests)}${
    own.length === 0
      ? ''
      : html`<p>${words.listingsEnd}</p>
          ${listingTable(view, own, around)} ${own.map((listing) => evidenceOf(view, listing))}`
  }
  ${range ? html`<p>${words.carves(formatPrefix(range.prefix))}</p>` : ''}
  ${own.length === 0 && !range ? html`<p>${words.noCovering}</p>` : ''}`
}

/** Who has shown that the address is theirs, and how. */
function controlOf(view: View, requests: CaseFile['requests']): Html {
  const { cases, console } = view.words
  return definitions(
    requests.map(({ mailbox, control }) => [
      cases.one.control,
      html`${console.controls[control]} <span class="far">${mailboxWords(mailbox)}</span>`,
    ]),
  )
}

/** What speaks for a listing that is about to end. */
function evidenceOf(view: View, listing: Listing): Html {
  return html`<h2>
      ${view.words.console.listing.evidence} <span translate="no">${showPrefix(listing.prefix)}</span>
    </h2>
    ${listing.note === '' ? '' : html`<p>${noteOf(listing.note)}</p>`} ${evidenceTable(view, listing)}`
}

function fieldsOf(
  view: View,
  deed: Decide | Manage,
  file: CaseFile,
  { colleagues, typed }: { readonly colleagues: readonly string[]; readonly typed: Fields },
): Html {
  const { participants, case: it } = file
  const { cases } = view.words
  const words = cases.one
  switch (deed) {
    case 'delist':
      return textArea(view, {
        name: 'words',
        label: html`${words.wordsField}${view.words.common.optional}`,
        hint: words.wordsHint,
        rows: 4,
        maxlength: 4000,
        value: typed.get('words'),
      })
    case 'conditional':
      return html`${textArea(view, { name: 'tests', label: words.testsField, hint: words.testsHint, rows: 5, maxlength: 2000, verbatim: true, value: typed.get('tests') })}
      ${textArea(view, { name: 'words', label: words.wordsField, hint: words.wordsHint, rows: 4, maxlength: 4000, value: typed.get('words') })}`
    case 'refuse':
      return html`${textField(view, { name: 'unmet', label: words.unmetField, hint: words.unmetHint, maxlength: 300, autocomplete: 'off', value: typed.get('unmet') })}
      ${textArea(view, { name: 'words', label: words.wordsField, hint: words.wordsHint, rows: 4, maxlength: 4000, value: typed.get('words') })}`
    case 'hand':
      return colleagues.length === 0
        ? html`<p class="empty">${words.noColleague}</p>`
        : select(view, {
            name: 'to',
            label: words.colleague,
            options: colleagues.map((name) => [name, visible(name)] as const),
          })
    case 'snooze':
      return select(view, {
        name: 'hours',
        label: words.hours,
        value: '24',
        options: snoozeHours.map((each) => [String(each), words.hourWords[`${each}`]] as const),
      })
    case 'severity':
      return select(view, {
        name: 'severity',
        label: cases.severity,
        value: it.severity,
        options: severities.map((each) => [each, cases.severities[each]] as const),
      })
    case 'merge':
      return html`${alike(view, file, typed)}
      ${textField(view, {
        name: 'into',
        label: words.into,
        hint: words.intoHint,
        maxlength: 200,
        autocomplete: 'off',
        value: typed.get('into'),
      })}`
    case 'split':
      return select(view, {
        name: 'participant',
        label: words.participant,
        options: participants.map(({ id, mailbox }) => [id, visible(mailbox)] as const),
      })
    case 'assign-me':
    case 'assign-nobody':
    case 'reopen':
      return html``
  }
}

/** Those that go on and are about the same, to choose from: nobody types a reference that stands beside the case. */
function alike(view: View, { case: it, others }: CaseFile, typed: Fields): Html | string {
  const words = view.words.cases.one
  const open = others.filter(
    ({ state, legal, about }) =>
      state !== 'closed' && legal === null && (about === it.about || about === null),
  )
  if (open.length === 0) return ''
  const named = open.map((each) => [each.id, `${aboutWords(view, each)}, ${each.id}`] as const)
  return select(view, {
    name: 'other',
    label: words.other,
    value: typed.get('other') ?? '',
    options: [['', words.otherTyped], ...named],
  })
}

async function decide(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form } = visit
  const id = part(visit, 'id')
  const decision = decisions.find((each) => each === form.get('deed'))
  const words = form.get('words')
  if (decision !== undefined && needsCodeFor(visit, decision, await actions.showCase(actor, id)))
    return askForCode(visit.view)
  switch (decision) {
    case undefined:
      throw new Refusal('form.invalid', { field: 'deed' })
    case 'delist':
      await actions.decideCase(actor, { id, decision, words })
      break
    case 'conditional':
      await actions.decideCase(actor, {
        id,
        decision,
        tests: (form.get('tests') ?? '').split(/[\s,;]+/),
        words,
      })
      break
    case 'refuse':
      await actions.decideCase(actor, {
        id,
        decision,
        unmet: (form.get('unmet') ?? '').trim() || undefined,
        words,
      })
      break
  }
  return goTo(places.case.href({ id }, { done: decision }))
}

async function manage(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form } = visit
  const id = part(visit, 'id')
  const deed = changes.find((each) => each === form.get('deed'))
  switch (deed) {
    case undefined:
      throw new Refusal('form.invalid', { field: 'deed' })
    case 'assign-me':
    case 'assign-nobody':
      await actions.assignCase(actor, { id, to: deed === 'assign-me' ? 'me' : 'nobody' })
      break
    case 'hand':
      await actions.handCase(actor, { id, to: form.get('to') ?? '' })
      break
    case 'snooze':
      await actions.snoozeCase(actor, { id, hours: Number(form.get('hours')) })
      break
    case 'severity': {
      const severity = severities.find((each) => each === form.get('severity'))
      if (severity === undefined) throw new Refusal('form.invalid', { field: 'severity' })
      await actions.weighCase(actor, { id, severity })
      break
    }
    case 'merge': {
      const into = form.get('other') || (form.get('into') ?? '').trim()
      const merged = await actions.mergeCases(actor, { id, into })
      return goTo(places.case.href({ id: merged.id }, { done: deed }))
    }
    case 'split': {
      const own = await actions.splitCase(actor, { id, participant: form.get('participant') ?? '' })
      return goTo(places.case.href({ id: own.id }, { done: deed }))
    }
    case 'reopen':
      await actions.reopenCase(actor, id)
      break
  }
  return goTo(places.case.href({ id }, { done: deed }))
}
