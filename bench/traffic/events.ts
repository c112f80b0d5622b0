import type { ComplaintEvent, MailVerdict, MessageEvent } from '../../src/access/mail-event.ts'
import type { Glance } from './judge.ts'
import type { Draft, Host } from './mail.ts'

/** What the connection shows of it. */
export function glanceOf({ address, ip, helo, ptr }: Host, at: number): Glance {
  return { at, address, ip, helo, ptr }
}

/** What is known when it has passed. */
export function messageOf(
  draft: Draft,
  host: Host,
  id: string,
  at: number,
  verdict: MailVerdict,
): MessageEvent {
  const { identity, rcpt, unknown, traps, size } = draft
  const envelope = {
    type: 'message',
    id,
    ...glanceOf(host, at),
    mailFrom: identity.mailFrom,
    spf: identity.spf,
    recipients: rcpt.length,
    unknownRecipients: unknown,
    trapRecipients: traps,
    isOurs: false,
  } as const
  // Nobody is there: it ends before DATA, and nothing of that is known.
  if (unknown >= rcpt.length) return { ...envelope, outcome: 'rejected' }
  const { from, dkim, dmarc } = identity
  return {
    ...envelope,
    from,
    dkim,
    dmarc,
    rcpt,
    outcome: verdict === 'malware' ? 'rejected' : 'accepted',
    verdict,
    size,
    messageId: `<${draft.id}@${from}>`,
    queueId: draft.id.slice(0, 10).toUpperCase(),
  }
}

/** Whether the recipient says something: about what is in the inbox, seldom about what the filter put away. */
export function reportOf(
  { wanted, annoyance, luck }: Draft,
  verdict: MailVerdict,
): ComplaintEvent['kind'] | undefined {
  const isPutAway = verdict === 'spam' || verdict === 'phish' || verdict === 'malware'
  if (isPutAway && wanted && annoyance < 1) return luck < 0.1 ? 'not-junk' : undefined
  return luck < (isPutAway ? annoyance / 20 : annoyance) ? 'junk' : undefined
}
