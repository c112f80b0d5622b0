import { day } from '../../base/clock.ts'
import type { ProbeView } from '../../core/probes/actions.ts'
import type { Settings } from '../../core/settings.ts'
import { routes } from '../routes.ts'
import { submit } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { span } from '../ui/moment.ts'
import { buttonLink, mailLink } from '../ui/notice.ts'
import { timeAndDistance } from '../ui/time.ts'
import { betweenSentences } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'

/** What the probe is, and the button that gives an address. */
export function probeStartPage(
  view: View,
  { probe, retention }: Pick<Settings, 'probe' | 'retention'>,
): Page {
  const words = view.words.probe.start
  const provider = view.provider.name
  return {
    title: words.title,
    description: words.description(provider),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider)}</p>
      ${askForm(view, words.button)}
      <p>${words.valid(span(view.language, probe.validMs), span(view.language, keptMs(retention)))}</p>
      <h2>${words.what}</h2>
      <ul class="reading">
        ${words.points.map((point) => html`<li>${point}</li>`)}
      </ul>
      <p>${words.listed}</p>`,
  }
}

/** A day is rather said in hours. */
function keptMs({ probesMs }: Settings['retention']): number {
  return Math.max(probesMs, day)
}

/** The button; it sends a form, since GET never acts. */
export function askForm(view: View, words: string): Html {
  return html`<form method="post" action="${view.link(routes.probe.start.href())}">
    <p>${submit(words)}</p>
  </form>`
}

/** Seconds until a waiting page looks again: mail takes some, and nobody should have to press a button for it. */
const refreshSeconds = 10

/** The address, while no message has come. */
export function waitingPage(view: View, probe: ProbeView): Page {
  const words = view.words.probe.waiting
  if (probe.state === 'expired') {
    return {
      title: words.expiredTitle,
      noindex: true,
      body: html`<h1>${words.expiredTitle}</h1>
        <p class="lead">${words.expired}</p>
        ${askForm(view, view.words.probe.start.again)}`,
    }
  }
  const here = view.link(routes.probe.report.href({ id: probe.id }))
  return {
    title: words.title,
    noindex: true,
    refresh: refreshSeconds,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.send}</p>
      <p class="probe-address">${mailLink(probe.address)}</p>
      <p>${words.how}</p>
      <p>${words.until(timeAndDistance(view, probe.validUntil))}</p>
      <p>${words.refresh}${betweenSentences(view)}${words.keep}</p>
      <p>${buttonLink(here, words.look)}</p>`,
  }
}
