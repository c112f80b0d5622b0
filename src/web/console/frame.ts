import { may, type Permission } from '../../core/actor.ts'
import { html, joined, visible, type Html } from '../ui/html.ts'
import { hiddenField } from '../ui/form.ts'
import { markIcon } from '../ui/icon.ts'
import { documentPage, languageNames } from '../ui/layout.ts'
import { count } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'
import { places } from './places.ts'
import { roleNames } from './role-words.ts'
import type { ConsolePage, Visit } from './route.ts'

/** What waits for a person: cases that are our turn, and incidents that no rule decides. */
export interface Waiting {
  readonly cases: number
  readonly incidents: number
}

const nothingWaits: Waiting = { cases: 0, incidents: 0 }

/** Puts a page into the console's frame. What waits is shown wherever the operator is. */
export function framed(visit: Visit, page: ConsolePage, waiting = nothingWaits): Html {
  const { view, deps } = visit
  const words = view.words.console
  return documentPage(view, {
    ...page,
    wide: true,
    noindex: true,
    site: words.name(view.provider.name),
    styles: [view.assets.href('console.css')],
    scripts: [view.assets.href('console.js'), ...(page.scripts ?? [])],
    header: header(visit, page.bare === true, waiting),
    footer: html`<footer class="console">
      <p>${words.footer(visit.session === undefined ? '' : deps.version)}</p>
      <div>
        ${visit.session === undefined ? '' : languageSwitch(view)}<a href="${view.provider.site}/"
          >${words.publicSite}</a
        >
      </div>
    </footer>`,
  })
}

function header(visit: Visit, bare: boolean, waiting: Waiting): Html {
  const { view, session } = visit
  const words = view.words.console
  const brand = html`<a class="home" href="${places.overview.href()}"
    >${markIcon()}<span>${words.name(view.provider.name)}</span></a
  >`
  if (bare || session === undefined) {
    return html`<header class="console">
      <div class="bar">${brand}${session === undefined ? languageSwitch(view) : ''}</div>
    </header>`
  }
  return html`<header class="console">
    <div class="bar">
      ${brand}
      <nav class="sections" aria-label="${view.words.common.mainNavigation}">
        <ul>
          ${sections(visit, waiting)}
        </ul>
      </nav>
      ${searchBox(view)}
      <div class="person">
        <a href="${places.account.href()}" title="${roleNames(view, session.roles)}"
          >${visible(session.name)}</a
        >
        ${postForm(visit, places.signOut.href(), html`<button type="submit">${words.signOut}</button>`)}
      </div>
    </div>
  </header>`
}

function sections({ view, actor }: Visit, waiting: Waiting): Html[] {
  const { nav, waiting: waitingWords } = view.words.console
  const badge = (many: number): Html | string =>
    many === 0
      ? ''
      : html` <span class="count" title="${waitingWords(many)}">${count(view.language, many)}</span>`
  const entries: readonly (readonly [permission: Permission, href: string, words: Html | string])[] = [
    ['console.read', places.overview.href(), nav.overview],
    ['console.read', places.listings.href(), nav.listings],
    ['case.read', places.cases.href(), html`${nav.cases}${badge(waiting.cases)}`],
    ['console.read', places.requests.href(), nav.requests],
    ['abuse.read', places.desk.href(), html`${nav.abuse}${badge(waiting.incidents)}`],
    ['owner.read', places.owners.href(), nav.owners],
    ['vouch.read', places.vouches.href(), nav.vouches],
    ['console.read', places.outbox.href(), nav.outbox],
    ['audit.read', places.audit.href(), nav.audit],
  ]
  const open = entries.filter(([permission]) => may(actor, permission))
  return open.map(([, href, words]) => {
    const here = view.path === href || (href !== '/' && view.path.startsWith(`${href}/`))
    return html`<li>
      <a href="${href}" ${here ? html`aria-current="${view.path === href ? 'page' : 'true'}"` : ''}
        >${words}</a
      >
    </li>`
  })
}

/** One box, on every page: whoever has somebody on the telephone types the address. */
function searchBox(view: View): Html {
  const words = view.words.console
  return html`<form class="search" role="search" action="${places.listings.href()}">
    <label class="hidden" for="search">${words.search}</label>
    <input
      id="search"
      name="text"
      type="search"
      placeholder="${words.searchHint}"
      maxlength="80"
      spellcheck="false"
      autocapitalize="none"
      autocomplete="off"
      translate="no"
    />
    <button type="submit" class="hidden">${words.searchButton}</button>
  </form>`
}

/** A form, because the choice is kept in a cookie and a link changes nothing. */
function languageSwitch(view: View): Html {
  const others = view.languages.filter((language) => language !== view.language)
  if (others.length === 0) return html``
  return html`<form class="languages" method="post" action="${places.language.href()}">
    ${hiddenField('back', view.path + view.query)}
    ${others.map((language) => html`<button name="language" value="${language}" lang="${language}">${languageNames[language]}</button>`)}
  </form>`
}

/** A form that acts: carries the session's token. `upload`: with a file. */
export function postForm(visit: Visit, href: string, body: Html, upload = false): Html {
  return html`<form method="post" action="${href}" ${upload ? html`enctype="multipart/form-data"` : ''}>
    ${visit.session === undefined ? '' : hiddenField('csrf', visit.session.csrf)}${body}
  </form>`
}

/** What can be done here, in a row. */
export function actionsRow(actions: readonly (Html | undefined)[]): Html {
  const given = actions.filter((action) => action !== undefined)
  return given.length === 0 ? html`` : html`<div class="actions">${joined(given, ' ')}</div>`
}
