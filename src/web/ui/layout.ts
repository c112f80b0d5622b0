import { withLanguage, routes } from '../routes.ts'
import { html, type Html } from './html.ts'
import { markIcon } from './icon.ts'
import type { View } from './view.ts'

/** What a page is made of. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** One sentence for search engines and previews. */
  readonly description?: string
  /** Stands beside the text where there is room, below it where there is none. */
  readonly aside?: Html
  /** Further links of the head. */
  readonly links?: Html
  /** Tables and boards instead of text. */
  readonly wide?: boolean
  /** About one address or one person: not for search engines. */
  readonly noindex?: boolean
  /** Further scripts of `assets/`, by their hashed address. */
  readonly scripts?: readonly string[]
  /** Further stylesheets, likewise. */
  readonly styles?: readonly string[]
  /** Reloads by itself after so many seconds; only for states that are about to change. */
  readonly refresh?: number
}

/** A whole page of the public site. */
export function sitePage(view: View, page: Page): Html {
  const { words } = view
  const name = words.common.site(view.provider.name)
  return documentPage(view, {
    ...page,
    site: name,
    alternates: true,
    header: html`<header class="site">
      <div class="bar">
        <a class="home" href="${view.link(routes.start.href())}">${logo(view)}<span>${name}</span></a>
        ${languageSwitch(view)}
      </div>
      <nav aria-label="${words.common.mainNavigation}">
        <ul>
          ${navigation(view)}
        </ul>
      </nav>
    </header>`,
    footer: footer(view),
  })
}

/** The operator's logo, else our mark; the name stands beside it, so that it needs no words. */
function logo({ assets }: View): Html {
  return assets.logo === undefined
    ? markIcon()
    : html`<img class="logo" src="${assets.logo}" alt="" height="32" />`
}

/** The bare document: the console puts its own header and footer around its pages. */
export function documentPage(
  view: View,
  page: Page & {
    readonly site: string
    readonly header: Html
    readonly footer: Html
    readonly alternates?: boolean
  },
): Html {
  const title = page.title === page.site ? page.site : `${page.title} · ${page.site}`
  return html`<!doctype html>
    <html lang="${view.language}" ${scriptWords(view)}>
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        ${page.description === undefined ? '' : html`<meta name="description" content="${page.description}" />`}
        ${page.noindex ? html`<meta name="robots" content="noindex" />` : ''}
        ${page.refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${page.refresh}" />`}
        ${page.alternates && !page.noindex ? alternates(view) : ''}
        ${
          page.alternates
            ? html`<link
                rel="alternate"
                type="application/atom+xml"
                title="${view.words.common.footer.announcements}"
                href="${view.link(routes.feed.href())}"
              />`
            : ''
        }
        <link rel="icon" href="${view.assets.icon}" />
        ${[view.assets.style, ...(page.styles ?? [])].map((style) => html`<link rel="stylesheet" href="${style}" />`)}
        ${[view.assets.script, ...(page.scripts ?? [])].map((script) => html`<script src="${script}" defer></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">${view.words.common.skip}</a>
        ${page.header}
        ${
          page.aside === undefined
            ? html`<main id="main" tabindex="-1" class="${page.wide ? 'wide' : ''}">${page.body}</main>`
            : html`<div class="columns">
                <main id="main" tabindex="-1">${page.body}</main>
                <aside>${page.aside}</aside>
              </div>`
        }
        ${page.footer}
      </body>
    </html> `
}

function navigation(view: View): Html[] {
  const { nav } = view.words.common
  const entries: readonly (readonly [string, string])[] = [
    [routes.guide.href(), nav.guide],
    [routes.delist.start.href(), nav.delist],
    [routes.codes.href(), nav.codes],
    [routes.tools.href(), nav.tools],
    [routes.search.href(), nav.search],
  ]
  return entries.map(([href, words]) => {
    const here = view.path === href || view.path.startsWith(`${href}/`)
    return html`<li>
      <a href="${view.link(href)}" ${here ? html`aria-current="${view.path === href ? 'page' : 'true'}"` : ''}
        >${words}</a
      >
    </li>`
  })
}

/** Words that `assets/postern.js` puts in. */
function scriptWords(view: View): Html {
  const { copy, copied } = view.words.common.script
  return html`data-copy="${copy}" data-copied="${copied}"`
}

/** Each language by its own name, in its own language. */
export const languageNames = { en: 'English', 'zh-CN': '简体中文' } as const

function languageSwitch(view: View): Html {
  const others = view.languages.filter((language) => language !== view.language)
  if (others.length === 0) return html``
  return html`<nav class="languages" aria-label="${view.words.common.language}">
    ${others.map(
      (language) =>
        html`<a
          href="${withLanguage(view.path, language)}${view.query}"
          hreflang="${language}"
          lang="${language}"
          rel="alternate"
          >${languageNames[language]}</a
        >`,
    )}
  </nav>`
}

function alternates(view: View): Html {
  const address = (language?: (typeof view.languages)[number]): string =>
    view.provider.site + withLanguage(view.path, language)
  return html`${view.languages.map(
      (language) => html`<link rel="alternate" hreflang="${language}" href="${address(language)}" />`,
    )}<link rel="alternate" hreflang="x-default" href="${address()}" />`
}

function footer(view: View): Html {
  const { footer: words, elsewhere } = view.words.common
  const { community } = view.provider
  return html`<footer class="site">
    <ul>
      <li><a href="${view.link(routes.about.href())}">${words.aboutAndPrivacy}</a></li>
      <li><a href="${view.link(routes.announcements.href())}">${words.announcements}</a></li>
      <li><a href="${view.link(routes.feed.href())}" type="application/atom+xml">${words.feed}</a></li>
      <li><a href="${view.link(routes.clock.href())}">${words.clock}</a></li>
      <li><a href="${view.link(routes.transparency.href())}">${words.transparency}</a></li>
      <li><a href="${routes.policy.href()}">${words.policy}</a></li>
      ${community === undefined ? '' : html`<li><a href="${community}">${words.community}${elsewhere}</a></li>`}
    </ul>
    <p>${words.utc}</p>
  </footer>`
}
