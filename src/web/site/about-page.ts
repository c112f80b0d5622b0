import { day } from '../../base/clock.ts'
import type { Settings } from '../../core/settings.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { routes } from '../routes.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal, mailLink } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** Who we are, how we decide, what we keep, whom to write to; figures and mailboxes from the configuration. */
export function aboutPage(view: View, { retention, provider }: Settings): Page {
  const words = view.words.site.about
  const kept = words.privacy({
    decisions: Math.round(retention.decisionsMs / day),
    listings: Math.round(retention.endedListingsMs / day),
    requests: Math.round(retention.requestsMs / day),
  })
  return {
    title: words.title,
    description: words.lead(provider.name),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider.name)}</p>
      <h2>${words.decideTitle}</h2>
      ${words.decide.map((text) => html`<p>${text}</p>`)}
      <h2 id="privacy">${words.privacyTitle}</h2>
      ${kept.map((text) => html`<p>${text}</p>`)}
      <h2 id="contact">${words.contactTitle}</h2>
      ${definitions([
        [words.contact.postmaster, mailLink(postmasterOf(view))],
        [words.contact.abuse, mailLink(view.addresses.abuse)],
        [words.contact.delist, mailLink(view.addresses.delist)],
      ])}
      <p class="hint">${words.contactNote}</p>
      <h2>${words.usersTitle}</h2>
      <p>${words.users}</p>
      ${definitions([
        [words.userContact.junk, mailLink(view.addresses.junk)],
        [words.userContact.notJunk, mailLink(view.addresses.notJunk)],
        [words.userContact.phish, mailLink(view.addresses.phish)],
      ])}
      ${
        provider.networks.length === 0
          ? ''
          : html`<h2>${words.networksTitle}</h2>
              <p>${words.networks}</p>
              <ul>
                ${provider.networks.map((network) => html`<li>${literal(formatPrefix(network))}</li>`)}
              </ul>`
      }
      <h2>${words.programsTitle}</h2>
      <p>${words.programs} <a href="${routes.policy.href()}" translate="no">postmaster-policy.json</a></p>
      <h2>${words.softwareTitle}</h2>
      <p>${words.software}</p>`,
  }
}

/** The mailbox that every mail domain has (RFC 5321 §4.5.1). */
function postmasterOf(view: View): string {
  return `postmaster@${view.provider.domains[0] ?? new URL(view.provider.site).hostname}`
}
