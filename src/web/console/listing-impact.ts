import { shareOf, type Impact } from '../../core/impact/impact.ts'
import type { Settings } from '../../core/settings.ts'
import { html, type Html } from '../ui/html.ts'
import { count, share } from '../ui/moment.ts'
import { definitions } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** What the listing of a prefix would have hit in the last three days (security LST-2). */
export function impactSection(view: View, impact: Impact, settings: Settings): Html {
  const words = view.words.console.impact
  const number = (value: number): string => count(view.language, value)
  const { senders, messages, wanted, wantedOfAll, large } = impact
  const { impact: rules } = settings.listing
  return html`<h2>${words.title}</h2>
    ${
      messages === 0
        ? html`<p>${words.nothing}</p>`
        : definitions([
            [words.senders, number(senders)],
            [words.messages, number(messages)],
            [words.wanted, number(wanted)],
            [
              words.share,
              html`${share(view.language, shareOf(impact))}
                <span class="far"
                  >${words.ofAll(number(wantedOfAll), share(view.language, rules.share))}</span
                >`,
            ],
            [
              words.large,
              large === 0 ? words.noLarge : words.largeOnes(number(large), number(rules.senders)),
            ],
          ])
    }`
}
