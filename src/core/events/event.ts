import { hour, minute, day } from '../../base/clock.ts'
import { mac, type Secret } from '../../base/secret.ts'
import { formatMailEvent, type MailEvent } from '../../access/mail-event.ts'
import { ownedPart, type SourceRole } from '../../access/source-roles.ts'
import { mailboxKey, parseMailbox } from '../../standards/mail-address.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'

/** Rules for what is kept of a mail event: its time, and no mailboxes. */

/** A source's clock may be ahead by this much; later times are taken for this. */
export const aheadMs = 5 * minute

/** Live events are no older: ids are remembered for at least this long, so none is counted twice. */
export const behindMs = 72 * hour

/** Old logs go back this far: what is older says nothing about anybody. */
const backfillMs = 400 * day

/** Why a line cannot be used, for counters; the sentence goes to the source. */
export type LineTrouble = 'unreadable' | 'not-json' | 'too-long' | 'field' | 'too-old' | 'role'

export interface Unusable {
  readonly trouble: LineTrouble
  readonly reason: string
}

/** The event with a time that can be; why not, when it is too old. */
export function timed(event: MailEvent, now: number, backfill: boolean): MailEvent | Unusable {
  if (event.at > now + aheadMs) return { ...event, at: now + aheadMs }
  if (event.at >= now - (backfill ? backfillMs : behindMs)) return event
  return {
    trouble: 'too-old',
    reason: backfill
      ? 'at: more than 400 days ago'
      : 'at: more than 72 hours ago; old logs go in with postern ingest --backfill',
  }
}

/** What of the event is the source's to tell; why it cannot be used when nothing is. */
export function owned(event: MailEvent, roles: readonly SourceRole[]): MailEvent | Unusable {
  return (
    ownedPart(event, roles) ?? {
      trouble: 'role',
      reason: `type: a ${event.type} is not for a source of role ${roles.join(' and ')} to tell`,
    }
  )
}

/** A mailbox that came plain becomes a keyed hash; one that was a hash already passes. */
export function withoutMailboxes(event: MailEvent, key: Secret): MailEvent {
  switch (event.type) {
    case 'message':
      return event.rcpt === undefined
        ? event
        : { ...event, rcpt: event.rcpt.map((each) => hashed(each, key)) }
    case 'complaint':
      return event.reporter === undefined ? event : { ...event, reporter: hashed(event.reporter, key) }
    case 'connection':
      return event
  }
}

/** What the row of an event holds besides its number, source and the time of its coming. */
export function rowOf(event: MailEvent) {
  const queueId = event.type === 'message' ? event.queueId : undefined
  return {
    id: columnText(event.id),
    type: event.type,
    at: event.at,
    unit: formatPrefix(unitOf(event.address)),
    ip: event.ip,
    queue_id: queueId === undefined ? null : columnText(queueId),
    accepted: event.type === 'message' && event.outcome === 'accepted' ? 1 : 0,
    body: formatMailEvent(event),
  }
}

/** Half of a character pair is no text for a database, and control characters are none for some. */
function columnText(text: string): string {
  return text.toWellFormed().replaceAll(/[\u0000-\u001f]/g, '?')
}

/** As long as a hash is, and nothing that only a mailbox has. */
const hashShape = /^[\w+/=-]{20,128}$/

/** Spellings of one mailbox have one hash: a report may name it otherwise than the envelope did. */
/** The keyed hash that stands for a mailbox in events; one that was a hash already passes. */
export function hashed(mailbox: string, key: Secret): string {
  if (hashShape.test(mailbox)) return mailbox
  const parsed = parseMailbox(mailbox)
  const name = parsed instanceof Refusal ? mailbox.toLowerCase() : mailboxKey(parsed)
  return mac(key, `recipient\0${name}`, 16).toString('base64url')
}
