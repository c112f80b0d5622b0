import { claimStates, type Claim, type Owner } from '../../core/owners/claim.ts'
import { may } from '../../core/actor.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { tabs } from '../ui/tabs.ts'

/** Owners of networks: who holds what, and the end of it. */
export const ownerRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.owners.pattern, permission: 'owner.read', safe: true, handle: ownersPage },
  { method: 'GET', path: places.endClaim.pattern, permission: 'owner.manage', safe: true, handle: endPage },
  { method: 'POST', path: places.endClaim.pattern, permission: 'owner.manage', safe: false, handle: end },
]

const pageSize = 100

async function ownersPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.owners.console
  const state = claimStates.find((each) => each === query.get('state'))
  const { claims, next } = await actions.listClaims(actor, {
    state,
    after: query.get('after') || undefined,
    limit: pageSize,
  })
  const choices = [undefined, ...claimStates].map((each) => ({
    href: places.owners.href({ state: each }),
    words: each === undefined ? words.all : view.words.owners.states[each],
    here: each === state,
  }))
  return {
    title: words.title,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${tabs(words.state, choices)} ${claimTable(visit, claims)}
      ${
        next === undefined
          ? ''
          : html`<p><a href="${places.owners.href({ state, after: next })}" rel="next">${words.older}</a></p>`
      }`,
  }
}

function claimTable(
  { view, actor }: OperatorVisit,
  claims: readonly { readonly claim: Claim; readonly owner: Owner }[],
): Html {
  const words = view.words.owners.console
  const mayEnd = may(actor, 'owner.manage')
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.network, words.mailbox, words.state, words.proof, words.since, words.checked, words.deed],
    rows: claims.map(({ claim, owner }) => [
      literal(showPrefix(claim.prefix)),
      html`<span translate="no">${visible(owner.mailbox)}</span>`,
      claim.state === 'granted' && claim.failedAt !== null
        ? view.words.owners.failing
        : view.words.owners.states[claim.state],
      proofCell(view, claim),
      claim.sinceAt === null ? '' : when(view, claim.sinceAt),
      claim.checkedAt === null ? '' : when(view, claim.checkedAt),
      mayEnd && claim.state !== 'ended'
        ? html`<a href="${places.endClaim.href({ id: claim.id })}">${words.revoke}</a>`
        : '',
    ]),
    empty: words.none,
  })
}

/** How it was proven, and who said so where somebody did. */
function proofCell(view: View, { proof, contact }: Claim): Html | string {
  if (proof === null) return ''
  const words = view.words.owners.proofs[proof]
  return contact === null ? words : html`${words}: <span translate="no">${visible(contact)}</span>`
}

async function endPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.owners.console
  const id = part(visit, 'id')
  const { claim, owner } = await actions.showClaim(actor, id)
  if (claim.state === 'ended') return goTo(places.owners.href())
  const title = words.revokeTitle(showPrefix(claim.prefix))
  const body = html`<div class="actions">
    ${submit(words.revokeButton, 'danger')}
    <a href="${places.owners.href()}">${view.words.console.listing.keep}</a>
  </div>`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${words.revokeLead(literal(visible(owner.mailbox)))}</p>
      ${postForm(visit, places.endClaim.href({ id }), body)}
    </div>`,
  }
}

async function end(visit: OperatorVisit): Promise<Response> {
  await visit.actions.revokeClaim(visit.actor, part(visit, 'id'))
  return goTo(places.owners.href())
}
