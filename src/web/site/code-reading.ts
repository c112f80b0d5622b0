import type { ReasonName } from '../../access/reasons.ts'
import { pageChoices } from '../guide/page-choices.ts'
import type { Shelf } from '../guide/shelf.ts'
import type { Html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'

/** The pages of the guide that help with each reason, the most useful first; the one for whoever runs no server follows them. A test finds pages that are not there. */
export const codeReading: Readonly<Record<ReasonName, readonly string[]>> = {
  spam: ['filtering/delisting', 'filtering/reputation', 'forwarding/forwarding'],
  complaints: ['bulk/consent', 'bulk/unsubscribe', 'filtering/delisting', 'bulk/hygiene'],
  traps: ['bulk/hygiene', 'bulk/consent', 'filtering/delisting'],
  harvest: ['bulk/hygiene', 'filtering/delisting', 'filtering/reputation'],
  manual: ['filtering/delisting', 'filtering/listings'],
  investigate: ['filtering/delisting', 'abuse/phishing'],
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
export function readingList(view: View, shelf: Shelf, name: ReasonName): Html {
  return pageChoices(view, shelf, [...codeReading[name], 'plain/not-an-administrator'])
}
