import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { readMessageId } from '../standards/message-id.ts'
import { dmarcResults, outcomes, spfResults, verdicts, type MessageEvent } from './mail-words.ts'

/**
 * The short way to read a message event: nearly every line is one that has nothing wrong with it, and a mail server has thousands of them a
 * second. Whatever is not plainly right is left to the schema, which says what is wrong; where both read an event it is the same one.
 */

type Fields = { -readonly [Name in keyof MessageEvent]: MessageEvent[Name] }

/** Undefined: it is for the schema to say. */
export function readPlainMessage(value: unknown): MessageEvent | undefined {
  if (!isRecord(value) || value['type'] !== 'message' || value['v'] !== 1) return undefined
  const { id, at: time, ip, by } = value
  if (!isPrintable(id, 200) || id === '' || typeof ip !== 'string' || ip.length > 45) return undefined
  const at = readTime(time)
  const address = parseAddress(ip)
  if (at === undefined || address instanceof Refusal) return undefined
  if (by !== undefined && !isPrintable(by, 100)) return undefined
  const isOurs = by?.toLowerCase() === 'postern'
  const event: Fields = { id, at, type: 'message', ip: formatAddress(address), address, isOurs }
  return readGreeting(value, event) && readClaims(value, event) && readFate(value, event) ? event : undefined
}

function readGreeting({ helo, ptr }: Record<string, unknown>, event: Fields): boolean {
  if (helo !== undefined) {
    if (!isPrintable(helo, 500)) return false
    event.helo = helo
  }
  if (ptr === null) event.ptr = null
  else if (ptr !== undefined) {
    if (!isPrintable(ptr, 255)) return false
    event.ptr = nameOf(ptr)
  }
  return true
}

/** Whom it says it is from, and what proves it. */
function readClaims(
  { mailFrom, from, spf, dkim, dmarc, messageId }: Record<string, unknown>,
  event: Fields,
): boolean {
  if (mailFrom !== undefined) {
    if (!isPrintable(mailFrom, 255)) return false
    event.mailFrom = nameOf(mailFrom)
  }
  if (from !== undefined) {
    if (!isPrintable(from, 255)) return false
    event.from = nameOf(from)
  }
  if (spf !== undefined) {
    if (!isOneOf(spfResults, spf)) return false
    event.spf = spf
  }
  if (dkim !== undefined) {
    if (!arePrintable(dkim, 255)) return false
    event.dkim = dkim.map(nameOf)
  }
  if (dmarc !== undefined) {
    if (!isOneOf(dmarcResults, dmarc)) return false
    event.dmarc = dmarc
  }
  if (messageId !== undefined) {
    if (!isPrintable(messageId, 998)) return false
    event.messageId = readMessageId(messageId)
  }
  return true
}

/** To whom it went, and what became of it. */
function readFate(
  {
    recipients,
    unknownRecipients,
    trapRecipients,
    rcpt,
    outcome,
    verdict,
    size,
    queueId,
  }: Record<string, unknown>,
  event: Fields,
): boolean {
  if (recipients !== undefined) {
    if (!isCount(recipients, 1_000_000)) return false
    event.recipients = recipients
  }
  if (unknownRecipients !== undefined) {
    if (!isCount(unknownRecipients, 1_000_000)) return false
    event.unknownRecipients = unknownRecipients
  }
  if (trapRecipients !== undefined) {
    if (!isCount(trapRecipients, 1_000_000)) return false
    event.trapRecipients = trapRecipients
  }
  if (rcpt !== undefined) {
    if (!arePrintable(rcpt, 320)) return false
    event.rcpt = rcpt
  }
  if (outcome !== undefined) {
    if (!isOneOf(outcomes, outcome)) return false
    event.outcome = outcome
  }
  if (verdict !== undefined) {
    if (!isOneOf(verdicts, verdict)) return false
    event.verdict = verdict
  }
  if (size !== undefined) {
    if (!isCount(size, Number.MAX_SAFE_INTEGER)) return false
    event.size = size
  }
  if (queueId !== undefined) {
    if (!isPrintable(queueId, 64)) return false
    event.queueId = queueId
  }
  return true
}

const mostOfList = 50

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPrintable(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest && !/[\x00-\x1f\x7f]/.test(value)
}

function arePrintable(value: unknown, longest: number): value is readonly string[] {
  return (
    Array.isArray(value) && value.length <= mostOfList && value.every((each) => isPrintable(each, longest))
  )
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most
}

function isOneOf<Word extends string>(words: readonly Word[], value: unknown): value is Word {
  return (words as readonly unknown[]).includes(value)
}

function nameOf(text: string): string {
  return text.toLowerCase().replace(/\.$/, '')
}

/** A time in UTC, and one that there is: of the 31st of February nothing is left when it is written again. */
function readTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value))
    return undefined
  const at = Date.parse(value)
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(value.slice(0, 19))) return undefined
  return at
}
