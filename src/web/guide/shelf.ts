import type { Language } from '../../access/reasons.ts'
import { buildIndex, type SearchIndex } from '../../core/guide/search.ts'
import { searchDocuments } from './search-documents.ts'
import { figuresOf } from '../../core/guide/figures.ts'
import type { ReadGuide } from '../../core/guide/actions.ts'
import type { Guide } from '../../core/guide/guide.ts'
import type { ContentMistake, GuidePage } from '../../core/guide/page.ts'
import type { Settings } from '../../core/settings.ts'
import { messages } from '../messages/messages.ts'
import { languageMark } from './line-writer.ts'
import { renderPage, type RenderedPage } from './markdown.ts'

/** The guide as it is shown here: every page rendered once, at start, with the figures of this configuration. */
export interface Shelf {
  readonly guide: Guide
  rendered(page: GuidePage): RenderedPage
  /** Over everything that can be found in this language. */
  search(language: Language): SearchIndex
  /** What is wrong with the pages; none of it keeps the site from working. */
  readonly mistakes: readonly ContentMistake[]
}

export function openShelf({ guide, mistakes }: ReadGuide, settings: Settings): Shelf {
  const figures = figuresOf(settings)
  const rendered = new Map<GuidePage, RenderedPage>()
  for (const language of settings.provider.languages) {
    const all = [...guide.pages(language), ...guide.sections(language).flatMap(({ index }) => index ?? [])]
    for (const page of all) {
      if (!rendered.has(page))
        rendered.set(page, renderPage(page, { pages: guide, figures, words: messages[page.language].guide }))
    }
  }
  const anchors = brokenAnchors(rendered)
  const renderedOf = (page: GuidePage): RenderedPage => {
    const found = rendered.get(page)
    if (found === undefined) throw new Error(`${page.file} is no page of this guide`)
    return found
  }
  const indexes = new Map<Language, SearchIndex>()
  /** Made when somebody first looks for something. */
  const search = (language: Language): SearchIndex => {
    const isShown = settings.provider.languages.includes(language)
    const known = indexes.get(language)
    if (known !== undefined) return known
    const made = buildIndex(
      isShown ? searchDocuments({ guide, rendered: renderedOf }, language, settings.codes) : [],
    )
    indexes.set(language, made)
    return made
  }
  return {
    guide,
    rendered: renderedOf,
    search,
    mistakes: [...mistakes, ...[...rendered.values()].flatMap((each) => each.mistakes), ...anchors],
  }
}

/** The HTML of a page for a reader who has this in front of every address: nothing, or `/zh-CN`. */
export function htmlFor({ html }: RenderedPage, prefix: string): string {
  return html.replaceAll(languageMark, prefix)
}

/** Links to a heading of another page that it does not have. */
function brokenAnchors(rendered: ReadonlyMap<GuidePage, RenderedPage>): ContentMistake[] {
  const headings = new Map(
    [...rendered].map(([page, { headings: list }]) => [
      `${page.language}/${page.id}`,
      list.map(({ id }) => id),
    ]),
  )
  return [...rendered.keys()].flatMap((page) =>
    [...page.body.matchAll(/\]\(page:([\w/-]+)#([^)\s]+)\)/g)].flatMap((match) => {
      const [, id = '', anchor = ''] = match
      const known = headings.get(`${page.language}/${id}`)
      if (known === undefined || known.includes(anchor)) return []
      const line = page.bodyLine + page.body.slice(0, match.index).split('\n').length - 1
      return [{ file: page.file, line, problem: `there is no heading #${anchor} in ${id}` }]
    }),
  )
}
