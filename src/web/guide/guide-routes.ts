import type { Settings } from '../../core/settings.ts'
import type { Web, WebContext } from '../env.ts'
import { readQuery } from '../form-data.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { announcementPage, announcementsPage } from './announcement-pages.ts'
import { atomFeed, feedType } from './feed.ts'
import { guideIndexPage, guidePage, sectionPage } from './guide-pages.ts'
import type { Shelf } from './shelf.ts'
import { pageHref } from './targets.ts'
import { searchPage } from './search-page.ts'
import { toolsPage } from './tools-page.ts'

/** The guide's addresses. All of it is the same for everybody, and nothing changes anything. */
export function guideRoutes(
  app: Web,
  { settings, shelf }: { readonly settings: Settings; readonly shelf: Shelf },
): void {
  const { guide } = shelf

  app.get(routes.guide.pattern, (c) => show(c, guideIndexPage(c.var.view, shelf)))

  app.get(routes.section.pattern, (c) => {
    const section = guide.section(c.req.param('section'), c.var.view.language)
    return section === undefined ? c.notFound() : show(c, sectionPage(c.var.view, shelf, section))
  })

  app.get(routes.page.pattern, (c) => {
    const { view } = c.var
    const { section: name, name: file } = c.req.param()
    const section = guide.section(name, view.language)
    const page = section?.pages.find((each) => each.name === file)
    if (section === undefined || page === undefined) return c.notFound()
    return show(c, guidePage(view, shelf, page, section))
  })

  app.get(routes.announcements.pattern, (c) => show(c, announcementsPage(c.var.view, shelf)))

  app.get(routes.announcement.pattern, (c) => {
    const { view } = c.var
    const page = guide.announcements(view.language).find(({ name }) => name === c.req.param('name'))
    return page === undefined ? c.notFound() : show(c, announcementPage(view, shelf, page))
  })

  app.get(routes.feed.pattern, (c) => {
    c.header('Content-Type', feedType)
    c.header('Cache-Control', 'public, max-age=900')
    return c.body(atomFeed(settings, shelf, c.var.view.language))
  })

  app.get(routes.tools.pattern, (c) => show(c, toolsPage(c.var.view)))

  app.get(routes.search.pattern, (c) => {
    const { view } = c.var
    return show(c, searchPage(view, shelf, shelf.search(view.language), readQuery(c).get('q') ?? ''))
  })

  app.get(routes.help.pattern, (c) => {
    const topic = c.req.param('topic')
    const page = Object.hasOwn(movedTopics, topic)
      ? movedTopics[topic as keyof typeof movedTopics]
      : undefined
    if (page === undefined) return c.notFound()
    const [section, name] = page
    const isThere = guide.has(`${section}/${name}`)
    return c.redirect(c.var.view.link(isThere ? pageHref(section, name) : routes.guide.href()), 301)
  })
}

/** The pages that have taken over from the short ones under `/help/`. */
const movedTopics = {
  refused: ['troubleshooting', 'refused'],
  delayed: ['troubleshooting', 'delayed'],
  junk: ['troubleshooting', 'junk'],
  bulk: ['bulk', 'consent'],
  spam: ['abuse', 'report'],
} as const

function show(c: WebContext, page: Page): Response | Promise<Response> {
  c.header('Cache-Control', 'private, max-age=300')
  return c.html(sitePage(c.var.view, page))
}
