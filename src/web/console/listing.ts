import { Refusal } from '../../base/refusal.ts'
import { actorName, may } from '../../core/actor.ts'
import type { AuditRecord } from '../../core/audit/actions.ts'
import { effectOf, mayAgree, proposalEnd, reflectionMs, type Listing } from '../../core/listings/listing.ts'
import type { Settings } from '../../core/settings.ts'
import { formatPrefix, showPrefix } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { buttonLink, definitions, literal, notice } from '../ui/notice.ts'
import { time } from '../ui/time.ts'
import { timeline, type Happening } from '../ui/timeline.ts'
import type { View } from '../ui/view.ts'
import { actionsRow } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { actionWords, history } from './history.ts'
import { impactSection } from './listing-impact.ts'
import {
  codeOf,
  evidenceTable,
  publicUrl,
  said,
  senderLine,
  sizeWords,
  stateBadge,
  when,
} from './listing-parts.ts'
import { places } from './places.ts'
import { part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const listingRoute: ConsoleRoute = {
  method: 'GET',
  path: places.listing.pattern,
  permission: 'console.read',
  safe: true,
  handle: listingPage,
}

async function listingPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, deps } = visit
  const words = view.words.console.listing
  const { listing, history: records } = await visit.actions.showListing(visit.actor, part(visit, 'id'))
  const prefix = showPrefix(listing.prefix)
  return {
    title: words.title(prefix),
    body: html`${doneNotice(visit, listing)}
      <div class="head">
        <h1><span translate="no">${prefix}</span> ${stateBadge(view, listing)}</h1>
        ${tools(visit, listing)}
      </div>
      ${lead(visit, listing)} ${await impactOf(visit, listing)}
      <div class="columns">
        <section>
          <h2>${words.facts}</h2>
          ${facts(visit, listing)}
          <p>${links(view, listing, publicUrl(listing.prefix, deps.settings))}</p>
        </section>
        <section>
          <h2>${words.evidence}</h2>
          ${evidenceTable(view, listing)}
          <h2>${words.life}</h2>
          ${life(view, listing, records)}
        </section>
      </div>
      ${
        listing.effect === 'refuse' && listing.state !== 'ended'
          ? html`<h2>${words.code}</h2>
              ${senderLine(listing, deps.settings)}`
          : ''
      }
      <h2>${words.history}</h2>
      ${history(view, records, true)}`,
  }
}

/** What was just done, when it is still so. */
function doneNotice({ view, query }: OperatorVisit, listing: Listing): Html | string {
  const words = view.words.console.listing
  switch (query.get('done')) {
    case 'added':
      return listing.state === 'active' ? notice('good', words.addedNotice) : ''
    case 'agreed':
      return listing.state === 'active' ? notice('good', words.agreedNotice) : ''
    case 'proposed':
      return listing.state === 'proposed' ? notice('info', words.proposedNotice) : ''
    case 'ended':
      return listing.state === 'ended' ? notice('good', words.endedNotice) : ''
    default:
      return ''
  }
}

/** Of what waits for a second person: what it would hit, as it is now. */
async function impactOf(
  { view, deps, actor, actions }: OperatorVisit,
  listing: Listing,
): Promise<Html | string> {
  if (listing.state !== 'proposed') return ''
  const { prefix } = listing
  return await impactSection(view, await actions.previewImpact(actor, prefix), deps.settings)
}

function tools({ view, actor }: OperatorVisit, listing: Listing): Html {
  const words = view.words.console.listing
  const { id } = listing
  if (listing.state === 'ended') {
    const again = places.addListing.href({
      prefix: showPrefix(listing.prefix),
      cause: listing.cause,
      class: listing.class,
    })
    return actionsRow([may(actor, 'listing.add') ? buttonLink(again, words.listAgain) : undefined])
  }
  return actionsRow([
    listing.state === 'proposed' &&
    may(actor, 'listing.add') &&
    !(mayAgree(listing, actorName(actor), view.now) instanceof Refusal)
      ? buttonLink(places.agreeListing.href({ id }), words.agree)
      : undefined,
    may(actor, 'listing.end')
      ? html`<a class="button danger" href="${places.endListing.href({ id })}">${words.end}</a>`
      : undefined,
  ])
}

