import type { GuidePage } from '../../core/guide/page.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { dayTime } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { article, breadcrumbs } from './guide-pages.ts'
import type { Shelf } from './shelf.ts'
import { pageHref } from './targets.ts'

/** All announcements, newest first. */
export function announcementsPage(view: View, shelf: Shelf): Page {
  const words = view.words.guide.announcements
  const all = shelf.guide.announcements(view.language)
  return {
    title: words.title,
    description: words.description(view.provider.name),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${all.length === 0 ? html`<p class="empty">${words.none}</p>` : announcementList(view, shelf, all)}
      <p><a href="${view.link(routes.feed.href())}" type="application/atom+xml">${words.feed}</a></p>`,
  }
}

/** Announcements with their day and one sentence. */
export function announcementList(view: View, { rendered }: Shelf, list: readonly GuidePage[]): Html {
  return html`<ul class="news">
    ${list.map((page) => {
      const { title, summary } = rendered(page)
      return html`<li>
        ${dayTime(view, page.date ?? page.updated)}
        <a href="${view.link(pageHref(page.section, page.name))}">${title}</a>
        ${summary === '' ? '' : html`<p>${summary}</p>`}
      </li>`
    })}
  </ul>`
}

export function announcementPage(view: View, shelf: Shelf, page: GuidePage): Page {
  const { title, summary, headings } = shelf.rendered(page)
  const words = view.words.guide.announcements
  return {
    title,
    description: summary,
    body: html`${breadcrumbs(view, [[words.title, routes.announcements.href()]])}
      <p class="published">${dayTime(view, page.date ?? page.updated)}</p>
      ${article(view, shelf, page, headings)}
      <p><a href="${view.link(routes.announcements.href())}">${words.all}</a></p>`,
  }
}
