import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { Vouch } from '../../core/vouches/vouch.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { reasonParts } from '../site/reason-parts.ts'
import { submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { tabs } from '../ui/tabs.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** What recipients vouch for, and the end of it. */
export const vouchRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.vouches.pattern, permission: 'vouch.read', safe: true, handle: vouchesPage },
  {
    method: 'GET',
    path: places.revokeVouch.pattern,
    permission: 'vouch.revoke',
    safe: true,
    handle: endPage,
  },
  { method: 'POST', path: places.revokeVouch.pattern, permission: 'vouch.revoke', safe: false, handle: end },
]

const pageSize = 100

async function vouchesPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query, deps } = visit
  const words = view.words.recipients.console
  const isActive = query.get('state') !== 'ended'
  const state = isActive ? undefined : 'ended'
  const about = addressOf(query.get('ip'))
  const ip = about === undefined ? undefined : (query.get('ip') ?? undefined)
  const after = query.get('after') || undefined
  const { vouches, next } = await actions.listVouches(actor, { isActive, about, after, limit: pageSize })
  const choices = [undefined, 'ended' as const].map((each) => ({
    href: places.vouches.href({ state: each, ip }),
    words: each === undefined ? words.active : words.ended,
    here: each === state,
  }))
  return {
    title: words.title,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${deps.settings.vouches.mode === 'off' ? notice('warning', words.off) : ''}
      ${tabs(words.state, choices)}
      ${
        ip === undefined
          ? ''
          : html`<p>
              ${words.about(ip)}${view.words.common.fullStop}
              <a href="${places.vouches.href({ state })}">${words.all}</a>
            </p>`
      }
      ${vouchTable(visit, vouches)}
      ${
        next === undefined
          ? ''
          : html`<p>
              <a href="${places.vouches.href({ state, ip, after: next })}" rel="next">${words.older}</a>
            </p>`
      }`,
  }
}

/** What is no address narrows nothing. */
function addressOf(text: string | undefined): Address | undefined {
  const address = text === undefined ? undefined : parseAddress(text)
  return address instanceof Refusal ? undefined : address
}

function vouchTable({ view, actor }: OperatorVisit, vouches: readonly Vouch[]): Html {
  const words = view.words.recipients.console
  const mayEnd = may(actor, 'vouch.revoke')
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.mailbox, words.domain, words.where, words.refused, words.since, words.until, words.deed],
    rows: vouches.map((each) => [
      html`<span translate="no">${visible(each.mailbox)}</span>`,
      literal(visible(each.domain)),
      each.network === null ? words.signed : literal(formatPrefix(each.network)),
      html`<a href="${places.listings.href({ text: each.ip })}">${literal(each.ip)}</a>
        <span class="far">${reasonParts(view, each.reason).title}</span>`,
      when(view, each.sinceAt),
      when(view, each.endedAt ?? each.endsAt),
      deedOf(view, each, mayEnd),
    ]),
    empty: words.none,
  })
}

function deedOf(view: OperatorVisit['view'], { id, endedWhy }: Vouch, mayEnd: boolean): Html | string {
  const { console: words, vouches } = view.words.recipients
  if (endedWhy !== null) return vouches.ended[endedWhy]
  return mayEnd ? html`<a href="${places.revokeVouch.href({ id })}">${words.revoke}</a>` : ''
}

async function endPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.recipients.console
  const id = part(visit, 'id')
  const { mailbox, domain, endedAt } = await actions.showVouch(actor, id)
  if (endedAt !== null) return goTo(places.vouches.href())
  const title = words.revokeTitle(visible(domain))
  const body = html`<div class="actions">
    ${submit(words.revokeButton, 'danger')}
    <a href="${places.vouches.href()}">${view.words.console.listing.keep}</a>
  </div>`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${words.revokeLead(literal(visible(mailbox)))}</p>
      ${postForm(visit, places.revokeVouch.href({ id }), body)}
    </div>`,
  }
}

async function end(visit: OperatorVisit): Promise<Response> {
  await visit.actions.revokeVouch(visit.actor, part(visit, 'id'))
  return goTo(places.vouches.href())
}
