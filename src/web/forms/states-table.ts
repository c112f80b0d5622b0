import type { FormAddress } from '../../core/deliverability/address.ts'
import type { FormState } from '../../core/outbox/letter-words.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { badge, literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

const tones = {
  received: 'quiet',
  'auto-reviewed': 'good',
  mitigated: 'good',
  'conditionally-mitigated': 'warning',
  'not-qualified': 'bad',
  'needs-info': 'warning',
  escalated: 'info',
  closed: 'quiet',
} as const satisfies Record<FormState, string>

/** How each address of a form stands, with the reason in words. `address`: how the desk shows each. */
export function statesTable(
  view: View,
  addresses: readonly FormAddress[],
  { caption, address: show }: { readonly caption: string; readonly address?: (address: FormAddress) => Html },
): Html {
  const words = view.words.support.states
  return table({
    caption,
    quiet: true,
    stack: true,
    head: [words.address, words.state, words.why],
    rows: addresses.map((address) => [
      show?.(address) ?? literal(showPrefix(address.prefix)),
      html`${badge(tones[address.state], words.states[address.state])}
        <span class="hint">${words.changed} ${time(view, address.changedAt)}</span>`,
      reason(view, address),
    ]),
  })
}

function reason(view: View, { why, facts, state }: FormAddress): Html {
  const words = view.words.support.states
  const { tests = [], until, url } = facts
  const said = view.words.cases.one.results
  const label = state === 'conditionally-mitigated' ? words.until : words.again
  return html`${words.reasons[why]}
  ${
    tests.length === 0
      ? ''
      : html`<ul>
          ${tests.map((each) => html`<li>${visible(testWords[view.language](each.test))}${view.words.common.colon}${said[each.said]}</li>`)}
        </ul>`
  }
  ${url === undefined ? '' : html`<a href="${url}" rel="external noreferrer">${visible(url)}</a>`}
  ${until === undefined ? '' : html`<p>${label} ${time(view, Date.parse(until))}</p>`}`
}
