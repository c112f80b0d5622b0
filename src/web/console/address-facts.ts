import { may } from '../../core/actor.ts'
import type { Decision } from '../../core/decisions/actions.ts'
import { verdictOf, type Explanation } from '../../core/senders/explanation.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, literal, verbatim } from '../ui/notice.ts'
import { wouldBeRefused } from '../ui/observing.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { places } from './places.ts'
import { senderFacts } from './sender-facts.ts'
import type { OperatorVisit } from './route.ts'

/** Everything about one address: what the gate says now, and what it said lately. For whoever has its owner on the telephone. */
export async function addressFacts(visit: OperatorVisit, address: Address): Promise<Html> {
  const { view, actor, actions } = visit
  const words = view.words.console.address
  const ip = formatAddress(address)
  const [explanation, decisions] = await Promise.all([
    actions.explain(actor, address),
    actions.recentDecisions(actor, address),
  ])
  return await html`<section class="address">
    <h2>${words.title(ip)}</h2>
    ${verdict(view, ip, explanation)} ${senderFacts(view, explanation)}
    <p>
      <a href="${explanation.url}">${words.public}</a> ·
      <a href="${places.requests.href({ state: 'all', ip })}">${words.requests}</a
      >${vouchLink(visit, ip, explanation)}
    </p>
    <h2>${words.decisions}</h2>
    ${decisionTable(view, decisions)}
  </section>`
}

function verdict(view: View, ip: string, explanation: Explanation): Html {
  const words = view.words.console.address
  const { action, reply } = explanation
  if (verdictOf(explanation) === 'pass') return html`<p>${badge('good', words.passes(ip))}</p>`
  const now = action === 'defer' ? words.deferred(ip) : words.refused(ip)
  const said = explanation.wouldBe === undefined ? now : words.engineObserves(ip)
  return html`${explanation.mode === 'observe' ? wouldBeRefused(view, ip) : html`<p>${said}</p>`}
  ${reply === undefined ? '' : verbatim(reply)}`
}

/** Who vouches for mail of the address is on a page of its own. */
function vouchLink({ view, actor }: OperatorVisit, ip: string, { vouches }: Explanation): Html | string {
  if (vouches === undefined || vouches === 0 || !may(actor, 'vouch.read')) return ''
  const words = view.words.recipients.console.ofAddress(vouches)
  return html` · <a href="${places.vouches.href({ ip })}">${words}</a>`
}

function decisionTable(view: View, decisions: readonly Decision[]): Html {
  const words = view.words.console.address
  return table({
    caption: words.decisions,
    quiet: true,
    stack: true,
    head: [words.at, words.edge, words.said, words.helo, words.ptr, words.mailFrom, words.count],
    numbers: [6],
    rows: decisions.map((decision) => [
      time(view, decision.at, true),
      visible(decision.edge),
      html`${literal(`${decision.code} ${decision.status}`)}${fateOf(view, decision)}`,
      text(view, decision.helo),
      text(view, decision.ptr),
      decision.mailFrom === '' ? words.nullSender : text(view, decision.mailFrom),
      count(view.language, decision.count),
    ]),
    empty: words.noDecisions,
  })
}

/** What was said only in the record, and why. */
function fateOf(view: View, { mode }: Decision): Html | string {
  if (mode === 'vouched') return html` <span class="far">${view.words.recipients.console.passed}</span>`
  return mode === 'observe' ? html` <span class="far">${view.words.console.address.observed}</span>` : ''
}

/** What the sender said, as it was said. */
function text(view: View, said: string | null): Html | string {
  return said === null || said === ''
    ? view.words.common.none
    : html`<span translate="no">${visible(said)}</span>`
}
