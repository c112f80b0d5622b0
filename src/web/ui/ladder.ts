import { reasons } from '../../access/reasons.ts'
import { opensCase } from '../../core/cases/external.ts'
import type { Guide } from '../../core/guide/guide.ts'
import { pathOfRefused, type Ladder, type Rung, type RungState } from '../../core/ladder/ladder.ts'
import { pageHref } from '../guide/targets.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from './html.ts'
import { moment } from './moment.ts'
import { badge, buttonLink, mailLink, verbatim } from './notice.ts'
import { time } from './time.ts'
import type { View } from './view.ts'

/**
 * The ladder of help: what was tried, what is left, and the next step with what is known carried along. The same on every page that speaks of
 * a refusal.
 */
export function ladderPart(view: View, guide: Guide, ladder: Ladder): Html {
  const words = view.words.support.ladder
  const isOne = ladder.refused.ip !== undefined
  return html`<h2 id="ladder">${isOne ? words.title : words.titleOfCode}</h2>
    <p>${words.lead}</p>
    <ol class="rungs">
      ${ladder.rungs.map((rung) => html`<li class="${rung.state}">${rungPart(view, guide, ladder, rung)}</li>`)}
    </ol>
    ${isOne ? bundle(view, ladder) : ''}`
}

const tones = {
  next: 'info',
  open: 'quiet',
  running: 'warning',
  tried: 'good',
  closed: 'quiet',
} as const satisfies Record<RungState, string>

function rungPart(view: View, guide: Guide, ladder: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  const title = rung.name === 'case' ? words.titles.case(view.provider.name) : words.titles[rung.name]
  return html`<p><b>${title}</b> ${badge(tones[rung.state], words.states[rung.state])}</p>
    ${rung.state === 'closed' ? closedPart(view, rung) : bodyOf(view, guide, ladder, rung)}`
}

function closedPart(view: View, rung: Extract<Rung, { state: 'closed' }>): Html {
  const sentence = view.words.support.ladder.closed[rung.why]
  return html`<p>${typeof sentence === 'string' ? sentence : sentence(view.provider.name)}</p>`
}

function bodyOf(view: View, guide: Guide, ladder: Ladder, rung: Rung): Html {
  switch (rung.name) {
    case 'fix':
      return fix(view, ladder, rung)
    case 'portal':
      return portal(view, ladder, rung)
    case 'recipient':
      return recipient(view, guide, ladder, rung)
    case 'owner':
      return owner(view, ladder, rung)
    case 'case':
      return theCase(view, ladder, rung)
  }
}

/** The way to a rung: a button where it is the next one. */
function way(rung: Rung, href: string, text: string): Html {
  return rung.state === 'next'
    ? html`<p>${buttonLink(href, text)}</p>`
    : html`<p><a href="${href}">${text}</a></p>`
}

function fix(view: View, { refused, tried }: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  const path = pathOfRefused(refused)
  const { check } = tried
  const body = path === 'wait' ? words.wait : path === 'fix' ? words.fixTest : words.fix
  return html`<p>${body}</p>
    ${
      check === undefined
        ? ''
        : html`<p>
            ${words.checked(time(view, check.at), check.domain)}:
            ${words.faults(check.faults, check.warnings)}${view.words.common.fullStop}
          </p>`
    }
    ${way(rung, view.link(routes.check.href({ ip: refused.ip, domain: refused.domain || undefined })), words.toCheck)}`
}

/** Where a request begins for this asker: with the link that proves the session, else with the address. */
function startHref(view: View, { refused: { token, ip } }: Ladder): string {
  return view.link(routes.delist.start.href(token === undefined ? { ip } : { case: token }))
}

function portal(view: View, ladder: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  return html`<p>${words.portal}</p>
    ${requestLine(view, ladder)}
    ${rung.state === 'running' ? '' : way(rung, startHref(view, ladder), words.toPortal)}`
}

function requestLine(view: View, { tried: { request } }: Ladder): Html {
  if (request === undefined) return html``
  const words = view.words.support.ladder
  return html`<p>
    ${words.requested(time(view, request.at))} ${requestWords(view, request)}${view.words.common.fullStop}
  </p>`
}

