import type { BounceReason, Recipient } from '../../core/analysis/analysis.ts'

/** The pages of the guide that help with each reason of a bounce, whoever refused, the most useful first. */
export const analysisReading: Readonly<Record<BounceReason, readonly string[]>> = {
  'ip-reputation': ['troubleshooting/refused', 'forwarding/forwarding'],
  'ip-rate': ['new/address', 'troubleshooting/delayed'],
  'ip-policy': ['authentication/reverse-name', 'ipv6/ipv6'],
  'domain-reputation': ['bulk/consent', 'bulk/links'],
  authentication: ['authentication/overview', 'forwarding/forwarding'],
  content: ['bulk/links', 'troubleshooting/refused'],
  policy: ['troubleshooting/code-unknown'],
  'sender-address': ['troubleshooting/code-unknown', 'authentication/overview'],
  'recipient-unknown': ['troubleshooting/code-unknown', 'bulk/hygiene'],
  'recipient-disabled': ['troubleshooting/code-unknown', 'bulk/hygiene'],
  'recipient-policy': ['plain/recipient'],
  'mailbox-full': ['troubleshooting/code-unknown', 'bulk/hygiene'],
  'system-full': ['troubleshooting/delayed'],
  'message-too-large': ['troubleshooting/code-unknown'],
  'too-many': ['troubleshooting/delayed', 'bulk/hygiene'],
  'host-unknown': ['troubleshooting/code-unknown'],
  network: ['troubleshooting/delayed'],
  expired: ['troubleshooting/delayed', 'troubleshooting/missing'],
  'relay-denied': ['troubleshooting/code-unknown'],
  tls: ['authentication/mta-sts'],
  system: ['troubleshooting/delayed'],
  unknown: ['troubleshooting/code-unknown', 'troubleshooting/bounce'],
}

/** A bounce about many recipients has few reasons; a list of more pages is not read. */
const mostPages = 4

/** What to read after a bounce: the page for whoever runs no server stands at the end of every list. */
export function readingFor(recipients: readonly Pick<Recipient, 'reason'>[]): readonly string[] {
  const found = [
    ...new Set(recipients.flatMap(({ reason }) => (reason === undefined ? [] : analysisReading[reason]))),
  ]
  return found.length === 0 ? [] : [...found.slice(0, mostPages - 1), 'plain/not-an-administrator']
}
