import { Refusal } from '../../base/refusal.ts'
import { reasons } from '../../access/reasons.ts'
import type { Recipient } from '../../core/recipients/recipient.ts'
import type { SeenRefusal } from '../../core/vouches/actions.ts'
import type { Vouchable } from '../../core/vouches/vouch.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, hiddenField, radios, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal } from '../ui/notice.ts'
import { betweenSentences, refusalSentence } from '../ui/sentences.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { placesOf } from './frame.ts'
import { reasonOf, senderOf } from './mail-page.ts'

export interface VouchTerms {
  /** Days that the form proposes, and the most. */
  readonly usual: number
  readonly most: number
}

/** One refusal of mail to somebody, what they can do, and the form to vouch for its sender. */
export function refusalPage(
  view: View,
  recipient: Recipient,
  seen: SeenRefusal,
  {
    terms,
    fields,
    errors = [],
  }: {
    readonly terms: VouchTerms
    readonly fields?: Fields | undefined
    readonly errors?: readonly FieldError[]
  },
): Page {
  const words = view.words.recipients.refusal
  const { vouchable } = seen
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${placesOf(view, recipient, undefined)} ${errorSummary(view, errors)} ${facts(view, seen)}
      <h2>${words.waysTitle}</h2>
      ${ways(view, vouchable)}
      ${vouchable instanceof Refusal ? '' : vouchForm(view, seen, vouchable, { terms, fields, errors })}
      <p><a href="${view.link(routes.recipients.mail.href(queryOf(recipient, seen)))}">${words.back}</a></p>`,
  }
}

/** In their order, each once. */
function ways(view: View, vouchable: Vouchable | Refusal): Html {
  const { ways: words } = view.words.recipients.refusal
  const gap = betweenSentences(view)
  return html`<ol class="reading">
    <li>${words.tell}</li>
    <li>
      ${words.case}${gap}<a href="${view.link(routes.recipients.case.href())}">${words.toCase}</a
      >${words.caseEnd}
    </li>
    <li>
      ${vouchable instanceof Refusal ? html`${words.noVouch}${gap}${whyNot(view, vouchable)}` : words.vouch}
    </li>
  </ol>`
}

/** Where nothing but the sender's own way is left, that stands above already. */
function whyNot(view: View, refusal: Refusal): string {
  const isSaid = refusal.code === 'vouches.never' || refusal.code === 'vouches.off'
  return isSaid ? view.words.refusals[refusal.code](refusal.facts).what : refusalSentence(view, refusal)
}

/** Somebody else's mailbox stands in the address, the own one never. */
function queryOf(recipient: Recipient, { mailbox }: SeenRefusal): { readonly mailbox?: string } {
  return mailbox === recipient.mailbox ? {} : { mailbox }
}

function facts(view: View, { mailbox, refused }: SeenRefusal): Html {
  const words = view.words.recipients.refusal
  const { mail } = view.words.recipients
  const signed = refused.signedBy.map((domain) => html`${literal(visible(domain))} `)
  return definitions([
    [mail.when, time(view, refused.at, true)],
    [words.to, html`<span translate="no">${visible(mailbox)}</span>`],
    [mail.from, senderOf(view, refused)],
    [mail.server, literal(refused.ip)],
    [mail.why, reasonOf(view, refused)],
    [words.status, literal(`${refused.code} ${refused.status} (${reasons[refused.reason].reference})`)],
    [words.where, words.at[refused.stage]],
    [
      words.signedBy,
      refused.stage === 'rcpt' ? undefined : signed.length === 0 ? words.unsigned : html`${signed}`,
    ],
  ])
}

function vouchForm(
  view: View,
  seen: SeenRefusal,
  { domains, network }: Vouchable,
  shown: {
    readonly terms: VouchTerms
    readonly fields?: Fields | undefined
    readonly errors: readonly FieldError[]
  },
): Html {
  const words = view.words.recipients.refusal
  const { terms, fields, errors } = shown
  const lead =
    network === null
      ? words.ofSignature
      : words.ofNetwork(literal(visible(domains[0] ?? '')), literal(formatPrefix(network)))
  return html`<h2>${words.vouchTitle}</h2>
    <p>${lead}</p>
    <h3>${words.doesTitle}</h3>
    <ul class="reading">
      ${words.does.map((point) => html`<li>${point}</li>`)}
    </ul>
    ${network === null ? '' : html`<p class="hint">${words.networkCaution}</p>`}
    <form method="post" action="${view.link(routes.recipients.refusal.href({ id: seen.refused.id }))}">
      ${hiddenField('mailbox', seen.mailbox)}
      ${
        network !== null
          ? ''
          : radios(view, {
              name: 'domain',
              label: words.domain,
              value: fields?.get('domain') ?? domains[0],
              error: errorOf(errors, 'domain'),
              options: domains.map((domain) => ({ value: domain, words: literal(visible(domain)) })),
            })
      }
      ${textField(view, {
        name: 'days',
        label: words.days,
        hint: words.daysHint(terms.most),
        value: fields?.get('days') ?? String(terms.usual),
        error: errorOf(errors, 'days'),
        size: 'short',
        inputmode: 'numeric',
        autocomplete: 'off',
        required: true,
        maxlength: 4,
      })}
      <p>${submit(words.button)}</p>
    </form>`
}