function requestWords(view: View, { state, outcome }: NonNullable<Ladder['tried']['request']>): string {
  const words = view.words.support.ladder
  if (state === 'review') return words.requestReview
  return outcome === null ? words.requestOpen : words.outcomes[outcome]
}

/** The page of the guide, where the operator has not taken it away. */
function recipient(view: View, guide: Guide, { refused }: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  const hasPage = guide.page('plain/recipient', view.language) !== undefined
  return html`<p>${words.recipient}</p>
    ${refused.token === undefined ? '' : way(rung, view.link(routes.recipientCode.record.href({ token: refused.token })), words.toRecipientCode)}
    ${hasPage ? way({ ...rung, state: 'open' }, view.link(pageHref('plain', 'recipient')), words.toRecipient) : ''}`
}

function owner(view: View, { refused, tried }: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  return html`<p>${refused.isWide ? words.ownerWide : words.owner}</p>
    ${tried.isOwned === true ? html`<p>${words.owned}</p>` : ''}
    ${way(rung, view.link(routes.owners.start.href()), words.toOwners)}`
}

function theCase(view: View, ladder: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  const { refused, tried } = ladder
  const found = tried.case
  const state = found === undefined ? '' : caseState(view, found)
  if (rung.state === 'running') return html`${state}`
  const matter = { reason: refused.reason, path: pathOfRefused(refused) }
  return html`${state}
    <p>${words.case}</p>
    ${way(rung, startHref(view, ladder), words.toCase)}
    ${
      opensCase(view.support, matter, 'form')
        ? html`<p>
            <a href="${view.link(routes.forms.deliverability.href({ ip: refused.ip }))}"
              >${view.words.support.states.toForm}</a
            >
          </p>`
        : ''
    }
    ${opensCase(view.support, matter, 'mail') ? html`<p>${words.caseMail(mailLink(view.addresses.delist))}</p>` : ''}`
}

function caseState(
  view: View,
  { state, openedAt, dueAt, outcome }: NonNullable<Ladder['tried']['case']>,
): Html {
  const words = view.words.support.ladder
  switch (state) {
    case 'open':
      return html`<p>
        ${words.caseOpen(time(view, openedAt))} ${dueAt === null ? '' : words.caseDue(time(view, dueAt))}
      </p>`
    case 'waiting':
      return html`<p>${words.caseOpen(time(view, openedAt))} ${words.caseTheirs}</p>`
    case 'conditional':
      return html`<p>${words.caseOpen(time(view, openedAt))} ${words.caseConditional}</p>`
    case 'closed':
      return html`<p>
        ${words.caseClosed} ${view.words.cases.outcomes[outcome ?? 'answered']}${view.words.common.fullStop}
      </p>`
  }
}

/** Everything that is known, as text: for the recipient, the provider, or whoever runs the server. No recipient is in it. */
function bundle(view: View, ladder: Ladder): Html {
  const words = view.words.support.ladder
  return html`<details>
    <summary>${words.bundle}</summary>
    <p class="hint">${words.bundleHint}</p>
    ${verbatim(bundleText(view, ladder))}
  </details>`
}

function bundleText(view: View, { refused, tried }: Ladder): string {
  const { facts, faults } = view.words.support.ladder
  const { code, status, reference } = reasons[refused.reason]
  const { check, request, case: found } = tried
  const at = (moment_: number): string => moment(view.language, moment_, true)
  const lines: readonly (readonly [string, string | undefined])[] = [
    [facts.provider, view.provider.name],
    [facts.code, `${code} ${status[view.codes]} (${reference})`],
    [facts.ip, refused.ip],
    [facts.at, refused.at === undefined ? undefined : at(refused.at)],
    [facts.domain, refused.domain || undefined],
    [facts.messageId, refused.messageId],
    [facts.record, refused.token && `${view.provider.site}${routes.record.href({ token: refused.token })}`],
    [facts.check, check && `${at(check.at)}, ${faults(check.faults, check.warnings)}`],
    [facts.request, request && `${at(request.at)}, ${requestWords(view, request)}`],
    [facts.case, found && `${at(found.openedAt)}, ${view.words.cases.states[found.state]}`],
  ]
  return lines.flatMap(([name, text]) => (text ? [`${name}: ${visible(text)}`] : [])).join('\n')
}
