import { findReasons } from '../../access/reasons.ts'
import { climb, refusedFor } from '../../core/ladder/ladder.ts'
import type { Guess, Recipient } from '../../core/analysis/analysis.ts'
import type { Answer } from '../../core/analysis/answer.ts'
import { pageChoices } from '../guide/page-choices.ts'
import type { Shelf } from '../guide/shelf.ts'
import { whoWords } from '../messages/who-words.ts'
import { routes } from '../routes.ts'
import { notYours } from '../site/not-yours.ts'
import { errorSummary, submit, textArea } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { ladderPart } from '../ui/ladder.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal, notice, verbatim } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { readingFor } from './analysis-reading.ts'

type Bounce = Extract<Answer, { kind: 'bounce' | 'reply' }>
type Report = Extract<Answer, { kind: 'feedback' | 'xarf' }>

/** Paste a bounce or hand in its file. */
export function analyseStartPage(view: View, error?: string): Page {
  const words = view.words.analysis.page
  return {
    title: words.title,
    description: words.description,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, error === undefined ? [] : [{ field: 'text', message: error }])}
      <p class="lead">${words.lead}</p>
      ${form(view, error)}`,
  }
}

function form(view: View, error?: string): Html {
  const words = view.words.analysis.page
  return html`<form method="post" enctype="multipart/form-data" action="${view.link(routes.analyse.href())}">
    ${textArea(view, { name: 'text', label: words.paste, hint: words.pasteHint, rows: 10, verbatim: true, error })}
    <div class="field">
      <label for="f-file">${words.file}</label>
      <div class="hint" id="f-file-hint">${words.fileHint}</div>
      <input type="file" id="f-file" name="file" aria-describedby="f-file-hint" />
    </div>
    <p>${words.kept}</p>
    <p>${submit(words.button)}</p>
  </form>`
}

/** What a bounce says: for each recipient what happened, who must act, what to do next and where, then what to read. */
export function bouncePage(view: View, shelf: Shelf, answer: Bounce): Page {
  const { page: words, kinds } = view.words.analysis
  const shown = answer.recipients.slice(0, mostRecipients)
  const first = shown.find(isForAdministrator)
  return {
    title: words.resultTitle,
    noindex: true,
    body: html`<h1>${words.resultTitle}</h1>
      <p class="lead">${kinds[answer.kind]}${view.words.common.fullStop}</p>
      ${answer.ours ? deadLink(view, answer) : ''}
      ${shown.map((recipient) => recipientPart(view, recipient, { isOurs: answer.ours && isOurCode(recipient), sendOn: recipient === first ? notYours(view, shelf.guide) : '' }))}
      ${
        answer.recipients.length > shown.length
          ? html`<p>${words.more(answer.recipients.length - shown.length)}</p>`
          : ''
      }
      ${ladderOfOurs(view, shelf, answer)} ${pageChoices(view, shelf, readingFor(answer.recipients))}
      <h2>${words.again}</h2>
      ${form(view)}`,
  }
}

/** Whoever wrote the message cannot mend it where the administrator of their server must. */
function isForAdministrator({ reason, who, path }: Recipient): boolean {
  return reason !== undefined && who === 'sender' && path !== 'address'
}

/** The link of ours opens nothing: the page of the address shows what holds now. */
function deadLink(view: View, answer: Bounce): Html {
  const { page: words } = view.words.analysis
  const ip = answer.recipients.find(({ rejectedIp }) => rejectedIp !== undefined)?.rejectedIp
  const whole =
    ip === undefined
      ? ''
      : html`<p>
          <a href="${view.link(routes.address.href({ address: ip }))}">${view.words.site.codes.whole(ip)}</a>
        </p>`
  const why = answer.case?.valid === true ? words.old : words.cut
  return notice(
    'warning',
    words.cutTitle,
    html`<p>${why}</p>
      ${whole}`,
  )
}

/** What words may mean in which no server speaks: with the same advice, and the box for what would say it surely. */
export function guessPage(view: View, shelf: Shelf, guess: Guess): Page {
  const { guess: words, page, reasons, paths } = view.words.analysis
  const { reason, path } = guess
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${notice('info', reasons[reason])}
      ${definitions([
        [page.who, whoWords(view.words.analysis, guess)],
        [page.next, paths[path]],
      ])}
      ${pageChoices(view, shelf, readingFor([{ reason }]))}
      <h2>${words.again}</h2>
      ${form(view)}`,
  }
}

