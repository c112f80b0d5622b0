import { reasons, type Path } from '../../access/reasons.ts'
import { opensCase } from '../../core/cases/external.ts'
import type { Guide } from '../../core/guide/guide.ts'
import { pathOfRefused, type Ladder, type Rung, type RungState } from '../../core/ladder/ladder.ts'
import { pageHref } from '../guide/targets.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from './html.ts'
import { moment } from './moment.ts'
import { badge, buttonLink, mailLink, verbatim } from './notice.ts'
import { deadline, time } from './time.ts'
import type { View } from './view.ts'

/** What a page knows besides of the steps that its ladder speaks of in general. */
export interface Steps {
  /** Before all of them. */
  readonly notes?: Html | undefined
  /** What to mend. */
  readonly fix?: Html | string | undefined
  /** The test that has to pass, and the button that has it run. */
  readonly test?: Html | undefined
  /** The way to the organisation that decides. */
  readonly elsewhere?: Html | undefined
  /** Whether the link counts as proof where something is asked for. */
  readonly proof?: Html | undefined
}

/**
 * The ladder of help: what to do, what was tried of it, and the next step with what is known carried along. The same on every page that speaks
 * of a refusal, and the one place of the page that says what to do.
 */
export function ladderPart(view: View, guide: Guide, ladder: Ladder, steps: Steps = {}): Html {
  const words = view.words.support.ladder
  return html`<h2 id="ladder">${words.title}</h2>
    ${steps.notes ?? ''}
    <p>${words.lead}</p>
    <ol class="rungs">
      ${ladder.rungs.map((rung) => html`<li class="${stateOf(rung)}">${rungPart(view, guide, { ladder, rung, steps })}</li>`)}
    </ol>
    ${ladder.refused.ip === undefined ? '' : bundle(view, ladder)}`
}

interface Step {
  readonly ladder: Ladder
  readonly rung: Rung
  readonly steps: Steps
}

const tones = {
  next: 'info',
  open: 'quiet',
  running: 'warning',
  tried: 'good',
  closed: 'quiet',
} as const satisfies Record<RungState, string>

/** Where another organisation decides, the way there is the step in place of the portal. */
function isElsewhere(rung: Rung): boolean {
  return rung.state === 'closed' && rung.why === 'elsewhere'
}

function stateOf(rung: Rung): RungState {
  return isElsewhere(rung) ? 'open' : rung.state
}

function rungPart(view: View, guide: Guide, step: Step): Html {
  const words = view.words.support.ladder
  const { rung, steps } = step
  const state = stateOf(rung)
  return html`<p><b>${titleOf(view, step)}</b> ${badge(tones[state], words.states[state])}</p>
    ${rung.state === 'closed' ? closedPart(view, rung) : bodyOf(view, guide, step)}
    ${isElsewhere(rung) ? (steps.elsewhere ?? '') : ''}`
}

function titleOf(view: View, { ladder, rung }: Step): string {
  const { titles } = view.words.support.ladder
  if (rung.name === 'case') return titles.case(view.provider.name)
  if (isElsewhere(rung)) return titles.elsewhere
  return rung.name === 'fix' && pathOfRefused(ladder.refused) === 'wait' ? titles.wait : titles[rung.name]
}

function closedPart(view: View, rung: Extract<Rung, { state: 'closed' }>): Html {
  const sentence = view.words.support.ladder.closed[rung.why]
  return html`<p>${typeof sentence === 'string' ? sentence : sentence(view.provider.name)}</p>`
}

function bodyOf(view: View, guide: Guide, step: Step): Html {
  const { ladder, rung } = step
  switch (rung.name) {
    case 'fix':
      return fix(view, guide, step)
    case 'portal':
      return portal(view, step)
    case 'recipient':
      return recipient(view, guide, ladder, rung)
    case 'owner':
      return owner(view, ladder, rung)
    case 'case':
      return theCase(view, step)
  }
}

/** The way to a rung: a button where it is the next one. */
function way(rung: Rung, href: string, text: string): Html {
  return rung.state === 'next'
    ? html`<p>${buttonLink(href, text)}</p>`
    : html`<p><a href="${href}">${text}</a></p>`
}

/** What to mend, where nothing more is known of the reason. */
function generalFix(view: View, path: Path): string {
  const words = view.words.support.ladder
  switch (path) {
    case 'wait':
      return words.wait
    case 'fix':
      return words.fixTest
    case 'mail':
    case 'form':
      return words.fixClean
    default:
      return words.fix
  }
}

