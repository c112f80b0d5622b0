import type { Recipient } from '../../core/recipients/recipient.ts'
import type { UsedVouch } from '../../core/vouches/actions.ts'
import type { Vouch } from '../../core/vouches/vouch.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { routes } from '../routes.ts'
import { hiddenField, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { leaveForm, placesOf } from './frame.ts'

interface Shown {
  readonly mailbox: string
  readonly vouches: readonly UsedVouch[]
  readonly isOff: boolean
  /** What was just done: `made` or `withdrawn`, and with which of them. */
  readonly done?: string | undefined
  readonly id?: string | undefined
}

/** What somebody vouches for, until when, and what passed because of it. */
export function vouchesPage(view: View, recipient: Recipient, shown: Shown): Page {
  const words = view.words.recipients.vouches
  const { mailbox, vouches, isOff } = shown
  return {
    title: words.title,
    noindex: true,
    wide: true,
    body: html`${done(view, shown)}
      <h1>${mailbox === recipient.mailbox ? words.title : words.of(mailbox)}</h1>
      ${placesOf(view, recipient, 'vouches')} ${isOff ? notice('warning', words.off) : ''}
      <p class="lead">${words.lead}</p>
      ${table({
        caption: words.caption,
        quiet: true,
        stack: true,
        head: [words.domain, words.where, words.since, words.until, words.used, words.deed],
        rows: vouches.map((each) => row(view, each)),
        empty: words.none,
      })}
      ${leaveForm(view)}`,
  }
}

function done(view: View, { done: what, id, vouches }: Shown): Html | string {
  const words = view.words.recipients.vouches
  const domain = vouches.find(({ vouch }) => vouch.id === id)?.vouch.domain
  if (domain === undefined) return ''
  if (what === 'made') return notice('good', words.made(domain), html`<p>${words.madeBody}</p>`)
  return what === 'withdrawn'
    ? notice('good', words.withdrawn(domain), html`<p>${words.withdrawnBody}</p>`)
    : ''
}

function row(view: View, { vouch, passed, lastAt }: UsedVouch): readonly (Html | string)[] {
  const words = view.words.recipients.vouches
  return [
    literal(visible(vouch.domain)),
    vouch.network === null ? words.signed : literal(formatPrefix(vouch.network)),
    time(view, vouch.sinceAt),
    vouch.endedAt === null ? time(view, vouch.endsAt) : html`${time(view, vouch.endedAt)}`,
    lastAt === null ? words.unused : words.usedTimes(passed, time(view, lastAt)),
    vouch.endedWhy === null ? withdrawForm(view, vouch) : words.ended[vouch.endedWhy],
  ]
}

function withdrawForm(view: View, { id, domain }: Vouch): Html {
  return html`<form method="post" action="${view.link(routes.recipients.vouches.href())}">
    ${hiddenField('do', 'withdraw')}${hiddenField('id', id)}
    ${submit(view.words.recipients.vouches.withdraw(domain), 'quiet')}
  </form>`
}
