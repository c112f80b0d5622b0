import { reasonNames, reasons } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { ObservedSender } from '../../core/decisions/actions.ts'
import { showPrefix, parsePrefix } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { buttonLink, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { date } from './day-bars.ts'
import { actionsRow } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const observedRoute: ConsoleRoute = {
  method: 'GET',
  path: places.observed.pattern,
  permission: 'console.read',
  safe: true,
  handle: observedPage,
}

/** Days that can be chosen. */
const daysBack = 14
const shown = 100

/** Who would have been hit, day by day: what the observing modes are for. */
async function observedPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.judgement.observed
  const today = view.now - (view.now % day)
  const since = today - (daysBack - 1) * day
  const on = readDay(visit.query.get('day'), since, today)
  const { days, senders } = await actions.observedOn(actor, { since, on, limit: shown })
  return {
    title: words.title,
    body: html`<div class="head">
        <h1>${words.title}</h1>
        ${actionsRow([buttonLink(places.highVolume.href(), view.words.judgement.highVolume.look), may(actor, 'reputation.dry-run') ? buttonLink(places.dryRun.href(), view.words.judgement.dryRun.title) : undefined])}
      </div>
      <p class="lead">${words.lead}</p>
      ${nextStep(visit)}
      <h2>${words.days}</h2>
      ${dayTable(view, days, on)}
      ${
        days.length === 0
          ? ''
          : html`<h2>${words.caption(date(on))}</h2>
              ${senderTable(view, senders, date(on))}
              ${senders.length < shown ? '' : html`<p>${words.more(count(view.language, shown))}</p>`}`
      }`,
  }
}

/** A day of the last two weeks; today when it is none. */
function readDay(text: string | undefined, since: number, today: number): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : NaN
  return at >= since && at <= today ? at : today
}

function nextStep({ view, deps }: OperatorVisit): Html {
  const words = view.words.judgement.observed
  const { policy, reputation } = deps.settings
  const ofPolicy = policy.mode === 'observe' ? html`<p>${words.policy}</p>` : ''
  return notice(
    'info',
    words.next,
    html`<p>${words[reputation.mode]}</p>
      ${ofPolicy}`,
  )
}

function dayTable(
  view: View,
  days: Awaited<ReturnType<OperatorVisit['actions']['observedOn']>>['days'],
  on: number,
): Html {
  const words = view.words.judgement.observed
  return table({
    caption: words.days,
    quiet: true,
    head: [words.day, words.messages, words.senders],
    numbers: [1, 2],
    rows: days.map(({ day: at, count: messages, senders }) => [
      html`<a href="${places.observed.href({ day: date(at) })}" ${at === on ? html`aria-current="page"` : ''}
        >${date(at)}</a
      >`,
      count(view.language, messages),
      count(view.language, senders),
    ]),
    empty: words.never,
  })
}

function senderTable(view: View, senders: readonly ObservedSender[], on: string): Html {
  const words = view.words.judgement.observed
  return table({
    caption: words.caption(on),
    quiet: true,
    stack: true,
    head: [words.sender, words.reason, view.words.judgement.sender.name, words.messages, words.last],
    numbers: [3],
    rows: senders.map(({ unit, reason, code, ptr, count: messages, lastAt }) => [
      unitLink(unit),
      html`<span>${literal(String(code))} ${reasonTitle(view, reason)}</span>`,
      ptr === null ? view.words.common.none : html`<span translate="no">${visible(ptr)}</span>`,
      count(view.language, messages),
      when(view, lastAt),
    ]),
    empty: words.none,
  })
}

/** A unit with the page of its address. */
export function unitLink(unit: string): Html {
  const prefix = parsePrefix(unit)
  const text = prefix instanceof Refusal ? unit : showPrefix(prefix)
  return html`<a href="${places.listings.href({ text: text.replace(/\/64$/, '') })}" translate="no"
    >${text}</a
  >`
}

function reasonTitle(view: View, reason: string): string {
  const known = reasonNames.find((name) => name === reason)
  return known === undefined ? visible(reason) : reasons[known].words[view.language].title
}
