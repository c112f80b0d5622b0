import type { FailingDomain } from '../../core/decisions/high-volume-actions.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { date } from './day-bars.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const highVolumeRoute: ConsoleRoute = {
  method: 'GET',
  path: places.highVolume.pattern,
  permission: 'console.read',
  safe: true,
  handle: highVolumePage,
}

/** Domains that send much and fail a test: who is hit, or will be from a day on, and whether they have been told. */
async function highVolumePage({ view, actor, actions, deps }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.judgement.highVolume
  const { mode, coming, domains } = await actions.highVolumeState(actor)
  const { notices } = deps.settings.highVolume
  const next = coming === undefined ? words.noneComing : words.coming[coming.stage](date(coming.from))
  return {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${notice(
        'info',
        words.modes[mode],
        html`<p>${next}</p>
          <p>${words.notices[notices]}</p>`,
      )}
      ${domainTable(view, domains)}`,
  }
}

function domainTable(view: View, domains: readonly FailingDomain[]): Html {
  const words = view.words.judgement.highVolume
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.domain, words.failed, words.messages, words.first, words.last, words.told],
    numbers: [2],
    rows: domains.map(({ domain, failed, messages, firstAt, lastAt, toldAt }) => [
      html`<span translate="no">${visible(domain)}</span>`,
      failed.map((test) => test.toUpperCase()).join(', '),
      count(view.language, messages),
      when(view, firstAt),
      when(view, lastAt),
      toldAt === null ? words.notTold : when(view, toldAt),
    ]),
    empty: words.none,
  })
}
