import { isFormOpen } from '../../core/cases/external.ts'
import type { Messages } from '../messages/en.ts'
import { routes } from '../routes.ts'
import { html } from '../ui/html.ts'
import { choice } from '../ui/choices.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { languageless } from './targets.ts'

/** What senders can find out and do here, in the order of need. */
export function toolsPage(view: View): Page {
  const words = view.words.guide.tools
  return {
    title: words.title,
    description: words.description,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <ul class="choices">
        ${toolList(words, isFormOpen(view.support)).map(({ href, title, hint }) =>
          choice(languageless.has(href) ? href : view.link(href), title, hint),
        )}
      </ul>`,
  }
}

interface Tool {
  readonly href: string
  readonly title: string
  readonly hint: string
}

/** The tools of this site, by address without language; the search finds them too. `withForm`: the deliverability form is open here. */
export function toolList(words: Messages['guide']['tools'], withForm = false): readonly Tool[] {
  const tool = (href: string, title: string, hint: string): Tool => ({ href, title, hint })
  return [
    tool(routes.find.href(), words.find, words.findHint),
    tool(`${routes.find.href()}#f-q`, words.lookUp, words.lookUpHint),
    tool(routes.delist.start.href(), words.delist, words.delistHint),
    ...(withForm ? [tool(routes.forms.deliverability.href(), words.several, words.severalHint)] : []),
    tool(routes.forms.warmUp.href(), words.warmUp, words.warmUpHint),
    tool(routes.recipients.start.href(), words.recipients, words.recipientsHint),
    tool(routes.owners.start.href(), words.owners, words.ownersHint),
    tool(routes.check.href(), words.check, words.checkHint),
    tool(routes.probe.start.href(), words.probe, words.probeHint),
    tool(routes.analyse.href(), words.analyse, words.analyseHint),
    tool(routes.headers.href(), words.headers, words.headersHint),
    tool(routes.codes.href(), words.codes, words.codesHint),
    tool(routes.search.href(), words.search, words.searchHint),
    tool(routes.policy.href(), words.policy, words.policyHint),
    tool(routes.feed.href(), words.feed, words.feedHint),
  ]
}