/** Of a refusal of ours whose link was cut off: what the code alone says. Of others' refusals the ladder is theirs. */
function ladderOfOurs(view: View, { guide }: Shelf, { ours, recipients, returned }: Bounce): Html {
  if (!ours) return html``
  for (const { status, rejectedIp } of recipients) {
    const [reason, ...others] = status === undefined ? [] : findReasons(status)
    if (reason === undefined || others.length > 0) continue
    const refused = { ...refusedFor(reason, rejectedIp), messageId: returned }
    return ladderPart(view, guide, climb(refused, {}, view.support))
  }
  return html``
}

/** A page of more helps nobody; the API gives all. */
const mostRecipients = 50

/** Others use our codes too: beside a link of ours the refusal is ours, and where to ask is the matter of the ladder. */
function isOurCode({ status }: Recipient): boolean {
  return status !== undefined && findReasons(status).length > 0
}

/** `sendOn`: for whoever does not run the server, right below what happened. */
function recipientPart(
  view: View,
  recipient: Recipient,
  { isOurs, sendOn }: { readonly isOurs: boolean; readonly sendOn: Html | '' },
): Html {
  const { page, labels, reasons, paths, actions, derivedStatus } = view.words.analysis
  const { address, reason, action, permanent, status, statusDerived, replyCode } = recipient
  const title = address === undefined ? page.someone : literal(visible(address))
  const tone = reason === undefined ? 'good' : permanent === false ? 'info' : 'warning'
  const code = [replyCode, status ?? (statusDerived === undefined ? undefined : derivedStatus(statusDerived))]
    .filter((part) => part !== undefined)
    .join(' ')
  return html`<section>
    <h2>${title}</h2>
    ${notice(tone, actions[action], reason === undefined ? '' : html`<p>${reasons[reason]}</p>`, 3)} ${sendOn}
    ${
      reason === undefined
        ? ''
        : definitions([
            [page.who, whoWords(view.words.analysis, recipient)],
            [page.next, paths[recipient.path]],
            [page.ask, isOurs ? undefined : ask(view, recipient)],
          ])
    }
    ${toolLinks(view, recipient)}
    <details>
      <summary>${page.facts}</summary>
      ${definitions([
        [labels.code, code === '' ? undefined : literal(code)],
        [labels.remote, said(recipient.remoteMta)],
        [labels.command, said(recipient.command)],
        [labels.refused, said(recipient.rejectedIp)],
      ])}
      ${recipient.diagnostic === undefined ? '' : verbatim(visible(recipient.diagnostic))}
    </details>
  </section>`
}

function said(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : literal(visible(text))
}

/** The address comes from our own knowledge, or from the words of the receiver: then it is shown as what it is. */
function ask(view: View, { ask: url, receiver }: Recipient): Html | undefined {
  if (url === undefined || !/^(?:https:|mailto:)/i.test(url)) return undefined
  const name = receiver === undefined ? '' : html`${visible(receiver)}: `
  return html`${name}<a href="${url}" rel="external noreferrer nofollow" translate="no"
      >${visible(url.replace(/^mailto:/i, ''))}${view.words.common.elsewhere}</a
    >`
}

/** Reasons that the check of a sender shows the cause of. */
const checked = new Set(['authentication', 'ip-policy', 'ip-reputation', 'domain-reputation'])

function toolLinks(view: View, { reason, rejectedIp, who }: Recipient): Html {
  if (reason === undefined || !checked.has(reason) || who === 'recipient' || who === 'receiver') return html``
  const href = view.link(routes.check.href({ ip: rejectedIp }))
  return html`<p><a href="${href}">${view.words.analysis.page.check}</a></p>`
}

/** A report of abuse, field by field. */
export function reportFactsPage(view: View, { kind, feedback }: Report): Page {
  const { page: words, kinds } = view.words.analysis
  const entries = Object.entries(feedback).flatMap(([name, value]: readonly [string, unknown]) => {
    const text = Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? value : ''
    return text === '' ? [] : [[name, html`${visible(text)}`] as const]
  })
  return {
    title: words.resultTitle,
    noindex: true,
    body: html`<h1>${words.resultTitle}</h1>
      <p class="lead">${kinds[kind]}${view.words.common.fullStop}</p>
      ${definitions(entries)}
      <h2>${words.again}</h2>
      ${form(view)}`,
  }
}
