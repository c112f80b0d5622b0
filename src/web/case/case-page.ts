import type { CasePage, PageMessage } from '../../core/cases/page-actions.ts'
import { helpedAnswers } from '../../core/cases/participant.ts'
import { piecesOf } from '../../core/cases/message.ts'
import type { FormView } from '../../core/deliverability/actions.ts'
import type { WarmUpView } from '../../core/warm-ups/actions.ts'
import { clockHint } from '../clock/clock-page.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import { statesTable } from '../forms/states-table.ts'
import { warmUpPart } from '../forms/warm-up-part.ts'
import { routes } from '../routes.ts'
import { errorSummary, submit, textArea } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { buttonLink, definitions, literal, notice } from '../ui/notice.ts'
import { deadline, time, timeThenDistance } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { showPrefixText } from '../../standards/prefix.ts'

interface Asked {
  readonly token: string
  readonly done: string | undefined
  /** What could not be taken. */
  readonly text: string
  readonly error: string | undefined
  /** The deliverability form that opened it, if one did. */
  readonly form?: FormView | undefined
  /** The warm-up that it is about, if it is about one. */
  readonly warmUp?: WarmUpView | undefined
}

/** How a case stands and what was said, for whoever has its address: their own thread, and nothing of anybody else. */
export function casePage(view: View, it: CasePage, asked: Asked): Page {
  const words = view.words.cases.page
  const error = asked.error === undefined ? [] : [{ field: 'text', message: asked.error }]
  return {
    title: words.title,
    noindex: true,
    body: html`${errorSummary(view, error)} ${done(view, it, asked)}
      <h1>${words.title}</h1>
      ${it.about === null ? '' : html`<p class="lead">${words.about(showPrefixText(it.about))}</p>`}
      ${standing(view, it, asked)} ${it.isWithOwner ? '' : addresses(view, asked)}
      ${it.isWithOwner || asked.warmUp === undefined ? '' : warmUpPart(view, asked.warmUp)}
      ${
        it.isWithOwner
          ? ''
          : html`<h2>${words.thread}</h2>
              ${thread(view, it.messages)}`
      }
      ${survey(view, it, asked)} ${forms(view, it, asked)}
      ${definitions([
        [words.reference, literal(it.id)],
        [words.opened, time(view, it.openedAt)],
      ])}
      <p class="hint">${words.keep}</p>`,
  }
}

/** How each address of the form stands. */
function addresses(view: View, { form }: Asked): Html | string {
  const words = view.words.support.states
  if (form === undefined) return ''
  return html`<h2>${words.title}</h2>
    ${statesTable(view, form.addresses, { caption: words.title })}`
}

/** What was just done, as long as it is still the last that happened: the address of the page stays when it is loaded again. */
function done(view: View, it: CasePage, asked: Asked): Html | string {
  const words = view.words.cases.page
  const isTheirWord = it.messages.findLast(({ says }) => says !== 'received')?.isOurs === false
  if (asked.done === 'sent') return it.state !== 'closed' && isTheirWord ? notice('good', words.sent) : ''
  if (asked.done === 'helped') return it.survey?.answer ? notice('good', words.surveyThanks) : ''
  return asked.done === 'closed' && it.state === 'closed' ? notice('good', words.closed) : ''
}

/** Whose turn it is, by when, and what they are to do. */
function standing(view: View, it: CasePage, { form }: Asked): Html {
  const words = view.words.cases.page
  const title = words.states[it.state]
  if (it.isWithOwner && it.state !== 'closed')
    return notice('info', words.withOwner, html`<p>${words.withOwnerBody}</p>`)
  const at = (moment: number | null, before: string): Html =>
    moment === null
      ? html``
      : html`<p>${before} ${timeThenDistance(view, moment)}${view.words.common.fullStop}</p>`
  switch (it.state) {
    case 'open':
      return notice(
        'info',
        title,
        html`${at(it.dueAt, words.openBy)}
          <p>${isTheirTurn(form) ? words.openBodyForm : words.openBody}</p>
          ${clockHint(view)}`,
      )
    case 'waiting':
      return notice(
        'warning',
        title,
        html`${at(it.askedUntilAt, words.waitingBy)}
          <p>${words.waitingBody}</p>`,
      )
    case 'conditional':
      return notice(
        'warning',
        title,
        html`${testsOf(view, it)}
          <p>${words.conditionalBody}</p>
          ${at(it.askedUntilAt, words.conditionalUntil)} ${at(it.checkedAt, words.lastRun)}`,
      )
    case 'closed':
      return notice(
        it.outcome === 'refused' ? 'warning' : 'good',
        title,
        html`<p>${words.closedOutcomes[it.outcome ?? 'answered']}</p>`,
      )
  }
}

/** An address that waits for whoever filled in the form, though the case waits for us. */
function isTheirTurn(form: FormView | undefined): boolean {
  const theirs = ['needs-info', 'conditionally-mitigated']
  return form?.addresses.some(({ state }) => theirs.includes(state)) === true
}

