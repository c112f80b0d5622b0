import { reasonNames, reasons } from '../../access/reasons.ts'
import type { Language, CodeProfile } from '../../access/reasons.ts'
import type { Guide } from '../../core/guide/guide.ts'
import type { GuidePage } from '../../core/guide/page.ts'
import type { SearchDocument } from '../../core/guide/search.ts'
import { messages } from '../messages/messages.ts'
import { routes } from '../routes.ts'
import type { RenderedPage } from './markdown.ts'
import { pageHref } from './targets.ts'
import { toolList } from './tools-page.ts'

/** Everything that can be found in one language: pages, announcements, codes, tools. */
export function searchDocuments(
  { guide, rendered }: { readonly guide: Guide; readonly rendered: (page: GuidePage) => RenderedPage },
  language: Language,
  profile: CodeProfile,
): SearchDocument[] {
  const pages = guide.pages(language).map((page): SearchDocument => {
    const { title, summary, text, headings } = rendered(page)
    return {
      kind: page.date === undefined ? 'page' : 'announcement',
      href: pageHref(page.section, page.name),
      title,
      words: page.words.join(' '),
      summary,
      headings: headings.map((heading) => heading.text).join(' '),
      text,
    }
  })
  const codes = reasonNames.map((name): SearchDocument => {
    const { slug, code, status, reference, words } = reasons[name]
    const { title, why, next, until } = words[language]
    return {
      kind: 'code',
      href: routes.code.href({ code: slug }),
      title: `${status[profile]} ${title}`,
      words: [code, ...Object.values(status), reference, slug.replaceAll('-', ' ')].join(' '),
      summary: '',
      headings: '',
      text: [why, next, until].join(' '),
    }
  })
  const tools = toolList(messages[language].guide.tools).map(({ href, title, hint }): SearchDocument => ({
    kind: 'tool',
    href,
    title,
    words: '',
    summary: hint,
    headings: '',
    text: hint,
  }))
  return [...pages, ...codes, ...tools]
}
