import type { Shelf } from '../guide/shelf.ts'
import { pageHref } from '../guide/targets.ts'
import { routes } from '../routes.ts'
import { choice } from '../ui/choices.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, mailLink } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** Pages of the guide that say who we are and how we work; each stands here where it is there. */
const pages = [
  'filtering/how',
  'policies/outbound',
  'about/privacy',
  'about/legal',
  'about/accessibility',
  'about/community',
] as const

/** Whom to write to, and where to read how we decide, what we keep and where our mail comes from. */
export function aboutPage(view: View, { guide, rendered }: Shelf): Page {
  const words = view.words.site.about
  const { provider } = view
  return {
    title: words.title,
    description: words.lead(provider.name),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider.name)}</p>
      <ul class="choices">
        ${pages.flatMap((id) => {
          const page = guide.page(id, view.language)
          if (page === undefined) return []
          const { title, summary } = rendered(page)
          return [choice(view.link(pageHref(page.section, page.name)), title, summary)]
        })}
      </ul>
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
