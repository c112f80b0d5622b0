import type { Sample } from '../../core/abuse/report-facts.ts'
import type { OwnerPage } from '../../core/incidents/owner-actions.ts'
import { routes } from '../routes.ts'
import { checkbox, errorSummary, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** What the owner of an account sees: what happened, the evidence without its reporters, what to do, and the button. */
export function ownerAccountPage(
  view: View,
  owner: OwnerPage,
  shown: {
    readonly token: string
    readonly samples: readonly Sample[]
    readonly secured?: string | undefined
    /** The button was pressed, and the box beside it not ticked. */
    readonly isUnticked?: boolean | undefined
  },
): Page {
  const words = view.words.abuse.owner
  const { samples, secured, isUnticked } = shown
  const error = isUnticked ? words.untickedBox : undefined
  return {
    title: words.title,
    noindex: true,
    wide: true,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, error === undefined ? [] : [{ field: 'gone', message: error }])}
      ${secured === 'a-person-looks' ? notice('info', words.askedTitle, html`<p>${words.asked}</p>`) : standing(view, owner, secured)}
      ${definitions([
        [words.account, literal(visible(owner.account))],
        [words.reported, classWords(view, owner.class)],
        [words.since, time(view, owner.openedAt)],
        // Those that count by themselves; a person may act on others.
        [words.reports, owner.reports === 0 ? undefined : words.reportCount(owner.reports)],
      ])}
      ${happened(view, owner)} ${evidence(view, samples)}
      <h2>${words.stepsTitle}</h2>
      <ol class="reading">
        ${words.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      <p>${words.newsletter}</p>
      ${button(view, owner, shown, error)}`,
  }
}

function standing(view: View, owner: OwnerPage, secured: string | undefined): Html {
  const words = view.words.abuse.owner
  if (secured === 'released') return notice('good', words.releasedTitle, html`<p>${words.released}</p>`)
  if (owner.isSuspended) return notice('bad', words.suspendedTitle, html`<p>${words.suspended}</p>`)
  if (owner.state === 'closed') return notice('info', words.closedTitle, html`<p>${words.closed}</p>`)
  return notice('warning', words.warnedTitle, html`<p>${words.warned}</p>`)
}

function classWords(view: View, name: string): string {
  const classes: Readonly<Record<string, readonly [string, string]>> = view.words.abuse.form.classes
  return classes[name]?.[0] ?? name
}

function happened(view: View, { acts }: OwnerPage): Html {
  const words = view.words.abuse.owner
  if (acts.length === 0) return html``
  const kinds: Readonly<Record<string, string>> = words.acts
  return html`<h2>${words.actsTitle}</h2>
    <ul class="reading">
      ${acts.map(({ at, kind }) => html`<li>${time(view, at)}${view.words.common.colon}${kinds[kind] ?? kind}</li>`)}
    </ul>`
}

function evidence(view: View, samples: readonly Sample[]): Html {
  const words = view.words.abuse.owner
  const said = (text: string | null): Html | string =>
    text === null ? words.unknown : literal(visible(text))
  return html`<h2>${words.evidenceTitle}</h2>
    <p>${words.evidence}</p>
    ${table({
      caption: words.evidenceTitle,
      quiet: true,
      stack: true,
      head: words.evidenceHead,
      rows: samples.map((sample) => [
        sample.subject === null ? words.noSubject : visible(sample.subject),
        said(sample.from),
        said(sample.recipient),
        sample.takenAt === null ? said(sample.date) : time(view, sample.takenAt),
        said(sample.takenFrom),
        said(sample.messageId),
      ]),
      empty: words.noEvidence,
    })}`
}

/** The box is for whoever presses every button that a letter leads to: a mail scanner would let the account go. */
function button(
  view: View,
  owner: OwnerPage,
  { token, secured }: { readonly token: string; readonly secured?: string | undefined },
  error: string | undefined,
): Html {
  const words = view.words.abuse.owner
  if (!owner.isSuspended || secured !== undefined) return html``
  const next = owner.release === 'now' ? words.securedNow : words.securedLater
  return html`<h2>${words.securedTitle}</h2>
    <p>${next}</p>
    <form method="post" action="${view.link(routes.account.href({ token }))}">
      ${checkbox(view, { name: 'gone', label: words.gone, error, required: true })}
      <p>${submit(words.button)}</p>
    </form>`
}
