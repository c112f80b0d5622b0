import type { RefusedMail } from '../../core/decisions/refused-mail.ts'
import type { Recipient } from '../../core/recipients/recipient.ts'
import type { Shown, Wanted } from '../../core/vouches/refused-actions.ts'
import { reasons } from '../../access/reasons.ts'
import { routes } from '../routes.ts'
import { reasonParts } from '../site/reason-parts.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal } from '../ui/notice.ts'
import { leaveForm, placesOf } from './frame.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** What was refused in somebody's name: when, from where, why. */
export function mailPage(
  view: View,
  recipient: Recipient,
  shown: Shown,
  errors: readonly FieldError[] = [],
): Page {
  const words = view.words.recipients.mail
  return {
    title: words.title,
    noindex: true,
    wide: true,
    body: html`<h1>${headingOf(view, recipient, shown.wanted)}</h1>
      ${placesOf(view, recipient, 'mail')} ${errorSummary(view, errors)}
      <p class="lead">${words.lead(shown.days)}</p>
      ${refusedTable(view, recipient, shown)} ${older(view, recipient, shown)}
      ${recipient.domains.length === 0 ? '' : others(view, recipient, errors)} ${leaveForm(view)}`,
  }
}

function headingOf(view: View, recipient: Recipient, wanted: Wanted): string {
  const words = view.words.recipients.mail
  if ('domain' in wanted) return words.ofDomain(wanted.domain)
  return wanted.mailbox === recipient.mailbox ? words.mine : words.ofMailbox(wanted.mailbox)
}

function refusedTable(view: View, recipient: Recipient, { wanted, refused, days }: Shown): Html {
  const words = view.words.recipients.mail
  const isDomain = 'domain' in wanted
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.when, words.from, words.server, words.why, ...(isDomain ? [words.recipients] : [])],
    rows: refused.map((each) => [
      isDomain
        ? time(view, each.at)
        : html`<a href="${refusalHref(view, recipient, each, wanted)}">${time(view, each.at)}</a>`,
      senderOf(view, each),
      literal(each.ip),
      reasonOf(view, each),
      ...(isDomain ? [String(each.count)] : []),
    ]),
    empty: html`<b>${words.none(days)}</b> ${words.noneBody}`,
  })
}

function refusalHref(view: View, recipient: Recipient, { id }: RefusedMail, wanted: Wanted): string {
  return view.link(routes.recipients.refusal.href({ id }, queryOf(recipient, wanted)))
}

/** Whom the mail said it was from, as far as the record tells. */
export function senderOf(view: View, { mailFrom }: Pick<RefusedMail, 'mailFrom'>): Html {
  const words = view.words.recipients.mail
  if (mailFrom === null) return html`${words.unknownSender}`
  return mailFrom === '' ? html`${words.nullSender}` : literal(visible(mailFrom))
}

export function reasonOf(view: View, { reason }: RefusedMail): Html {
  const { code, slug } = reasons[reason]
  const { title } = reasonParts(view, reason)
  const delayed = code === 550 ? '' : html` (${view.words.recipients.mail.delayed})`
  return html`<a href="${view.link(routes.code.href({ code: slug }))}">${title}</a>${delayed}`
}

function older(view: View, recipient: Recipient, { wanted, next }: Shown): Html | string {
  if (next === undefined) return ''
  const href = routes.recipients.mail.href({ ...queryOf(recipient, wanted), after: next })
  return html`<p><a href="${view.link(href)}">${view.words.recipients.mail.older}</a></p>`
}

/** The own mailbox stands in no address. */
function queryOf(
  { mailbox }: Recipient,
  wanted: Wanted,
): { readonly domain?: string; readonly mailbox?: string } {
  if ('domain' in wanted) return { domain: wanted.domain }
  return wanted.mailbox === mailbox ? {} : { mailbox: wanted.mailbox }
}

/** For whoever looks after domains. */
function others(view: View, { domains }: Recipient, errors: readonly FieldError[]): Html {
  const words = view.words.recipients.mail
  const link = (domain: string): string => view.link(routes.recipients.mail.href({ domain }))
  return html`<h2>${words.otherTitle}</h2>
    <p>${words.otherLead}</p>
    <ul>
      ${domains.map((domain) => html`<li><a href="${link(domain)}">${words.wholeDomain(domain)}</a></li>`)}
    </ul>
    <form method="get" action="${view.link(routes.recipients.mail.href())}">
      ${textField(view, {
        name: 'mailbox',
        type: 'email',
        label: words.mailbox,
        error: errorOf(errors, 'mailbox'),
        autocomplete: 'off',
        required: true,
        maxlength: 254,
      })}
      <p>${submit(words.show, 'quiet')}</p>
    </form>`
}
