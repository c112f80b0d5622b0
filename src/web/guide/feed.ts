import type { Language } from '../../access/reasons.ts'
import type { GuidePage } from '../../core/guide/page.ts'
import type { Settings } from '../../core/settings.ts'
import { messages } from '../messages/messages.ts'
import { routes, withLanguage } from '../routes.ts'
import { escapeHtml } from './figure-words.ts'
import { htmlFor, type Shelf } from './shelf.ts'
import { pageHref } from './targets.ts'

/**
 * The announcements of one language as an Atom feed (RFC 4287). Ids and links are addresses with the language in them, so that an entry is
 * the same for every reader; the text is whole (§4.1.3, type html) with absolute addresses.
 */
export const feedType = 'application/atom+xml; charset=utf-8'

/** A reader that was away for years does not need them all; the page has them. */
const mostEntries = 30

export function atomFeed(settings: Settings, shelf: Shelf, language: Language): string {
  const { provider } = settings
  const words = messages[language]
  const at = (path: string): string => escapeHtml(provider.site + withLanguage(path, language))
  const pages = shelf.guide.announcements(language).slice(0, mostEntries)
  const updated = pages.map(updatedOf).toSorted().at(-1) ?? '2026-01-01T00:00:00Z'
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">`,
    `  <id>${at(routes.feed.href())}</id>`,
    `  <title>${escapeHtml(words.common.site(provider.name))} · ${escapeHtml(words.guide.announcements.title)}</title>`,
    `  <subtitle>${escapeHtml(words.guide.announcements.description(provider.name))}</subtitle>`,
    `  <updated>${updated}</updated>`,
    `  <author><name>${escapeHtml(provider.name)}</name></author>`,
    `  <link rel="self" type="application/atom+xml" href="${at(routes.feed.href())}"/>`,
    `  <link rel="alternate" type="text/html" hreflang="${language}" href="${at(routes.announcements.href())}"/>`,
    ...pages.flatMap((page) => entry(page, shelf, at, provider.site)),
    '</feed>',
    '',
  ].join('\n')
}

function entry(page: GuidePage, shelf: Shelf, at: (path: string) => string, site: string): string[] {
  const rendered = shelf.rendered(page)
  const href = at(pageHref(page.section, page.name))
  const body = htmlFor(rendered, withLanguage('/x', page.language).slice(0, -2))
    .replaceAll(/(href=")(\/)/g, `$1${escapeHtml(site)}$2`)
    // A heading of the page itself has no address outside of it.
    .replaceAll(/(href=")(#)/g, `$1${href}$2`)
  return [
    `  <entry xml:lang="${page.language}">`,
    `    <id>${href}</id>`,
    `    <title>${escapeHtml(rendered.title)}</title>`,
    `    <published>${midnight(page.date ?? page.updated)}</published>`,
    `    <updated>${updatedOf(page)}</updated>`,
    `    <link rel="alternate" type="text/html" href="${href}"/>`,
    ...(rendered.summary === '' ? [] : [`    <summary>${escapeHtml(rendered.summary)}</summary>`]),
    `    <content type="html">${escapeHtml(body)}</content>`,
    '  </entry>',
  ]
}

function updatedOf(page: GuidePage): string {
  return midnight(page.updated === '' ? (page.date ?? '') : page.updated)
}

/** RFC 3339 (RFC 4287 §3.3). */
function midnight(day: string): string {
  return `${day}T00:00:00Z`
}
