import { causeNames, listingClasses } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { isCause, isClass } from '../../core/listings/import-line.ts'
import { defaultEnd, peopleNeeded, readWish, type Listing, type ListingFields, type ListingWish } from '../../core/listings/listing.ts'
import { formatPrefix, parseListable, showPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { errorOf, errorSummary, hiddenField, radios, select, submit, textArea, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { span } from '../ui/moment.ts'
import { definitions, notice } from '../ui/notice.ts'
import { postForm } from './frame.ts'
import { listingTable, said, senderLine, sizeWords, when } from './listing-parts.ts'
import { places } from './places.ts'
import { refusalSentence } from './refusal-sentence.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** Adding a listing takes two steps without any script: the form, then what it means; nothing is kept between them but the form itself. */
export const addListingRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.addListing.pattern, permission: 'listing.add', safe: true, handle: showForm },
  { method: 'POST', path: places.addListing.pattern, permission: 'listing.add', safe: false, handle: takeForm },
]

const names = ['prefix', 'effect', 'cause', 'class', 'ends', 'url', 'test', 'note'] as const
type Name = (typeof names)[number]
type Values = Readonly<Record<Name, string>>

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
    if (step !== 'confirm') return await previewPage(visit, values, wish)
    const listing = await visit.actions.addListing(visit.actor, fields)
    return goTo(places.listing.href({ id: listing.id }, { done: listing.state === 'proposed' ? 'proposed' : 'added' }))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const message = refusalSentence(visit.view, error)
    return { ...formPage(visit, values, [{ field: fieldOf(error), message }]), status: error.status }
  }
}

function valuesOf(given: Fields): Values {
  const value = (name: Name): string => (given.get(name) ?? '').trim()
  return {
    prefix: value('prefix'),
    effect: value('effect') === 'pass' ? 'pass' : 'refuse',
    cause: value('cause') || 'manual',
    class: value('class'),
    ends: value('ends'),
    url: value('url'),
    test: value('test'),
    note: value('note'),
  }
}

/** The fields as core takes them. Throws what they cannot be. */
function readFields(values: Values): ListingFields {
  const prefix = parseListable(values.prefix)
  if (prefix instanceof Refusal) throw prefix
  if (!isCause(values.cause)) throw new Refusal('form.invalid', { field: 'cause' })
  if (values.class !== '' && !isClass(values.class)) throw new Refusal('form.invalid', { field: 'class' })
  return {
    prefix,
    cause: values.cause,
    class: values.class === '' ? undefined : values.class,
    effect: values.effect === 'pass' ? 'pass' : 'refuse',
    ends: values.ends || undefined,
    note: values.note || undefined,
    url: values.url || undefined,
    test: values.test || undefined,
  }
}

function fieldOf({ code, facts }: Refusal): string | undefined {
  if (code.startsWith('address.') || code.startsWith('prefix.')) return 'prefix'
  if (code === 'listing.ends-invalid' || code === 'listing.never-ends') return 'ends'
  if (code === 'listing.class-field' || code === 'form.invalid') return String(facts['field'] ?? 'prefix')
  return undefined
}

