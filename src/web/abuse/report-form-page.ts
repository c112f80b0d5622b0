import type { Challenge } from 'altcha-lib'
import { abuseClasses, type AbuseClass } from '../../core/abuse/report.ts'
import { pageHref } from '../guide/targets.ts'
import { routes } from '../routes.ts'
import {
  errorOf,
  errorSummary,
  fileField,
  radios,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { mailLink, notice } from '../ui/notice.ts'
import { span } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'

/** What stands in the form when it is shown; a file has to be chosen again. */
export interface ReportValues {
  readonly source?: string
  readonly class?: AbuseClass
  readonly mailbox?: string
}

interface Facts {
  readonly challenge: Challenge
  /** How long evidence is kept, and a report without it; milliseconds. */
  readonly evidenceMs: number
  readonly reportsMs: number
}

/** Where anybody reports mail that came from us: a file or its source, no account, and what becomes of it said first. */
export function reportFormPage(
  view: View,
  values: ReportValues,
  facts: Facts,
  errors: readonly FieldError[] = [],
): Page {
  const words = view.words.abuse.form
  return {
    title: words.title,
    description: words.description(view.provider.name),
    scripts: [view.assets.href('delist.js')],
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(view.provider.name)}</p>
      <p>${words.byMail(mailLink(view.addresses.abuse))}</p>
      ${errorSummary(view, errors)}
      <form
        method="post"
        action="${view.link(routes.report.start.href())}"
        enctype="multipart/form-data"
        data-challenge="${JSON.stringify(facts.challenge)}"
      >
        <noscript
          >${notice('info', words.noScript, html`<p>${mailLink(view.addresses.abuse)}</p>`, 3)}</noscript
        >
        ${fields(view, values, errors)} ${consent(view, facts)}
        <p class="hint" id="working" hidden role="status">${view.words.portal.form.working}</p>
        <p>${submit(words.submit)}</p>
      </form>
      ${howToAttach(view)}`,
  }
}

function fields(view: View, values: ReportValues, errors: readonly FieldError[]): Html {
  const words = view.words.abuse.form
  return html`${fileField(view, {
    name: 'file',
    label: words.file,
    hint: words.fileHint,
    error: errorOf(errors, 'file'),
    accept: '.eml,.msg,.json,.txt,message/rfc822,application/vnd.ms-outlook,application/json,text/plain',
  })}
  ${textArea(view, {
    name: 'source',
    label: words.source,
    hint: words.sourceHint,
    value: values.source,
    rows: 8,
    verbatim: true,
    error: errorOf(errors, 'source'),
  })}
  ${radios(view, {
    name: 'class',
    label: words.class,
    value: values.class ?? 'spam',
    options: abuseClasses.map((value) => ({
      value,
      words: words.classes[value][0],
      hint: words.classes[value][1],
    })),
  })}
  ${textField(view, {
    name: 'mailbox',
    type: 'email',
    label: html`${words.mailbox}${view.words.common.optional}`,
    hint: words.mailboxHint,
    value: values.mailbox,
    error: errorOf(errors, 'mailbox'),
    autocomplete: 'email',
    maxlength: 254,
  })}`
}

/** What is kept, who reads it and until when: said before it is sent. */
function consent(view: View, { evidenceMs, reportsMs }: Facts): Html {
  const words = view.words.abuse.form
  const points = words.consent(span(view.language, evidenceMs), span(view.language, reportsMs))
  return html`<section class="notice info">
    <div>
      <h2>${words.consentTitle}</h2>
      <ul class="reading">
        ${points.map((point) => html`<li>${point}</li>`)}
      </ul>
    </div>
  </section>`
}

/** The way to the source in each mail program stands in the guide. */
export function howToAttach(view: View): Html {
  const words = view.words.abuse.form
  const guide = view.link(pageHref('abuse', 'report'))
  return html`<h2 id="how">${words.howTitle}</h2>
    <p>${words.how} <a href="${guide}">${words.howLink}</a></p>`
}

/** Where no script ran nothing was kept: the report goes by mail, which needs no proof of work. */
export function byMailPage(view: View): Page {
  const words = view.words.abuse.byMail
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <p class="probe-address">${mailLink(view.addresses.abuse)}</p>
      <p>${words.how}</p>
      ${howToAttach(view)}`,
  }
}
