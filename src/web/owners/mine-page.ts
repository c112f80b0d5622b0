import type { OwnerRequest } from '../../core/delisting/owner-actions.ts'
import type { Listing } from '../../core/listings/listing.ts'
import type { OwnerCase } from '../../core/programmes/case-actions.ts'
import type { Claim, Owner } from '../../core/owners/claim.ts'
import { showPrefix, type Prefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import {
  errorOf,
  errorSummary,
  hiddenField,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { badge, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { casesPart } from './cases-part.ts'

interface Mine {
  readonly owner: Owner
  readonly claims: readonly Claim[]
  readonly listings: readonly Listing[]
  /** Wider networks that are listed. */
  readonly around: readonly Prefix[]
  readonly requests: readonly OwnerRequest[]
  readonly cases: readonly OwnerCase[]
}

/** Everything of one owner: the networks, what of them is listed, what was asked for. */
export function minePage(
  view: View,
  { owner, claims, listings, around, requests, cases }: Mine,
  fields: Fields | undefined,
  errors: readonly FieldError[],
): Page {
  const words = view.words.owners.mine
  const hasAny = claims.some(({ state }) => state === 'granted')
  return {
    title: words.title,
    noindex: true,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p>${words.as(literal(visible(owner.mailbox)))}</p>
      ${errorSummary(view, errors)} ${newest(view, requests)}
      <h2>${words.networks}</h2>
      ${claimTable(view, claims)} ${claimForm(view, fields, errors)}
      <h2>${words.listed}</h2>
      ${around.length === 0 ? '' : notice('warning', words.around(around.map(showPrefix).join(' · ')), html`<p>${words.aroundNext}</p>`)}
      ${listings.length === 0 && around.length > 0 ? '' : listedTable(view, listings, hasAny)}
      ${hasAny ? partForm(view, fields, errors) : ''} ${requests.length === 0 ? '' : asked(view, requests)}
      ${hasAny ? casesPart(view, cases, { fields, errors }) : ''}
      ${
        hasAny
          ? html`<h2>${view.words.owners.programs.title}</h2>
              <p>${view.words.owners.programs.lead}</p>
              <p>
                <a href="${view.link(routes.owners.programs.href())}"
                  >${view.words.owners.programs.caption}</a
                >
              </p>`
          : ''
      }
      <form method="post" action="${here(view)}">
        ${hiddenField('do', 'leave')}
        <p>${submit(words.leave, 'quiet')}</p>
      </form>`,
  }
}

function here(view: View): string {
  return view.link(routes.owners.mine.href())
}

/** The answer to what was just asked. */
function newest(view: View, requests: readonly OwnerRequest[]): Html {
  const id = new URLSearchParams(view.query).get('asked')
  const request = requests.find((each) => each.id === id)
  if (request === undefined || request.outcome === null) return html``
  const tone = request.outcome === 'delisted' ? 'good' : 'info'
  const sentence = view.words.owners.mine.answered[request.outcome](showPrefix(request.prefix))
  return notice(tone, sentence, factsOf(view, request))
}

function factsOf(view: View, { facts }: OwnerRequest): Html {
  const { again, url, test, prefix } = facts
  const parts = [
    again === undefined ? [] : [html`<p>${time(view, Date.parse(again))}</p>`],
    url === undefined ? [] : [html`<p><a href="${url}" rel="external noreferrer">${visible(url)}</a></p>`],
    test === undefined ? [] : [html`<p>${literal(visible(test))}</p>`],
    prefix === undefined ? [] : [html`<p>${literal(prefix)}</p>`],
  ].flat()
  return html`${parts}`
}

function claimTable(view: View, claims: readonly Claim[]): Html {
  const words = view.words.owners.mine
  return table({
    caption: words.networks,
    quiet: true,
    stack: true,
    head: [words.network, words.state, words.proof, words.since, view.words.owners.figures.link],
    rows: claims.map((claim) => [
      html`<a href="${view.link(routes.owners.claim.href({ id: claim.id }))}"
        >${literal(showPrefix(claim.prefix))}</a
      >`,
      stateBadge(view, claim),
      claim.proof === null ? '' : view.words.owners.proofs[claim.proof],
      claim.sinceAt === null ? '' : time(view, claim.sinceAt),
      claim.state === 'granted'
        ? html`<a href="${view.link(routes.owners.figures.href({ id: claim.id }))}"
            >${view.words.owners.figures.link}</a
          >`
        : '',
    ]),
    empty: words.none,
  })
}

/** How a claim stands, in a word. */
export function stateBadge(view: View, { state, failedAt }: Pick<Claim, 'state' | 'failedAt'>): Html {
  const { states, failing } = view.words.owners
  if (state === 'granted' && failedAt !== null) return badge('warning', failing)
  return badge(state === 'granted' ? 'good' : 'quiet', states[state])
}

function claimForm(view: View, fields: Fields | undefined, errors: readonly FieldError[]): Html {
  const words = view.words.owners.mine
  return html`<h3>${words.claimTitle}</h3>
    <form method="post" action="${here(view)}">
      ${hiddenField('do', 'claim')}
      ${textField(view, {
        name: 'range',
        label: words.range,
        hint: words.rangeHint,
        value: fields?.get('range'),
        error: errorOf(errors, 'range'),
        size: 'medium',
        autocomplete: 'off',
        required: true,
        maxlength: 100,
      })}
      <p>${submit(words.claim)}</p>
    </form>`
}

/** What is listed, each with the button that asks for it. `hasAny`: the owner has proven a network at all. */
export function listedTable(view: View, listings: readonly Listing[], hasAny: boolean): Html {
  const words = view.words.owners.mine
  return table({
    caption: words.listed,
    quiet: true,
    stack: true,
    head: [words.network, words.reason, words.class, words.since, words.until, words.do],
    rows: listings.map((listing) => [
      literal(showPrefix(listing.prefix)),
      view.words.console.causes[listing.cause],
      view.words.site.ways[listing.class],
      time(view, listing.sinceAt),
      time(view, listing.endsAt),
      freeButton(view, showPrefix(listing.prefix)),
    ]),
    empty: hasAny ? words.listedNone : words.listedFirst,
  })
}

function freeButton(view: View, prefix: string): Html {
  return html`<form method="post" action="${here(view)}">
    ${hiddenField('do', 'free')}${hiddenField('prefix', prefix)}
    ${submit(view.words.owners.mine.free(prefix), 'quiet')}
  </form>`
}

function partForm(view: View, fields: Fields | undefined, errors: readonly FieldError[]): Html {
  const words = view.words.owners.mine
  return html`<details ${errorOf(errors, 'prefix') === undefined ? '' : html`open`}>
    <summary>${words.partTitle}</summary>
    <p>${words.partLead}</p>
    <form method="post" action="${here(view)}">
      ${hiddenField('do', 'free')}
      ${textField(view, {
        name: 'prefix',
        label: words.part,
        value: fields?.get('prefix'),
        error: errorOf(errors, 'prefix'),
        size: 'medium',
        autocomplete: 'off',
        required: true,
        maxlength: 100,
      })}
      ${textArea(view, {
        name: 'note',
        label: html`${words.note}${view.words.common.optional}`,
        hint: words.noteHint,
        value: fields?.get('note'),
        rows: 4,
        maxlength: 4000,
      })}
      <p>${submit(words.ask)}</p>
    </form>
  </details>`
}

function asked(view: View, requests: readonly OwnerRequest[]): Html {
  const words = view.words.owners.mine
  return html`<h2>${words.asked}</h2>
    ${table({
      caption: words.asked,
      quiet: true,
      stack: true,
      head: [words.network, words.askedAt, words.answer],
      rows: requests.map((request) => [
        literal(showPrefix(request.prefix)),
        time(view, request.createdAt),
        request.outcome === null ? '' : view.words.owners.outcomes[request.outcome],
      ]),
    })}`
}
