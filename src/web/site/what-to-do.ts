import { pathOf, reasons, type ReasonName } from '../../access/reasons.ts'
import type { Guide } from '../../core/guide/guide.ts'
import type { Ladder } from '../../core/ladder/ladder.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import type { ExplainedListing, Explanation } from '../../core/senders/explanation.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { ladderPart, type Steps } from '../ui/ladder.ts'
import { literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { wayList } from '../ui/ways.ts'
import { nextOf } from './reason-parts.ts'

/** What to do about a refusal, once on a page: the ladder, with what is known of this reason and of the listing behind it. */
export function whatToDo(
  view: View,
  guide: Guide,
  ladder: Ladder,
  { explanation, proof }: { readonly explanation?: Explanation; readonly proof?: Html } = {},
): Html {
  const { reason } = ladder.refused
  const listing = explanation?.listing ?? null
  const steps: Steps = {
    proof,
    fix:
      listing === null || (isAsExpected(listing) && !ladder.refused.isWide)
        ? (waysOfOwn(view, explanation, reason) ?? nextOf(view, ladder.refused))
        : undefined,
    ...(explanation && listing ? stepsOfListing(view, explanation, listing) : {}),
  }
  return ladderPart(view, guide, ladder, steps)
}

/** What the reason says holds where its listings end as those of this reason do. */
function isAsExpected(listing: ExplainedListing): boolean {
  return reasons[listing.reason].path === pathOf(listing.class)
}

/** Of a sender that the judgement holds to something: what helps this one, and until when it lasts. */
function waysOfOwn(view: View, explanation: Explanation | undefined, reason: ReasonName): Html | undefined {
  const isOwn = explanation?.listing === null && explanation.reason === reason
  const ways = isOwn ? (explanation.ways ?? []) : []
  return ways.length === 0 ? undefined : wayList(view, ways)
}

function stepsOfListing(view: View, explanation: Explanation, listing: ExplainedListing): Steps {
  const words = view.words.site
  const way = explanation.ways?.find(({ url, test }) => url !== undefined || test !== undefined)
  const isSeveral = explanation.listings.filter(({ effect }) => effect !== 'pass').length > 1
  return {
    ...(isSeveral ? { notes: html`<p>${words.address.several}</p>` } : {}),
    ...(listing.class === 'policy' ? { test: test(view, explanation.ip, way?.test) } : {}),
    ...(listing.class === 'third-party' ? { elsewhere: elsewhere(view, way?.url) } : {}),
  }
}

/** A listing that waits for a test: whoever has mended it has it run again at once. */
function test(view: View, ip: string, name: string | undefined): Html {
  const words = view.words.site
  return html`<p>
      ${name === undefined ? words.waysAskLink : html`${words.waysTest} ${visible(testWords[view.language](name))}`}
    </p>
    <form method="post" action="${view.link(routes.checkAddress.href({ address: ip }))}">
      <p><button class="button" type="submit">${words.recheck.button}</button></p>
    </form>`
}

function elsewhere(view: View, url: string | undefined): Html {
  const words = view.words.site
  if (url === undefined) return html`<p>${words.waysAskLink}</p>`
  return html`<p>
      <a class="button" href="${url}" rel="external noreferrer"
        >${words.waysElsewhere}${view.words.common.elsewhere}</a
      >
    </p>
    <p class="hint">${literal(URL.parse(url)?.host ?? url)}</p>`
}
