import type { Recipient } from '../../core/recipients/recipient.ts'
import { routes } from '../routes.ts'
import { hiddenField, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { literal } from '../ui/notice.ts'
import { tabs } from '../ui/tabs.ts'
import type { View } from '../ui/view.ts'

/** What the pages of a recipient who is signed in have in common. */

type Place = 'mail' | 'vouches' | 'case'

/** Who is here, and where else they can go. */
export function placesOf(view: View, { mailbox }: Recipient, here: Place | undefined): Html {
  const words = view.words.recipients
  const list = (['mail', 'vouches', 'case'] as const).map((place) => ({
    href: view.link(routes.recipients[place].href()),
    words: words.places[place],
    here: place === here,
  }))
  return html`<p>${words.as(literal(visible(mailbox)))}</p>
    ${tabs(words.places.mail, list)}`
}

export function leaveForm(view: View): Html {
  return html`<form method="post" action="${view.link(routes.recipients.mail.href())}">
    ${hiddenField('do', 'leave')}
    <p>${submit(view.words.recipients.leave, 'quiet')}</p>
  </form>`
}
