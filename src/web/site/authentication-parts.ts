import { authenticationTests, type AuthenticationTest } from '../../access/high-volume.ts'
import type { FailedAuthentication } from '../../core/decisions/actions.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'

/** SPF, DKIM and DMARC, and how to pass each; with `failed` also how a message did. */
export function authenticationTable(view: View, failed?: readonly AuthenticationTest[]): Html {
  const words = view.words.site.authentication
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: failed === undefined ? [words.test, words.fix] : [words.test, words.result, words.fix],
    rows: authenticationTests.map((test) => [
      test.toUpperCase(),
      ...(failed === undefined ? [] : [failed.includes(test) ? words.failed : words.passed]),
      words[test],
    ]),
  })
}

/** What stands on the record of a message that did not prove who wrote it; `found` is undefined until the record has come. */
export function authenticationRecord(
  view: View,
  found: readonly FailedAuthentication[] | undefined,
  why: string,
): Html {
  const words = view.words.site
  return html`${notice('info', words.authentication.nowFree, html``)}
    <h2>${words.record.why}</h2>
    <p>${why}</p>
    ${
      found === undefined
        ? html`<h2>${words.authentication.caption}</h2>
            ${authenticationTable(view)}`
        : found.map(
            ({ domain, failed }) =>
              html`<h2>${words.authentication.caption}${view.words.common.colon}${visible(domain)}</h2>
                ${authenticationTable(view, failed)}`,
          )
    }`
}
