import { Refusal } from '../../base/refusal.ts'
import { actorName } from '../../core/actor.ts'
import { mayAgree, reflectionMs, type Listing } from '../../core/listings/listing.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { submit, textField } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { notice } from '../ui/notice.ts'
import { time } from '../ui/time.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { impactSection } from './listing-impact.ts'
import { listingTable, said, senderLine, sizeWords, when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { askForCode, needsCode } from './step-up.ts'

/** The two deeds on one listing, each with a page before it that says what will happen. */
export const listingDeedRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.endListing.pattern, permission: 'listing.end', safe: true, handle: endPage },
  { method: 'POST', path: places.endListing.pattern, permission: 'listing.end', safe: false, handle: end },
  {
    method: 'GET',
    path: places.agreeListing.pattern,
    permission: 'listing.add',
    safe: true,
    handle: agreePage,
  },
  {
    method: 'POST',
    path: places.agreeListing.pattern,
    permission: 'listing.add',
    safe: false,
    handle: agree,
  },
]

async function endPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view } = visit
  const words = view.words.console.listing
  const { listing } = await visit.actions.showListing(visit.actor, part(visit, 'id'))
  if (listing.state === 'ended') return goTo(places.listing.href({ id: listing.id }))
  if (needsCode(visit, listing.prefix)) return askForCode(view)
  const title = words.endTitle(showPrefix(listing.prefix))
  const body = html`${textField(view, { name: 'note', label: words.why, hint: words.whyHint, maxlength: 500, autofocus: true })}
    <div class="actions">
      ${submit(words.end, 'danger')} <a href="${places.listing.href({ id: listing.id })}">${words.keep}</a>
    </div>`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${endWords(visit, listing)}</p>
      ${await stillCovering(visit, listing)}
      ${postForm(visit, places.endListing.href({ id: listing.id }), body)}
    </div>`,
  }
}

function endWords({ view }: OperatorVisit, listing: Listing): string {
  const words = view.words.console.listing
  if (listing.state === 'proposed') return words.endProposed
  return listing.effect === 'pass' ? words.endPass : words.endLead
}

/** The surprise that ending one listing brings: the mail is refused all the same. */
async function stillCovering(
  { view, actor, actions }: OperatorVisit,
  listing: Listing,
): Promise<Html | string> {
  const covering = await actions.coveringListings(actor, listing.prefix)
  const wider = covering.filter(
    (each) => each.prefix.length < listing.prefix.length && each.effect === 'refuse',
  )
  if (wider.length === 0) return ''
  return await html`${notice('warning', view.words.console.listing.stillCovered)}${listingTable(view, wider, { around: listing.prefix })}`
}

async function end(visit: OperatorVisit): Promise<Response> {
  const id = part(visit, 'id')
  const { listing } = await visit.actions.showListing(visit.actor, id)
  if (needsCode(visit, listing.prefix)) return askForCode(visit.view)
  const note = visit.form.get('note')?.trim()
  await visit.actions.endListing(visit.actor, { id, ...(note ? { note } : {}) })
  return goTo(places.listing.href({ id }, { done: 'ended' }))
}

async function agreePage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, deps, actions } = visit
  const words = view.words.console.listing
  const { listing } = await actions.showListing(visit.actor, part(visit, 'id'))
  if (listing.state !== 'proposed') return goTo(places.listing.href({ id: listing.id }))
  if (needsCode(visit, listing.prefix)) return askForCode(view)
  const title = words.agreeTitle(showPrefix(listing.prefix))
  const refusal = mayAgree(listing, actorName(visit.actor), view.now)
  const back = html`<a href="${places.listing.href({ id: listing.id })}">${words.keep}</a>`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${words.agreeLead(actorWords(view, listing.actor))}</p>
      <p>
        ${sizeWords(view, listing.prefix)} ·
        ${words.ends}${view.words.common.colon}${when(view, listing.endsAt)}
      </p>
      ${impactSection(view, await actions.previewImpact(visit.actor, listing.prefix), deps.settings)}
      ${listing.note === '' ? '' : html`<p>${said(listing.note)}</p>`} ${senderLine(listing, deps.settings)}
      ${
        refusal instanceof Refusal
          ? html`<p>${words.agreeYourself} ${time(view, listing.sinceAt + reflectionMs)}</p>
              <p>${back}</p>`
          : postForm(
              visit,
              places.agreeListing.href({ id: listing.id }),
              html`<div class="actions">${submit(words.agree, 'danger')} ${back}</div>`,
            )
      }
    </div>`,
  }
}

/** A second person adds the same again; core sees that it was proposed and puts it in force. */
async function agree(visit: OperatorVisit): Promise<Response> {
  const { listing } = await visit.actions.showListing(visit.actor, part(visit, 'id'))
  if (listing.state !== 'proposed') return goTo(places.listing.href({ id: listing.id }))
  if (needsCode(visit, listing.prefix)) return askForCode(visit.view)
  const { prefix, cause, effect, endsAt, note, url, test, evidence } = listing
  const agreed = await visit.actions.addListing(visit.actor, {
    prefix,
    cause,
    class: listing.class,
    effect,
    ends: new Date(endsAt).toISOString(),
    note,
    evidence,
    ...(url === null ? {} : { url }),
    ...(test === null ? {} : { test }),
  })
  return goTo(places.listing.href({ id: agreed.id }, { done: 'agreed' }))
}
