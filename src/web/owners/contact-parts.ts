import type { Claim, Owner } from '../../core/owners/claim.ts'
import { type Contact } from '../../core/owners/contact.ts'
import type { Contacts } from '../../core/owners/contact-actions.ts'
import type { Registered } from '../../core/registries/registered.ts'
import { formatAddress } from '../../standards/ip.ts'
import { isSameMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { routes } from '../routes.ts'
import { hiddenField, radios, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { limitWords } from '../ui/limit-words.ts'
import { length } from '../ui/moment.ts'
import { literal, notice } from '../ui/notice.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** The part of a claim's page about the proof by mail: who can be asked, and the button that asks them. */
export function contactSection(view: View, claim: Claim, owner: Owner, found: Contacts | undefined): Html {
  const words = view.words.owners.contact
  return html`<section>
    <h2>${words.title}</h2>
    <p>
      ${(view.owners.asksRegistries ? words.lead : words.leadByName)(length(view.language, view.owners.contactTermMs))}
    </p>
    ${
      found === undefined
        ? html`<form method="post" action="${here(view, claim)}">
            ${hiddenField('do', 'contacts')}
            <p>${submit(words.find)}</p>
          </form>`
        : foundContacts(view, claim, owner, found)
    }
  </section>`
}

function foundContacts(view: View, claim: Claim, owner: Owner, { contacts, registered }: Contacts): Html {
  const words = view.words.owners.contact
  return html`<h3>${words.found}</h3>
    ${registeredWords(view, registered)}
    ${contacts.length === 0 ? '' : chooseContact(view, claim, owner, contacts)}`
}

function registeredWords(view: View, registered: Contacts['registered']): Html {
  const words = view.words.owners.contact
  if (registered === 'none') return html`<p>${words.none}</p>`
  if (registered === 'unknown') return html`<p>${words.unknown}</p>`
  return html`<p>${words.network(...namesOf(registered))}</p>
    ${registered.mailboxes.length === 0 ? html`<p>${words.nobody}</p>` : ''}
    ${registered.redacted.length === 0 ? '' : html`<p class="hint">${words.hidden}</p>`}`
}

function namesOf({ name, handle, range, server }: Registered): [Html, Html, Html] {
  return [
    literal(visible(name || handle)),
    literal(`${formatAddress(range.first)} – ${formatAddress(range.last)}`),
    literal(server),
  ]
}

function chooseContact(view: View, claim: Claim, owner: Owner, contacts: readonly Contact[]): Html {
  const words = view.words.owners.contact
  return html`<form method="post" action="${here(view, claim)}">
    ${hiddenField('do', 'ask-contact')}
    ${radios(view, {
      name: 'mailbox',
      label: words.which,
      hint: words.sendHint(limitWords(view, 'owners.contact.week')),
      value: contacts[0]?.mailbox,
      options: contacts.map(({ proof, mailbox }) => ({
        value: mailbox,
        words: literal(visible(mailbox)),
        hint: isSameMailbox(mailbox, owner.mailbox) ? words.own : words.from[proof],
      })),
    })}
    <p>${submit(words.send)}</p>
  </form>`
}

/** How a grant stands that a contact confirmed. */
export function contactStanding(view: View, claim: Claim & { readonly contact: MailAddress }): Html {
  const words = view.words.owners
  const { failedAt, contact, expiresAt, proof, remindedAt } = claim
  if (failedAt !== null)
    return notice(
      'warning',
      words.claim.failingTitle,
      proof === 'mail'
        ? html`<p>${words.claim.failing(time(view, failedAt))}</p>`
        : html`<p>
            ${words.contact.gone(time(view, failedAt), time(view, failedAt + view.owners.contactGraceMs))}
          </p>`,
    )
  if (remindedAt !== null)
    return notice(
      'warning',
      words.claim.grantedTitle,
      html`<p>${words.contact.renew(time(view, expiresAt))}</p>`,
    )
  return notice(
    'good',
    words.claim.grantedTitle,
    html`<p>${words.contact.by(literal(visible(contact)), time(view, expiresAt))}</p>`,
  )
}

function here(view: View, { id }: Claim): string {
  return view.link(routes.owners.claim.href({ id }))
}