function fix(view: View, guide: Guide, { ladder: { refused, tried }, rung, steps }: Step): Html {
  const words = view.words.support.ladder
  const path = pathOfRefused(refused)
  const { check } = tried
  const source = hasSource(path) ? sourceOf(view, guide, rung) : ''
  if (check?.isNow === true)
    return html`<p>${words.checkedNow}</p>
      ${source}`
  const general = generalFix(view, path)
  const body = steps.fix ?? general
  const checkHref = view.link(routes.check.href({ ip: refused.ip, domain: refused.domain || undefined }))
  return html`${typeof body === 'string' ? html`<p>${body}</p>` : body} ${steps.test ?? ''}
  ${
    check === undefined
      ? ''
      : html`<p>
          ${words.checked(time(view, check.at), check.domain)}:
          ${words.faults(check.faults, check.warnings)}${view.words.common.fullStop}
        </p>`
  }
  ${source}
  ${way(source !== '' || steps.test !== undefined ? { ...rung, state: 'open' } : rung, checkHref, words.toCheck)}`
}

/** Whether mail that somebody sends is behind it, which no look at names and records finds. */
function hasSource(path: Path): boolean {
  return path === 'portal' || path === 'mail' || path === 'form'
}

/** The page of the guide that says where to look for what sends, where the operator has not taken it away. */
function sourceOf(view: View, guide: Guide, rung: Rung): Html | string {
  if (guide.page('troubleshooting/refused', view.language) === undefined) return ''
  const words = view.words.support.ladder
  const href = `${view.link(pageHref('troubleshooting', 'refused'))}#${encodeURIComponent(words.sourceHeading)}`
  return way(rung, href, words.toSource)
}

/** Where a request begins for this asker: with the link that proves the session, else with the address. */
function startHref(view: View, { refused: { token, ip } }: Ladder): string {
  return view.link(routes.delist.start.href(token === undefined ? { ip } : { case: token }))
}

function portal(view: View, { ladder, rung, steps }: Step): Html {
  const words = view.words.support.ladder
  // Where a person has it already, another request says nothing new.
  const isOver = rung.state === 'running' || ladder.tried.request?.state === 'review'
  return html`<p>${ladder.refused.isWide ? words.portalWide : words.portal}</p>
    ${requestLine(view, ladder)}
    ${isOver ? '' : html`<p>${buttonLink(startHref(view, ladder), ladder.refused.isWide ? words.toPerson : words.toPortal)}</p>`}
    ${isOver ? '' : (steps.proof ?? '')}`
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
  // The facts to hand on stand below the steps where there are some.
  return html`<p>${refused.ip === undefined ? words.recipientOfCode : words.recipient}</p>
    ${refused.token === undefined ? '' : way(rung, view.link(routes.recipientCode.record.href({ token: refused.token })), words.toRecipientCode)}
    ${hasPage ? way({ ...rung, state: 'open' }, view.link(pageHref('plain', 'recipient')), words.toRecipient) : ''}`
}

function owner(view: View, { refused, tried }: Ladder, rung: Rung): Html {
  const words = view.words.support.ladder
  return html`<p>${refused.isWide ? words.ownerWide : words.owner}</p>
    ${tried.isOwned === true ? html`<p>${words.owned}</p>` : ''}
    ${way(rung, view.link(routes.owners.start.href()), words.toOwners)}`
}

function theCase(view: View, { ladder, rung, steps }: Step): Html {
  const words = view.words.support.ladder
  const { refused, tried } = ladder
  const found = tried.case
  const state = found === undefined ? '' : caseState(view, found)
  const matter = { reason: refused.reason, path: pathOfRefused(refused) }
  if (rung.state === 'running')
    return opensCase(view.support, matter, 'portal')
      ? html`${state}
          <p>${words.joinLead}</p>
          <p>${buttonLink(startHref(view, ladder), words.join)}</p>
          ${steps.proof ?? ''}`
      : html`${state}`
  const isByPerson = matter.path === 'mail' || matter.path === 'form'
  const form = view.link(
    routes.forms.deliverability.href({
      ip: refused.ip,
      reason: refused.reason,
      sending: refused.domain || undefined,
      case: refused.token,
    }),
  )
  const mail = opensCase(view.support, matter, 'mail')
    ? html`<p>${words.caseMail(mailLink(view.addresses.delist))}</p>`
    : ''
  // What no person decides is decided the same in the portal, whoever asks there.
  if (!isByPerson)
    return html`${state}
      <p>${words.caseElse}</p>
      ${opensCase(view.support, matter, 'form') ? way(rung, form, words.toForm) : ''} ${mail}`
  return html`${state}
    <p>${words.case}</p>
    <p>${buttonLink(startHref(view, ladder), words.toCase)}</p>
    ${steps.proof ?? ''}
    ${
      opensCase(view.support, matter, 'form')
        ? html`<p><a href="${form}">${view.words.support.states.toForm}</a></p>`
        : ''
    }
    ${mail}`
}

function caseState(
  view: View,
  { state, openedAt, dueAt, outcome }: NonNullable<Ladder['tried']['case']>,
): Html {
  const words = view.words.support.ladder
  switch (state) {
    case 'open':
      return html`<p>
        ${words.caseOpen(time(view, openedAt))} ${dueAt === null ? '' : words.caseDue(deadline(view, dueAt))}
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