/** Those that the case itself waits for; those of addresses of a form stand beside each. */
function testsOf(view: View, { conditions }: CasePage): Html | string {
  if (conditions.length === 0) return ''
  const { results } = view.words.cases.one
  return html`<ul>
    ${conditions.map(({ test, said: result }) => html`<li>${testWords[view.language](test)}${view.words.common.colon}${results[result]}</li>`)}
  </ul>`
}

function thread(view: View, messages: readonly PageMessage[]): Html {
  const words = view.words.cases.page
  if (messages.length === 0) return html`<p class="empty">${words.nothing}</p>`
  return html`<ol class="thread">
    ${messages.map((message) => html`<li class="${message.isOurs ? 'out' : 'in'}">${one(view, message)}</li>`)}
  </ol>`
}

function one(view: View, message: PageMessage): Html {
  const words = view.words.cases.page
  const { says } = message
  return html`<header>
      <b>${message.isOurs ? words.us : words.you}</b> <span class="at">${time(view, message.at)}</span>
    </header>
    ${says === undefined ? '' : html`<p>${saysWords(view, message, says)}</p>`}
    ${says === 'refused' && message.tests.length > 0 ? html`<p>${words.unmet}</p>` : ''}
    ${
      message.tests.length === 0
        ? ''
        : html`<ul>
            ${message.tests.map((test) => html`<li>${testWords[view.language](test)}</li>`)}
          </ul>`
    }
    ${said(view, message.text)} ${isBare(message) ? html`<p class="hint">${words.noWords}</p>` : ''}`
}

/** By when they hear from us is the time that they were told then: the clock may have changed since. */
function saysWords(
  view: View,
  { until }: PageMessage,
  says: NonNullable<PageMessage['says']>,
): Html | string {
  const words = view.words.cases.page
  return says === 'received' && until !== undefined
    ? words.receivedBy(deadline(view, until))
    : words.says[says]
}

function isBare({ isOurs, says, text }: PageMessage): boolean {
  return !isOurs && says === undefined && text.trim() === ''
}

/** Own words as they stand, quoted ones folded; what cannot be seen written out. */
function said(view: View, text: string): Html {
  const shown = (part: string): string => part.split('\n').map(visible).join('\n')
  return html`${piecesOf(text).map((piece) =>
    piece.isQuoted
      ? html`<details>
          <summary>${view.words.cases.one.quoted}</summary>
          <div class="said" translate="no">${shown(piece.text)}</div>
        </details>`
      : html`<div class="said" translate="no">${shown(piece.text)}</div>`,
  )}`
}

/** Whether it helped, by one button; nobody is asked twice. */
function survey(view: View, { survey: asks }: CasePage, { token }: Asked): Html | string {
  const words = view.words.cases.page
  if (asks === null) return ''
  const { answer } = asks
  return html`<h2>${words.survey}</h2>
    <p class="hint">${answer === null ? words.surveyLead : words.surveyDone(words.surveyAnswers[answer])}</p>
    <form method="post" action="${view.link(routes.case.survey.href({ token }))}">
      <div class="actions">
        ${helpedAnswers.map((each) => html`<button class="button quiet" type="submit" name="helped" value="${each}">${words.surveyAnswers[each]}</button>`)}
      </div>
    </form>`
}

function forms(view: View, it: CasePage, { token, text, error }: Asked): Html {
  const words = view.words.cases.page
  if (it.isWithOwner) return html``
  if (it.isOver)
    return html`<p>${words.over}</p>
      <p>${buttonLink(view.link(routes.delist.start.href()), words.begin)}</p>`
  return html`<h2>${words.add}</h2>
    ${it.state === 'closed' ? html`<p>${words.again}</p>` : ''}
    <form method="post" action="${view.link(routes.case.page.href({ token }))}">
      ${textArea(view, { name: 'text', label: words.addLabel, hint: words.addHint, rows: 6, maxlength: 4000, value: text, error })}
      <p>${submit(words.send)}</p>
    </form>
    ${
      it.state === 'closed'
        ? ''
        : html`${
              it.mayGiveCode
                ? html`<p>
                    <a href="${view.link(routes.recipientCode.thread.href({ token }))}"
                      >${view.words.recipients.code.title}</a
                    >
                  </p>`
                : ''
            }
            <p><a href="${view.link(routes.case.withdraw.href({ token }))}">${words.close}</a></p>`
    }`
}

/** The page before they close it. */
export function withdrawPage(view: View, token: string): Page {
  const words = view.words.cases.page
  return {
    title: words.close,
    noindex: true,
    body: html`<h1>${words.close}</h1>
      <p class="lead">${words.closeLead}</p>
      <form method="post" action="${view.link(routes.case.withdraw.href({ token }))}">
        <p>${submit(words.close)}</p>
      </form>
      <p><a href="${view.link(routes.case.page.href({ token }))}">${words.title}</a></p>`,
  }
}
