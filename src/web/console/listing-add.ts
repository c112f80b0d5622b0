import { causeNames, listingClasses } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { readWish } from '../../core/listings/listing.ts'
import {
  errorOf,
  errorSummary,
  radios,
  select,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html } from '../ui/html.ts'
import { span } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'
import { postForm } from './frame.ts'
import { fieldOf, readFields, valuesOf, type ListingValues, type Name } from './listing-form.ts'
import { previewPage } from './listing-preview.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { askForCode, needsCode } from './step-up.ts'

/** Adding a listing takes two steps without any script: the form, then what it means; nothing is kept between them but the form itself. */
export const addListingRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.addListing.pattern, permission: 'listing.add', safe: true, handle: showForm },
  {
    method: 'POST',
    path: places.addListing.pattern,
    permission: 'listing.add',
    safe: false,
    handle: takeForm,
  },
]

async function showForm(visit: OperatorVisit): Promise<ConsolePage> {
  return formPage(visit, valuesOf(visit.query), [])
}

async function takeForm(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const values = valuesOf(visit.form)
  const step = visit.form.get('step')
  if (step === 'change') return formPage(visit, values, [])
  try {
    const fields = readFields(values)
    const wish = readWish(fields, visit.deps.settings, visit.view.now)
    if (wish instanceof Refusal) throw wish
    if (needsCode(visit, wish.prefix)) return askForCodeWith(visit.view, values)
    const emergency = step === 'emergency'
    if (step !== 'confirm' && !emergency) return await previewPage(visit, values, wish)
    const listing = await visit.actions.addListing(visit.actor, { ...fields, emergency })
    return goTo(
      places.listing.href({ id: listing.id }, { done: listing.state === 'proposed' ? 'proposed' : 'added' }),
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const message = refusalSentence(visit.view, error)
    return { ...formPage(visit, values, [{ field: fieldOf(error), message }]), status: error.status }
  }
}

/** Comes back to the form as it was. */
function askForCodeWith(view: View, values: ListingValues): Response {
  return askForCode({ ...view, query: places.addListing.href({ ...values }).replace(/^[^?]*/, '') })
}

function formPage(
  { view, deps, session, ...visit }: OperatorVisit,
  values: ListingValues,
  errors: readonly FieldError[],
): ConsolePage {
  const { add: words, causes, classes, classMeans } = view.words.console
  const terms = deps.settings.listing.termsMs
    .map((term) => span(view.language, term))
    .join(view.language === 'zh-CN' ? '、' : ', ')
  const field = (name: Name): { name: Name; value: string; error: string | undefined } => ({
    name,
    value: values[name],
    error: errorOf(errors, name),
  })
  const body = html` ${textField(view, { ...field('prefix'), label: words.prefix, hint: words.prefixHint, size: 'medium', required: true, maxlength: 64, autocomplete: 'off', autofocus: errors.length === 0 && values.prefix === '' })}
    ${radios(view, {
      ...field('effect'),
      label: words.effect,
      options: [
        { value: 'refuse', words: words.refuse },
        { value: 'pass', words: words.pass },
      ],
    })}
    ${select(view, { ...field('cause'), label: words.cause, options: causeNames.map((name) => [name, causes[name]] as const) })}
    ${textField(view, { ...field('ends'), label: words.ends, hint: words.endsHint(terms), size: 'medium', maxlength: 40, autocomplete: 'off' })}
    ${radios(view, {
      ...field('class'),
      label: words.class,
      hint: words.classHint,
      options: [
        { value: '', words: words.classDefault },
        ...listingClasses.map((name) => ({ value: name, words: classes[name], hint: classMeans[name] })),
      ],
    })}
    <div class="pair">
      ${textField(view, { ...field('url'), label: words.url, hint: words.urlHint, maxlength: 500, autocomplete: 'off' })}
      ${textField(view, { ...field('test'), label: words.test, hint: words.testHint, size: 'medium', maxlength: 80, autocomplete: 'off' })}
    </div>
    ${textArea(view, { ...field('note'), label: words.note, hint: words.noteHint, rows: 3, maxlength: 1000 })}
    ${submit(words.preview)}`
  return {
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      ${errorSummary(view, errors)}
      ${postForm({ view, deps, session, ...visit }, places.addListing.href(), body)}
    </div>`,
  }
}
