import { reasonNames, reasons } from '../../access/reasons.ts'
import type { Settings } from '../../core/settings.ts'
import { escapeHtml } from '../guide/figure-words.ts'
import type { Shelf } from '../guide/shelf.ts'
import { pageHref } from '../guide/targets.ts'
import { routes, withLanguage } from '../routes.ts'

/** Every page for search engines in each language (sitemaps.org), with the same page in the other ones beside it. */
export function sitemap({ provider }: Settings, { guide }: Shelf): string {
  const at = (path: string, language?: (typeof provider.languages)[number]): string =>
    escapeHtml(provider.site + withLanguage(path, language))
  const entries = pagesOf(guide, provider.languages).flatMap(({ path, updated }) =>
    provider.languages.map((language) =>
      [
        `<url><loc>${at(path, language)}</loc>`,
        updated === '' ? '' : `<lastmod>${updated}</lastmod>`,
        ...provider.languages.map(
          (other) => `<xhtml:link rel="alternate" hreflang="${other}" href="${at(path, other)}"/>`,
        ),
        '</url>',
      ].join(''),
    ),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ...entries,
    '</urlset>',
    '',
  ].join('\n')
}

function pagesOf(
  guide: Shelf['guide'],
  languages: Settings['provider']['languages'],
): readonly { readonly path: string; readonly updated: string }[] {
  const fixed = [
    routes.start.href(),
    routes.guide.href(),
    routes.announcements.href(),
    routes.tools.href(),
    routes.codes.href(),
    ...reasonNames.map((name) => routes.code.href({ code: reasons[name].slug })),
    routes.delist.start.href(),
    routes.owners.start.href(),
    routes.recipients.start.href(),
    routes.report.start.href(),
    routes.transparency.href(),
    routes.clock.href(),
    routes.myData.start.href(),
    routes.about.href(),
  ]
  const written = new Map<string, string>()
  for (const language of languages) {
    for (const { name } of guide.sections(language)) written.set(pageHref(name), '')
    for (const { section, name, updated } of guide.pages(language))
      written.set(pageHref(section, name), updated)
  }
  return [
    ...fixed.map((path) => ({ path, updated: '' })),
    ...[...written].map(([path, updated]) => ({ path, updated })),
  ]
}
