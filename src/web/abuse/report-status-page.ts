import type { ReportStatus } from '../../core/abuse/actions.ts'
import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorSummary, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { buttonLink, definitions, literal, mailLink, notice, steps, verbatim } from '../ui/notice.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** Seconds until the page of a report that nobody has read yet looks again. */
const refreshSeconds = 30

/** How a report stands, for whoever has its receipt. Nothing about the account stands here: who reported learns the outcome only. */
export function reportStatusPage(view: View, status: ReportStatus): Page {
  const words = view.words.abuse.status
  const { href } = routes.report.status
  return {
    title: words.title,
    noindex: true,
    ...(status.state === 'received' ? { refresh: refreshSeconds } : {}),
    body: html`<h1>${words.title}</h1>
      ${outcome(view, status)} ${road(view, status)}
      ${status.lifecycle === 'test' ? notice('info', words.testTitle, html`<p>${words.test}</p>`, 3) : ''}
      ${definitions([
        [words.reference, literal(status.id)],
        [words.class, view.words.abuse.form.classes[status.class][0]],
        [words.received, time(view, status.receivedAt)],
        [words.examined, status.examinedAt === null ? undefined : time(view, status.examinedAt)],
        [words.closed, status.closedAt === null ? undefined : time(view, status.closedAt)],
      ])}
      ${confirmation(view, status)}
      <h2>${words.keepTitle}</h2>
      <p>${words.keep}</p>
      ${verbatim(`${view.provider.site}${href({ token: status.token })}`)}
      <p>${buttonLink(view.link(routes.report.start.href()), words.another)}</p>`,
  }
}

/** The code that confirms the mailbox, for whoever opens our letter elsewhere. */
function confirmation(view: View, { code }: ReportStatus): Html | string {
  const words = view.words.abuse.status
  if (code === null) return ''
  return html`<h2>${words.confirmTitle}</h2>
    <p>${words.confirm}</p>
    <p class="big-code" translate="no"><output>${code}</output></p>`
}

function outcome(view: View, { state, outcome: result, elsewhere }: ReportStatus): Html {
  const words = view.words.abuse.status
  if (state !== 'closed' || result === null) {
    const [title, body] = words.states[state === 'closed' ? 'examining' : state]
    return notice('info', title, html`<p>${body}</p>`)
  }
  const [title, ...paragraphs] = words.outcomes[result]
  const tone = result === 'acted' ? 'good' : 'info'
  return notice(
    tone,
    title,
    html`${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
    ${result === 'not-ours' && elsewhere !== null ? turnTo(view, elsewhere) : ''}`,
  )
}

function turnTo(view: View, { address, contact }: NonNullable<ReportStatus['elsewhere']>): Html {
  const words = view.words.abuse.status
  return definitions([
    [words.elsewhere, literal(visible(address))],
    [words.contact, contact === null ? words.noContact : mailLink(contact)],
  ])
}

function road(view: View, { state }: ReportStatus): Html {
  const { road: titles } = view.words.abuse.status
  const at = state === 'received' ? 0 : state === 'examining' ? 1 : 3
  return steps(
    titles.map((title, index) => ({ title, state: index < at ? 'done' : index === at ? 'now' : 'ahead' })),
    view.words.portal.stepStates,
  )
}

/** The page behind the letter's link. Opening it does nothing: mail programs and scanners open links too. */
export function confirmReportPage(
  view: View,
  token: string,
  { needsCode, message }: { readonly needsCode: boolean; readonly message?: string },
): Page {
  const words = view.words.abuse.confirm
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <p class="lead">${words.lead(view.provider.name)}</p>
      <p>${words.why}</p>
      <form method="post" action="${view.link(routes.report.confirm.href({ token }))}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(words.button)}</p>
      </form>
      <p class="hint">${words.notYou}</p>`,
  }
}
