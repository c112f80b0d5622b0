import type { Proof } from '../../core/delisting/proof-actions.ts'
import type { RequestView } from '../../core/delisting/actions.ts'
import { routes } from '../routes.ts'
import { errorSummary, hiddenField, submit } from '../ui/form.ts'
import { codeField } from '../ui/code-field.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { distance } from '../ui/moment.ts'
import { buttonLink, literal, mailLink, notice, verbatim } from '../ui/notice.ts'
import { notArrived } from '../ui/letter-link-pages.ts'
import { observing } from '../ui/observing.ts'
import { deadline } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { personDecides } from './confirm-page.ts'
import { road } from './form-page.ts'
import { streamOf } from './live.ts'

/** A request that is not decided: what to do now, and the other ways to prove it. */
export function openRequestPage(
  view: View,
  request: RequestView,
  {
    code,
    proof,
    byPerson,
  }: { readonly code: string; readonly proof: Proof | undefined; readonly byPerson: boolean },
): Page {
  const words = view.words.portal.request
  const isProven = request.state === 'proven'
  return {
    title: words.title(request.ip),
    noindex: true,
    scripts: [view.assets.href('delist.js')],
    body: html`<div data-live="${streamOf(request)}">
      <h1>${words.title(request.ip)}</h1>
      ${observing(view)} ${road(view, isProven ? 2 : 1)}
      ${isProven ? proven(view, request, byPerson) : request.road === 'mail' ? mail(view, request, code) : writeIn(view, request)}
      <p>
        ${words.until(distance(view.language, request.expiresAt, view.now), deadline(view, request.expiresAt))}
      </p>
      ${isProven ? '' : otherWays(view, request, proof)}
    </div>`,
  }
}

function proven(view: View, request: RequestView, byPerson: boolean): Html {
  const words = view.words.portal.request
  return html`${notice('good', words.provenTitle, byPerson ? personDecides(view, request.ip) : html`<p>${words.provenLead(request.ip)}</p>`)}
    <form method="post" action="${view.link(routes.delist.request.href({ id: request.id }))}">
      ${hiddenField('do', 'delist')}
      <p>${view.words.portal.confirm.reminder}</p>
      <p>${submit(byPerson ? view.words.portal.confirm.toPerson : words.button)}</p>
    </form>`
}

function mail(view: View, request: RequestView, code: string): Html {
  const words = view.words.portal.request
  return html`<h2>${words.mailTitle}</h2>
    <p>${words.mailLead(request.mailbox)}</p>
    <h3>${words.codeTitle}</h3>
    <p>${words.codeLead}</p>
    <p class="big-code" translate="no"><output>${code}</output></p>
    <details>
      <summary>${view.words.owners.asked.notArrived}</summary>
      ${notArrived(view, [words.writeInstead(mailLink(request.writeTo)), words.notArrivedEnd])}
    </details>`
}

function writeIn(view: View, request: RequestView): Html {
  const words = view.words.portal.request
  return html`<h2>${words.writeTitle}</h2>
    <p>${words.writeLead(request.mailbox)}</p>
    <p>${mailLink(request.writeTo)}</p>
    <p>${words.writeAfter}</p>`
}

function otherWays(view: View, request: RequestView, proof: Proof | undefined): Html {
  const words = view.words.portal.request
  const value = `postern-verification=${request.proof.token}`
  return html`<section aria-labelledby="others">
    <h2 id="others">${words.others}</h2>
    <p>${words.othersLead}</p>
    ${proof === undefined ? '' : whatWeSaw(view, proof)}
    <details ${proof ? html`open` : ''}>
      <summary>${words.txtTitle}</summary>
      <p>${words.txtLead(request.ip)}</p>
      ${verbatim(value)} ${lookButton(view, request, 'txt', words.txtButton)}
    </details>
    <details>
      <summary>${words.httpTitle}</summary>
      <p>${words.httpLead}</p>
      ${verbatim(request.proof.httpUrl)}${verbatim(value)}
      ${lookButton(view, request, 'http', words.httpButton)}
    </details>
    <details>
      <summary>${words.smtpTitle}</summary>
      <p>${words.smtpLead(view.addresses.delist)}</p>
      ${verbatim(`postern-proof ${request.proof.token}`)}
    </details>
  </section>`
}

function lookButton(view: View, request: RequestView, method: 'txt' | 'http', words: string): Html {
  return html`<form method="post" action="${view.link(routes.delist.request.href({ id: request.id }))}">
    ${hiddenField('do', method)}
    <p>${submit(words, 'quiet')}</p>
  </form>`
}

function whatWeSaw(view: View, proof: Proof): Html {
  const words = view.words.portal.request
  if (proof.trouble === 'temperror') return notice('warning', words.temperror, '', 3)
  if (proof.trouble === 'no-ptr') return notice('warning', words.noPtr, '', 3)
  const places = proof.lookedAt.map((place) => html`<li>${literal(place)}</li>`)
  return notice(
    'warning',
    words.notFound,
    html`<p>${words.notFoundAt}</p>
      <ul>
        ${places}
      </ul>`,
    3,
  )
}

/** A browser that does not hold the request's half: the code opens it. */
export function codePage(view: View, id: string, message: string | undefined): Page {
  const words = view.words.portal.request
  return {
    title: words.needCodeTitle,
    noindex: true,
    body: html`<h1>${words.needCodeTitle}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <form method="post" action="${view.link(routes.delist.request.href({ id }))}">
        ${hiddenField('do', 'open')} ${codeField(view, words.needCode, message)}
        <p>${submit(words.open)}</p>
      </form>
      <p><a href="${view.link(routes.delist.start.href())}">${words.again}</a></p>`,
  }
}

/** A request that can be used no more. */
export function overPage(view: View, why: 'burned' | 'expired'): Page {
  const words = view.words.portal.request
  const title = why === 'burned' ? words.burnedTitle : words.expiredTitle
  return {
    title,
    noindex: true,
    body: html`<h1>${title}</h1>
      <p>${why === 'burned' ? words.burned : words.expired}</p>
      <p>${buttonLink(view.link(routes.delist.start.href()), words.again)}</p>`,
  }
}
