import { announcementList } from '../guide/announcement-pages.ts'
import type { Shelf } from '../guide/shelf.ts'
import { pageHref } from '../guide/targets.ts'
import { sectionTitle } from '../guide/guide-pages.ts'
import { routes } from '../routes.ts'
import { choice } from '../ui/choices.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { findBox } from './find-page.ts'

/** What may have happened to somebody's mail, and the page of the guide that answers. */
const topics = {
  refused: 'troubleshooting/refused',
  delayed: 'troubleshooting/delayed',
  junk: 'troubleshooting/junk',
  missing: 'troubleshooting/missing',
  bulk: 'bulk/consent',
  forwarded: 'forwarding/forwarding',
  plain: 'plain/not-an-administrator',
  spam: 'abuse/report',
} as const
type Topic = keyof typeof topics

/** Announcements of the last weeks stand on the start page, few of them. */
const mostNews = 2

/** Where somebody lands with a bounce in hand: a box that takes it, and the question what happened. */
export function startPage(view: View, shelf: Shelf): Page {
  const words = view.words.site.start
  const provider = view.provider.name
  const tools = view.words.guide.tools
  return {
    title: view.words.common.site(provider),
    description: words.description(provider),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider)}</p>
      <div class="panel">${findBox(view)}</div>
      <h2>${words.what}</h2>
      <ul class="choices">
        ${(Object.keys(topics) as Topic[]).map((topic) => topicChoice(view, shelf, topic))}
        ${choice(view.link(routes.recipients.start.href()), words.expected, words.expectedHint)}
      </ul>
      <h2>${words.services}</h2>
      <ul class="choices">
        ${choice(view.link(routes.delist.start.href()), words.delist, words.delistHint)}
        ${choice(view.link(routes.check.href()), tools.check, tools.checkHint)}
        ${choice(view.link(routes.codes.href()), words.codes, words.codesHint)}
        ${choice(view.link(routes.report.start.href()), words.report, words.reportHint)}
        ${choice(view.link(routes.tools.href()), tools.title, tools.description)}
      </ul>
      ${guideList(view, shelf)} ${news(view, shelf)}
      <h2>${words.customer}</h2>
      <p>
        ${words.customerBody(provider)}
        <a href="${view.link(routes.recipients.start.href())}">${words.customerLink}</a>
      </p>`,
  }
}

/** A case whose page is not there (taken away by the operator) is not asked about. */
function topicChoice(view: View, { guide }: Shelf, topic: Topic): Html {
  const id = topics[topic]
  if (guide.page(id, view.language) === undefined) return html``
  const [section = '', name] = id.split('/')
  const { question, hint } = view.words.site.start.topics[topic]
  return choice(view.link(pageHref(section, name)), question, hint)
}

function guideList(view: View, { guide }: Shelf): Html {
  const words = view.words.guide
  return html`<h2><a href="${view.link(routes.guide.href())}">${words.title}</a></h2>
    <ul class="sections">
      ${guide.sections(view.language).map(
        (section) =>
          html`<li>
            <a href="${view.link(pageHref(section.name))}">${sectionTitle(view, section).title}</a>
          </li>`,
      )}
    </ul>`
}

function news(view: View, shelf: Shelf): Html {
  const words = view.words.guide.announcements
  const all = shelf.guide.announcements(view.language)
  if (all.length === 0) return html``
  return html`<h2><a href="${view.link(routes.announcements.href())}">${words.title}</a></h2>
    ${announcementList(view, shelf, all.slice(0, mostNews))}`
}
