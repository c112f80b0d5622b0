import type { GuidePage } from '../../core/guide/page.ts'
import type { Guide, Section } from '../../core/guide/guide.ts'
import { routes } from '../routes.ts'
import { html, raw, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { dayTime } from '../ui/time.ts'
import { choice } from '../ui/choices.ts'
import type { Heading } from './markdown.ts'
import { htmlFor, type Shelf } from './shelf.ts'
import { pageHref } from './targets.ts'

/** The guide: its contents, a section, a page. */

/** Title and one sentence of a section: its own, else ours. */
export function sectionTitle(view: View, { name, index }: Section): { title: string; hint: string } {
  const known = view.words.guide.sections as Readonly<
    Record<string, { title: string; hint: string } | undefined>
  >
  const ours = known[name]
  return { title: index?.title ?? ours?.title ?? name, hint: index?.summary || (ours?.hint ?? '') }
}

/** Everything at one glance: sections with their pages. */
export function guideIndexPage(view: View, { guide, rendered }: Shelf): Page {
  const words = view.words.guide
  return {
    title: words.title,
    description: words.description(view.provider.name),
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <div class="shelf">
        ${guide.sections(view.language).map((section) => {
          const { title, hint } = sectionTitle(view, section)
          return html`<section>
            <h2><a href="${view.link(pageHref(section.name))}">${title}</a></h2>
            <p class="hint">${hint}</p>
            <ul>
              ${section.pages.map(
                (page) =>
                  html`<li>
                    <a href="${view.link(pageHref(page.section, page.name))}">${rendered(page).title}</a>
                  </li>`,
              )}
            </ul>
          </section>`
        })}
      </div>`,
  }
}

/** The pages of a section with a sentence each. */
export function sectionPage(view: View, { rendered }: Shelf, section: Section): Page {
  const { title, hint } = sectionTitle(view, section)
  const above = section.index === undefined ? '' : raw(htmlFor(rendered(section.index), prefixOf(view)))
  return {
    title,
    description: hint,
    body: html`${breadcrumbs(view, [[view.words.guide.title, routes.guide.href()]])}
      <h1>${title}</h1>
      <p class="lead">${hint}</p>
      ${above === '' ? '' : html`<div class="prose">${above}</div>`}
      <ul class="choices">
        ${section.pages.map((page) => {
          const { title: name, summary } = rendered(page)
          return choice(view.link(pageHref(page.section, page.name)), name, summary)
        })}
      </ul>`,
  }
}

/** One page: where it stands, what is in it, the text, what stands beside it. */
export function guidePage(view: View, shelf: Shelf, page: GuidePage, section: Section): Page {
  const { title, summary, headings } = shelf.rendered(page)
  const words = view.words.guide
  return {
    title,
    description: summary,
    aside: sectionList(view, shelf, section, page),
    body: html`${breadcrumbs(view, [
      [words.title, routes.guide.href()],
      [sectionTitle(view, section).title, pageHref(section.name)],
    ])}
    ${article(view, shelf, page, headings)}
    ${page.updated === '' ? '' : html`<p class="hint">${words.updated}${view.language === 'zh-CN' ? '：' : ': '}${dayTime(view, page.updated)}</p>`}
    ${neighbourLinks(view, shelf, page)}`,
  }
}

/** Title and text; in another language where the page is not there in the reader's. */
export function article(
  view: View,
  { rendered }: Shelf,
  page: GuidePage,
  headings: readonly Heading[],
): Html {
  const shown = rendered(page)
  const isForeign = page.language !== view.language
  return html`${isForeign ? html`<p class="hint">${view.words.guide.otherLanguage}</p>` : ''}
    <article class="prose" ${isForeign ? html`lang="${page.language}"` : ''}>
      <h1>${shown.title}</h1>
      ${shown.summary === '' ? '' : html`<p class="lead">${shown.summary}</p>`} ${contents(view, headings)}
      ${raw(htmlFor(shown, prefixOf(view)))}
    </article>`
}

/** What the reader has in front of every address of ours: nothing, or `/zh-CN`. */
export function prefixOf(view: View): string {
  return view.link('/x').slice(0, -'/x'.length)
}

/** Fewer headings than this are seen at one glance. */
const fewestHeadings = 3

function contents(view: View, headings: readonly Heading[]): Html {
  const top = headings.filter(({ level }) => level === 2)
  if (top.length < fewestHeadings) return html``
  return html`<nav class="contents" aria-labelledby="contents-title">
    <p id="contents-title">${view.words.guide.contents}</p>
    <ul>
      ${top.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`)}
    </ul>
  </nav>`
}

export function breadcrumbs(view: View, above: readonly (readonly [words: string, href: string])[]): Html {
  const all = [[view.words.common.nav.start, routes.start.href()] as const, ...above]
  return html`<nav class="breadcrumbs" aria-label="${view.words.guide.breadcrumbs}">
    <ol>
      ${all.map(([words, href]) => html`<li><a href="${view.link(href)}">${words}</a></li>`)}
    </ol>
  </nav>`
}

function sectionList(view: View, { rendered }: Shelf, section: Section, here: GuidePage): Html {
  const { title } = sectionTitle(view, section)
  return html`<nav class="beside" aria-label="${view.words.guide.inSection}">
    <p><a href="${view.link(pageHref(section.name))}">${title}</a></p>
    <ul>
      ${section.pages.map(
        (page) =>
          html`<li>
            <a
              href="${view.link(pageHref(page.section, page.name))}"
              ${page === here ? html`aria-current="page"` : ''}
              >${rendered(page).title}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}

function neighbourLinks(view: View, { guide, rendered }: Shelf, page: GuidePage): Html {
  const words = view.words.guide
  const { before, after } = neighboursOf(guide, page, view)
  if (before === undefined && after === undefined) return html``
  const link = (to: GuidePage, side: 'before' | 'after'): Html =>
    html`<a
      class="${side}"
      href="${view.link(pageHref(to.section, to.name))}"
      rel="${side === 'before' ? 'prev' : 'next'}"
      ><span>${words[side]}</span>${rendered(to).title}</a
    >`
  return html`<nav class="neighbours" aria-label="${words.order}">
    ${before === undefined ? '' : link(before, 'before')} ${after === undefined ? '' : link(after, 'after')}
  </nav>`
}

function neighboursOf(guide: Guide, page: GuidePage, view: View): ReturnType<Guide['neighbours']> {
  return guide.neighbours(page, view.language)
}
