import { setCookie } from 'hono/cookie'
import { readLanguage } from '../language.ts'
import { hiddenField } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import { languageNames } from '../ui/layout.ts'
import { channelOf, localPath } from './channel.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, Visit } from './route.ts'

export const languageRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.language.pattern, permission: 'anyone', safe: true, handle: languagePage },
  {
    method: 'POST',
    path: places.language.pattern,
    permission: 'anyone',
    safe: false,
    handle: chooseLanguage,
  },
]

const year = 365 * 24 * 3600

async function languagePage({ view }: Visit): Promise<ConsolePage> {
  const words = view.words.console.language
  return {
    title: words.title,
    bare: true,
    body: html`<div class="door">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <form method="post" action="${places.language.href()}">
        ${hiddenField('back', '/')}
        <div class="actions">
          ${view.languages.map(
            (language) =>
              html`<button class="button quiet" name="language" value="${language}" lang="${language}">
                ${languageNames[language]}
              </button>`,
          )}
        </div>
      </form>
    </div>`,
  }
}

async function chooseLanguage({ c, deps, form, view }: Visit): Promise<Response> {
  const language = readLanguage(form.get('language'), view.languages)
  const secure = channelOf(c, deps.trustedProxies) === 'https'
  if (language !== undefined)
    setCookie(c, 'lang', language, { path: '/', maxAge: year, sameSite: 'Lax', httpOnly: true, secure })
  return c.redirect(localPath(form.get('back')), 303)
}
