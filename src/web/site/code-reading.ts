import type { ReasonName } from '../../access/reasons.ts'
import type { Shelf } from '../guide/shelf.ts'
import { pageHref } from '../guide/targets.ts'
import { choice } from '../ui/choices.ts'
import { html, type Html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'

/** The pages of the guide that help with each reason, the most useful first. A test finds pages that are not there. */
export const codeReading: Readonly<Record<ReasonName, readonly string[]>> = {
  spam: [
    'filtering/delisting',
    'filtering/reputation',
    'forwarding/forwarding',
    'plain/not-an-administrator',
  ],
  complaints: ['bulk/consent', 'bulk/unsubscribe', 'filtering/delisting', 'bulk/hygiene'],
  traps: ['bulk/hygiene', 'bulk/consent', 'filtering/delisting'],
  harvest: ['bulk/hygiene', 'filtering/delisting', 'filtering/reputation'],
  manual: ['filtering/delisting', 'filtering/listings', 'plain/not-an-administrator'],
  investigate: ['filtering/delisting', 'abuse/phishing', 'plain/letter'],
  'mailbox-budget': ['policies/limits', 'troubleshooting/delayed'],
  'new-sender': ['new/address', 'troubleshooting/delayed', 'policies/limits'],
  suspicious: ['filtering/reputation', 'new/moving', 'troubleshooting/delayed'],
  'own-trouble': ['troubleshooting/delayed', 'filtering/reputation'],
  'retry-storm': ['troubleshooting/delayed', 'policies/requirements'],
  'no-reverse-name': ['authentication/reverse-name', 'ipv6/ipv6'],
  'reverse-name': ['authentication/reverse-name', 'ipv6/ipv6'],
  'bad-helo': ['authentication/reverse-name', 'policies/requirements'],
  authentication: [
    'authentication/overview',
    'bulk/high-volume',
    'authentication/dmarc',
    'forwarding/forwarding',
  ],
}

/** Where to read on about a reason; nothing where the operator has taken the pages away. */
export function readingList(view: View, { guide, rendered }: Shelf, name: ReasonName): Html {
  const pages = codeReading[name].flatMap((id) => guide.page(id, view.language) ?? [])
  if (pages.length === 0) return html``
  return html`<h2>${view.words.site.codes.reading}</h2>
    <ul class="choices">
      ${pages.map((page) => {
        const { title, summary } = rendered(page)
        return choice(view.link(pageHref(page.section, page.name)), title, summary)
      })}
    </ul>`
}