function formPage({ view, deps, session, ...visit }: OperatorVisit, values: Values, errors: readonly FieldError[]): ConsolePage {
  const { add: words, causes, classes, classMeans } = view.words.console
  const terms = deps.settings.listing.termsMs.map((term) => span(view.language, term)).join(view.language === 'zh-CN' ? '、' : ', ')
  const field = (name: Name): { name: Name; value: string; error: string | undefined } => ({
    name,
    value: values[name],
    error: errorOf(errors, name),
  })
  const body = html`
    ${textField(view, { ...field('prefix'), label: words.prefix, hint: words.prefixHint, size: 'medium', required: true, maxlength: 64, autocomplete: 'off', autofocus: errors.length === 0 && values.prefix === '' })}
    ${radios(view, { ...field('effect'), label: words.effect, options: [{ value: 'refuse', words: words.refuse }, { value: 'pass', words: words.pass }] })}
    <div class="pair">
    ${select(view, { ...field('cause'), label: words.cause, options: causeNames.map((name) => [name, causes[name]] as const) })}
    ${textField(view, { ...field('ends'), label: words.ends, hint: words.endsHint(terms), size: 'medium', maxlength: 40, autocomplete: 'off' })}
    </div>
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
    body: html`<div class="narrow"><h1>${words.title}</h1>${errorSummary(view, errors)}
      ${postForm({ view, deps, session, ...visit }, places.addListing.href(), body)}</div>`,
  }
}

/** Listings around it that are shown. */
const shown = 20

/** What the form would do, before it does it. What is confirmed is exactly what is shown: the end goes along as a time. */
async function previewPage(visit: OperatorVisit, values: Values, wish: ListingWish): Promise<ConsolePage> {
  const { view, actor, actions, deps } = visit
  const words = view.words.console.add
  const text = formatPrefix(wish.prefix)
  const isThis = (listing: Listing): boolean => formatPrefix(listing.prefix) === text
  const { recurrenceMs } = deps.settings.listing
  const [around, ended] = await Promise.all([
    actions.searchListings(actor, { text, state: 'active', limit: shown }),
    actions.searchListings(actor, { text, state: 'ended', limit: 200 }),
  ])
  const recurrence = ended.listings.filter((listing) => isThis(listing) && countsAsReturn(listing, view.now - recurrenceMs)).length
  const endsAt = wish.endsAt ?? defaultEnd(recurrence, deps.settings, view.now)
  const twoPeople = wish.effect === 'refuse' && peopleNeeded(wish.prefix) === 2
  const same = around.listings.find(isThis)
  const others = around.listings.filter((listing) => !isThis(listing))
  const kept = { ...values, ends: new Date(endsAt).toISOString() }
  return {
    title: words.previewTitle,
    body: html`<div class="narrow"><h1>${words.previewTitle}</h1>
      ${same === undefined ? '' : notice('warning', words.sharpens)}
      ${twoPeople ? notice('warning', words.twoPeople(text)) : ''}
      ${meaning(visit, wish, { endsAt, recurrence, twoPeople })}
      ${postForm(
        visit,
        places.addListing.href(),
        html`${names.map((name) => hiddenField(name, kept[name]))}
          <div class="actions"><button class="button danger" name="step" value="confirm">${twoPeople ? words.propose : words.confirm}</button>
          <button class="button quiet" name="step" value="change">${words.change}</button></div>`,
      )}
      <h2>${words.covering}</h2>
      ${listingTable(view, same === undefined ? others : [same, ...others], { around: wish.prefix, empty: words.nothingAround })}
      ${around.next === undefined ? '' : html`<p class="hint">${words.more(shown)}</p>`}</div>`,
  }
}

/** As core counts them: what was replaced, or removed without proof, is no return. */
function countsAsReturn({ effect, endedAt, endedWhy }: Listing, since: number): boolean {
  return effect === 'refuse' && endedWhy !== 'superseded' && endedWhy !== 'delist-unproven' && (endedAt ?? 0) >= since
}

function meaning(
  { view, deps, actor }: OperatorVisit,
  wish: ListingWish,
  facts: { readonly endsAt: number; readonly recurrence: number; readonly twoPeople: boolean },
): Html {
  const { add: words, listing, causes, classes, classMeans } = view.words.console
  const refuses = wish.effect === 'refuse'
  const asListing: Listing = {
    ...wish,
    id: '0'.repeat(12),
    state: 'active',
    sinceAt: view.now,
    endsAt: facts.endsAt,
    recurrence: facts.recurrence,
    actor: actor.kind,
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
  }
  return html`${definitions([
    [words.prefix, html`<b translate="no">${showPrefix(wish.prefix)}</b>`],
    [words.addresses, sizeWords(view, wish.prefix)],
    [words.inForce, facts.twoPeople ? words.afterSecond : words.atOnce],
    [words.ends, html`${when(view, facts.endsAt)} · ${words.returns(facts.recurrence)}`],
    [words.cause, causes[wish.cause]],
    [words.class, html`${classes[wish.class]}. ${refuses ? classMeans[wish.class] : ''}`],
    [listing.url, wish.url === null ? undefined : html`<span translate="no">${visible(wish.url)}</span>`],
    [listing.test, wish.test === null ? undefined : visible(wish.test)],
    [words.note, wish.note === '' ? undefined : said(wish.note)],
  ])}
  ${refuses ? html`<h2>${words.senderReads}</h2>${senderLine(asListing, deps.settings)}` : html`<p>${words.letThrough}</p>`}`
}
