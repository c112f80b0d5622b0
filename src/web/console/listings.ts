import { causeNames, listingClasses } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { Listing } from '../../core/listings/listing.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { parseListable, type Prefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { errorOf, select, submit, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { buttonLink } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { addressFacts } from './address-facts.ts'
import { actionsRow } from './frame.ts'
import { listingTable } from './listing-parts.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const listingsRoute: ConsoleRoute = {
  method: 'GET',
  path: places.listings.pattern,
  permission: 'console.read',
  safe: true,
  handle: listingsPage,
}

const pageSize = 50

const states = ['active', 'proposed', 'ended'] as const
const noRelation = undefined

/** What is asked for. Without a text only what is in force; with one, everything about it. */
interface Wish {
  readonly text: string
  readonly state: (typeof states)[number] | 'any'
  readonly cause: string
  readonly class: string
  readonly after: string | undefined
}

function readWish(query: Fields): Wish {
  const text = (query.get('text') ?? '').trim()
  const oneOf = <T extends string>(known: readonly T[], name: string): T | undefined =>
    known.find((each) => each === query.get(name))
  return {
    text,
    state: oneOf([...states, 'any'], 'state') ?? (text === '' ? 'active' : 'any'),
    cause: oneOf(causeNames, 'cause') ?? '',
    class: oneOf(listingClasses, 'class') ?? '',
    after: query.get('after'),
  }
}

interface Found {
  readonly listings: readonly Listing[]
  readonly next?: string
  readonly errors: readonly FieldError[]
}

async function listingsPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor } = visit
  const words = view.words.console.listings
  const wish = readWish(visit.query)
  const found = await search(visit, wish)
  const address = wish.text === '' ? undefined : addressOf(wish.text)
  const tools = actionsRow(
    [
      may(actor, 'listing.add') && buttonLink(places.addListing.href(), words.add),
      may(actor, 'listing.import') && html`<a href="${places.importListings.href()}">${words.import}</a>`,
    ].map((each) => each || undefined),
  )
  return {
    title: words.title,
    ...(found.errors.length > 0 ? { status: 422 } : {}),
    body: html`<div class="head">
        <h1>${words.title}</h1>
        ${tools}
      </div>
      ${filters(view, wish, found.errors)}
      ${listingTable(view, found.listings, { around: aroundOf(wish), empty: found.errors.length > 0 ? '' : emptyWords(visit, wish) })}
      ${pager(view, wish, found.next)}
      ${address && found.errors.length === 0 ? await addressFacts(visit, address) : ''}
      <p class="export">
        <a href="${places.exportListings.href()}">${words.export}</a>
      </p>`,
  }
}

async function search({ view, actor, actions }: OperatorVisit, wish: Wish): Promise<Found> {
  const { text, state, cause, after } = wish
  try {
    const answer = await actions.searchListings(actor, {
      text: text || undefined,
      state: state === 'any' ? undefined : state,
      cause: cause || undefined,
      class: wish.class || undefined,
      after,
      limit: pageSize,
    })
    return { ...answer, errors: [] }
  } catch (error) {
    if (!(error instanceof Refusal) || !/^(address|prefix)\./.test(error.code)) throw error
    return { listings: [], errors: [{ field: 'text', message: refusalSentence(view, error) }] }
  }
}

function addressOf(text: string): Address | undefined {
  const address = parseAddress(text)
  return address instanceof Refusal ? undefined : address
}

function aroundOf({ text }: Wish): Prefix | undefined {
  if (text === '' || /^[0-9a-hjkmnp-tv-z]{12}$/.test(text)) return noRelation
  const prefix = parseListable(text)
  return prefix instanceof Refusal ? noRelation : prefix
}

function filters(view: View, wish: Wish, errors: readonly FieldError[]): Html {
  const { listings: words, causes, classes } = view.words.console
  return html`<form class="filters" action="${places.listings.href()}">
    ${textField(view, {
      name: 'text',
      type: 'search',
      label: words.text,
      value: wish.text,
      error: errorOf(errors, 'text'),
      autofocus: errors.length > 0,
      maxlength: 80,
      autocomplete: 'off',
    })}
    ${select(view, {
      name: 'state',
      label: words.state,
      value: wish.state,
      options: [['any', words.any], ...states.map((state) => [state, words.states[state]] as const)],
    })}
    ${select(view, {
      name: 'cause',
      label: words.cause,
      value: wish.cause,
      options: [['', words.any], ...causeNames.map((cause) => [cause, causes[cause]] as const)],
    })}
    ${select(view, {
      name: 'class',
      label: words.class,
      value: wish.class,
      options: [['', words.any], ...listingClasses.map((name) => [name, classes[name]] as const)],
    })}
    ${submit(view.words.console.searchButton, 'quiet')}
  </form>`
}

/** Nothing found is an answer too, and leads on. */
function emptyWords({ view, actor }: OperatorVisit, wish: Wish): Html {
  const words = view.words.console.listings
  const isFiltered = wish.cause !== '' || wish.class !== '' || (wish.text !== '' && wish.state !== 'any')
  const listable = wish.text === '' ? undefined : aroundOf(wish)
  if (listable && !isFiltered) {
    const add = may(actor, 'listing.add')
      ? html` <a href="${places.addListing.href({ prefix: wish.text })}">${words.listThis(wish.text)}</a>`
      : ''
    return html`${words.nothingFor(wish.text)}${add}`
  }
  if (isFiltered || wish.text !== '') {
    const all = places.listings.href({ text: wish.text || undefined, state: 'any' })
    return html`${words.nothing} <a href="${all}">${words.everything}</a>`
  }
  return html`${wish.state === 'any' ? words.nothingYet : words.nothingInForce}`
}

function pager(view: View, wish: Wish, next: string | undefined): Html {
  const words = view.words.console.listings
  const query = {
    text: wish.text || undefined,
    state: wish.state,
    cause: wish.cause || undefined,
    class: wish.class || undefined,
  }
  return html`<nav class="pager">
    ${wish.after === undefined ? '' : html`<a href="${places.listings.href(query)}">${words.newest}</a>`}
    ${next === undefined ? '' : html`<a href="${places.listings.href({ ...query, after: next })}" rel="next">${words.older}</a>`}
  </nav>`
}
