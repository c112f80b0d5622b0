import { html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { table } from '../ui/table.ts'
import { accountName, actWords, classWords, deskTabs } from './desk-parts.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const restrictedRoute: ConsoleRoute = {
  method: 'GET',
  path: places.restricted.pattern,
  permission: 'abuse.read',
  safe: true,
  handle: restrictedPage,
}

/** Accounts that send nothing: since when, for what, by whom, and until when. */
async function restrictedPage({ view, actor, actions }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.desk
  const { accounts, count: all } = await actions.restrictedAccounts(actor)
  return {
    title: words.restricted,
    body: html`<h1>${words.restricted}</h1>
      <p class="lead">${words.accounts.lead}</p>
      ${deskTabs(view)}
      ${table({
        caption: words.restricted,
        quiet: true,
        stack: true,
        head: [
          words.account,
          words.accounts.since,
          words.accounts.why,
          words.accounts.by,
          words.accounts.until,
        ],
        rows: accounts.map(({ account, since, incident, by }) => [
          accountName(account),
          when(view, since),
          incident === null
            ? words.accounts.gone
            : html`<a href="${places.incident.href({ id: incident.id })}"
                >${classWords(view, incident.class)}</a
              >`,
          by === null ? view.words.common.none : actWords(view, by),
          words.accounts.untilReleased,
        ]),
        empty: words.accounts.none,
      })}
      ${all > accounts.length ? html`<p>${words.accounts.more(count(view.language, all))}</p>` : ''}`,
  }
}
