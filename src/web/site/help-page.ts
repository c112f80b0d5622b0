import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { mailLink } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { findBox } from './find-page.ts'

/** What may have happened to somebody's mail; each has a short page. */
export const helpTopics = ['refused', 'delayed', 'junk', 'bulk', 'spam'] as const
type HelpTopic = (typeof helpTopics)[number]

export function isHelpTopic(text: string): text is HelpTopic {
  return (helpTopics as readonly string[]).includes(text)
}

/** What to do in one of these cases, ending in the box or in a mailbox that somebody reads. */
export function helpPage(view: View, topic: HelpTopic): Page {
  const words = view.words.site.help
  const { title, hint, body } = words.topics[topic]
  return {
    title,
    description: hint,
    body: html`<p class="up"><a href="${view.link(routes.start.href())}">${words.back}</a></p>
      <h1>${title}</h1>
      ${body.map((text) => html`<p>${text}</p>`)} ${ending(view, topic)}`,
  }
}

function ending(view: View, topic: HelpTopic): Html {
  const postmaster = postmasterOf(view)
  switch (topic) {
    case 'refused':
    case 'delayed':
      return html`<div class="panel">${findBox(view)}</div>`
    case 'junk':
    case 'bulk':
      return writeTo(view, postmaster)
    case 'spam':
      return writeTo(view, view.addresses.abuse)
  }
}

function writeTo(view: View, mailbox: string): Html {
  return html`<p class="write">${view.words.site.help.writeTo} ${mailLink(mailbox)}</p>`
}

/** The mailbox that every mail domain has (RFC 5321 §4.5.1). */
export function postmasterOf(view: View): string {
  return `postmaster@${view.provider.domains[0] ?? new URL(view.provider.site).hostname}`
}