function lead({ view, deps, actor }: OperatorVisit, listing: Listing): Html {
  const words = view.words.console.listing
  switch (listing.state) {
    case 'active':
      return html`<p class="lead">
        ${actsUntil(view, listing, deps.settings)} ${when(view, listing.endsAt)}
      </p>`
    case 'proposed': {
      const refusal = mayAgree(listing, actorName(actor), view.now)
      const own =
        refusal instanceof Refusal
          ? html` ${words.agreeYourself} ${time(view, listing.sinceAt + reflectionMs)}`
          : ''
      return html`<p class="lead">${words.proposed} ${when(view, proposalEnd(listing))}${own}</p>`
    }
    case 'ended':
      return html`<p class="lead">
        ${words.endedLead} ${when(view, listing.endedAt ?? listing.endsAt)}:
        ${view.words.console.endWhys[listing.endedWhy ?? 'operator']}
      </p>`
  }
}

function actsUntil(view: View, listing: Listing, settings: Settings): Html | string {
  const words = view.words.console.listing
  switch (effectOf(listing, settings.reputation.mode)) {
    case 'refuse':
      return html`${codeOf(listing, settings)} ${words.refusedUntil}`
    case 'pass':
      return words.passesUntil
    case 'observe':
      return words.observedUntil
    case 'defer':
      return words.deferredUntil
    case 'delay':
      return words.delayedUntil
  }
}

function facts({ view }: OperatorVisit, listing: Listing): Html {
  const { listing: words, causes, classes, classMeans } = view.words.console
  return definitions([
    [words.reason, causes[listing.cause]],
    [words.class, html`${classes[listing.class]} <span class="far">${classMeans[listing.class]}</span>`],
    [
      words.effect,
      html`${words.effects[effectOf(listing, view.engine)]}
        <span class="far">${sizeWords(view, listing.prefix)}</span>`,
    ],
    [words.since, when(view, listing.sinceAt)],
    listing.endedAt === null
      ? [words.ends, when(view, listing.endsAt)]
      : [
          words.ended,
          html`${when(view, listing.endedAt)}
            <span class="far">${actorWords(view, listing.endedBy ?? '')}</span>`,
        ],
    [words.recurrence, words.recurrences(listing.recurrence)],
    [words.by, actorWords(view, listing.actor)],
    [words.url, listing.url === null ? undefined : webLink(listing.url)],
    [words.test, listing.test === null ? undefined : visible(listing.test)],
    [words.note, listing.note === '' ? words.noNote : html`${said(listing.note)}`],
    [words.id, literal(listing.id)],
  ])
}

/** A link only where the scheme is one of the web's: the text came from an operator, a program or a file. */
function webLink(url: string): Html {
  if (!/^https?:\/\//i.test(url)) return html`<span translate="no">${visible(url)}</span>`
  return html`<a href="${url}" rel="noreferrer" translate="no">${visible(url)}</a>`
}

function links(view: View, listing: Listing, publicPage: string): Html {
  const words = view.words.console.listing
  const text = formatPrefix(listing.prefix)
  return html`<a href="${places.listings.href({ text })}">${words.around}</a> ·
    <a href="${places.requests.href({ state: 'all', ip: showPrefix(listing.prefix).replace(/\/.*/, '') })}"
      >${words.requests}</a
    >
    · <a href="${publicPage}">${words.public}</a>`
}

/** The stretch it acts, and what was done to it. */
function life(view: View, listing: Listing, records: readonly AuditRecord[]): Html {
  const words = view.words.console.listing
  const stretch: Happening = {
    at: listing.sinceAt,
    to: listing.endedAt ?? listing.endsAt,
    tone: listing.state === 'proposed' ? 'warning' : listing.effect === 'pass' ? 'good' : 'bad',
    words:
      listing.state === 'proposed'
        ? words.proposedSpan
        : listing.effect === 'pass'
          ? words.effects.pass
          : words.inForce,
  }
  const points = records.map((record): Happening => ({
    at: record.at,
    tone: 'info',
    quiet: true,
    words: `${actionWords(view, record.action)}, ${actorWords(view, record.actor)}`,
  }))
  return timeline(view, [stretch, ...points], { caption: words.life, when: words.when, what: words.what })
}
