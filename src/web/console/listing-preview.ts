import {
  defaultEnd,
  hitsMuch,
  merge,
  peopleNeeded,
  type Listing,
  type ListingWish,
} from '../../core/listings/listing.ts'
import { formatPrefix, showPrefix } from '../../standards/prefix.ts'
import { hiddenField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { definitions, notice } from '../ui/notice.ts'
import { postForm } from './frame.ts'
import { names, type ListingValues } from './listing-form.ts'
import { impactSection } from './listing-impact.ts'
import { listingTable, said, senderLine, sizeWords, when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, type ConsolePage, type OperatorVisit } from './route.ts'

/** Listings around it that are shown. */
const shown = 20

/** What the form would do, before it does it. What is confirmed is exactly what is shown: the end goes along as a time. */
export async function previewPage(
  visit: OperatorVisit,
  values: ListingValues,
  wished: ListingWish,
): Promise<ConsolePage | Response> {
  const { view, actor, actions, deps } = visit
  const words = view.words.console.add
  const text = formatPrefix(wished.prefix)
  const isThis = (listing: Listing): boolean => formatPrefix(listing.prefix) === text
  const { recurrenceMs } = deps.settings.listing
  const [around, proposals, ended, impact] = await Promise.all([
    actions.searchListings(actor, { text, state: 'active', limit: shown }),
    actions.searchListings(actor, { text, state: 'proposed', limit: shown }),
    actions.searchListings(actor, { text, state: 'ended', limit: 200 }),
    actions.previewImpact(actor, wished.prefix),
  ])
  const proposal = proposals.listings.find(isThis)
  if (proposal) return goTo(places.listing.href({ id: proposal.id }))
  const recurrence = ended.listings.filter(
    (listing) => isThis(listing) && countsAsReturn(listing, view.now - recurrenceMs),
  ).length
  const same = around.listings.find(isThis)
  const wishedEnd = wished.endsAt ?? defaultEnd(recurrence, deps.settings, view.now)
  const replaces = same !== undefined && same.effect !== wished.effect
  const { endsAt, ...merged } = same && !replaces ? merge(same, wished, wishedEnd) : { endsAt: wishedEnd }
  const wish = { ...wished, ...merged }
  const isNew = wish.effect === 'refuse' && same?.effect !== 'refuse'
  const isWide = isNew && peopleNeeded(wish.prefix) === 2
  const isMuch = isNew && hitsMuch(wish.prefix, impact, deps.settings)
  const twoPeople = isWide || isMuch
  const others = around.listings.filter((listing) => !isThis(listing))
  const kept = { ...values, ends: new Date(endsAt).toISOString(), replace: replaces ? 'yes' : '' }
  return {
    title: words.previewTitle,
    body: html`<div class="narrow">
      <h1>${words.previewTitle}</h1>
      ${same === undefined ? '' : notice('warning', replaces ? words.replaces[same.effect] : words.sharpens)}
      ${isWide ? notice('warning', words.twoPeople(text)) : isMuch ? notice('warning', words.heavy(text)) : ''}
      ${meaning(visit, wish, { endsAt, recurrence, twoPeople })}
      ${isNew ? impactSection(view, impact, deps.settings) : ''}
      ${postForm(
        visit,
        places.addListing.href(),
        html`${names.map((name) => hiddenField(name, kept[name]))}
          <div class="actions">
            <button class="button danger" name="step" value="confirm">
              ${twoPeople ? words.propose : replaces ? words.replace : words.confirm}
            </button>
            ${
              isMuch && !isWide
                ? html`<button class="button quiet" name="step" value="emergency">${words.emergency}</button>`
                : ''
            }
            <button class="button quiet" name="step" value="change">${words.change}</button>
          </div>`,
      )}
      <h2>${words.covering}</h2>
      ${listingTable(view, same === undefined ? others : [same, ...others], { around: wish.prefix, empty: words.nothingAround })}
      ${around.next === undefined ? '' : html`<p class="hint">${words.more(shown)}</p>`}
    </div>`,
  }
}

/** As core counts them: what was replaced, or removed without proof, is no return. */
function countsAsReturn({ effect, endedAt, endedWhy }: Listing, since: number): boolean {
  return (
    effect === 'refuse' &&
    endedWhy !== 'superseded' &&
    endedWhy !== 'delist-unproven' &&
    (endedAt ?? 0) >= since
  )
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
  ${
    refuses
      ? html`<h2>${words.senderReads}</h2>
          ${senderLine(asListing, deps.settings)}`
      : html`<p>${words.letThrough}</p>`
  }`
}
